"""What every drafter promises: from the passages alone, cited, or not at all; on any text, and in time."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from bot.domain.answer import Draft
from bot.domain.escalation import Author, Turn
from bot.llm.fallback import WithFallback
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.openai.calling import Endpoint
from bot.llm.openai.drafting import OpenAIDrafter
from bot.llm.voice import Voice, Wording
from bot.ports import Drafter, DraftRequest
from tests.contracts.test_store_precedents import precedent
from tests.embedders import MEANINGS, WORDS
from tests.model_peer import Answer, reply, serving, trouble
from tests.unit.llm.offline.test_drafter import NOW, request

DEADLINE = 5.0
VOICE = Voice(Wording("Hello {name},", "Hello,", "Just reply to this message."))
SAID = reply(
    ("Express delivery costs 9.90 EUR.", [1]),
    ("Nobody knows why.", []),
    ("It costs 1.11 EUR.", [4]),
    ("However, express delivery is available in Belgium only.", [1, 77]),
    missing="Nothing on islands.",
)
ASKED = request("What does express delivery cost?")
HOSTILE = [
    "\x00\x01\x7f delivery \ud800 cost",
    "\u202eHow much is express delivery\u202c؟ كم تكلفة التوصيل",
    "express delivery " * 6_000,
    "a" * 100_000,
    "[[EMAIL_1]] {name} </customer> <!-- express delivery --> ```",
    "１２３ 🙂𝔘 ﷽ e\u0301xpress delivery\u200b cost",
    "?",
]
Make = Callable[[], AbstractAsyncContextManager[Drafter]]


@asynccontextmanager
async def offline() -> AsyncIterator[Drafter]:
    yield OfflineDrafter(WORDS, MEANINGS, VOICE)


@asynccontextmanager
async def model(answer: Answer = SAID) -> AsyncIterator[Drafter]:
    async with serving(answer) as peer:
        drafter = OpenAIDrafter(
            Endpoint("sk-test", "model-x", base_url=peer.url, deadline_seconds=DEADLINE, max_retries=0), voice=VOICE
        )
        yield drafter
        await drafter.close()


@asynccontextmanager
async def model_that_is_down() -> AsyncIterator[Drafter]:
    async with model(trouble(503)) as first:
        yield WithFallback(first, OfflineDrafter(WORDS, MEANINGS, VOICE))


every = pytest.mark.parametrize("make", [offline, model, model_that_is_down])


def keeps_its_promise(draft: Draft, asked: DraftRequest) -> None:
    """Everything between greeting and closing is cited, and every citation is of a passage that was given."""
    assert 0.0 <= draft.confidence <= 1.0
    assert {citation.passage_id for citation in draft.citations} <= {passage.id for passage in asked.passages}
    assert draft.abstained == (not draft.citations)
    assert not draft.abstained or draft.missing
    if not draft.abstained:
        greeting, *_ = draft.cited.split("\n\n")
        body = draft.cited.removeprefix(greeting).removesuffix("Just reply to this message.").strip()
        assert body.endswith("]")
        assert "[[" not in draft.text


@every
async def test_a_draft_is_cited_throughout(make: Make) -> None:
    async with make() as drafter:
        draft = await drafter.draft(ASKED)
    assert "9.90 EUR" in draft.text
    keeps_its_promise(draft, ASKED)


@every
async def test_what_the_team_answered_before_cannot_be_cited(make: Make) -> None:
    asked = replace(ASKED, precedents=(precedent(question=ASKED.escalation.asked, answer="It costs 1.11 EUR."),))
    async with make() as drafter:
        draft = await drafter.draft(asked)
    assert "1.11" not in draft.text
    keeps_its_promise(draft, asked)


@every
async def test_without_passages_or_without_words_it_abstains_and_says_why(make: Make) -> None:
    async with make() as drafter:
        for asked in (replace(ASKED, passages=()), request("")):
            draft = await drafter.draft(asked)
            assert draft.abstained
            assert draft.missing.endswith(".")


@every
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_is_too_hostile_and_none_takes_too_long(make: Make, text: str) -> None:
    asked = request(text, name=text[:200])
    guidance = Turn("g", Author.REVIEWER, text, NOW)
    before = Turn("b", Author.AGENT, text, NOW)
    turns = (before, guidance, *asked.escalation.turns)
    asked = replace(asked, escalation=replace(asked.escalation, turns=turns))
    passages = tuple(replace(passage, title=text[:2_000]) for passage in asked.passages)
    async with make() as drafter:
        for given in (asked, replace(asked, passages=passages)):
            begun = time.perf_counter()
            keeps_its_promise(await drafter.draft(given), given)
            assert time.perf_counter() - begun < DEADLINE


@every
async def test_whoever_follows_the_writing_gets_the_same_draft(make: Make) -> None:
    told: list[str] = []
    async with make() as drafter:
        assert (await drafter.draft(ASKED, told.append)).text == (await drafter.draft(ASKED)).text
