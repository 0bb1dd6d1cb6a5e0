"""What `ratchet doctor` says of the weekly digest: when it comes next, whether its room and its mail can be reached."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bot.cli.findings import Health, Result

if TYPE_CHECKING:
    from bot.ports import Desk, Platform
    from bot.settings import Settings


def schedule(desk: "Desk") -> Result:
    """When the next one is made, and for whom."""
    policy = desk.policy
    if policy.digest is None:
        return Result(Health.OFF, "Digest", "goes nowhere (no RATCHET_DIGEST_ROOM or RATCHET_DIGEST_MAIL_TO)")
    to = [policy.managers_room] if policy.managers_room else []
    to += [f"{len(policy.mail_to)} by e-mail"] if policy.mail_to else []
    following = policy.calendar.shown(policy.digest.next(desk.clock.now()))
    return Result(Health.GOOD, "Digest", f"next {following}, to {' and '.join(to)}")


async def room(desk: "Desk", platform: "Platform") -> AsyncIterator[Result]:
    """Whether the digest can be posted where it shall be."""
    from bot.domain.errors import RatchetError

    name = desk.policy.managers_room
    if not name:
        return
    what = f"Digest's room {name}"
    try:
        found = await platform.room(name)
    except RatchetError as problem:
        mend = (
            "Unarchive it or check RATCHET_DIGEST_ROOM, and invite @ratchet to it; `ratchet digest --post` posts late."
        )
        yield Result(Health.BAD, what, str(problem), mend)
        return
    if found.shared:
        mend = "Set RATCHET_DIGEST_ROOM to a room of the team alone."
        yield Result(Health.BAD, what, "is shared with another organisation, so nothing is posted there", mend)
    elif not found.member:
        yield Result(Health.BAD, what, "the bot is not in it", f"Type /invite @ratchet in {name}.")
    else:
        yield Result(Health.GOOD, what, "found, and the bot is in it")


async def mail(settings: "Settings") -> AsyncIterator[Result]:
    """Whether the mail server answers and lets us in."""
    if not settings.mail.present:
        yield Result(Health.OFF, "Mail", "none is sent (no RATCHET_MAIL_HOST)")
        return
    from bot.app.parts import SystemClock
    from bot.mail import SmtpMailer

    await SmtpMailer(settings.mail, SystemClock()).ping()
    yield Result(Health.GOOD, "Mail", f"{settings.mail.host} answers, security {settings.mail.security}")
