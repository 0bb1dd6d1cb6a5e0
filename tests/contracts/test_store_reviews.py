import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.answer import DraftAuthor
from bot.domain.errors import Conflict, NotFound
from bot.domain.review import Action, FailureMode, Review, ReviewState
from bot.ports import Claim, Store
from bot.storage.engine import Engine
from bot.storage.tables import DraftRow, table
from tests.contracts.store_samples import (
    ANA,
    BEN,
    CARD,
    NOON,
    RECEIPT,
    TRICKY,
    after,
    decision,
    draft,
    escalation,
    proposal,
    ready,
    turn,
)


async def test_a_review_is_opened_once_a_revision(store: Store) -> None:
    asked, _ = await store.escalations.receive(escalation())
    first, superseded = await store.reviews.open(asked, at=NOON)
    assert (first.id, first.state, first.opened_at, superseded) == ("esc_1/1", ReviewState.DRAFTING, NOON, ())
    assert await store.reviews.open(asked, at=after(9)) == (first, ())


async def test_a_newer_revision_supersedes_and_says_so_again_when_repeated(store: Store) -> None:
    first = await ready(store)
    changed = await store.escalations.add_turn("esc_1", turn("c2"))
    second, superseded = await store.reviews.open(changed, at=after(5))
    assert (second.number, second.revision) == (2, 2)
    assert [(old.id, old.state) for old in superseded] == [(first.id, ReviewState.SUPERSEDED)]
    assert superseded[0].version > first.version
    assert await store.reviews.open(changed, at=after(5)) == (second, superseded)


async def test_a_late_older_revision_gets_a_superseded_review_of_its_own(store: Store) -> None:
    newer, _ = await store.reviews.open(escalation(revision=2), at=NOON)
    older, superseded = await store.reviews.open(escalation(revision=1), at=NOON)
    assert (older.state, superseded) == (ReviewState.SUPERSEDED, ())
    assert (await store.reviews.get(newer.id)).state is ReviewState.DRAFTING


async def test_many_revisions_opened_at_once_leave_one_open_review(store: Store) -> None:
    asked = escalation()
    await asyncio.gather(*(store.reviews.open(replace(asked, revision=1 + n % 5), at=NOON) for n in range(25)))
    reviews = await store.reviews.of_escalation("esc_1")
    assert [review.number for review in reviews] == [1, 2, 3, 4, 5]
    assert [review.revision for review in reviews if review.state is ReviewState.DRAFTING] == [5]


async def test_a_proposal_makes_the_draft_ready_and_repeating_it_changes_nothing(store: Store) -> None:
    review = await ready(store)
    assert (review.state, review.proposal) == (ReviewState.READY, proposal())
    assert await store.reviews.propose(review.id, proposal()) == review
    assert await store.reviews.get(review.id) == review


async def test_a_proposal_for_a_superseded_review_is_only_kept(store: Store) -> None:
    asked, _ = await store.escalations.receive(escalation())
    review, _ = await store.reviews.open(asked, at=NOON)
    await store.reviews.open(replace(asked, revision=2), at=NOON)
    kept = await store.reviews.propose(review.id, proposal())
    assert (kept.state, kept.proposal) == (ReviewState.SUPERSEDED, proposal())


async def test_a_late_proposal_cannot_change_what_was_approved(store: Store) -> None:
    review = await ready(store)
    await store.reviews.claim(decision(review))
    assert (await store.reviews.propose(review.id, proposal("Something else."))).reply == "It is on its way."


async def test_a_repeated_proposal_does_not_undo_a_persons_edit(store: Store) -> None:
    review = await ready(store)
    better = draft("Better.", author=DraftAuthor.PERSON)
    revised = await store.reviews.revise(
        review.id, draft_hash=decision(review).draft_hash, draft=better, findings=(), editor=BEN
    )
    assert await store.reviews.propose(review.id, proposal()) == revised
    assert (await store.reviews.propose(review.id, proposal("Another."))).reply == "Better."


