"""`/ratchet`: help, how things stand, and why a draft says what it says."""

from bot.cards.forms import why_form
from bot.domain.chat import Command, Toast
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.review import ReviewState
from bot.ports import Answer, Desk
from bot.workflows import capture
from handlers.commands import CommandPlugin

HELP = """I draft cited answers to escalations and post them for your approval.
• Write in a watched room, mention me in a thread, or choose “Draft an answer” in a message's menu.
• On a card: Approve sends the draft, Edit sends your text, Reject says why, Hand off names a person,
  Why shows what the draft rests on.
• /eval-case makes an eval case of a thread, /kb-fix proposes a change of the article that should have answered.
  Each takes a message link, or offers this room's threads. In a thread mention me (@ratchet eval-case), or use the
  menu of the card or of the message.
• /ratchet why <message link> shows what a draft rests on.
• /ratchet status shows the queue, the fixes, the cases and the releases.
• What waits for you: in Slack my Home tab lists it, in Teams I do when you write “home” in our chat.
• /oncall says who is on call, until when, and who is next.
• /digest is what a week showed and what it asks to be decided, for senior reps and managers."""
_WAITING = (FixState.OPEN, FixState.TESTING, FixState.HELD)
_GATED = (FixState.LIVE, FixState.HELD, FixState.TESTING, FixState.RETURNED)
_MOST = 500


async def run(desk: Desk, command: Command) -> Answer:
    """Answer `help`, `status` and `why`; anything else gets the help with a word on what was not understood."""
    word, _, rest = command.text.strip().partition(" ")
    match word.lower():
        case "" | "help":
            return Toast(HELP)
        case "status":
            return await _status(desk, command)
        case "why":
            return await _why(desk, command, rest.strip())
        case _:
            return Toast(f"I do not know “{command.text.strip()[:80]}”.\n{HELP}")


async def _why(desk: Desk, command: Command, link: str) -> Answer:
    """Show what the draft of a thread rests on."""
    if await desk.people.role(command.actor) is None:
        raise NotAllowed("Only support reps can look behind a draft.")
    asked = Command(command.key, command.name, link, command.actor, command.place, command.message)
    thread = await capture.thread_meant(desk, asked)
    if thread is None:
        return Toast("Say which thread: /ratchet why <message link>. “Copy link” in a message's menu gives it.")
    review = thread.review
    try:
        trace = await desk.store.traces.get(review.proposal.trace_id) if review.proposal else None
    except NotFound:
        trace = None
    return why_form(review, trace)


async def _status(desk: Desk, command: Command) -> Answer:
    if await desk.people.role(command.actor) is None:
        raise NotAllowed("Only support reps can see the queue.")
    waiting = await desk.store.reviews.waiting(limit=200)
    ready = sum(review.state is ReviewState.READY for review in waiting)
    knowledge, working = await desk.store.releases.live("knowledge"), await desk.workflows.live()
    lines = [
        f"Waiting for a decision: {ready}. Failed, to be tried again: {len(waiting) - ready}.",
        await _fixes(desk),
        await _cases(desk),
        f"Live: knowledge v{knowledge.number} ({len(knowledge.manifest)} articles), workflow v{working.release}.",
        f"Drafts are written by: {working.drafter.name}.",
    ]
    return Toast("\n".join(lines))


async def _fixes(desk: Desk) -> str:
    """How many fixes wait for what, and what the gate said last."""
    waiting = await desk.store.fixes.in_state(*_WAITING, limit=_MOST)
    counts = ", ".join(f"{sum(fix.state is state for fix in waiting)} {state.value}" for state in _WAITING)
    said = f"Knowledge fixes: {counts}."
    judged = [fix for fix in await desk.store.fixes.in_state(*_GATED, limit=_MOST) if fix.gate and fix.decided_at]
    for last in sorted(judged, key=_decided)[-1:]:
        said += (
            f" The last gate: “{last.revision.title}” {last.gate.verdict.value}. {last.gate.why}" if last.gate else ""
        )
    return said


def _decided(fix: KnowledgeFix) -> float:
    return fix.decided_at.timestamp() if fix.decided_at else 0.0


async def _cases(desk: Desk) -> str:
    cases = await desk.store.cases.all()
    core, flaky = sum(case.core for case in cases), sum(bool(case.quarantined) for case in cases)
    return f"Eval cases: {len(cases)}, {core} of them core, {flaky} in quarantine."


COMMAND = CommandPlugin(
    name="ratchet",
    usage="help | status | why <message link>",
    help="What Ratchet can do, how things stand, and why a draft says what it says",
    run=run,
)
