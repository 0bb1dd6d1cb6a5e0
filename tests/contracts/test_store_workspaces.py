"""No repository can read or write another workspace's rows."""

import pytest
from sqlalchemy import Table

from bot.domain.errors import NotFound
from bot.domain.escalation import Outcome, OutcomeKind
from bot.domain.trace import Trace
from bot.ports import Received, Store
from bot.storage.tables import METADATA
from tests.contracts.store_samples import ANA, CARD, NOON, RECEIPT, THREAD, decision, escalation, proposal, ready, turn
from tests.contracts.test_store_records import REVISION, TRACE, passages


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: str(table.name))
def test_every_key_and_index_begins_with_the_workspace(table: Table) -> None:
    keys = [list(table.primary_key.columns), *(list(index.columns) for index in table.indexes)]
    assert {columns[0].name for columns in keys} == {"workspace"}


async def test_escalations_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.escalations.receive(escalation(), burst_key="k", burst_seconds=9)
    assert await neighbour.escalations.at_place(THREAD) is None
    assert await neighbour.escalations.change_turn("esc_1:1", "mine") is None
    outcome = Outcome("o", "esc_1", OutcomeKind.RESOLVED, NOON)
    for attempt in (
        neighbour.escalations.get("esc_1"),
        neighbour.escalations.set_place("esc_1", THREAD),
        neighbour.escalations.add_turn("esc_1", turn("t9")),
        neighbour.escalations.record_outcome(outcome),
    ):
        with pytest.raises(NotFound):
            await attempt
    theirs, new = await neighbour.escalations.receive(escalation("esc_2"), burst_key="k", burst_seconds=9)
    assert (theirs.id, new) == ("esc_2", True)
    await neighbour.escalations.receive(escalation())
    assert await store.escalations.record_outcome(outcome)
    assert await neighbour.escalations.record_outcome(outcome)
    assert await store.escalations.get("esc_1") == escalation()


async def test_reviews_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    review = await ready(store)
    for attempt in (
        neighbour.reviews.get(review.id),
        neighbour.reviews.propose(review.id, proposal("theirs")),
        neighbour.reviews.set_card(review.id, CARD),
        neighbour.reviews.claim(decision(review)),
        neighbour.reviews.settle(review.id, receipt=RECEIPT, problem=""),
        neighbour.reviews.retry(review.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await neighbour.reviews.of_escalation("esc_1") == ()
    assert await neighbour.reviews.withdraw("esc_1") == ()
    assert await neighbour.reviews.waiting() == ()
    assert await store.reviews.get(review.id) == review
    await ready(neighbour)
    assert (await neighbour.reviews.claim(decision(review))).won
    assert await store.reviews.decided_by(ANA, NOON) == ()
    assert await store.reviews.get(review.id) == review


async def test_outbox_traces_and_inbox_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.outbox.done("k", CARD)
    assert await neighbour.outbox.begin("k") is False
    assert await store.outbox.begin("k") == CARD
    await store.traces.save(TRACE)
    await neighbour.traces.save(Trace("run-abc", "ask", "", NOON))
    assert await store.traces.get("run-abc") == TRACE
    assert (await neighbour.traces.newest())[0].spans == ()
    received = Received("k", "x", "{}")
    assert await store.inbox.accept(received)
    assert await neighbour.inbox.accept(received)
    await neighbour.inbox.handled(["k"])
    assert await store.inbox.pending() == (received,)


async def test_articles_and_releases_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    manifest = {"shipping": "h1"}
    await store.articles.add(REVISION, passages("shipping", "h1", 2))
    assert await neighbour.articles.revisions(manifest) == ()
    assert await neighbour.articles.passages(manifest) == ()
    await neighbour.articles.add(REVISION, [])
    assert len(await store.articles.passages(manifest)) == 2
    await store.releases.publish("knowledge", manifest, reason="", at=NOON)
    assert (await neighbour.releases.live("knowledge")).number == 0
