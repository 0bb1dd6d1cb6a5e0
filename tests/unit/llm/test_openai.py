import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.answer import DraftAuthor
from bot.domain.errors import Unavailable
from bot.llm.fallback import WithFallback
from bot.llm.offline import OfflineDrafter
from bot.llm.openai.calling import Endpoint
from bot.llm.openai.drafting import OpenAIDrafter
from bot.llm.remembering import Memory
from bot.llm.spending import Budget, Limits, Prices
from bot.llm.voice import Voice, Wording
from bot.ports import Account, Clock, Embedder, Store, Usage
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.model_peer import Answer, ModelPeer, reply, serving, trouble
from tests.unit.llm.test_offline import NOW, request

GOOD = reply(("Express delivery costs 9.90 EUR.", [1]), ("Only in Belgium.", [1, 2]))
QUESTION = request("What does express delivery cost?")


@asynccontextmanager
async def drafting(
    *answers: Answer, deadline: float = 5.0, retries: int = 2, first_words: float = 5.0, **more: Any
) -> AsyncIterator[tuple[OpenAIDrafter, ModelPeer]]:
    async with serving(*answers) as peer:
        endpoint = Endpoint("sk-test", "model-x", base_url=peer.url, deadline_seconds=deadline, max_retries=retries)
        voice = Voice(Wording("Hello {name},"))
        drafter = OpenAIDrafter(endpoint, voice=voice, first_words_seconds=first_words, **more)
        try:
            yield drafter, peer
        finally:
            await drafter.close()


async def unavailable(*answers: Answer, retries: int = 0, **how: float) -> Unavailable:
    async with drafting(*answers, retries=retries, **how) as (drafter, _):
        with pytest.raises(Unavailable) as caught:
            await drafter.draft(QUESTION)
        return caught.value


async def test_a_draft_carries_its_sources_model_and_tokens() -> None:
    async with drafting(GOOD) as (drafter, peer):
        draft = await drafter.draft(QUESTION)
    assert draft.text == "Hello Ana,\n\nExpress delivery costs 9.90 EUR. Only in Belgium."
    assert draft.cited == "Hello Ana,\n\nExpress delivery costs 9.90 EUR. [1] Only in Belgium. [1] [2]"
    assert [(c.marker, c.passage_id) for c in draft.citations] == [
        (1, "delivery-0"),
        (1, "delivery-0"),
        (2, "cancel-0"),
    ]
    assert (draft.author, draft.model, draft.input_tokens, draft.output_tokens) == (
        DraftAuthor.MODEL,
        "model-x",
        320,
        41,
    )
    assert peer.keys == ["Bearer sk-test"]
    assert peer.requests[0]["store"] is False
    assert peer.requests[0]["text"]["format"]["strict"] is True


async def test_a_sentence_that_cites_nothing_we_sent_is_left_out_and_told() -> None:
    async with drafting(reply(("Fine.", [1]), ("Invented.", []), ("Also invented.", [9, 0, -1]))) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert draft.text.endswith("Fine.")
    assert draft.notes == ("2 of the model's sentences cited no passage and were left out.",)


async def test_without_one_cited_sentence_it_abstains_and_names_what_is_missing() -> None:
    async with drafting(reply(("Invented.", []), missing="Nothing on Norway.")) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert (draft.text, draft.missing) == ("", "Nothing on Norway.")


async def test_a_refusal_is_an_abstention() -> None:
    async with drafting(Answer(refusal="I cannot help with that.")) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert draft.abstained
    assert "I cannot help with that." in draft.missing


async def test_what_is_not_covered_and_who_must_decide_are_noted() -> None:
    async with drafting(reply(("Fine.", [1]), missing="The weekend.", needs_human=True)) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert draft.notes == ("Not covered: The weekend.", "The model proposes that a person decides this one.")


