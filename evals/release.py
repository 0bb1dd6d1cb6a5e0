"""The durable run behind an approved fix: build a candidate, try it, put it live or hold it, and tell. Each a step."""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.errors import Conflict, RatchetError
from bot.domain.fix import FixState, KnowledgeFix, PolicyChange
from bot.domain.quality import GateResult, Verdict
from bot.ports import Desk, Run
from bot.workflows.answer import record, save_trace
from bot.workflows.fix import on_top, show_fix
from bot.workflows.precedents import forget_overtaken
from bot.workflows.run import StepFailed
from evals.gate import judge
from evals.proof import prove

_TRIES = 3
"""How often a candidate is built anew because another release went live while it was tried."""


@dataclass(frozen=True, slots=True)
class Built:
    """A candidate, the live release that it was built beside, and what it is about; or the problem that kept it."""

    candidate: int = 0
    live: int = 0
    slug: str = ""
    intent: str = ""
    problem: str = ""


async def release_fix(run: Run, desk: Desk, *, fix: str) -> None:
    """Bring an approved fix to the customers if the evals find nothing worse, or hold it.

    Until the one step that switches, the release before it is live, whatever happens.
    """
    moved = GateResult(Verdict.FAILED, "Other releases went live each time while this one was tried. Try it again.")
    try:
        for _ in range(_TRIES):
            built = await run.step("build", build, desk, fix)
            verdict = await _judged(run, desk, built)
            if await run.step("release", settle, desk, fix, built, verdict):
                break
        else:
            await run.step("hold", hold, desk, fix, moved)
    except StepFailed:
        fault = GateResult(Verdict.FAILED, f"Something went wrong here. Details: ratchet trace show {run.id}")
        await run.step("hold", hold, desk, fix, fault)
    await show_fix(run, desk, fix=fix)
    await run.step("trace", save_trace, desk, record(run, desk, "release", ""))


async def rehearse_fix(run: Run, desk: Desk, *, fix: str) -> None:
    """Try a proposed fix while it waits for its approval: what is found out and scored now is known by then."""
    with suppress(StepFailed):  # it is only a matter of time; the gate itself says what is wrong
        await run.step("rehearse", rehearse, desk, fix)


async def rehearse(desk: Desk, fix_id: str) -> None:
    """Do what the gate will do, decide nothing, and leave the fix as it is."""
    fix = await desk.store.fixes.get(fix_id)
    if fix.state is not FixState.OPEN:
        return
    live = await desk.store.releases.live("knowledge")
    with suppress(RatchetError):
        revision = (await on_top(desk, fix)).revision
        made = await desk.knowledge.propose(revision, beside=live, reason=_why(fix), by=fix.by, fix=fix.id)
        await _gate(desk, Built(made.number, live.number, revision.slug, await _intent(desk, fix)))


def _why(fix: KnowledgeFix) -> str:
    return fix.reason or f"Fix of {fix.revision.title}"


async def build(desk: Desk, fix_id: str) -> Built:
    """Build the candidate beside the live release, with the fix on top of what its article says by now."""
    fix = await desk.store.fixes.get(fix_id)
    live = await desk.store.releases.live("knowledge")
    slug = fix.revision.slug
    try:
        if (rebased := await on_top(desk, fix)) != fix:
            fix = await desk.store.fixes.change(rebased)
        await prove(desk, fix)
        made = await desk.knowledge.propose(fix.revision, beside=live, reason=_why(fix), by=fix.by, fix=fix.id)
    except RatchetError as problem:
        return Built(live=live.number, slug=slug, problem=str(problem))
    return Built(made.number, live.number, slug, await _intent(desk, fix))


async def _intent(desk: Desk, fix: KnowledgeFix) -> str:
    """What the conversation was about that the fix comes from."""
    reviews = await desk.store.reviews.of_escalation(fix.escalation) if fix.escalation else ()
    proposals = [review.proposal for review in reviews if review.proposal]
    return proposals[-1].triage.intent if proposals else UNKNOWN_INTENT