async def test_the_card_is_remembered_without_a_new_version(store: Store) -> None:
    review = await ready(store)
    await store.reviews.set_card(review.id, CARD)
    assert await store.reviews.get(review.id) == replace(review, card=CARD)
    with pytest.raises(NotFound):
        await store.reviews.set_card("esc_1/9", CARD)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (Action.APPROVE, ReviewState.DELIVERING),
        (Action.EDIT, ReviewState.DELIVERING),
        (Action.REJECT, ReviewState.REJECTED),
        (Action.HAND_OFF, ReviewState.HANDED_OFF),
    ],
)
async def test_a_decision_leads_to_its_state_and_is_kept_whole(
    store: Store, action: Action, state: ReviewState
) -> None:
    review = await ready(store)
    made = decision(
        review, action, text="Mine.", mode=FailureMode.TONE, note="too curt", to=BEN, redraft=action is Action.REJECT
    )
    claim = await store.reviews.claim(made)
    assert claim.won
    assert claim.review == replace(
        review, state=state, version=review.version + 1, decision=made
    )  # fmt: skip
    assert await store.reviews.get(review.id) == claim.review


async def test_twenty_concurrent_decisions_have_one_winner_whom_the_others_are_told(store: Store) -> None:
    review = await ready(store)
    people = [replace(ANA, id=f"U{number}") for number in range(20)]
    claims = await asyncio.gather(*(store.reviews.claim(decision(review, by=person)) for person in people))
    winners = [person for person, claim in zip(people, claims, strict=True) if claim.won]
    assert len(winners) == 1
    assert {claim.review.decision.by for claim in claims if claim.review.decision} == set(winners)


async def test_the_same_decision_again_is_won_again(store: Store) -> None:
    review = await ready(store)
    made = decision(review)
    first = await store.reviews.claim(made)
    assert await store.reviews.claim(replace(made, by=replace(ANA, name="Ana M."))) == first
    assert await store.reviews.claim(replace(made, at=after(61))) == Claim(first.review, won=False)
    await store.reviews.settle(review.id, receipt=RECEIPT, problem="")
    assert (await store.reviews.claim(made)).won


async def test_a_decision_on_another_draft_is_refused(store: Store) -> None:
    review = await ready(store)
    with pytest.raises(Conflict, match=r"^This draft was replaced by a newer one\.$"):
        await store.reviews.claim(decision(review, draft_hash="0" * 16))
    assert (await store.reviews.get(review.id)).state is ReviewState.READY


async def test_what_nobody_can_decide_any_more_is_refused(store: Store) -> None:
    review = await ready(store)
    await store.reviews.open(escalation(revision=2), at=NOON)
    with pytest.raises(Conflict, match="replaced"):
        await store.reviews.claim(decision(review))
    await store.reviews.withdraw("esc_1")
    with pytest.raises(Conflict, match="was deleted"):
        await store.reviews.claim(replace(decision(review), review_id="esc_1/2"))
    with pytest.raises(NotFound):
        await store.reviews.claim(replace(decision(review), review_id="esc_1/9"))


async def test_a_revised_draft_waits_under_its_new_hash(store: Store) -> None:
    review = await ready(store)
    better = draft("Better.", author=DraftAuthor.PERSON)
    old_hash = decision(review).draft_hash
    revised = await store.reviews.revise(review.id, draft_hash=old_hash, draft=better, findings=(), editor=BEN)
    assert (revised.reply, revised.editor, revised.state) == ("Better.", BEN, ReviewState.READY)
    assert await store.reviews.revise(review.id, draft_hash=old_hash, draft=better, findings=(), editor=BEN) == revised
    with pytest.raises(Conflict):
        await store.reviews.revise(review.id, draft_hash=old_hash, draft=draft("Worse."), findings=(), editor=ANA)
    with pytest.raises(Conflict):
        await store.reviews.claim(decision(review))
    assert (await store.reviews.claim(decision(revised))).won


