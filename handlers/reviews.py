"""What people do with a review card: approve, edit, reject, hand off, ask why, try again."""

from bot.cards import forms
from bot.domain.chat import Click, FormErrors, Person, Submission
from bot.domain.codec import codec
from bot.domain.errors import NotAllowed, NotFound, RatchetError
from bot.domain.review import Action, Decision, FailureMode, Review, review_and_hash
from bot.ports import Answer, Desk
from bot.workflows import review as reviewing
from bot.workflows.precedents import usable
from bot.workflows.room_readers import check_reads
from handlers.people import known_as, named

MAX_NOTE = 3000


async def approve(desk: Desk, click: Click) -> Answer:
    """Send the draft as it stands on the card."""
    return await _decide(desk, click.key, click.subject, Action.APPROVE, click.actor)


async def edit(desk: Desk, click: Click) -> Answer:
    review = await _permitted(desk, click, Action.EDIT)
    return forms.edit_form(review, click.subject)


async def reuse(desk: Desk, click: Click) -> Answer:
    """Begin the reply with what was approved before; the person looks it over and sends it."""
    review = await _permitted(desk, click, Action.EDIT)
    precedents = review.proposal.precedents if review.proposal else ()
    if not precedents:
        raise NotFound("There is no earlier answer to begin with. Write one with Write answer.")
    precedent = await usable(desk, precedents[0].id)
    return forms.edit_form(review, click.subject, precedent.answer)


async def reject(desk: Desk, click: Click) -> Answer:
    await _permitted(desk, click, Action.REJECT)
    return forms.reject_form(click.subject)


async def hand_off(desk: Desk, click: Click) -> Answer:
    await _permitted(desk, click, Action.HAND_OFF)
    return forms.hand_off_form(click.subject)


async def why(desk: Desk, click: Click) -> Answer:
    """Show what the draft rests on."""
    if await desk.people.role(click.actor) is None:
        raise NotAllowed("Only support reps can look behind a draft.")
    review = await desk.store.reviews.get(review_and_hash(click.subject)[0])
    await _check_reads(desk, review, click.actor)
    trace = None
    if review.proposal is not None:
        try:
            trace = await desk.store.traces.get(review.proposal.trace_id)
        except NotFound:
            trace = None  # the run is not over yet; the passages are there all the same
    return forms.why_form(review, trace)


async def again(desk: Desk, click: Click) -> Answer:
    """Try again what failed."""
    if await desk.people.role(click.actor) is None:
        raise NotAllowed("Only support reps can do this.")
    review_id = review_and_hash(click.subject)[0]
    await desk.runtime.start("again", f"again:{review_id}:{click.key}", review=review_id, ref=click.key)
    return None


async def send_edit(desk: Desk, sent: Submission) -> Answer:
    """Send the edited text, or put it before a senior where the risk is high."""
    review_id, _ = review_and_hash(sent.subject)
    text = sent.values.get("text", "")
    review = await desk.store.reviews.get(review_id)
    try:
        await reviewing.check(desk, review, Action.EDIT, sent.actor)
        findings = await reviewing.judge_edit(desk, review, text)
    except RatchetError as problem:  # the form stays open, so that nobody loses what they wrote
        return FormErrors({"text": str(problem)})
    blocks = [finding.message for finding in findings if finding.level == "block"]
    if blocks:
        return FormErrors({"text": f"This cannot be sent: {blocks[0]}"})
    return await _decide(desk, sent.key, sent.subject, Action.EDIT, sent.actor, text=text.strip())


async def send_rejection(desk: Desk, sent: Submission) -> Answer:
    note = sent.values.get("note", "")[:MAX_NOTE].strip()
    redraft = sent.values.get("redraft", "") == "yes"
    try:
        mode = FailureMode(sent.values.get("mode", ""))
    except ValueError:
        return FormErrors({"mode": "Choose what went wrong."})
    if redraft and not note:
        return FormErrors({"note": "Say what the new draft should do differently."})
    return await _decide(desk, sent.key, sent.subject, Action.REJECT, sent.actor, mode=mode, note=note, redraft=redraft)


async def send_hand_off(desk: Desk, sent: Submission) -> Answer:
    to = sent.values.get("to", "")
    if not to:
        return FormErrors({"to": "Name somebody."})
    chosen = Person(sent.place.platform if sent.place else sent.actor.platform, to)
    person = await named(desk, await known_as(desk, chosen))
    note = sent.values.get("note", "")[:MAX_NOTE].strip()
    return await _decide(desk, sent.key, sent.subject, Action.HAND_OFF, sent.actor, to=person, note=note)


async def _permitted(desk: Desk, click: Click, action: Action) -> Review:
    """The review, if this person may begin this decision on it now."""
    review = await desk.store.reviews.get(review_and_hash(click.subject)[0])
    await reviewing.check(desk, review, action, click.actor)
    await _check_reads(desk, review, click.actor)
    return review


async def _check_reads(desk: Desk, review: Review, person: Person) -> None:
    """What a form shows is for those who can read its card; a press says which draft, and anybody can say that."""
    await check_reads(desk, review.card.place if review.card else None, person)


async def _decide(desk: Desk, key: str, subject: str, action: Action, actor: Person, **details: object) -> Answer:
    """Start carrying out the decision; durable when this returns. What it comes to shows on the card."""
    review_id, draft_hash = review_and_hash(subject)
    decision = Decision(
        review_id=review_id,
        action=action,
        by=await named(desk, actor),
        at=desk.clock.now(),
        draft_hash=draft_hash,
        **details,  # type: ignore[arg-type]
    )
    text = codec(Decision).dump_json(decision).decode()
    await desk.runtime.start("resolve", f"resolve:{review_id}:{draft_hash}:{action}:{key}", decision=text)
    return None


OPENERS = {
    "review.edit": edit,
    "review.reuse": reuse,
    "review.reject": reject,
    "review.hand_off": hand_off,
    "review.why": why,
}
"""The buttons that open a form, which a platform waits for; the others are kept first and handled after."""
ACTIONS = OPENERS | {
    "review.approve": approve,
    "review.again": again,
}
FORMS = {
    "review.edit": send_edit,
    "review.reject": send_rejection,
    "review.hand_off": send_hand_off,
}
