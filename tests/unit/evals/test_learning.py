"""What people labelled goes live at night where it is better and the evals agree, and nobody is told of nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.workflows import StoredWorkflows
from bot.cards.block_kit import render_card
from bot.domain.answer import Need
from bot.domain.errors import Unavailable
from bot.domain.intents import Label, LabelSource, label_id
from bot.ports import Desk
from bot.ports.workflow import TEXTS
from evals.learning import learn, learn_nightly, measure, release, usual
from tests.contracts.store_samples import ANA, BEN, NOON, decision, escalation, proposal, turn
from tests.unit.evals.releasing import Reader, at_work, live_run
from tests.unit.evals.test_topic_release import PARCEL, FirstWord, Maker
from tests.unit.scripted import NotingRuntime, ScriptedPlatform
from tests.unit.topics_desk import TAXONOMY, Roles

COURSES = (
    "Do you give barista courses?", "Is there a barista course with latte art?", "Do you have a barista course in May?",
    "Can I book a barista course for two?", "Is the barista course for beginners?", "Can we book a barista course?",
)  # fmt: skip


@pytest.fixture
async def ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk as workflow v1 with a core case."""
    monkeypatch.setattr(FirstWord, "trouble", None)
    like = await desk.workflows.live()
    desk = replace(await at_work(desk, Reader()), people=Roles())
    desk = replace(desk, workflows=StoredWorkflows(desk.store, desk.clock, Maker(like)))  # type: ignore[arg-type]
    manifest = await desk.store.workflow_parts.keep(dict.fromkeys(TEXTS, "") | {"taxonomy": TAXONOMY})
    await desk.store.releases.publish("workflow", manifest, reason="", at=NOON)
    await desk.store.cases.save(PARCEL)
    return desk


async def label(desk: Desk, said: Sequence[str], intent: str = "account") -> None:
    for number, text in enumerate(said):
        by, at = (ANA, BEN)[number % 2], NOON + timedelta(minutes=number)
        await desk.store.labels.save(Label(label_id(text), text, intent, LabelSource.RELABEL, by, at))


async def live(desk: Desk) -> int:
    return (await desk.store.releases.live("workflow")).number


def posted(platform: ScriptedPlatform) -> list[str]:
    return [str(render_card(card)) for key, card in platform.cards.items() if key.startswith("learned:")]


async def test_what_was_learned_goes_live_and_everybody_who_labelled_is_thanked(
    ready: Desk, platform: ScriptedPlatform
) -> None:
    await label(ready, COURSES)
    await learn(live_run(ready, "learning"), ready)
    assert await live(ready) == 2
    taxonomy = (await ready.workflows.parts(2))["taxonomy"]
    assert all(text in taxonomy for text in COURSES)
    assert {each.taught for each in await ready.store.labels.all()} == {2}
    (card,) = posted(platform)
    assert "I learned from 6 labels" in card
    assert all(f"<@{person.id}>" in card or person.id in card for person in (ANA, BEN))
    assert "Live as workflow v2" in card
    changes = {change.kind: change for change in await ready.store.policy_log.newest()}
    assert changes["taxonomy"].why.startswith("Learned from 6 labels: held-out labels judged right")
    assert "95 % interval" in changes["activation"].why


async def test_too_few_labels_change_nothing_and_nobody_is_told(ready: Desk, platform: ScriptedPlatform) -> None:
    await label(ready, COURSES[:4])
    await learn(live_run(ready, "learning"), ready)
    assert (await live(ready), posted(platform)) == (1, [])


async def test_labels_that_make_nothing_better_change_nothing_and_are_kept(
    ready: Desk, platform: ScriptedPlatform
) -> None:
    chance = ("Where is my password?", "The parcel leaks", "Reset my steam", "I want my pump back", "Track the error")
    for text, intent in zip(chance, ("refund", "account", "machine", "delivery", "refund"), strict=True):
        await label(ready, [text], intent)
    await learn(live_run(ready, "learning"), ready)
    assert (await live(ready), posted(platform)) == (1, [])
    assert len(await ready.store.labels.untaught()) == 5


async def test_what_the_evals_cannot_judge_is_held_and_told_once(ready: Desk, platform: ScriptedPlatform) -> None:
    await label(ready, COURSES)
    FirstWord.trouble = Unavailable("The model does not answer.")
    for night in ("one", "two"):
        await learn(live_run(ready, night), ready)
    assert await live(ready) == 1
    assert len(await ready.store.labels.untaught()) == len(COURSES)
    (card,) = posted(platform)
    assert "Held: questions are judged as before" in card
    FirstWord.trouble = None
    await learn(live_run(ready, "three"), ready)
    assert await live(ready) == 2


async def test_a_release_that_was_switched_before_a_crash_is_not_switched_twice(ready: Desk) -> None:
    await label(ready, COURSES)
    measured = await measure(ready)
    first, second = await release(ready, measured), await release(ready, measured)
    assert (first.release.number, first.live) == (second.release.number, second.live) == (2, True)
    assert len([change for change in await ready.store.policy_log.newest() if change.kind == "taxonomy"]) == 1


async def test_the_night_begins_only_with_enough_labels(ready: Desk, runtime: NotingRuntime) -> None:
    await label(ready, COURSES[:4])
    await learn_nightly(ready)
    assert runtime.started == []
    await label(ready, COURSES)
    await learn_nightly(ready)
    assert runtime.started == [("learn", "learn:2026-03-02")]


async def test_approved_questions_must_stay_right_but_not_those_that_somebody_labelled(ready: Desk) -> None:
    for number, labelled in enumerate((False, True)):
        name, text = f"esc_{number}", f"Where is parcel {number}?"
        asked, _ = await ready.store.escalations.receive(escalation(name, turn(f"t{number}", text)))
        review, _ = await ready.store.reviews.open(asked, at=NOON)
        triage = replace(proposal().triage, intent="delivery", needs=(Need(text, "delivery"), Need("So?")))
        review = await ready.store.reviews.propose(review.id, proposal(triage=triage))
        await ready.store.reviews.claim(decision(review))
        if labelled:
            await ready.store.labels.save(Label(label_id(name), text, "refund", LabelSource.CASE, ANA, NOON, name))
    assert await usual(ready, TAXONOMY) == (("Where is parcel 0?", "delivery"),)
