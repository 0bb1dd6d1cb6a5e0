"""The confidence on new cards follows the decisions on old ones."""

import asyncio
from dataclasses import replace

from bot.domain.answer import Draft
from bot.domain.confidence import Calibrated
from bot.domain.review import Action
from bot.ports import Desk
from bot.workflows.answer import prepare
from evals.recalibration import LearnedCalibration
from tests.contracts.store_samples import after, decision, draft, escalation, proposal
from tests.unit.scripted import Clock, LiveRun


async def decide(desk: Desk, count: int, action: Action, *, first: int = 0, model: str = "") -> None:
    for number in range(first, first + count):
        stored, _ = await desk.store.escalations.receive(escalation(f"esc_{number}"))
        opened, _ = await desk.store.reviews.open(stored, at=after(number))
        made = replace(proposal(), draft=draft(model=model))
        review = await desk.store.reviews.propose(opened.id, made)
        await desk.store.reviews.claim(decision(review, action, at=after(number)))


async def test_rejections_lower_the_confidence_in_the_next_draft_and_the_card_says_on_how_many_it_rests(
    desk: Desk, run: LiveRun
) -> None:
    await decide(desk, 12, Action.REJECT)
    proposed = await prepare(run, desk, escalation())
    assert proposed.draft.confidence == 0.8
    assert proposed.confidence < 0.5
    assert proposed.calibrated_on == 12


async def test_what_was_computed_is_on_record(desk: Desk, run: LiveRun) -> None:
    await decide(desk, 3, Action.APPROVE)
    proposed = await prepare(run, desk, escalation())
    step = next(span.output for span in run.spans if span.name == "calibrate")
    assert (step["confidence"], step["estimate"], step["decisions"]) == (proposed.confidence, 0.8, 3)
    assert step["intercept"] > 0


async def calibrate(desk: Desk, made: Draft) -> Calibrated:
    return await (await desk.workflows.live()).calibration.calibrate(made)


async def test_each_drafter_has_decisions_of_its_own(desk: Desk) -> None:
    await decide(desk, 8, Action.REJECT, model="gpt-x")
    offline = await calibrate(desk, draft())
    model = await calibrate(desk, draft(model="gpt-x"))
    assert (offline.decisions, offline.confidence) == (0, 0.8)
    assert model.decisions == 8 and model.confidence < 0.6


async def test_it_is_learned_again_when_a_minute_has_passed(desk: Desk, clock: Clock) -> None:
    assert (await calibrate(desk, draft())).decisions == 0
    await decide(desk, 5, Action.REJECT)
    clock.pass_by(seconds=59)
    assert (await calibrate(desk, draft())).decisions == 0
    clock.pass_by(seconds=1)
    assert (await calibrate(desk, draft())).decisions == 5


async def test_another_process_comes_to_the_same_confidence(desk: Desk, clock: Clock) -> None:
    await decide(desk, 5, Action.REJECT)
    here = await calibrate(desk, draft())
    assert await LearnedCalibration(desk.store.reviews, clock).calibrate(draft()) == here


async def test_of_many_drafts_at_once_one_asks_the_store(desk: Desk, clock: Clock) -> None:
    asked = 0

    class Counting:
        async def judged(self, **how: object) -> tuple[()]:
            nonlocal asked
            asked += 1
            await asyncio.sleep(0)
            return ()

    calibration = LearnedCalibration(Counting(), clock)  # type: ignore[arg-type]
    await asyncio.gather(*(calibration.calibrate(draft()) for _ in range(50)))
    assert asked == 1


async def test_an_abstention_has_no_confidence(desk: Desk) -> None:
    silent = draft("", cited="", citations=(), confidence=0.4, missing="No article.")
    calibrated = await calibrate(desk, silent)
    assert (calibrated.confidence, calibrated.decisions) == (0.0, 0)
