"""Bringing a change of the workflow to the customers: build a candidate, try it, put it live or leave it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import Conflict, RatchetError
from bot.domain.fix import PolicyChange
from bot.domain.quality import GateResult, Verdict
from bot.ports import Desk
from bot.workflows.releases import WORKFLOW, part_changes
from evals.gate_workflow import judge_workflow


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a candidate: its release, what the gate said of it, and whether it is live."""

    release: Release
    gate: GateResult
    live: bool


async def release_workflow(
    desk: Desk,
    changes: Mapping[str, str],
    *,
    reason: str,
    by: Person | None = None,
    fix: str = "",
    beside: Release | None = None,
) -> Tried:
    """Bring the new texts of these parts to the customers if the evals find nothing worse; else leave what is live.

    `beside` is the release whose texts were changed, by default the live one; whoever may be interrupted names it, and
    can then call again. `fix` names what asked for it. A switch is atomic, and refused where another release went live
    meanwhile. Raises Rejected for texts that cannot be read.
    """
    before = beside or await desk.store.releases.live(WORKFLOW)
    made = await desk.workflows.propose(changes, beside=before, reason=reason, by=by, fix=fix or "candidate")
    gate = await _judged(desk, made, before)
    if gate.verdict is not Verdict.PASSED:
        return Tried(made, gate, live=False)
    try:
        await desk.store.releases.activate(WORKFLOW, made.number, instead_of=before.number)
    except Conflict as moved:
        return Tried(made, replace(gate, verdict=Verdict.FAILED, why=f"{moved} Then try again."), live=False)
    await _log(desk, made, before, reason=reason, by=by, gate=gate)
    return Tried(made, gate, live=True)


async def _judged(desk: Desk, made: Release, before: Release) -> GateResult:
    try:
        return await judge_workflow(desk, candidate=made.number, live=before.number)
    except RatchetError as problem:
        return GateResult(Verdict.FAILED, f"The gate could not run, so nothing goes live. {problem}")


async def _log(desk: Desk, made: Release, before: Release, *, reason: str, by: Person | None, gate: GateResult) -> None:
    now, name = desk.clock.now(), f"workflow:{before.number}:{made.number}"
    texts = [await desk.store.workflow_parts.texts(each.manifest) for each in (before, made)]
    lines = part_changes((before, texts[0]), (made, texts[1]), name=name, why=reason, by=by, at=now)
    why = f"{reason} {gate.why}"
    await desk.store.policy_log.add(
        *lines, PolicyChange(f"{name}:live", now, "activation", made.label, why, by, before.label, made.label)
    )