async def test_every_text_is_kept_the_draft_the_revision_and_the_edit(store: Store, engine: Engine) -> None:
    review = await ready(store)
    better = draft("Better.", author=DraftAuthor.PERSON)
    old_hash = decision(review).draft_hash
    revised = await store.reviews.revise(review.id, draft_hash=old_hash, draft=better, findings=(), editor=BEN)
    await store.reviews.claim(decision(revised, Action.EDIT, text="Best."))
    drafts = table(DraftRow)
    wanted = select(drafts).where(drafts.c.workspace == store.workspace).order_by(drafts.c.seq)
    async with engine.read() as connection:
        rows = (await connection.execute(wanted)).all()
    assert [(row.seq, row.text, row.author, row.knowledge_release, row.workflow_release) for row in rows] == [
        (1, "It is on its way.", "offline", 12, 7),
        (2, "Better.", "person", 12, 7),
        (3, "Best.", "person", 12, 7),
    ]
    assert [row.editor and row.editor["id"] for row in rows] == [None, "U2", "U1"]


async def test_a_delivery_ends_with_its_receipt(store: Store) -> None:
    review = await ready(store)
    await store.reviews.claim(decision(review))
    trying = await store.reviews.settle(review.id, receipt=None, problem="503", final=False)
    assert (trying.state, trying.problem) == (ReviewState.DELIVERING, "503")
    done = await store.reviews.settle(review.id, receipt=RECEIPT, problem="")
    assert (done.state, done.receipt, done.problem) == (ReviewState.DELIVERED, RECEIPT, "")
    assert await store.reviews.settle(review.id, receipt=RECEIPT, problem="") == done
    assert await store.reviews.settle(review.id, receipt=None, problem="late") == done


async def test_a_failed_delivery_can_be_tried_again(store: Store) -> None:
    review = await ready(store)
    with pytest.raises(Conflict):
        await store.reviews.retry(review.id)
    await store.reviews.claim(decision(review))
    failed = await store.reviews.settle(review.id, receipt=None, problem="no such address")
    assert (failed.state, failed.problem) == (ReviewState.FAILED, "no such address")
    assert (await store.reviews.retry(review.id)).state is ReviewState.DELIVERING
    with pytest.raises(Conflict):
        await store.reviews.retry(review.id)


async def test_a_receipt_that_comes_after_giving_up_still_counts(store: Store) -> None:
    review = await ready(store)
    await store.reviews.claim(decision(review))
    await store.reviews.settle(review.id, receipt=None, problem="timeout")
    assert (await store.reviews.settle(review.id, receipt=RECEIPT, problem="")).state is ReviewState.DELIVERED


async def test_a_draft_that_could_not_be_written_fails_and_a_new_one_supersedes_it(store: Store) -> None:
    asked, _ = await store.escalations.receive(escalation())
    review, _ = await store.reviews.open(asked, at=NOON)
    failed = await store.reviews.settle(review.id, receipt=None, problem="Drafting failed.")
    assert (failed.state, failed.problem) == (ReviewState.FAILED, "Drafting failed.")
    with pytest.raises(Conflict):
        await store.reviews.retry(review.id)
    _, superseded = await store.reviews.open(replace(asked, revision=2), at=NOON)
    assert [old.id for old in superseded] == [review.id]


async def test_nothing_is_settled_that_was_not_decided(store: Store) -> None:
    review = await ready(store)
    assert await store.reviews.settle(review.id, receipt=None, problem="showing failed") == review
    with pytest.raises(Conflict):
        await store.reviews.settle(review.id, receipt=RECEIPT, problem="")


async def test_withdrawing_closes_what_is_open_and_names_it_again_when_repeated(store: Store) -> None:
    review = await ready(store)
    closed = await store.reviews.withdraw("esc_1")
    assert [(each.id, each.state) for each in closed] == [(review.id, ReviewState.WITHDRAWN)]
    assert await store.reviews.withdraw("esc_1") == closed
    assert await store.reviews.withdraw("esc_unknown") == ()


