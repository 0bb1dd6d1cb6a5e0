"""What the digest's buttons open: the change that is to be published, the threads of an intent, what was rejected."""

from collections.abc import Iterable
from datetime import timedelta

from bot.cards import digest as cards
from bot.cards.capture import command_button, pick_form
from bot.cards.digest_sections import ALL_DRIVERS
from bot.domain.calendar import Week
from bot.domain.chat import Click, Person, Role
from bot.domain.errors import Conflict, NotAllowed, Rejected
from bot.domain.escalation import EscalationStatus
from bot.domain.fix import FixState, why_decided
from bot.domain.learning import LESSONS, Lesson
from bot.domain.review import FailureMode, Review, ReviewState
from bot.domain.text.masking import masked
from bot.ports import Answer, Desk
from bot.workflows import capture, topics
from bot.workflows import fix as fixing
from bot.workflows.capture import Thread
from evals.digest.weekly import gathered

RECENT = timedelta(days=28)
"""How far back threads are offered to make eval cases of."""
_MOST = 25  # threads that a form offers
_LOOKED_AT = 100  # the newest drafts, among which those are that the person can read: a form opens within 3 s
_READ = 2_000  # characters of a note


def check_reads_digest(role: Role | None) -> None:
    """Let those pass who may read the digest: seniors and managers. Raises NotAllowed."""
    if role is None or role < Role.SENIOR:
        raise NotAllowed("The digest is for senior reps and managers.")


async def see_fix(desk: Desk, click: Click) -> Answer:
    """Show the change before somebody publishes it. Raises Conflict, with what became of it."""
    check_reads_digest(await desk.people.role(click.actor))
    fix = await fixing.seen(desk, click.subject)
    if fix.state not in (FixState.OPEN, FixState.HELD):
        raise Conflict(why_decided(fix))
    before = await fixing.base_of(desk, fix)
    link = await desk.platforms[fix.card.place.platform].permalink(fix.card) if fix.card else ""
    return cards.fix_form(fix, before, link)


async def see_drivers(desk: Desk, click: Click) -> Answer:
    check_reads_digest(await desk.people.role(click.actor))
    return cards.drivers_form(await gathered(desk, click.subject))


async def pick_cases(desk: Desk, click: Click) -> Answer:
    """Offer the intent's newest threads that whoever asks can read, to make eval cases of."""
    await capture.check_may_capture(desk, click.actor)
    reviews = await desk.store.reviews.of_intent(click.subject, desk.clock.now() - RECENT, limit=_LOOKED_AT)
    threads, _ = await _readable(desk, click.actor, reviews[::-1])
    if not threads:
        raise Conflict("No thread of this intent from the last four weeks is in a room that you can read.")
    return pick_form(Lesson.CASE, [(thread.escalation, thread.review) for thread in threads])


async def see_rejected(desk: Desk, click: Click) -> Answer:
    """Show the drafts of an intent that were rejected in a week for one reason, as far as the person can read them."""
    check_reads_digest(await desk.people.role(click.actor))
    week, mode, intent = _meant(desk, click.subject)
    rejected = [
        draft.id
        for draft in await desk.store.history.turned_down(week.start, week.end)
        if draft.state is ReviewState.REJECTED
        and draft.intent == intent
        and draft.decided is not None
        and draft.decided.mode is mode
    ]
    reviews = [await desk.store.reviews.get(each) for each in rejected[: -_LOOKED_AT - 1 : -1]]
    threads, hidden = await _readable(desk, click.actor, reviews)
    shown = [(_noted(thread), await _link(desk, thread)) for thread in threads]
    named = {known.name: known.title for known in await topics.intents_of(desk)}
    lesson = LESSONS.get(mode)
    todo = [command_button(lesson, f"{lesson} {threads[0].review.id}")] if lesson and threads else []
    about = (mode.label.lower(), named.get(intent, intent), len(rejected))
    return cards.rejected_form(about, shown, hidden=hidden, advice=ADVICE[mode], todo=todo)


ADVICE = {
    FailureMode.MISSING_KNOWLEDGE: "An article is missing or says too little. Fix the knowledge of one.",
    FailureMode.STALE_POLICY: "An article says what is no longer so. Fix the knowledge of one.",
    FailureMode.AMBIGUOUS_INTENT: "They were taken for another matter. Set the right intent in a few of the threads.",
    FailureMode.TOOL_FAILURE: "A tool failed. Tell whoever runs it; Why on a thread's card shows every step.",
    FailureMode.POLICY_RESTRICTION: "A person should answer these. Make an eval case of one, so that Ratchet abstains.",
    FailureMode.TONE: "They said it the wrong way. Make an eval case of one, and look at the team's voice.",
}
"""What mends drafts that were rejected for this."""


def _meant(desk: Desk, subject: str) -> tuple[Week, FailureMode, str]:
    """The week, mode and intent that `bot.domain.digest.rejected` put together. Raises Rejected."""
    try:
        label, mode, intent = subject.split(" ", 2)
        return Week.parse(label, desk.policy.calendar.zone), FailureMode(mode), intent
    except ValueError:
        raise Rejected("That button is of another version of Ratchet. Ask for the digest again: /digest") from None


async def _readable(desk: Desk, person: Person, reviews: Iterable[Review]) -> tuple[list[Thread], int]:
    """The threads of these drafts in rooms that the person can read, the first ones, and how many others there are."""
    sees: dict[tuple[str, str], bool] = {}
    threads: list[Thread] = []
    hidden = 0
    for review in reviews:
        escalation = await desk.store.escalations.get(review.escalation_id)
        place = review.card.place if review.card else escalation.place
        if escalation.status is EscalationStatus.WITHDRAWN or review.proposal is None:
            continue
        if place is not None and (room := (place.platform, place.room)) not in sees:
            sees[room] = await desk.platforms[place.platform].sees(person, place.room)
        if place is not None and not sees[place.platform, place.room]:
            hidden += 1
        else:
            threads.append(Thread(escalation, review))
        if len(threads) == _MOST:
            break
    return threads, hidden


async def _link(desk: Desk, thread: Thread) -> str:
    card = thread.review.card
    return await desk.platforms[card.place.platform].permalink(card) if card else ""


def _noted(thread: Thread) -> str:
    """Why somebody rejected it, else what was asked, without personal data."""
    note = thread.review.decision.note if thread.review.decision else ""
    return masked(note if note.strip() else thread.escalation.question, _READ)


OPENERS = {
    cards.SEE_FIX: see_fix,
    cards.CASES: pick_cases,
    cards.REJECTED: see_rejected,
    ALL_DRIVERS: see_drivers,
}
