"""From an escalation to a proposal before the team: `prepare` answers, `propose` brings the answer to the people.

`prepare` is the one function that the live bot, `ratchet ask`, replay and the evals all run.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.domain.answer import UNKNOWN_INTENT, Draft, Finding, Passage, Proposal, Triage
from bot.domain.article import Audience
from bot.domain.escalation import Escalation, EscalationStatus
from bot.domain.escaped import Escape, came_back_after
from bot.domain.precedent import Precedent
from bot.domain.text.message import faults, prose
from bot.domain.text.procedure import steps_for
from bot.domain.text.wording import content_words
from bot.domain.trace import Trace
from bot.ports import Desk, DraftRequest, GuardInput, Run, Workflow
from bot.workflows import showing
from bot.workflows.pinning import Pinned, pin
from bot.workflows.writing import write

BELIEVED = 0.6
"""The confidence from which an intent may steer the search; below it the title would mislead more than it helps."""
_FOCUS = 0.6  # the share of a message from which its one question says the same as the whole
_NAMED = 2  # words of the matter that the name of a procedure of the team's own has
_FOUND = 8  # passages that are searched for; two for each of many needs
_PROCEDURES = 3  # the best passages of all, among which a procedure of the team's own is about this very matter

Announce = Callable[[Triage], Awaitable[None]]


async def prepare(
    run: Run,
    desk: Desk,
    escalation: Escalation,
    *,
    release: int | None = None,
    workflow: int | None = None,
) -> Proposal:
    """Answer the escalation from the live releases: pin them, triage, retrieve, draft, guard, calibrate, each a step.

    `release` is another knowledge release than the live one, `workflow` another workflow release.
    """
    return await _answer(run, desk, escalation, await pin(run, desk, release, workflow))


async def _answer(
    run: Run,
    desk: Desk,
    escalation: Escalation,
    pinned: Pinned,
    *,
    announce: Announce | None = None,
    review: str = "",
) -> Proposal:
    """Answer from the pinned releases.

    `announce` is called as soon as triage is known, so that people see the work begin in the right room. A slow drafter
    is watched on the card of the `review`.
    """
    working = pinned.working
    triage = await run.step("triage", working.triager.triage, escalation)
    if announce is not None:
        await announce(triage)
    found = await run.step("retrieve", gather, desk, escalation, triage, pinned.knowledge or None)
    request = DraftRequest(escalation, triage, found.passages, found.precedents)
    draft = await run.step("draft", write, desk, working, request, review)
    findings = await run.step("guard", guard, desk, working, escalation, triage, found.passages, draft)
    calibrated = await run.step("calibrate", working.calibration.calibrate, draft)
    procedure, steps = next_steps(escalation, triage, draft, found)
    return Proposal(
        triage=triage,
        passages=found.passages,
        draft=replace(draft, notes=(*draft.notes, *found.notes)),
        findings=findings,
        knowledge_release=found.release,
        workflow_release=working.release,
        trace_id=run.id,
        confidence=calibrated.confidence,
        calibrated_on=calibrated.decisions,
        next_steps=steps,
        procedure=procedure,
        precedents=found.precedents,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What the knowledge has: passages that may be cited to the customer, and procedures that are for the team alone.

    Both best first, from one release. `precedents` are what the team answered before; apart from the passages, so that
    nothing of them can be cited.
    """

    passages: tuple[Passage, ...]
    release: int
    procedures: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()
    precedents: tuple[Precedent, ...] = ()


async def gather(desk: Desk, escalation: Escalation, triage: Triage, release: int | None) -> Found:
    """Search for what answers the customer and, apart from that, for what the team does in such a case."""
    query, at = search_query(escalation, triage), desk.clock.now()
    needs = [need.text for need in triage.needs]
    if len(needs) == 1 and len(needs[0]) > len(query) * _FOCUS:
        needs = []  # the query is the need
    cited = await desk.retriever.retrieve(
        query, at=at, audience=Audience.CUSTOMER, release=release, limit=max(_FOUND, 2 * len(needs)), needs=needs
    )
    known = await desk.retriever.retrieve(
        query, at=at, audience=Audience.INTERNAL, release=cited.release, limit=_PROCEDURES
    )
    internal = tuple(passage for passage in known.passages if passage.audience is Audience.INTERNAL)
    precedents: tuple[Precedent, ...] = ()
    if desk.precedents is not None:
        room = escalation.place.room if escalation.place else ""
        precedents = await desk.precedents.find(escalation.asked, triage, at=at, release=cited.release, room=room)
    return Found(cited.passages, cited.release, internal, cited.notes, precedents)


def next_steps(
    escalation: Escalation, triage: Triage, draft: Draft, found: Found
) -> tuple[Passage | None, tuple[str, ...]]:
    """What the rep should do, word for word from a procedure that speaks of the matter, and that procedure.

    The team's own procedures come first, where their name says of the matter more than one word that many things
    share ("account"); a procedure of a cited article counts where the draft does not tell it.
    """
    about = f"{escalation.asked} {triage.intent_title if triage.intent != UNKNOWN_INTENT else ''}"
    matter = set(content_words(about))
    cited = {citation.passage_id for citation in draft.citations}
    for passage in (*found.procedures, *(passage for passage in found.passages if passage.id in cited)):
        least = _NAMED if passage.audience is Audience.INTERNAL else 1
        speaks_of_it = len(matter & set(content_words(passage.name))) >= least
        steps = steps_for(about, passage.text) if speaks_of_it else ()
        if steps and steps[0] not in draft.text:
            return passage, steps
    return None, ()


