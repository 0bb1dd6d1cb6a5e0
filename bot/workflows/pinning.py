"""Which releases a run answers from, settled once at its beginning."""

from dataclasses import dataclass

from bot.domain.errors import Conflict
from bot.ports import Desk, Run, Workflow


@dataclass(frozen=True, slots=True)
class Settled:
    """The numbers of the releases that a run keeps to its end, whatever is switched meanwhile; 0: there is none."""

    knowledge: int
    workflow: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a run answers from: a knowledge release by its number (0: there is none yet), and a workflow."""

    knowledge: int
    working: Workflow


async def pin(run: Run, desk: Desk, release: int | None = None, workflow: int | None = None) -> Pinned:
    """Settle in a step which releases this run answers from: the live ones, or those that are given.

    A run that another version of the program began goes on with the workflow that is live for this one. Raises what
    `Workflows.get` raises for the workflow that is given.
    """
    settled = await run.step("pin", settle, desk, release, workflow)
    try:
        return Pinned(settled.knowledge, await desk.workflows.get(settled.workflow))
    except Conflict:
        if workflow is not None:
            raise
    settled = await run.step("pin", settle, desk, settled.knowledge, None)
    return Pinned(settled.knowledge, await desk.workflows.get(settled.workflow))


async def settle(desk: Desk, release: int | None, workflow: int | None) -> Settled:
    """The releases that are given, and in place of None those that are live."""
    knowledge = (await desk.store.releases.live("knowledge")).number if release is None else release
    return Settled(knowledge, (await desk.workflows.live()).release if workflow is None else workflow)
