"""The weekly digest on its way: made once, posted once to the managers' room with its pictures, and sent by e-mail.

Whatever cannot be had is left out and said: a picture that Slack refuses, a room that is not there, a mail server that
does not answer. The rest arrives all the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bot.cards.digest import digest_cards, title
from bot.cards.elements import Card, Link, Paragraph, Picture
from bot.cards.html import html, plain_text
from bot.domain.calendar import Week
from bot.domain.chat import MessageRef, Place
from bot.domain.digest import Digest
from bot.domain.errors import DeliveryFailed, NotFound, RatchetError, Unavailable
from bot.ports import Attached, Desk, Mail, Run
from bot.workflows.showing import own_place
from bot.workflows.slots import begun
from evals.chart import Chart
from evals.digest.charts import charts
from evals.digest.gather import gather

log = logging.getLogger(__name__)

T = TypeVar("T")


def last_week(desk: Desk) -> Week:
    """The last week that is over, on the team's clocks."""
    return Week.of(desk.clock.now(), desk.policy.calendar.zone).previous


# --- runs -------------------------------------------------------------------------------------------------------------


async def weekly_digest(run: Run, desk: Desk, *, slot: str) -> None:
    """Post and mail the digest of the last whole week before the slot."""
    told = await begun(run, desk, slot)
    week = Week.of(told.at, desk.policy.calendar.zone).previous
    await post_digest(run, desk, week, late=told.late)


async def post_digest(run: Run, desk: Desk, week: Week, *, late: bool = False) -> None:
    """Post and mail the digest of this week, once: who comes second finds it posted."""
    digest = await run.step("gather", _kept, desk, week.label, late)
    names = await _patiently(run, desk, "chart", _names, digest) or ()
    if desk.policy.managers_room:
        first = await _patiently(run, desk, "post", _post_first, digest)
        if first is not None:
            pictures = await _pictures(run, desk, digest, names, first.place.platform)
            await _post_below(run, desk, digest_cards(digest, pictures)[1:], first, key=_key(digest))
    if desk.mailer is not None:
        for address in desk.policy.mail_to:
            await _patiently(run, desk, "mail", _mail, digest, address, names)


async def send_digest(run: Run, desk: Desk, *, week: str, platform: str, person: str) -> None:
    """Send the digest of a week to somebody who asked for it, whole, and keep nothing of it."""
    digest = await run.step("gather", gathered, desk, week)
    place = Place(platform, person)
    first = await _patiently(run, desk, "post", _post, digest_cards(digest, {})[0], place, run.id)
    if first is not None:
        names = await _patiently(run, desk, "chart", _names, digest) or ()
        pictures = await _pictures(run, desk, digest, names, platform)
        await _post_below(run, desk, digest_cards(digest, pictures, whole=True)[1:], first, key=run.id)


async def _pictures(run: Run, desk: Desk, digest: Digest, names: Sequence[str], platform: str) -> Mapping[str, Picture]:
    """These charts, each as the platform has it or in words."""
    pictures: dict[str, Picture] = {}
    for name in names:
        picture = await _patiently(run, desk, "draw", _picture, digest, name, platform)
        pictures[name] = picture or Picture("", "It could not be drawn or uploaded.", name)
    return pictures


async def _post_below(run: Run, desk: Desk, cards: Sequence[Card], first: MessageRef, *, key: str) -> None:
    """Post the rest under the first page."""
    below = replace(first.place, thread=first.message)
    for number, card in enumerate(cards, 1):
        await _patiently(run, desk, "post", _post, card, below, f"{key}/{number}")


async def _patiently(run: Run, desk: Desk, name: str, effect: Callable[..., Awaitable[T]], *given: object) -> T | None:
    """What the step gives, tried again through outages; None where it cannot be had, which the log says."""
    for delay in (*desk.policy.retry_seconds, None):
        try:
            return await run.step(name, effect, desk, *given)
        except (Unavailable, DeliveryFailed) as trouble:
            if isinstance(trouble, DeliveryFailed) and trouble.permanent:
                log.error("The digest goes on without the step %r: %s", name, trouble)
                return None
            log.warning("The step %r of the digest could not be done yet: %s", name, trouble)
            if delay is not None:
                await run.sleep(max(delay, trouble.retry_after or 0.0))
        except RatchetError as trouble:
            log.error("The digest goes on without the step %r: %s", name, trouble)
            return None
    log.error("The step %r of the digest could not be done; see `ratchet doctor`.", name)
    return None


