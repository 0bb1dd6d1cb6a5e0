"""What the store tells of a week in few words: how many conversations came, and what became of drafts."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.history import Fate
from bot.domain.review import Action, Receipt
from bot.ports import Store
from tests.contracts.store_samples import NOON, after, decision, draft, escalation, proposal, ready, turn

DAY = timedelta(days=1)
BOUNDS = tuple(NOON + n * DAY for n in range(4))


async def test_conversations_are_counted_where_they_were_opened_by_the_intent_of_their_newest_draft(
    store: Store,
) -> None:
    await ready(store)
    for name, at in (("esc_2", 0.0), ("esc_3", 86_400.0), ("esc_4", 86_399.0), ("esc_5", 3 * 86_400.0)):
        await store.escalations.receive(escalation(name, turn(f"c-{name}", at=at), opened_at=after(at)))
    assert await store.history.volumes(BOUNDS) == {"where_is_it": (1, 0, 0), UNKNOWN_INTENT: (2, 1, 0)}
    changed = await store.escalations.add_turn("esc_1", turn("c2", at=200))
    review, _ = await store.reviews.open(changed, at=after(200))
    other = replace(proposal().triage, intent="refund")
    await store.reviews.propose(review.id, replace(proposal(), triage=other))
    assert (await store.history.volumes(BOUNDS))["refund"] == (1, 0, 0)


async def test_a_conversation_that_goes_on_for_weeks_counts_once_when_it_was_opened(store: Store) -> None:
    await ready(store)
    await store.escalations.add_turn("esc_1", turn("c2", at=2.5 * 86_400))
    assert await store.history.volumes(BOUNDS) == {"where_is_it": (1, 0, 0)}
    assert await store.history.volumes(BOUNDS[1:]) == {}


async def test_what_became_of_a_draft_is_told_with_when_it_was_begun(store: Store) -> None:
    review = await ready(store)
    await store.reviews.claim(decision(review, Action.EDIT, at=after(60), text="Another text."))
    waiting = await ready(store, "esc_2")
    assert list(await store.history.fates(NOON, NOON + DAY)) == [
        Fate(review.opened_at, "where_is_it", abstained=False, action=Action.EDIT, edited=True),
        Fate(waiting.opened_at, "where_is_it", abstained=False, action=None, edited=False),
    ]
    assert not (await store.history.fates(NOON, NOON + DAY))[0].unchanged
    assert list(await store.history.fates(NOON + DAY, NOON + 2 * DAY)) == []


async def test_a_draft_that_abstained_or_was_not_written_is_told_as_such(store: Store) -> None:
    stored, _ = await store.escalations.receive(escalation())
    review, _ = await store.reviews.open(stored, at=after(3))
    assert list(await store.history.fates(NOON, NOON + DAY)) == []
    await store.reviews.propose(review.id, replace(proposal(), draft=draft("", citations=())))
    (fate,) = await store.history.fates(NOON, NOON + DAY)
    assert fate.abstained and fate.action is None


async def test_an_intents_answers_are_counted_that_cite_one_of_some_articles(store: Store) -> None:
    for name, made in (("esc_1", draft()), ("esc_2", draft()), ("esc_3", draft(citations=())), ("esc_4", draft())):
        stored, _ = await store.escalations.receive(escalation(name, turn(f"c-{name}")))
        review, _ = await store.reviews.open(stored, at=NOON)
        ready_one = await store.reviews.propose(review.id, replace(proposal(), draft=made))
        if name != "esc_4":
            await store.reviews.claim(decision(ready_one))
            await store.reviews.settle(review.id, receipt=Receipt("web", after(60)), problem="")
    assert await store.history.citing({"shipping", "x"}, NOON, NOON + DAY) == {"where_is_it": (2, 3)}
    assert await store.history.citing({"returns"}, NOON, NOON + DAY) == {"where_is_it": (0, 3)}
    assert await store.history.citing({"shipping"}, NOON, NOON + DAY, most=1) == {"where_is_it": (1, 1)}
    assert await store.history.citing({"shipping"}, NOON + DAY, NOON + 2 * DAY) == {}


async def test_one_workspace_counts_nothing_of_another(store: Store, neighbour: Store) -> None:
    await ready(neighbour)
    assert await store.history.volumes(BOUNDS) == {}
    assert list(await store.history.fates(NOON, NOON + DAY)) == []