async def test_retry_after_is_heeded() -> None:
    async with drafting(trouble(429, retry_after="1"), GOOD) as (drafter, peer):
        begun = time.perf_counter()
        assert (await drafter.draft(QUESTION)).text
        assert time.perf_counter() - begun >= 1.0
        assert len(peer.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        trouble(500),
        Answer(disconnect=True),
        replace(GOOD, cut_after=3),
        replace(GOOD, ends_without=True),
        replace(GOOD, failed=True),
        replace(GOOD, seconds_first=5),
    ],
)
async def test_a_passing_fault_is_tried_again(fault: Answer) -> None:
    async with drafting(fault, GOOD, first_words=0.3) as (drafter, peer):
        assert (await drafter.draft(QUESTION)).text
        assert len(peer.requests) == 2


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (trouble(401), "check RATCHET_OPENAI_API_KEY"),
        (trouble(404), 'no model "model-x"'),
        (trouble(400), "status 400"),
        (trouble(500), "trouble of its own"),
        (trouble(429, retry_after="7"), "rate limit"),
        (Answer(disconnect=True), "cannot be reached; check RATCHET_OPENAI_BASE_URL"),
        (Answer(body='{"id": "resp'), "could not be read"),
        (Answer(body="[1]"), "could not be read"),
        (Answer(body="null"), "could not be read"),
        (Answer(body="{}"), "could not be read"),
        (Answer(body="data: {oops\n\n"), "could not be read"),
        (Answer(body="data: [1]\n\n"), "was cut off"),
        (Answer(body='data: {"type": "response.completed", "response": {"output": 7}}\n\n'), "could not be read"),
        (Answer(body='data: {"error": {"message": "overloaded"}}\n\n'), "trouble of its own"),
        (Answer("not JSON"), "could not be read"),
        (Answer('{"sentences": [', incomplete=True), "was cut off"),
        (Answer(""), "was empty"),
        (replace(GOOD, cut_after=3), "was cut off"),
        (replace(GOOD, ends_without=True), "was cut off"),
        (replace(GOOD, failed=True), "trouble of its own"),
    ],
)
async def test_a_lasting_fault_is_a_sentence_that_names_what_to_do(answer: Answer, sentence: str) -> None:
    assert sentence in str(await unavailable(answer))


async def test_a_rate_limit_tells_how_long_to_wait() -> None:
    assert (await unavailable(trouble(429, retry_after="7"))).retry_after == 7


async def test_a_wait_that_would_end_after_the_deadline_is_not_begun() -> None:
    begun = time.perf_counter()
    error = await unavailable(trouble(429, retry_after="60"), deadline=5, retries=5)
    assert (str(error), error.retry_after) == ("The model is over its rate limit.", 60)
    assert time.perf_counter() - begun < 1.0


async def test_a_ping_asks_little_and_says_what_to_fix() -> None:
    async with drafting(GOOD) as (drafter, peer):
        await drafter.ping()
        assert (peer.requests[0]["max_output_tokens"], peer.requests[0]["store"]) == (16, False)
    for answer, sentence in (
        (trouble(401), "check RATCHET_OPENAI_API_KEY"),
        (Answer(body="{}"), "was empty; check RATCHET_OPENAI_BASE_URL"),
        (replace(GOOD, seconds_before=5), "did not answer in 0.3 s"),
    ):
        async with drafting(answer, deadline=0.3, retries=0) as (drafter, _):
            with pytest.raises(Unavailable, match=sentence):
                await drafter.ping()


@pytest.mark.parametrize("answer", [replace(GOOD, seconds_between=0.2), replace(GOOD, seconds_before=5)])
async def test_one_deadline_holds_for_slow_bodies_waits_and_retries_together(answer: Answer) -> None:
    begun = time.perf_counter()
    error = await unavailable(answer, deadline=0.4, retries=5)
    assert str(error) == "The model did not answer in 0.4 s."
    assert time.perf_counter() - begun < 1.5


async def test_a_model_that_does_not_begin_to_write_is_not_waited_for() -> None:
    begun = time.perf_counter()
    assert str(await unavailable(replace(GOOD, seconds_first=5), first_words=0.3)) == (
        "The model did not begin to answer in 0.3 s."
    )
    assert time.perf_counter() - begun < 2.0


async def test_once_begun_a_slow_answer_has_the_whole_deadline() -> None:
    async with drafting(replace(GOOD, seconds_between=0.1), first_words=0.3) as (drafter, _):
        assert (await drafter.draft(QUESTION)).text


