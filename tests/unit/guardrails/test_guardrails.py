"""What holds for every guardrail."""

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from bot.discovery import find
from bot.domain.answer import DraftAuthor
from bot.domain.errors import Misconfigured
from bot.ports import Guardrail
from tests.unit.guardrails.conftest import FEES, given


def test_every_guardrail_is_found_by_its_constant_in_the_order_of_names(guardrails: dict[str, Guardrail]) -> None:
    assert list(guardrails) == [
        "banned-phrases",
        "commitments",
        "contradiction",
        "grounding",
        "injection",
        "links",
        "past-date",
        "private-data",
        "stale-source",
        "tone",
        "wrong-language",
    ]


def test_a_constant_of_another_type_is_refused_by_name() -> None:
    with pytest.raises(Misconfigured, match=r"bot\.guardrails\.banned_phrases has a GUARDRAIL .* must be a str"):
        find("bot.guardrails", "GUARDRAIL", str)


def test_a_faithful_draft_passes_every_guardrail(guardrails: dict[str, Guardrail]) -> None:
    text = "Hello Ana,\n\nStandard delivery in Zone A costs 4.90 EUR.{}\n\nJust reply to this message."
    faithful = given(text.format(""), cited=text.format(" [1]"))
    assert [finding for guardrail in guardrails.values() for finding in guardrail.check(faithful)] == []


def test_an_abstention_passes_every_guardrail(guardrails: dict[str, Guardrail]) -> None:
    nothing = given("", cites=(), cited="")
    assert [finding for guardrail in guardrails.values() for finding in guardrail.check(nothing)] == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@drawn(text=st.text(max_size=400), question=st.text(max_size=400), passage=st.text(max_size=400))
def test_no_guardrail_fails_on_any_text(
    guardrails: dict[str, Guardrail], text: str, question: str, passage: str
) -> None:
    cites = (replace(FEES, text=passage), replace(FEES, id="other-0", slug="other", text=text))
    for author in DraftAuthor:
        for guardrail in guardrails.values():
            assert all(finding.message for finding in guardrail.check(given(text, cites, None, author, question)))


@pytest.mark.parametrize(
    "piece", ["a", "1 ", "a.b", "@-.", "<!--", "A1", "we will ", "ignore all ", "h t t p : / / ", "€ ", "(dot)", "ab1 "]
)
def test_no_text_holds_a_guardrail_up(guardrails: dict[str, Guardrail], piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    long = given(text, question=text)
    for guardrail in guardrails.values():
        begun = time.thread_time()
        list(guardrail.check(long))
        assert time.thread_time() - begun < 0.8, guardrail.name


@pytest.mark.parametrize(
    "piece", ["a.b ", "<!--", "only with ", "if 5 EUR and is ", "[x](", "|a|b|\n", "\ufdfa", "a-b ", "a"]
)
def test_ten_times_the_text_does_not_take_a_hundred_times_as_long(guardrails: dict[str, Guardrail], piece: str) -> None:
    def taken(count: int) -> float:
        text = piece * count
        sources = (replace(FEES, text=text),)
        marked, unmarked = given(text, sources, question=text), given(text, sources, question=text, cited=text)
        begun = time.process_time()
        for guardrail in guardrails.values():
            list(guardrail.check(marked))
            list(guardrail.check(unmarked))
        return time.process_time() - begun

    taken(50)
    assert taken(10_000) < 40 * max(taken(1_000), 0.01)
