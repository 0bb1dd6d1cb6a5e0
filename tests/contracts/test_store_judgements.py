"""What people made of drafts, as the store remembers it."""

from dataclasses import replace

import pytest

from bot.domain.answer import DraftAuthor, Finding, Level, Proposal
from bot.domain.confidence import Judgement
from bot.domain.review import Action, Review
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, NOON, after, decision, draft, escalation, proposal, turn


async def _ready(store: Store, id: str, made: Proposal | None = None) -> Review:  # noqa: A002
    stored, _ = await store.escalations.receive(escalation(id))
    review, _ = await store.reviews.open(stored, at=NOON)
    return await store.reviews.propose(review.id, made or proposal(confidence=0.7))


async def _decide(store: Store, id: str, action: Action, *, at: float = 60, made: Proposal | None = None) -> None:  # noqa: A002
    review = await _ready(store, id, made)
    await store.reviews.claim(decision(review, action, at=after(at)))


async def test_an_approval_is_a_yes_an_edit_and_a_rejection_are_a_no_newest_first(store: Store) -> None:
    for number, action in enumerate((Action.APPROVE, Action.EDIT, Action.REJECT)):
        await _decide(store, f"esc_{number}", action, at=60 + number)
    judged = await store.reviews.judged()
    assert [each.approved for each in judged] == [False, False, True]
    assert judged[-1] == Judgement("offline", estimate=0.8, shown=0.7, approved=True, at=after(60))


async def test_a_text_that_a_person_edited_before_its_approval_is_a_no_to_what_the_drafter_wrote(store: Store) -> None:
    review = await _ready(store, "esc_1")
    theirs = draft("It arrives today.", author=DraftAuthor.PERSON)
    revised = await store.reviews.revise(review.id, draft_hash=draft().hash, draft=theirs, findings=(), editor=ANA)
    await store.reviews.claim(decision(revised, by=BEN))
    assert [(each.drafter, each.estimate, each.approved) for each in await store.reviews.judged()] == [
        ("offline", 0.8, False)
    ]


BLOCKED = replace(proposal(), findings=(Finding("links", Level.BLOCK, "The draft links to evil.example."),))
ABSTAINED = replace(proposal(), draft=draft("", cited="", citations=(), missing="No article."))


@pytest.mark.parametrize("made", [BLOCKED, ABSTAINED], ids=["blocked", "abstained"])
async def test_a_draft_that_could_not_be_sent_as_it_is_judges_no_drafter(store: Store, made: Proposal) -> None:
    await _decide(store, "esc_1", Action.EDIT, made=made)
    assert await store.reviews.judged() == ()


async def test_a_hand_off_and_what_nobody_decided_judge_no_text(store: Store) -> None:
    await _decide(store, "esc_1", Action.HAND_OFF)
    await _ready(store, "esc_2")
    changed = await store.escalations.add_turn("esc_2", turn("c2"))
    await store.reviews.open(changed, at=after(5))
    await _ready(store, "esc_3")
    await store.reviews.withdraw("esc_3")
    assert await store.reviews.judged() == ()


async def test_a_draft_that_replaced_another_is_the_one_that_is_judged(store: Store) -> None:
    review = await _ready(store, "esc_1")
    second = replace(proposal("Tomorrow.", confidence=0.4), draft=draft("Tomorrow.", confidence=0.5, model="gpt-x"))
    await store.reviews.claim(decision(await store.reviews.propose(review.id, second)))
    assert await store.reviews.judged() == (Judgement("gpt-x", 0.5, 0.4, approved=True, at=after(60)),)


async def test_judgements_are_found_by_drafter_and_time_the_newest_of_them_first(store: Store) -> None:
    by_model = replace(proposal(confidence=0.6), draft=draft(confidence=0.9, model="gpt-x"))
    for number in range(6):
        made = by_model if number % 2 else None
        await _decide(store, f"esc_{number}", Action.APPROVE, at=number, made=made)
    models = await store.reviews.judged(drafter="gpt-x", limit=2)
    assert [each.at for each in models] == [after(5), after(3)]
    assert {each.drafter for each in models} == {"gpt-x"}
    assert [each.at for each in await store.reviews.judged(since=after(4))] == [after(5), after(4)]


async def test_one_workspace_does_not_learn_from_anothers_decisions(store: Store, neighbour: Store) -> None:
    await _decide(neighbour, "esc_1", Action.APPROVE)
    assert await store.reviews.judged() == ()
