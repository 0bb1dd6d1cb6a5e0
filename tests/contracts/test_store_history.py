"""What the store tells of conversations for counting: each with what became of it, and without a word of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.sql import visitors

from bot.domain.answer import DraftAuthor, Finding, Level, Risk, Sentiment
from bot.domain.escalation import Author, Customer, Outcome, OutcomeKind
from bot.domain.history import Conversation, Drafted, Tried
from bot.domain.quality import CaseResult, EvalRun, Score
from bot.domain.review import Action, FailureMode, Receipt, Review, ReviewState
from bot.ports import Store
from bot.storage.history import _DRAFTED
from bot.storage.tables import ReviewRow, table
from tests.contracts.store_samples import ANA, BEN, NOON, after, decision, draft, escalation, proposal, ready, turn

DAY = timedelta(days=1)


async def _all(store: Store, since: datetime = NOON - DAY, until: datetime = NOON + 30 * DAY) -> list[Conversation]:
    found = [each async for batch in store.history.between(since, until) for each in batch]
    return sorted(found, key=lambda each: each.id)


async def _deliver(store: Store, review: Review, at: float, **changes: Any) -> None:
    claimed = await store.reviews.claim(decision(review, at=after(at - 1), **changes))
    receipt = Receipt("web", after(at))
    await store.reviews.settle(review.id, receipt=receipt, problem="")
    answer = turn(f"reply:{review.id}", claimed.review.reply, at=at, author=Author.AGENT)
    await store.escalations.add_turn(review.escalation_id, answer)


async def test_a_draft_is_counted_by_what_triage_the_drafter_and_the_guardrails_said_of_it(store: Store) -> None:
    found = (Finding("links", Level.BLOCK, "A."), Finding("tone", Level.WARN, "B."), Finding("links", Level.WARN, "C."))
    made = replace(proposal(), findings=found, draft=draft(input_tokens=900, output_tokens=100, cost=0.25))
    stored, _ = await store.escalations.receive(escalation())
    review, _ = await store.reviews.open(stored, at=after(3))
    await store.reviews.propose(review.id, made)
    (told,) = await _all(store)
    assert (told.surface, told.room, told.opened_at) == ("web", "C1", NOON)
    assert told.drafts == (
        Drafted(
            "esc_1/1", after(3), ReviewState.READY, 12, 7, "where_is_it", Risk.LOW, Sentiment.UNHAPPY,
            findings=(("links", Level.BLOCK), ("tone", Level.WARN)), cost=0.25, tokens=1000,
        ),
    )  # fmt: skip


async def test_no_word_of_anybody_is_told(store: Store) -> None:
    review = await ready(store)
    await _deliver(store, review, 60, action=Action.EDIT, text="Her secret is out.", note="Tell nobody.")
    told = repr(await _all(store))
    assert not any(word in told for word in ("parcel", "secret", "nobody", "Cleo", "cleo@example.com", "way"))


async def test_an_approved_draft_is_the_answer_and_nobody_edited_it(store: Store) -> None:
    await _deliver(store, await ready(store), 60)
    (told,) = await _all(store)
    assert (told.first_answer_at, told.last_answer_at, told.waiting_since) == (after(60), after(60), None)
    assert told.answer is not None and told.answer.unchanged
    assert told.answer.decided is not None and told.answer.decided.by == ANA


async def test_an_edit_tells_how_much_of_the_draft_was_changed_and_how_much_of_it_is_new(store: Store) -> None:
    await _deliver(store, await ready(store), 60, action=Action.EDIT, text="It is on its slow boat.")
    (told,) = await _all(store)
    (made,) = told.drafts
    assert made.rewritten and not made.unchanged
    assert made.edit_share is not None and 0 < made.edit_share < 0.5
    assert made.new_share == 1.0  # "slow" and "boat" are not in the passage


async def test_what_a_senior_approves_after_a_reps_edit_is_an_edited_draft(store: Store) -> None:
    review = await ready(store)
    theirs = replace(draft("It is there.", author=DraftAuthor.PERSON), drafted=draft().text)
    revised = await store.reviews.revise(review.id, draft_hash=draft().hash, draft=theirs, findings=(), editor=ANA)
    await _deliver(store, revised, 60, by=BEN)
    (told,) = await _all(store)
    assert told.drafts[0].rewritten and told.drafts[0].edit_share is not None


async def test_a_rejection_keeps_its_failure_mode_and_counts_where_it_was_decided(store: Store) -> None:
    review = await ready(store)
    late = after(20 * 86_400)
    await store.reviews.claim(decision(review, Action.REJECT, at=late, mode=FailureMode.TONE))
    assert (
        await _all(store, since=NOON + 3 * DAY, until=NOON + 4 * DAY) != []
    )  # touched later: others may be among them
    (told,) = await _all(store, since=late - timedelta(hours=1))
    assert told.drafts[0].decided is not None and told.drafts[0].decided.mode is FailureMode.TONE


async def test_what_is_over_before_a_period_is_not_in_it(store: Store) -> None:
    await _deliver(store, await ready(store), 60)
    assert await _all(store, since=NOON + 3 * DAY) == []
    assert await _all(store, until=NOON) == []


async def test_what_was_over_a_minute_before_a_period_is_not_read(store: Store) -> None:
    await _deliver(store, await ready(store), 60)
    assert [each.id for each in await _all(store, since=after(60))] == ["esc_1"]
    assert await _all(store, since=after(61)) == []


async def test_a_draft_that_begins_or_is_delivered_in_a_period_brings_its_conversation_into_it(store: Store) -> None:
    stored, _ = await store.escalations.receive(escalation())
    review, _ = await store.reviews.open(stored, at=after(3_600))
    assert [each.id for each in await _all(store, since=after(3_600))] == ["esc_1"]
    assert await _all(store, since=after(3_601)) == []
    await store.reviews.propose(review.id, proposal())
    found = await store.reviews.get(review.id)
    await store.reviews.claim(decision(found, at=after(4_000)))
    await store.reviews.settle(review.id, receipt=Receipt("web", after(4_500)), problem="")
    assert [each.id for each in await _all(store, since=after(4_500))] == ["esc_1"]


async def test_those_who_look_every_few_minutes_read_what_was_opened_drafted_or_turned_down(store: Store) -> None:
    async def seen(since: float) -> list[str]:
        return [each.id async for some in store.history.lately(after(since), after(99_999)) for each in some]

    stored, _ = await store.escalations.receive(escalation())
    assert (await seen(0), await seen(1)) == (["esc_1"], [])
    review, _ = await store.reviews.open(stored, at=after(300))
    assert (await seen(300), await seen(301)) == (["esc_1"], [])
    await store.reviews.propose(review.id, proposal())
    found = await store.reviews.get(review.id)
    await store.reviews.claim(decision(found, Action.REJECT, at=after(900), mode=FailureMode.TONE))
    assert (await seen(900), await seen(901)) == (["esc_1"], [])
    await store.escalations.record_outcome(Outcome("k1", "esc_1", OutcomeKind.RATING, after(5_000), 4.0, ""))
    await store.escalations.add_turn("esc_1", turn("c2", at=6_000))
    assert await seen(901) == []


async def test_what_is_read_every_few_minutes_counts_as_what_is_read_once_a_week(store: Store) -> None:
    await _deliver(store, await ready(store), 60, action=Action.EDIT, text="It is on its slow boat.")
    await store.escalations.record_outcome(Outcome("k1", "esc_1", OutcomeKind.RATING, after(90), 4.0, ""))
    (told,) = await _all(store)
    assert [some async for some in store.history.lately(NOON, NOON + DAY)] == [(replace(told, reported=()),)]


async def test_a_customer_who_writes_after_the_answer_came_back_and_waits(store: Store) -> None:
    await _deliver(store, await ready(store), 60)
    await store.escalations.add_turn("esc_1", turn("c2", at=600))
    await store.escalations.add_turn("esc_1", turn("c3", at=700))
    (told,) = await _all(store)
    assert (told.came_back_at, told.waiting_since) == (after(600), after(600))
    await store.escalations.add_turn("esc_1", turn("a2", at=900, author=Author.AGENT))
    (told,) = await _all(store)
    assert (told.came_back_at, told.waiting_since, told.last_answer_at) == (after(600), None, after(900))


async def test_what_was_said_before_the_hand_over_is_no_answer(store: Store) -> None:
    before = turn("bot", "Have you tried it again?", at=-60, author=Author.AGENT)
    await store.escalations.receive(escalation("esc_1", turn("c1", at=-90), before, turn("c2", at=-30)))
    (told,) = await _all(store)
    assert (told.first_answer_at, told.came_back_at, told.waiting_since) == (None, None, NOON)


async def test_outcomes_are_told_and_a_late_one_brings_its_conversation_into_the_period(store: Store) -> None:
    await ready(store)
    late = NOON + 12 * DAY
    await store.escalations.record_outcome(Outcome("k1", "esc_1", OutcomeKind.RATING, late, 4.0, "kind words"))
    (told,) = await _all(store, since=late)
    assert [(each.kind, each.value) for each in told.reported] == [(OutcomeKind.RATING, 4.0)]


async def test_the_same_customers_conversation_before_is_known_by_surface(store: Store) -> None:
    await store.escalations.receive(escalation("esc_1"))
    await store.escalations.receive(escalation("esc_2", opened_at=after(500)))
    await store.escalations.receive(escalation("esc_3", opened_at=after(900), surface="mail"))
    await store.escalations.receive(escalation("esc_4", opened_at=after(900), customer=Customer("unknown")))
    first, second, third, nobody = await _all(store)
    assert [each.previous_at for each in (first, second, third, nobody)] == [None, NOON, None, None]
    assert first.customer == second.customer != third.customer
    assert nobody.customer == ""


async def test_without_the_conversation_before_all_else_is_told_of_each(store: Store) -> None:
    await store.escalations.receive(escalation("esc_1"))
    await store.escalations.receive(escalation("esc_2", opened_at=after(500)))
    told = [each async for batch in store.history.between(NOON - DAY, NOON + DAY, previous=False) for each in batch]
    assert sorted(told, key=lambda each: each.id) == [replace(each, previous_at=None) for each in await _all(store)]


def test_all_that_drafts_are_counted_by_stands_in_an_index() -> None:
    (index,) = (each for each in table(ReviewRow).indexes if each.name == "ix_reviews_counted")
    read = {column.name for column in visitors.iterate(select(*_DRAFTED)) if isinstance(column, Column)}
    assert read <= {column.name for column in index.columns}


async def test_each_conversation_comes_once_however_many_there_are(store: Store) -> None:
    for number in range(510):
        await store.escalations.receive(escalation(f"esc_{number:03}"))
    assert [each.id for each in await _all(store)] == [f"esc_{number:03}" for number in range(510)]


async def test_one_workspace_does_not_count_anothers_conversations(store: Store, neighbour: Store) -> None:
    await ready(neighbour)
    assert await _all(store) == []


def _result(case: str, *, passed: bool, trial: int = 0, error: str = "") -> CaseResult:
    return CaseResult(case, "f", (Score("s", float(passed), passed),), trial, error=error, intent="refund")


async def _run(store: Store, id: str, at: float, *results: CaseResult, release: int = 1) -> None:  # noqa: A002
    run = EvalRun(id, release, 0, tuple(each.case for each in results), 1, after(at))
    await store.eval_runs.begin(run)
    await store.eval_runs.record(id, results)
    await store.eval_runs.finish(replace(run, finished_at=after(at + 1)))


async def test_a_case_stands_as_in_its_last_run_on_a_release_that_was_live(store: Store) -> None:
    await store.releases.publish("knowledge", {"a": "1"}, reason="", at=NOON)
    await store.releases.propose("knowledge", {"a": "2"}, reason="", at=NOON, by=None, fix="fix_1")
    await _run(store, "r1", 10, _result("a", passed=False), _result("b", passed=True))
    await _run(store, "r2", 20, _result("a", passed=True), _result("a", passed=True, trial=1))
    await _run(store, "r3", 30, _result("b", passed=False), release=2)
    await _run(store, "r4", 40, _result("b", passed=False, error="No answer."))
    told = await store.history.tried(NOON, after(100))
    assert told == (Tried("a", after(20), True, "refund", 1, 0), Tried("b", after(10), True, "refund", 1, 0))
    assert await store.history.tried(after(15), after(100)) == (Tried("a", after(20), True, "refund", 1, 0),)
