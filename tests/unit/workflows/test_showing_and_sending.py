"""What a workflow does when the outside fails: it waits, it tells, and nothing stays half done."""

import logging

import pytest

from bot.domain.errors import DeliveryFailed, Unavailable
from bot.domain.review import Review, ReviewState
from bot.ports import Desk
from bot.workflows import answer, showing
from bot.workflows import review as reviewing
from bot.workflows.run import StepFailed
from tests.contracts.store_samples import decision, escalation, ready
from tests.unit.scripted import Clock, Judge, LiveRun, NotingRuntime, ScriptedPlatform, ScriptedSurface

AWAY = Unavailable("Slack did not answer.")


async def approved(desk: Desk) -> Review:
    review = await ready(desk.store)
    return (await desk.store.reviews.claim(decision(review))).review


async def test_a_card_is_shown_after_an_outage_that_outlasts_the_adapter(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await ready(desk.store)
    platform.troubles = [AWAY, Unavailable("Slow down.", retry_after=30)]
    await showing.show(run, desk, review.id)
    assert list(platform.cards) == [f"card:{review.id}"]
    assert run.waits == [2, 30]


async def test_what_cannot_be_shown_at_all_is_in_the_log_and_shown_later(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, clock: Clock, runtime: NotingRuntime,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    review = await ready(desk.store)
    platform.troubles = [AWAY] * 4
    await showing.show(run, desk, review.id)
    assert run.waits == [2, 10, 60]
    assert [record.levelno for record in caplog.records if record.levelno >= logging.ERROR] == [logging.ERROR]
    await showing.show_missing(desk)
    assert not runtime.started  # its own run may still be trying
    clock.pass_by(minutes=7)
    await showing.show_missing(desk)
    assert [workflow for workflow, _ in runtime.started] == ["show"]
    await showing.show_again(run, desk, review=review.id)
    assert list(platform.cards) == [f"card:{review.id}"]
    runtime.started.clear()
    await showing.show_missing(desk)
    assert not runtime.started


async def test_a_passing_failure_of_a_delivery_is_tried_again_with_growing_waits(
    desk: Desk, run: LiveRun, surface: ScriptedSurface
) -> None:
    review = await approved(desk)
    surface.troubles = [DeliveryFailed("Busy.", permanent=False, retry_after=25), Unavailable("Gone.")]
    await reviewing.send(run, desk, review.id)
    assert run.waits == [25, 10]
    assert surface.delivered == [(f"reply:{review.id}", review.reply)]
    assert (await desk.store.reviews.get(review.id)).state is ReviewState.DELIVERED


async def test_a_fault_that_nobody_planned_for_leaves_a_delivery_that_can_be_tried_again(
    desk: Desk, run: LiveRun, surface: ScriptedSurface, platform: ScriptedPlatform
) -> None:
    review = await approved(desk)
    surface.troubles = [ZeroDivisionError("secret details")]
    await reviewing.send(run, desk, review.id)
    failed = await desk.store.reviews.get(review.id)
    assert failed.state is ReviewState.FAILED
    assert "ratchet trace show run-1" in failed.problem
    assert "secret details" not in failed.problem
    await reviewing.again(run, desk, review=review.id, ref="again-1")
    assert (await desk.store.reviews.get(review.id)).state is ReviewState.DELIVERED
    assert len([key for key in platform.cards if key.startswith("failed:")]) == 1


async def test_a_fault_while_drafting_shows_on_the_card_with_a_way_on(
    desk: Desk, run: LiveRun, judge: Judge, platform: ScriptedPlatform
) -> None:
    stored, _ = await desk.store.escalations.receive(escalation())
    judge.trouble = ZeroDivisionError("secret details")
    with pytest.raises(StepFailed):
        await answer.propose(run, desk, escalation=stored.id, revision=stored.revision)
    [review] = await desk.store.reviews.of_escalation(stored.id)
    assert review.state is ReviewState.FAILED
    shown = str(platform.cards[f"card:{review.id}"])
    assert "ratchet trace show run-1" in shown
    assert "Draft again" in shown
    assert "secret details" not in shown
    judge.trouble = None
    await reviewing.again(run, desk, review=review.id, ref="again-1")
    assert run.started == [("propose", f"propose:{stored.id}:{stored.revision + 1}")]
    assert (await desk.store.traces.get("run-1")).spans


async def test_an_outage_of_the_platform_does_not_cost_the_draft(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    stored, _ = await desk.store.escalations.receive(escalation(place=None))
    platform.troubles = [AWAY] * 3
    await answer.propose(run, desk, escalation=stored.id, revision=stored.revision)
    [review] = await desk.store.reviews.of_escalation(stored.id)
    assert review.state is ReviewState.READY
    assert list(platform.cards) == [f"opening:{stored.id}", f"card:{review.id}"]


async def test_a_conversation_that_has_moved_on_is_left_to_the_later_run(desk: Desk, run: LiveRun) -> None:
    stored, _ = await desk.store.escalations.receive(escalation())
    await answer.propose(run, desk, escalation=stored.id, revision=stored.revision - 1)
    assert not await desk.store.reviews.of_escalation(stored.id)


async def test_who_comes_too_late_is_told_even_after_an_outage(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    review = await ready(desk.store)
    await showing.show(run, desk, review.id)
    platform.troubles = [AWAY]
    await showing.tell(run, desk, review.id, decision(review).by, "Ben was first.")
    assert platform.told == [("U1", "Ben was first.")]


async def test_who_presses_before_we_have_noted_where_the_card_is_is_told_all_the_same(
    desk: Desk, clock: Clock, platform: ScriptedPlatform
) -> None:
    review = await ready(desk.store)

    class Meanwhile(LiveRun):
        async def sleep(self, seconds: float) -> None:
            await showing.paint(desk, review.id)

    await showing.tell(Meanwhile("run-2", clock), desk, review.id, decision(review).by, "Ask a senior.")
    assert platform.told == [("U1", "Ask a senior.")]
