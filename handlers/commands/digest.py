"""`/digest`: the digest of a week, for senior reps and managers."""

from bot.cards.digest import title
from bot.domain.calendar import Week
from bot.domain.chat import Command, Toast
from bot.domain.errors import Rejected
from bot.ports import Answer, Desk
from evals.digest.weekly import last_week
from handlers.commands import CommandPlugin
from handlers.digest import check_reads_digest


async def run(desk: Desk, command: Command) -> Answer:
    """Say where the week's digest is; one that was not posted is put together and sent to whoever asks."""
    check_reads_digest(await desk.people.role(command.actor))
    week = _meant(desk, command.text.strip())
    kept = await desk.store.digests.get(week.label)
    if kept is not None and kept.card is not None:
        platform = desk.platforms[kept.card.place.platform]
        link = await platform.permalink(kept.card)
        if link and await platform.sees(command.actor, kept.card.place.room):
            return Toast(f"{title(week)} is posted: {link}")
    person = command.actor
    asked = {"week": week.label, "platform": person.platform, "person": person.id}
    await desk.runtime.start("send_digest", f"digest:{week.label}:{command.key}", **asked)
    return Toast(f"{title(week)}: I am putting it together. It comes to you alone in a moment, in our chat.")


def _meant(desk: Desk, said: str) -> Week:
    """The week that was named, else the last one that is over. Raises Rejected for one that is not over yet."""
    last = last_week(desk)
    week = Week.parse(said, last.zone) if said else last
    if week > last:
        raise Rejected(f"{week.label} is not over yet. The last whole week is {last.label}: /digest {last.label}")
    return week


COMMAND = CommandPlugin(
    name="digest",
    usage="[2026-W47]",
    help="What a week showed and what it asks to be decided, for seniors and managers",
    run=run,
    begins_work=True,
)
