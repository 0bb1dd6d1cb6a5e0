"""What the store tells of drafts that came to nothing, and of the articles that answers cite."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.answer import Citation, Finding, Level
from bot.domain.review import Action, FailureMode, Review, ReviewState
from bot.ports import Store
from bot.ports.history import Cited
from tests.contracts.store_samples import NOON, RECEIPT, after, decision, draft, escalation, proposal, ready

DAY = timedelta(days=1)
WEEK = (NOON, NOON + 7 * DAY)


async def _drafted(store: Store, name: str, at: datetime = NOON, **changes: Any) -> Review:
    stored, _ = await store.escalations.receive(escalation(name))
    review, _ = await store.reviews.open(stored, at=at)
    return await store.reviews.propose(review.id, replace(proposal(), **changes))


async def _names(store: Store, since: datetime, until: datetime) -> list[str]:
    return [each.id for each in await store.history.turned_down(since, until)]


async def test_what_was_rejected_handed_over_or_failed_is_told_with_what_metrics_count_of_it(store: Store) -> None:
    for name, action in (("esc_1", Action.REJECT), ("esc_2", Action.HAND_OFF), ("esc_3", Action.APPROVE)):
        review = await _drafted(store, name)
        mode = FailureMode.STALE_POLICY if action is Action.REJECT else None
        await store.reviews.claim(decision(review, action, mode=mode))
    await store.reviews.settle("esc_3/1", receipt=None, problem="The customer's system is down.")
    stored, _ = await store.escalations.receive(escalation("esc_4"))
    await store.reviews.open(stored, at=after(9))
    await store.reviews.settle("esc_4/1", receipt=None, problem="The model is down.")
    await ready(store, "esc_5")
    told = await store.history.turned_down(*WEEK)
    assert [(each.id, each.state) for each in told] == [
        ("esc_1/1", ReviewState.REJECTED),
        ("esc_2/1", ReviewState.HANDED_OFF),
        ("esc_3/1", ReviewState.FAILED),
        ("esc_4/1", ReviewState.FAILED),
    ]
    assert told[0].intent == "where_is_it"
    assert told[0].decided is not None and told[0].decided.mode is FailureMode.STALE_POLICY
    assert told[3].decided is None and not told[3].proposed


async def test_what_a_guardrail_blocked_is_told_whatever_became_of_it_and_a_warning_is_not(store: Store) -> None:
    blocked = (Finding("links", Level.BLOCK, "A."), Finding("tone", Level.WARN, "B."))
    review = await _drafted(store, "esc_1", findings=blocked)
    await _drafted(store, "esc_2", findings=blocked[1:])
    assert await _names(store, *WEEK) == ["esc_1/1"]
    await store.reviews.claim(decision(review))
    await store.reviews.settle("esc_1/1", receipt=RECEIPT, problem="")
    assert await _names(store, *WEEK) == ["esc_1/1"]


async def test_a_rejection_counts_in_the_week_of_the_decision_and_one_of_an_ancient_draft_in_none(store: Store) -> None:
    for name, drafted in (("esc_1", NOON - 5 * DAY), ("esc_2", NOON - 50 * DAY)):
        review = await _drafted(store, name, drafted)
        await store.reviews.claim(decision(review, Action.REJECT))
    assert await _names(store, NOON - 7 * DAY, NOON) == []
    assert await _names(store, *WEEK) == ["esc_1/1"]
    assert await _names(store, after(60), after(61)) == ["esc_1/1"]
    assert await _names(store, after(0), after(60)) == []


async def test_articles_are_counted_by_the_answers_that_cite_them(store: Store) -> None:
    twice = draft(
        citations=(Citation(1, "shipping#1", "A."), Citation(2, "shipping#1", "B."), Citation(3, "x#9", "C."))
    )
    for name, made in (("esc_1", twice), ("esc_2", draft()), ("esc_3", draft(citations=())), ("esc_4", draft())):
        review = await _drafted(store, name, draft=made)
        if name != "esc_4":
            await store.reviews.claim(decision(review))
            await store.reviews.settle(review.id, receipt=RECEIPT, problem="")
    told = await store.history.cited(*WEEK)
    assert told == Cited(3, 3, {"shipping": 2})
    assert (told.about("shipping"), told.about("returns")) == (2, 0)
    assert await store.history.cited(NOON + DAY, WEEK[1]) == Cited(0, 0, {})


async def test_of_many_answers_some_are_looked_at_and_stand_for_all(store: Store) -> None:
    for number in range(12):
        review = await _drafted(store, f"esc_{number:02}", after(number))
        await store.reviews.claim(decision(review))
        await store.reviews.settle(review.id, receipt=RECEIPT, problem="")
    told = await store.history.cited(*WEEK, most=4)
    assert (told.answers, told.looked_at, told.by_slug) == (12, 4, {"shipping": 4})
    assert told.about("shipping") == 12


async def test_a_neighbours_drafts_are_unknown(store: Store, neighbour: Store) -> None:
    review = await _drafted(neighbour, "esc_1")
    await neighbour.reviews.claim(decision(review, Action.REJECT))
    assert await store.history.turned_down(*WEEK) == ()
    assert await store.history.cited(*WEEK) == Cited(0, 0, {})
