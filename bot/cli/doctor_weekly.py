"""What `ratchet doctor` says of what comes weekly, the digest and the sample: when next, and whether it can be told."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bot.cli.doctor_rooms import JOIN, looked_up
from bot.cli.findings import Health, Result

if TYPE_CHECKING:
    from bot.ports import Desk
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


async def rooms(desk: "Desk") -> AsyncIterator[Result]:
    """Whether the digest and the sample can be posted where they shall be."""
    policy = desk.policy
    if policy.managers_room:
        late = "; `ratchet digest --post` posts late"
        yield await _room(desk, policy.managers_room, "Digest's", "RATCHET_DIGEST_ROOM", late)
    if policy.sample is not None:
        yield await _room(desk, policy.sample.room, "Sample's", "RATCHET_QA_ROOM")


async def _room(desk: "Desk", name: str, whose: str, setting: str, late: str = "") -> Result:
    from bot.domain.errors import RatchetError

    what = f"{whose} room {name}"
    try:
        found = await looked_up(desk, name)
    except RatchetError as problem:
        mend = f"Unarchive it or check {setting}, and add the bot to it{late}."
        return Result(Health.BAD, what, str(problem), mend)
    if found.shared:
        mend = f"Set {setting} to a room of the team alone."
        return Result(Health.BAD, what, "is shared with another organisation, so nothing is posted there", mend)
    if not found.member:
        return Result(Health.BAD, what, "the bot is not in it", JOIN.format(name=name))
    return Result(Health.GOOD, what, "found, and the bot is in it")


def sample(desk: "Desk") -> Result:
    """When the next sample is drawn, and who gets it."""
    policy = desk.policy
    if policy.sample is None:
        return Result(Health.OFF, "Sample", "none is drawn for people to score (no RATCHET_QA_ROOM)")
    following = policy.calendar.shown(policy.sample.schedule.next(desk.clock.now()))
    return Result(Health.GOOD, "Sample", f"next {following}, to {policy.sample.room}")


async def mail(settings: "Settings") -> AsyncIterator[Result]:
    """Whether the mail server answers and lets us in."""
    if not settings.mail.present:
        yield Result(Health.OFF, "Mail", "none is sent (no RATCHET_MAIL_HOST)")
        return
    from bot.app.parts import SystemClock
    from bot.mail import SmtpMailer

    await SmtpMailer(settings.mail, SystemClock()).ping()
    yield Result(Health.GOOD, "Mail", f"{settings.mail.host} answers, security {settings.mail.security}")