async def test_withdrawing_leaves_what_was_decided(store: Store) -> None:
    review = await ready(store)
    claimed = await store.reviews.claim(decision(review))
    assert await store.reviews.withdraw("esc_1") == ()
    assert await store.reviews.get(review.id) == claimed.review


async def test_what_waits_is_listed_oldest_first(store: Store) -> None:
    made: list[Review] = []
    for number in (3, 1, 2, 4):
        asked = escalation(f"esc_{number}")
        review, _ = await store.reviews.open(asked, at=after(number))
        made.append(await store.reviews.propose(review.id, proposal()))
    await store.reviews.claim(decision(made[3]))
    await store.reviews.settle(made[3].id, receipt=None, problem="x")
    await store.reviews.claim(decision(made[2], Action.REJECT))
    assert [each.escalation_id for each in await store.reviews.waiting()] == ["esc_1", "esc_3", "esc_4"]
    assert len(await store.reviews.waiting(limit=1)) == 1


async def test_what_a_person_decided_is_listed_newest_first(store: Store) -> None:
    for number in range(4):
        review = await ready(store, f"esc_{number}")
        by = BEN if number == 2 else ANA
        await store.reviews.claim(decision(review, Action.REJECT, by=by, at=NOON + timedelta(hours=number)))
    decided = await store.reviews.decided_by(replace(ANA, name="?"), NOON + timedelta(hours=1))
    assert [each.escalation_id for each in decided] == ["esc_3", "esc_1"]
    assert len(await store.reviews.decided_by(ANA, NOON, limit=1)) == 1


async def test_the_newest_draft_of_each_escalation_of_an_intent_is_found(store: Store) -> None:
    other = replace(proposal().triage, intent="unknown")
    for number, minutes, judged in (("1", 0, other), ("2", 5, proposal().triage), ("3", 9, other)):
        asked, _ = await store.escalations.receive(escalation(f"esc_{number}"))
        review, _ = await store.reviews.open(asked, at=NOON + timedelta(minutes=minutes))
        await store.reviews.propose(review.id, proposal(triage=judged))
    again, _ = await store.reviews.open(escalation("esc_1", revision=2), at=NOON + timedelta(minutes=20))
    await store.reviews.propose(again.id, proposal(triage=other))
    found = await store.reviews.of_intent("unknown", NOON)
    assert [(each.escalation_id, each.number) for each in found] == [("esc_3", 1), ("esc_1", 2)]
    assert await store.reviews.of_intent("unknown", NOON + timedelta(hours=1)) == ()


async def test_a_tricky_text_keeps_its_hash(store: Store) -> None:
    asked, _ = await store.escalations.receive(escalation())
    review, _ = await store.reviews.open(asked, at=NOON)
    tricky = proposal(TRICKY + "\x00")
    kept = await store.reviews.propose(review.id, tricky)
    assert kept.proposal == tricky
    assert (await store.reviews.claim(decision(kept))).won


async def test_many_escalations_and_their_reviews_are_read_at_once_as_each_would_be(store: Store) -> None:
    names = [f"esc_{number:03}" for number in range(120)]
    for name in names:
        asked, _ = await store.escalations.receive(escalation(name, turn("t-2"), turn("t-1")))
        await store.reviews.open(asked, at=NOON)
    await store.reviews.open(escalation("esc_007", revision=2), at=NOON + timedelta(minutes=20))
    await store.escalations.receive(escalation("esc_alone"))
    wanted = [*names, "esc_alone", "esc_nowhere"]

    conversations = await store.escalations.several(wanted)
    assert conversations == {name: await store.escalations.get(name) for name in wanted[:-1]}
    reviews = await store.reviews.of_escalations(wanted)
    assert reviews == {name: await store.reviews.of_escalation(name) for name in names}
    assert [each.number for each in reviews["esc_007"]] == [1, 2]