async def _judged(run: Run, desk: Desk, built: Built) -> GateResult:
    """The gate's verdict; one that cannot be come by is none to go live with."""
    if built.problem:
        return GateResult(Verdict.FAILED, f"The candidate could not be built. {built.problem}")
    try:
        return await run.step("gate", _gate, desk, built)
    except StepFailed:
        return GateResult(Verdict.FAILED, f"The gate met a fault: nothing goes live. See ratchet trace show {run.id}")
    except RatchetError as problem:
        return GateResult(Verdict.FAILED, f"The gate could not run, so nothing goes live. {problem}")


async def _gate(desk: Desk, built: Built) -> GateResult:
    return await judge(desk, candidate=built.candidate, live=built.live, slug=built.slug, intent=built.intent)


async def settle(desk: Desk, fix_id: str, built: Built, verdict: GateResult) -> bool:
    """Put the candidate live or hold it; False where another release went live meanwhile, so that it must be rebuilt.

    Again after a crash it goes on where it stopped.
    """
    fix = await desk.store.fixes.get(fix_id)
    if fix.state is not FixState.TESTING:
        return True
    through = bool(fix.override) and verdict.verdict is Verdict.HELD
    if verdict.verdict is not Verdict.PASSED and not through:
        await hold(desk, fix_id, verdict)
        return True
    before = await desk.store.articles.revisions({built.slug: fix.base} if fix.base else {})
    try:
        await desk.store.releases.activate("knowledge", built.candidate, instead_of=built.live)
    except Conflict:
        return False
    await desk.store.policy_log.add(*_log(desk, fix, built, before[0].body if before else "", verdict))
    await _prove(desk, fix, verdict)
    await forget_overtaken(desk, fix.escalation)
    await _end(desk, fix_id, state=FixState.LIVE, gate=verdict, release=built.candidate)
    return True


async def hold(desk: Desk, fix_id: str, verdict: GateResult) -> None:
    """Leave everything as it is, and say why. A reason that a manager gave before was for other evals than these."""
    await _end(desk, fix_id, state=FixState.HELD, gate=verdict, override="")


async def _end(desk: Desk, fix_id: str, **how: object) -> None:
    """End the trial so, unless another run has ended it meanwhile."""
    while (fix := await desk.store.fixes.get(fix_id)).state is FixState.TESTING:
        with suppress(Conflict):
            await desk.store.fixes.change(replace(fix, **how))  # type: ignore[arg-type]


async def _prove(desk: Desk, fix: KnowledgeFix, verdict: GateResult) -> None:
    """Put the cases that prove the fix into the core set: what it was made for stays right from now on."""
    for case_id in verdict.fixed:
        case = await desk.store.cases.get(case_id)
        mine = case.escalation == fix.escalation if fix.escalation else False
        if not case.core and (mine or fix.revision.slug in case.sources):
            await desk.store.cases.replace(replace(case, core=True))


def _log(desk: Desk, fix: KnowledgeFix, built: Built, before: str, verdict: GateResult) -> list[PolicyChange]:
    now, label = desk.clock.now(), f"knowledge v{built.candidate}"
    approved = f"Approved by {fix.decided_by.name or fix.decided_by.id}." if fix.decided_by else ""
    why = " ".join(filter(None, (fix.reason, approved, verdict.why)))
    name = f"{built.candidate}:{fix.id}"
    lines = [
        PolicyChange(f"article:{name}", now, "article", built.slug, why, fix.by, before, fix.revision.body),
        PolicyChange(
            f"activation:{name}", now, "activation", label, why, fix.decided_by, f"knowledge v{built.live}", label
        ),
    ]
    if verdict.verdict is not Verdict.PASSED:
        by, held = fix.decided_by, verdict.why
        lines.append(PolicyChange(f"override:{name}", now, "override", label, fix.override, by, before=held))
    return lines