async def test_being_cancelled_is_not_being_late() -> None:
    async with drafting(replace(GOOD, seconds_before=5)) as (drafter, _):
        task = asyncio.create_task(drafter.draft(QUESTION))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_nobody_is_asked_where_there_is_nothing_to_answer_or_to_cite() -> None:
    async with drafting(GOOD) as (drafter, peer):
        assert (await drafter.draft(request(""))).abstained
        assert (await drafter.draft(request("Where is it?", ()))).abstained
        assert peer.requests == []


async def test_the_second_drafter_steps_in_and_says_why(embedder: Embedder) -> None:
    async with drafting(replace(GOOD, seconds_before=5), deadline=0.3) as (first, _):
        draft = await WithFallback(first, OfflineDrafter(embedder)).draft(QUESTION)
    assert draft.author is DraftAuthor.OFFLINE
    assert draft.notes[0] == (
        "The model did not answer in 0.3 s, so this draft was put together from the articles' own sentences."
    )


async def test_the_second_drafter_is_not_asked_when_the_first_answers(embedder: Embedder) -> None:
    async with drafting(GOOD) as (first, _):
        draft = await WithFallback(first, OfflineDrafter(embedder)).draft(QUESTION)
    assert (draft.author, draft.notes) == (DraftAuthor.MODEL, ())


# --- while it is written ----------------------------------------------------------------------------------------------


async def test_what_is_written_is_told_while_it_grows_and_ends_before_the_draft() -> None:
    told: list[str] = []
    async with drafting(replace(GOOD, pieces=4, seconds_between=0.3)) as (drafter, _):
        draft = await drafter.draft(QUESTION, told.append)
    assert len(told) >= 3
    assert all(later.startswith(earlier) for earlier, later in pairwise(told))
    assert "Express delivery".startswith(told[0]) or told[0].startswith("Express")
    assert "9.90 EUR. Only" in draft.text


async def test_what_will_be_left_out_is_not_shown_once_that_is_known() -> None:
    told: list[str] = []
    said = reply(("Invented.", []), ("Express delivery costs 9.90 EUR. " * 9, [1]))
    async with drafting(replace(said, pieces=4, seconds_between=0.3)) as (drafter, _):
        await drafter.draft(QUESTION, told.append)
    assert "Express" in told[-1]
    assert "Invented" not in told[-1]


# --- personal data ----------------------------------------------------------------------------------------------------

PERSONAL = "I am Ana, ana.ruiz@x.example, +31 6 12345678, card 4111 1111 1111 1111. What does express delivery cost?"


async def test_no_personal_data_leaves_and_the_reply_has_it_again() -> None:
    said = reply(("Express delivery costs 9.90 EUR, and we write to [[EMAIL_1]].", [1]), questions=["Is it [EMAIL_1]?"])
    async with drafting(said) as (drafter, peer):
        draft = await drafter.draft(request(PERSONAL))
    sent = json.dumps(peer.requests)
    for private in ("Ana", "ana.ruiz", "12345678", "4111 1111"):
        assert private not in sent
    assert "we write to ana.ruiz@x.example. Is it" not in draft.text
    assert "we write to ana.ruiz@x.example." in draft.text
    assert "Is it ana.ruiz@x.example?" in draft.text


async def test_a_sentence_with_an_invented_placeholder_is_left_out_and_told() -> None:
    async with drafting(reply(("Fine.", [1]), ("We write to [[EMAIL_7]].", [1]))) as (drafter, _):
        draft = await drafter.draft(request(PERSONAL))
    assert draft.text.endswith("Fine.")
    assert draft.notes == ("1 of the model's sentences had a placeholder that stands for nothing and was left out.",)


# --- replies kept, money spent ----------------------------------------------------------------------------------------


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
        with_fallback = WithFallback(drafter, OfflineDrafter(embedder))
        drafts = [await with_fallback.draft(asked) for _ in range(12)]
        assert drafts[0].author is DraftAuthor.MODEL
        assert drafts[-1].author is DraftAuthor.OFFLINE
        assert drafts[-1].notes[0].startswith("Today's model budget for #shipping is used up (0.0")
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
        assert refused[0].startswith("Today's model budget is used up (0.05 of 0.06 EUR")
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
