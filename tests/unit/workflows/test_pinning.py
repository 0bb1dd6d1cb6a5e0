"""A run answers to its end from the releases that were live when it began."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Draft
from bot.domain.errors import Conflict
from bot.ports import Desk, DraftRequest, Progress, Workflow
from bot.workflows.answer import prepare, record
from bot.workflows.run import RecordedRun
from tests.contracts.store_samples import draft, escalation
from tests.unit.scripted import Judge, LiveRun, OneWorkflow


class Switching(OneWorkflow):
    """Workflows by number, of which one is live; `gone` cannot be answered as."""

    def __init__(self, *known: Workflow) -> None:
        super().__init__(known[0])
        self.known = {each.release: each for each in known}
        self.gone: set[int] = set()

    async def get(self, number: int) -> Workflow:
        if number in self.gone:
            raise Conflict("That is of another version.")
        return self.known[number]


class Reluctant(Judge):
    """Says which release it is, and lets the test act before it triages."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def triage(self, escalation: Any) -> Any:
        self.asked.set()
        await self.go_on.wait()
        return await super().triage(escalation)

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        return draft(self.text)


async def test_an_answer_under_way_keeps_the_release_that_it_began_with(desk: Desk, run: LiveRun) -> None:
    first, second = Reluctant("From the first."), Reluctant("From the second.")
    working = await desk.workflows.live()
    known = Switching(
        *(replace(working, release=number, triager=who, drafter=who) for number, who in ((1, first), (2, second)))
    )
    desk = replace(desk, workflows=known)
    answering = asyncio.create_task(prepare(run, desk, escalation()))
    await first.asked.wait()
    known.workflow = known.known[2]
    first.go_on.set()
    second.go_on.set()
    proposal = await answering
    assert (proposal.draft.text, proposal.workflow_release) == ("From the first.", 1)
    assert record(run, desk, "propose", "esc_1").workflow_release == 1
    after = await prepare(RecordedRun("run-2", desk.clock), desk, escalation())
    assert (after.draft.text, after.workflow_release) == ("From the second.", 2)
    asked = await prepare(RecordedRun("run-3", desk.clock), desk, escalation(), workflow=1)
    assert asked.workflow_release == 1


async def test_a_run_of_another_version_goes_on_with_what_is_live_and_an_eval_of_it_is_refused(
    desk: Desk, run: LiveRun
) -> None:
    working = await desk.workflows.live()
    known = Switching(working, replace(working, release=8))
    known.gone = {7}
    desk = replace(desk, workflows=known)
    with pytest.raises(Conflict):
        await prepare(run, desk, escalation(), workflow=7)

    class Upgraded(LiveRun):
        async def step(self, name: str, function: Any, *args: Any, **kwargs: Any) -> Any:
            value = await super().step(name, function, *args, **kwargs)
            known.workflow = known.known[8]
            return value

    proposal = await prepare(Upgraded("run-2", desk.clock), desk, escalation())  # type: ignore[arg-type]
    assert proposal.workflow_release == 8
