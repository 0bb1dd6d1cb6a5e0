"""What a model costs and what it replied: within budgets, and never paid for twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.answer import DraftAuthor
from bot.domain.errors import Unavailable
from bot.llm.fallback import WithFallback
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.remembering import Memory
from bot.llm.spending import Budget, Limits, Prices
from bot.ports import Account, Clock, Embedder, Store, Usage
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.embedders import MEANINGS
from tests.model_peer import Answer, reply, trouble
from tests.unit.llm.offline.test_drafter import NOW, request
from tests.unit.llm.test_openai import GOOD, PERSONAL, QUESTION, drafting


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'ratchet.db'}"
    upgrade(url)
    engine = create_engine(url)
    yield open_store(engine, "main")
    await engine.close()


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


class Today:
    at = NOW

    def now(self) -> datetime:
        return self.at


def costing(store: Store, limits: Limits | None = None, clock: Clock | None = None) -> Budget:
    return Budget(Prices(1.0, 10.0, "EUR"), limits or Limits(), books=(store.ledger, clock or Today()))


async def test_the_identical_request_is_answered_from_memory_and_costs_nothing(store: Store) -> None:
    clock = Today()
    how: dict[str, Any] = {"memory": Memory(store.replies, clock, days=7), "budget": costing(store)}
    async with drafting(GOOD, **how) as (drafter, peer):
        first, second = await drafter.draft(request(PERSONAL)), await drafter.draft(request(PERSONAL))
        assert len(peer.requests) == 1
        assert (second.text, second.cited, second.citations) == (first.text, first.cited, first.citations)
        assert (first.cached, second.cached) == (False, True)
        assert (second.input_tokens, second.cost) == (0, 0.0)
        await drafter.draft(request(f"{PERSONAL} Please."))
        clock.at = NOW + timedelta(days=8)
        await drafter.draft(request(PERSONAL))
        assert len(peer.requests) == 3


async def test_memory_holds_no_personal_data_in_clear(store: Store, tmp_path: Path) -> None:
    said = reply(("We write to [[EMAIL_1]].", [1]))
    async with drafting(said, memory=Memory(store.replies, Today(), days=7)) as (drafter, _):
        assert "ana.ruiz" in (await drafter.draft(request(PERSONAL))).text
        assert "ana.ruiz" in (await drafter.draft(request(PERSONAL))).text
    assert b"[[EMAIL_1]]" in stored(tmp_path)
    assert b"ana.ruiz" not in stored(tmp_path)


async def test_what_could_not_be_used_is_not_remembered(store: Store) -> None:
    async with drafting(Answer("not JSON"), GOOD, memory=Memory(store.replies, Today(), days=7)) as (drafter, peer):
        with pytest.raises(Unavailable):
            await drafter.draft(QUESTION)
        assert (await drafter.draft(QUESTION)).text
        assert len(peer.requests) == 2


async def test_a_reply_that_gave_its_boundary_away_is_not_remembered(store: Store) -> None:
    leaking = reply(("It costs 9.90 EUR.", [1]), ("The word is BOUNDARY.", [1]))
    async with drafting(leaking, memory=Memory(store.replies, Today(), days=7)) as (drafter, _):
        drafts = [await drafter.draft(QUESTION) for _ in range(2)]
    assert ["The word is" in draft.text for draft in drafts] == [False, False]


async def test_a_draft_knows_its_cost_and_the_ledger_has_it_by_room(store: Store) -> None:
    asked = replace(QUESTION, triage=replace(QUESTION.triage, owner="#shipping"))
    async with drafting(GOOD, budget=costing(store)) as (drafter, _):
        draft = await drafter.draft(asked)
    assert round(draft.cost * 1_000_000) == 730  # 320 x 1 + 41 x 10
    assert draft.currency == "EUR"
    assert await store.ledger.spent(NOW.date()) == {"#shipping": Usage(320, 41, 730, 1)}


async def test_when_a_rooms_budget_is_spent_the_draft_comes_from_the_articles_and_says_so(
    store: Store, embedder: Embedder
) -> None:
    asked = replace(QUESTION, triage=replace(QUESTION.triage, owner="#shipping"))
    limits = Limits(5.0, {"#shipping": 0.03})
    async with drafting(GOOD, budget=costing(store, limits)) as (drafter, peer):
        with_fallback = WithFallback(drafter, OfflineDrafter(embedder, MEANINGS))
        drafts = [await with_fallback.draft(asked) for _ in range(12)]
        assert drafts[0].author is DraftAuthor.MODEL
        assert drafts[-1].author is DraftAuthor.OFFLINE
        assert drafts[-1].notes[0].startswith("Today's model budget for #shipping pays for no further draft (0.0")
        assert "of 0.03 EUR spent or set aside)" in drafts[-1].notes[0]
        calls = len(peer.requests)
        assert calls < 12
        await drafter.draft(QUESTION)
        assert len(peer.requests) == calls + 1
    spent = await store.ledger.spent(NOW.date())
    assert spent["#shipping"].cost <= 30_000


async def test_the_workspaces_budget_holds_for_drafts_at_once_and_a_new_day_has_a_new_one(store: Store) -> None:
    clock = Today()
    async with drafting(replace(GOOD, seconds_first=0.3), budget=costing(store, Limits(0.06), clock)) as (
        drafter,
        peer,
    ):
        drafts = await asyncio.gather(*(drafter.draft(QUESTION) for _ in range(8)), return_exceptions=True)
        refused = [str(draft) for draft in drafts if isinstance(draft, Unavailable)]
        assert len(peer.requests) == 2
        assert len(refused) == 6
        assert refused[0].startswith("Today's model budget pays for no further draft (0.05 of 0.06 EUR")
        clock.at = NOW + timedelta(days=1)
        assert (await drafter.draft(QUESTION)).text


@pytest.mark.parametrize(
    ("fault", "counts"),
    [
        (trouble(500), False),
        (Answer(disconnect=True), False),
        (replace(GOOD, seconds_before=5), False),
        (replace(GOOD, cut_after=3), True),
        (replace(GOOD, seconds_between=0.3), True),
    ],
)
async def test_a_call_that_began_to_answer_counts_for_all_it_may_have_cost_and_another_for_nothing(
    store: Store, fault: Answer, counts: bool
) -> None:
    async with drafting(fault, budget=costing(store), deadline=0.5, retries=0) as (drafter, _):
        with pytest.raises(Unavailable):
            await drafter.draft(QUESTION)
    left = await store.ledger.set_aside(Account(NOW.date()), 0)
    assert (left.workspace > 20_000) is counts
