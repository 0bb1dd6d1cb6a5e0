"""`/ratchet`: help, and how things stand."""

from bot.domain.chat import Command, Toast
from bot.domain.errors import NotAllowed
from bot.domain.review import ReviewState
from bot.ports import Answer, Desk
from handlers.commands import CommandPlugin

HELP = """I draft cited answers to escalations and post them for your approval.
• Write in a watched room, mention me in a thread, or use the message shortcut “Draft an answer”.
• On a card: Approve sends the draft, Edit sends your text, Reject says why, Hand off names a person,
  Why shows what the draft rests on.
• /ratchet status shows the queue and the releases. My Home tab lists what waits for you."""


async def run(desk: Desk, command: Command) -> Answer:
    """Answer `help` and `status`; anything else gets the help with a word on what was not understood."""
    word = command.text.strip().lower()
    if word in ("", "help"):
        return Toast(HELP)
    if word == "status":
        if await desk.people.role(command.actor) is None:
            raise NotAllowed("Only support reps can see the queue.")
        return Toast(await _status(desk))
    return Toast(f"I do not know “{command.text.strip()[:80]}”.\n{HELP}")


async def _status(desk: Desk) -> str:
    waiting = await desk.store.reviews.waiting(limit=200)
    ready = sum(review.state is ReviewState.READY for review in waiting)
    knowledge = await desk.store.releases.live("knowledge")
    lines = [
        f"Waiting for a decision: {ready}. Failed, to be tried again: {len(waiting) - ready}.",
        f"Live: knowledge v{knowledge.number} ({len(knowledge.manifest)} articles), workflow v{desk.workflow_release}.",
        f"Drafts are written by: {desk.drafter.name}.",
    ]
    return "\n".join(lines)


COMMAND = CommandPlugin(
    name="ratchet", usage="help | status", help="What Ratchet can do, and how things stand", run=run
)