# --- steps ------------------------------------------------------------------------------------------------------------


async def gathered(desk: Desk, week: str) -> Digest:
    """The digest of the week with this label: as it was posted, else as it is now."""
    known = await desk.store.digests.get(week)
    return known.digest if known else await gather(desk, Week.parse(week, desk.policy.calendar.zone))


async def _kept(desk: Desk, week: str, late: bool) -> Digest:
    known = await desk.store.digests.get(week)
    if known is not None:
        return known.digest
    made = await gather(desk, Week.parse(week, desk.policy.calendar.zone), late=late)
    return (await desk.store.digests.keep(made)).digest


async def _post_first(desk: Desk, digest: Digest) -> MessageRef:
    """Post the first page to the managers' room, and remember where. Raises NotFound where there is no such room."""
    wanted = desk.policy.managers_room
    place = await own_place(desk, [wanted])
    if place is None:
        there = f"{wanted} is no room of the team alone that I am in"
        raise NotFound(f"{there}: add me to it, or set RATCHET_DIGEST_ROOM.")
    posted = await _post(desk, digest_cards(digest, {})[0], place, _key(digest))
    await desk.store.digests.set_card(digest.week.label, posted)
    return posted


async def _post(desk: Desk, card: Card, place: Place, key: str) -> MessageRef:
    return await desk.platforms[place.platform].post(place, card, key=key)


async def _names(desk: Desk, digest: Digest) -> tuple[str, ...]:
    return tuple(chart.name for chart in charts(digest))


async def _picture(desk: Desk, digest: Digest, name: str, platform: str) -> Picture:
    """Draw and upload it; one that the platform refuses is told in words."""
    chart = next(chart for chart in charts(digest) if chart.name == name)
    png = await asyncio.to_thread(chart.png)
    file = f"{digest.week.label}-{name}.png"
    try:
        known = await desk.platforms[platform].upload(png, name=file, title=chart.title, alt=chart.alt)
    except DeliveryFailed as refused:
        if not refused.permanent:
            raise
        log.warning("The digest goes on without the picture %s: %s", name, refused)
        known = ""
    return Picture(known, chart.alt, chart.title)


async def _mail(desk: Desk, digest: Digest, address: str, names: Sequence[str]) -> None:
    """Send it to this address alone, unless it was sent there before, on schedule or from a terminal."""
    key = f"{_key(digest)}:{address}"
    if desk.mailer is not None and not await desk.store.pings.last([key]):
        await desk.mailer.send(await _as_mail(desk, digest, address, names, key=key))
        await desk.store.pings.told([key], desk.clock.now())


async def _as_mail(desk: Desk, digest: Digest, address: str, names: Sequence[str], *, key: str) -> Mail:
    shown = [chart for chart in charts(digest) if chart.name in names] if names else []
    drawn = [Attached(chart.name, await asyncio.to_thread(chart.png), chart.alt) for chart in shown]
    cards = await _in_mail(desk, digest, shown)
    about = f"{title(digest.week)}{' (late)' if digest.late else ''}"
    return Mail(key, (address,), f"Support digest: {about}", plain_text(cards), html(cards, about), drawn)


async def _in_mail(desk: Desk, digest: Digest, shown: Sequence[Chart]) -> tuple[Card, ...]:
    """The digest's cards with its pictures by name, and the way to where its buttons are."""
    pictures = {chart.name: Picture(chart.name, chart.alt, chart.title) for chart in shown}
    cards = digest_cards(digest, pictures)
    known = await desk.store.digests.get(digest.week.label)
    if known is None or known.card is None:
        return cards
    link = await desk.platforms[known.card.place.platform].permalink(known.card)
    return (
        (Card("", (Paragraph((Link("Open it where you can decide", link),)),)), *cards)
        if link.startswith("https://")
        else cards
    )


def _key(digest: Digest) -> str:
    return f"digest:{digest.week.label}"