def search_query(escalation: Escalation, triage: Triage) -> str:
    """What to search for: the customer's words, what a trace names as wrong, and the intent's title where believed.

    The title lifts the article that is about the matter over those that merely share words with a long story.
    """
    parts = [prose(escalation.asked), *faults(escalation.asked)]
    if triage.intent != UNKNOWN_INTENT and triage.intent_confidence >= BELIEVED:
        parts.append(triage.intent_title)
    return "\n".join(parts)


async def guard(
    desk: Desk,
    working: Workflow,
    escalation: Escalation,
    triage: Triage,
    passages: tuple[Passage, ...],
    draft: Draft,
) -> tuple[Finding, ...]:
    """Let every guardrail of the workflow judge the draft; the most serious findings come first."""
    given = GuardInput(
        escalation, triage, passages, draft, desk.clock.now(), working.allowed_hosts, working.banned_phrases
    )

    def judged() -> list[Finding]:
        return [finding for guardrail in working.guardrails for finding in guardrail.check(given)]

    findings = await asyncio.to_thread(judged)  # a long draft with long sources takes tens of ms
    return tuple(sorted(findings, key=lambda finding: _SEVERITY.index(finding.level)))


_SEVERITY = ["block", "warn", "pass"]


async def propose(run: Run, desk: Desk, *, escalation: str, revision: int) -> None:
    """Draft an answer for this revision of the escalation and put it before the team, on one card.

    Ends early when the conversation has moved on: then a later run has the newer revision.
    """
    if desk.policy.burst_seconds:
        await run.sleep(desk.policy.burst_seconds)
    opened = await run.step("open", open_review, desk, escalation, revision)
    if opened is None:
        return
    for stale in opened.superseded:
        await showing.show(run, desk, stale)
    current, review_id = opened.escalation, opened.review
    try:
        proposal = await _prepare_in_sight(run, desk, current, review_id)
        await run.step("propose", save_proposal, desk, review_id, proposal, record(run, desk, "propose", escalation))
        await showing.show(run, desk, review_id)
        if answered := came_back_after(current):
            key, how = f"escape:{answered}:{review_id}", Escape.REOPENED.value
            await run.start("find_escape", key, review=answered, how=how, again=review_id)
    except Exception:
        await run.step("fail", fail_review, desk, review_id, f"Drafting failed. Details: ratchet trace show {run.id}")
        await showing.show(run, desk, review_id)
        raise
    finally:
        await run.step("trace", save_trace, desk, record(run, desk, "propose", escalation))


async def _prepare_in_sight(run: Run, desk: Desk, escalation: Escalation, review_id: str) -> Proposal:
    """Prepare the proposal; a drafter that takes its time works under a card that says "drafting" from the start.

    That card is posted as soon as it is known where it belongs. A quick drafter gets one card, with its draft on it.
    """

    async def announce(triage: Triage) -> None:
        await showing.show(run, desk, review_id, owner=triage.owner)

    pinned = await pin(run, desk)
    if not pinned.working.drafter.slow:
        return await _answer(run, desk, escalation, pinned)
    if escalation.place is None:
        return await _answer(run, desk, escalation, pinned, announce=announce, review=review_id)
    await showing.show(run, desk, review_id)
    return await _answer(run, desk, escalation, pinned, review=review_id)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a run works on: the escalation as it stood, its review, and the reviews that this one supersedes.

    The escalation comes without its place where that is no place for a draft, so that one is found by its intent.
    """

    escalation: Escalation
    review: str
    superseded: tuple[str, ...] = ()


async def open_review(desk: Desk, escalation_id: str, revision: int) -> Opened | None:
    """Open the review of this revision, if it is still the newest and there is something to answer."""
    escalation = await desk.store.escalations.get(escalation_id)
    if escalation.revision != revision or escalation.status is EscalationStatus.WITHDRAWN:
        return None
    review, superseded = await desk.store.reviews.open(escalation, at=desk.clock.now())
    if escalation.place is not None and await showing.is_shared(desk, escalation.place):
        escalation = replace(escalation, place=None)
    return Opened(escalation, review.id, tuple(old.id for old in superseded))


async def save_proposal(desk: Desk, review_id: str, proposal: Proposal, trace: Trace) -> None:
    """Keep the proposal, and first the steps behind it: who sees the card may ask why at once."""
    await desk.store.traces.save(trace)
    await desk.store.reviews.propose(review_id, proposal)


async def fail_review(desk: Desk, review_id: str, problem: str) -> None:
    await desk.store.reviews.settle(review_id, receipt=None, problem=problem)


async def save_trace(desk: Desk, trace: Trace) -> None:
    await desk.store.traces.save(trace)


def record(run: Run, desk: Desk, kind: str, escalation_id: str) -> Trace:
    """The trace of what the run has done so far; one that answered nothing names no releases."""
    spans = run.spans
    made = {span.name: span.output for span in spans if span.output}
    return Trace(
        id=run.id,
        kind=kind,
        escalation_id=escalation_id,
        started_at=spans[0].started_at if spans else desk.clock.now(),
        spans=spans,
        knowledge_release=made["retrieve"]["release"] if "retrieve" in made else 0,
        workflow_release=made["pin"]["workflow"] if "pin" in made else 0,
    )
