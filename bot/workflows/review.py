"""What people decide about a draft, and what follows: claim, deliver, settle, repaint the card."""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.cards.review import hand_off_card
from bot.domain.answer import Citation, Draft, DraftAuthor, Finding, Risk
from bot.domain.chat import Person
from bot.domain.codec import codec
from bot.domain.errors import Conflict, DeliveryFailed, NotAllowed, RatchetError, Rejected, Unavailable
from bot.domain.escalation import Author, EscalationStatus, Turn
from bot.domain.escaped import Escape, is_rejected
from bot.domain.review import (
    Action,
    Decision,
    Receipt,
    Review,
    ReviewState,
    check_may_decide,
    escalation_of,
    needs_second_person,
    why_closed,
)
from bot.ports import Desk, Run
from bot.workflows import showing
from bot.workflows.accounts import accounts_of
from bot.workflows.answer import guard, record, save_trace
from bot.workflows.precedents import remember
from bot.workflows.run import StepFailed

SENDING = frozenset({Action.APPROVE, Action.EDIT})


async def check(desk: Desk, review: Review, action: Action, actor: Person) -> None:
    """Let a permitted decision on a ready draft pass; the role is looked up now, not taken from the card.

    Raises Conflict for a draft that is not open any more, NotAllowed for a person who may not, or a blocked approval.
    """
    escalation = await desk.store.escalations.get(review.escalation_id)
    role = await desk.people.role(actor)
    risk = review.proposal.triage.risk if review.proposal else Risk.HIGH
    for account in await accounts_of(desk, actor):
        check_may_decide(action, risk, role, actor=account, askers=escalation.askers, editor=review.editor)
    if review.state is not ReviewState.READY or review.proposal is None:
        raise Conflict(why_closed(review))
    if action is not Action.APPROVE:
        return
    if review.proposal.draft.abstained:
        raise NotAllowed("There is no draft to approve. Write the answer with Edit.")
    if review.proposal.blocks:
        raise NotAllowed(f"This draft may not be sent as it is: {review.proposal.blocks[0].message}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a decision: it counts (`won`), it only changed the text (`revised`), or it was refused."""

    won: bool = False
    revised: bool = False
    refusal: str = ""


async def resolve(run: Run, desk: Desk, *, decision: str) -> None:
    """Carry out a decision (as JSON): check, claim, deliver, settle; tell the person if it cannot count."""
    made: Decision = codec(Decision).validate_json(decision)
    verdict = await run.step("claim", claim, desk, made)
    if verdict.refusal:
        await showing.tell(run, desk, made.review_id, made.by, verdict.refusal)
        return
    await showing.show(run, desk, made.review_id)
    if verdict.won:
        await _follow_up(run, desk, made)
    escalation = escalation_of(made.review_id)
    await run.step("trace", save_trace, desk, record(run, desk, "resolve", escalation))


async def _follow_up(run: Run, desk: Desk, made: Decision) -> None:
    if made.action in SENDING:
        await send(run, desk, made.review_id)
    elif is_rejected(made):
        await run.start("find_escape", f"escape:{made.review_id}", review=made.review_id, how=Escape.REJECTED.value)
    elif made.action is Action.HAND_OFF:
        await run.step("hand_off", hand_off, desk, made)
        await showing.add(run, desk, made.review_id, hand_off_card(made), key=f"hand-off:{made.review_id}")
    if made.redraft:
        await start_redraft(run, desk, made.review_id, made.note, f"redraft:{made.review_id}", by=made.by)


async def claim(desk: Desk, made: Decision) -> Verdict:
    """Make the decision count if it may and if nobody was first."""
    review = await desk.store.reviews.get(made.review_id)
    try:
        if review.decision is None:  # else the claim itself tells whether that decision is this very one
            await check(desk, review, made.action, made.by)
            if made.action is Action.EDIT and _needs_senior(review):
                await revise(desk, review, made)
                return Verdict(revised=True)
        claimed = await desk.store.reviews.claim(made)
    except RatchetError as refusal:
        return Verdict(refusal=str(refusal))
    return Verdict(won=True) if claimed.won else Verdict(refusal=why_closed(claimed.review))


async def revise(desk: Desk, review: Review, made: Decision) -> None:
    """Put the person's text before a senior, with what the guardrails say of it and not of the text before."""
    draft, findings = edited(review, made.text), await judge_edit(desk, review, made.text)
    await desk.store.reviews.revise(
        review.id, draft_hash=made.draft_hash, draft=draft, findings=findings, editor=made.by
    )


def _needs_senior(review: Review) -> bool:
    return review.proposal is not None and needs_second_person(review.proposal.triage.risk)


def edited(review: Review, text: str) -> Draft:
    """The draft as the person rewrote it: it keeps the citations whose words it still contains."""
    if review.proposal is None:
        raise Conflict(why_closed(review))
    kept: tuple[Citation, ...] = tuple(c for c in review.proposal.draft.citations if c.quote and c.quote in text)
    before = review.proposal.draft
    own = {"text": text, "cited": text, "citations": kept, "author": DraftAuthor.PERSON, "missing": ""}
    return replace(before, **own, drafted=before.by_drafter)  # type: ignore[arg-type]


async def judge_edit(desk: Desk, review: Review, text: str) -> tuple[Finding, ...]:
    """What the guardrails say of a person's text; blocks keep it from being sent. Raises Rejected for no text."""
    if not text.strip():
        raise Rejected("Write the answer that the customer shall get.", field="text")
    if review.proposal is None:
        raise Conflict(why_closed(review))
    escalation = await desk.store.escalations.get(review.escalation_id)
    proposal = review.proposal
    working = await desk.workflows.live()  # what may be sent today, and not when the draft was made
    return await guard(desk, working, escalation, proposal.triage, proposal.passages, edited(review, text))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt: a receipt, or the problem and, unless it is final, how long the receiver asked us to wait."""

    receipt: Receipt | None = None
    problem: str = ""
    wait: float | None = None


async def send(run: Run, desk: Desk, review_id: str) -> None:
    """Deliver the reply exactly once to the eye: every attempt carries the same key, and waits grow between them."""
    for delay in (*desk.policy.retry_seconds, None):
        try:
            attempt = await run.step("deliver", deliver, desk, review_id)
        except StepFailed:  # nobody planned for it, so a person decides whether to try again
            attempt = Delivery(problem=f"Something went wrong here. Details: ratchet trace show {run.id}")
        final = attempt.receipt is not None or attempt.wait is None or delay is None
        wait = 0.0 if delay is None else max(delay, attempt.wait or 0.0)
        problem = attempt.problem if final else f"{attempt.problem} Trying again in {wait:.0f} s."
        await run.step("settle", settle, desk, review_id, attempt.receipt, problem, final)
        await showing.show(run, desk, review_id)
        if final:
            break
        await run.sleep(wait)
    if attempt.receipt is None:
        await showing.tell_of_failure(run, desk, review_id)
        return
    with suppress(RatchetError):  # the customer has the answer; that it is no example for others is in the trace
        await run.step("remember", remember, desk, review_id)


async def deliver(desk: Desk, review_id: str) -> Delivery:
    """Try once to bring the reply to the customer's surface."""
    review = await desk.store.reviews.get(review_id)
    escalation = await desk.store.escalations.get(review.escalation_id)
    surface = desk.surfaces.get(escalation.surface)
    if surface is None:
        return Delivery(problem=f"There is no way to reply on {escalation.surface} in this installation.")
    try:
        receipt = await surface.deliver(escalation, review.reply, key=f"reply:{review.id}")
    except DeliveryFailed as failure:
        return Delivery(problem=str(failure), wait=None if failure.permanent else failure.retry_after or 0.0)
    except Unavailable as trouble:
        return Delivery(problem=str(trouble), wait=trouble.retry_after or 0.0)
    return Delivery(receipt=receipt)


async def settle(desk: Desk, review_id: str, receipt: Receipt | None, problem: str, final: bool) -> None:
    """Record how the attempt ended; a delivered reply becomes a turn of the conversation."""
    review = await desk.store.reviews.settle(review_id, receipt=receipt, problem=problem, final=final)
    if receipt is None:
        return
    turn = Turn(ref=f"reply:{review.id}", author=Author.AGENT, text=review.reply, at=receipt.at)
    await desk.store.escalations.add_turn(review.escalation_id, turn)
    await desk.store.escalations.set_status(review.escalation_id, EscalationStatus.ANSWERED)


async def hand_off(desk: Desk, made: Decision) -> None:
    """Record that a person took the conversation over."""
    await desk.store.escalations.set_status(escalation_of(made.review_id), EscalationStatus.HANDED_OFF)


async def start_redraft(
    run: Run, desk: Desk, review_id: str, guidance: str, ref: str, *, by: Person | None = None
) -> None:
    """Ask for a new draft that heeds the reviewer's guidance; it supersedes this one."""
    revision = await run.step("guide", add_guidance, desk, review_id, guidance, ref, by)
    escalation = escalation_of(review_id)
    await run.start("propose", f"propose:{escalation}:{revision}", escalation=escalation, revision=revision)


async def add_guidance(desk: Desk, review_id: str, guidance: str, ref: str, by: Person | None) -> int:
    """Add the guidance to the conversation and return the revision that a new draft must have."""
    turn = Turn(ref=ref, author=Author.REVIEWER, text=guidance, at=desk.clock.now(), by=by)
    escalation = await desk.store.escalations.add_turn(escalation_of(review_id), turn)
    return escalation.revision


async def again(run: Run, desk: Desk, *, review: str, ref: str) -> None:
    """Try again what failed: the delivery of a decided reply, or the drafting."""
    resumed = await run.step("resume", resume, desk, review)
    if resumed == "deliver":
        await showing.show(run, desk, review)
        await send(run, desk, review)
    elif resumed == "draft":
        await start_redraft(run, desk, review, "", ref)
    await run.step("trace", save_trace, desk, record(run, desk, "again", escalation_of(review)))


async def resume(desk: Desk, review_id: str) -> str:
    """What is to be tried again: "deliver", "draft", or "" when nothing is.

    A delivery under way counts too: after a crash that is this very step, and the key keeps a reply from going twice.
    """
    review = await desk.store.reviews.get(review_id)
    if review.state is ReviewState.DELIVERING:
        return "deliver"
    if review.state is not ReviewState.FAILED:
        return ""
    if review.decision is None:
        return "draft"
    await desk.store.reviews.retry(review_id)
    return "deliver"
