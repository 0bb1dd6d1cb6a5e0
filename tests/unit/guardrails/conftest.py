from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Protocol

import pytest

from bot.discovery import find
from bot.domain.answer import (
    Citation,
    Draft,
    DraftAuthor,
    Finding,
    Passage,
    Risk,
    Sentiment,
    Triage,
    Urgency,
)
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.ports import GuardInput, Guardrail

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BANNED = ("calm down", "we guarantee", "100% safe", "obviously", "beruhigen Sie sich", " ")
TRIAGE = Triage(
    "unknown", "Unknown", 0.0, Risk.MEDIUM, Sentiment.NEUTRAL, 0.5, Urgency.NORMAL, 0.5, "en", 0.9
)  # fmt: skip
FEES = Passage(
    "fees-0", "fees", "r1", "Delivery fees", "Zone A",
    "Standard delivery in Zone A costs 4.90 EUR and arrives within 2 working days. "
    "We do not deliver on 26 December 2026.",
    "@delivery-leads", review_by=date(2027, 1, 14),
)  # fmt: skip


class Judge(Protocol):
    def __call__(
        self,
        guardrail: str,
        text: str = ...,
        *,
        cites: tuple[Passage, ...] = ...,
        passages: tuple[Passage, ...] | None = ...,
        author: DraftAuthor = ...,
        question: str = ...,
        cited: str | None = ...,
        quote: str | None = ...,
    ) -> list[Finding]: ...


@pytest.fixture(scope="session")
def guardrails() -> dict[str, Guardrail]:
    return {guardrail.name: guardrail for guardrail in find("bot.guardrails", "GUARDRAIL", Guardrail)}


def given(
    text: str,
    cites: tuple[Passage, ...] = (FEES,),
    passages: tuple[Passage, ...] | None = None,
    author: DraftAuthor = DraftAuthor.MODEL,
    question: str = "What does delivery cost?",
    cited: str | None = None,
    quote: str | None = None,
) -> GuardInput:
    """What a guardrail sees: by default every cited passage is marked at the end of the text."""
    marks = " ".join(f"[{number}]" for number in range(1, len(cites) + 1))
    citations = tuple(
        Citation(number, passage.id, passage.text if quote is None else quote)
        for number, passage in enumerate(cites, 1)
    )
    draft = Draft(text, f"{text} {marks}".strip() if cited is None else cited, citations, 0.8, author)
    turn = Turn("1", Author.CUSTOMER, question, NOW)
    escalation = Escalation("esc_1", "webhook", "1", Customer("c", "Ana", "ana@customer.example"), (turn,), NOW)
    hosts = frozenset({"fernhill.example"})
    sources = cites if passages is None else passages
    return GuardInput(escalation, TRIAGE, sources, draft, NOW, hosts, BANNED)


@pytest.fixture
def judge(guardrails: dict[str, Guardrail]) -> Callable[..., list[Finding]]:
    def judged(guardrail: str, text: str = FEES.text, **with_: object) -> list[Finding]:
        return list(guardrails[guardrail].check(given(text, **with_)))  # type: ignore[arg-type]

    return judged
