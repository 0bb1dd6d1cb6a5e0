"""The card of an alert: posted once, repainted with every change, with its chart and what is known of its cause."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from bot.cards.alert import Around, alert_card, headline, incident_card
from bot.cards.elements import Picture
from bot.domain.alerting import page_due
from bot.domain.chat import Place
from bot.domain.errors import NotFound, RatchetError
from bot.domain.spike import Alert, Explained
from bot.ports import Desk, Platform, Run
from bot.workflows.paging import page, summon, tell_pagers
from bot.workflows.room_readers import RoomReaders
from bot.workflows.showing import own_place, repaint, through_outages, wait_after
from evals.spikes.chart import alert_alt, alert_chart
from evals.spikes.explaining import explain

log = logging.getLogger(__name__)


async def show_alert(run: Run, desk: Desk, *, alert: str) -> None:
    """Tell how the alert stands now: the pagers, and the on-call room by its card.

    The card waits neither for its chart nor for what explains it: they come after, and are shown too.
    """
    await tell_pagers(run, desk, alert)
    await through_outages(run, desk, "show", paint, alert, False)
    if await run.step("explain", find_out, desk, alert):
        await through_outages(run, desk, "show what is known", paint, alert)


async def page_alert(run: Run, desk: Desk, *, alert: str, at: str) -> None:
    """Page whoever is on call for this alert, below its card; nobody where somebody took it up meanwhile.

    That it was paged is noted first, so that pagers are told whatever becomes of the chat.
    """
    summons = await run.step("summon", summon, desk, alert, at)
    if summons is None:
        return
    await tell_pagers(run, desk, alert)
    await through_outages(run, desk, "show", paint, alert, False)
    await through_outages(run, desk, "page", page, alert, summons, run.id)


async def find_out(desk: Desk, cause: str) -> bool:
    """Keep what is known of the cause for the figures of now; tell whether the card has something new to show."""
    alert = await desk.store.spikes.get(cause)
    if alert.settled or alert.explained == alert.as_of:
        return _lacks_chart(alert)
    about = await _explained(desk, alert)
    await desk.store.spikes.note(replace(alert, about=about, explained=alert.as_of))
    return about != alert.about or _lacks_chart(alert)


async def _explained(desk: Desk, alert: Alert) -> Explained:
    try:
        return await explain(desk, alert)
    except Exception:  # whatever is wrong with what explains: an alert is told without it rather than not at all
        log.exception("What is behind %s could not be found out.", alert.cause)
        return alert.about


async def paint(desk: Desk, cause: str, draws: bool = True) -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again.

    One that does not draw shows the chart that is there.
    """
    painting = repaint(lambda: desk.store.spikes.get(cause), lambda alert: _paint_once(desk, alert, draws))
    return await wait_after(painting, cause)


async def _paint_once(desk: Desk, alert: Alert, draws: bool) -> None:
    place = await _place(desk, alert)
    platform = desk.platforms[place.platform]
    alert = await _with_opener(platform, place, alert)
    alert, refused = await _with_picture(desk, platform, alert) if draws else (alert, False)
    card = alert_card(alert, await _around(desk, platform, place, alert, refused=refused))
    if alert.card is None:
        alert = replace(alert, card=await platform.post(place, card, key=f"alert:{alert.cause}"))
    else:
        await platform.update(alert.card, card)
    await desk.store.spikes.note(replace(alert, shown=alert.version))


async def _place(desk: Desk, alert: Alert) -> Place:
    """Where the card is, or will be: in the on-call room, else the home room."""
    place = alert.card.place if alert.card else await own_place(desk, [desk.policy.oncall_room, desk.policy.home_room])
    if place is None:
        raise NotFound("There is no room for alerts: set RATCHET_ONCALL_ROOM to a room of the team and add me to it.")
    return place


async def _with_opener(platform: Platform, place: Place, alert: Alert) -> Alert:
    """The alert with the message that opens its incident's thread, posted once per incident."""
    if not alert.incident or alert.opener is not None:
        return alert
    link = await platform.permalink(alert.card) if alert.card else ""
    key = f"incident:{alert.incident}"
    return replace(alert, opener=await platform.post(place, incident_card(alert, link=link), key=key))


async def _with_picture(desk: Desk, platform: Platform, alert: Alert) -> tuple[Alert, bool]:
    """The alert with the chart of its counts, and whether that was refused: a card without a chart is still a card."""
    if not _lacks_chart(alert):
        return alert, False
    zone = desk.policy.calendar.zone
    try:
        chart = alert_chart(alert, zone)
        png = await asyncio.to_thread(chart.png)
        file = await platform.upload(png, name="alert.png", title=headline(alert), alt=chart.alt)
    except RatchetError as trouble:
        log.warning("The chart of %s was not taken: %s", alert.cause, trouble)
    except Exception:  # whatever is wrong with the drawing: an alert is told without it rather than not at all
        log.exception("The chart of %s could not be drawn.", alert.cause)
    else:
        return replace(alert, picture=file, drawn=alert.as_of), False
    return replace(alert, picture=""), True


def _lacks_chart(alert: Alert) -> bool:
    return bool(alert.counts) and alert.drawn != alert.as_of


async def _around(desk: Desk, platform: Platform, place: Place, alert: Alert, *, refused: bool) -> Around:
    now, quiet = desk.clock.now(), desk.policy.quiet
    silent = quiet is not None and quiet.is_open(now)
    due = page_due(alert, timedelta(minutes=desk.policy.repage_minutes))
    picture = Picture(alert.picture, alert_alt(alert, desk.policy.calendar.zone)) if alert.picture else None
    return Around(
        links=await _links(desk, place, alert),
        incident=await platform.permalink(alert.opener) if alert.opener else "",
        on_call=await _on_call(desk, platform),
        quiet=silent,
        quiet_until=quiet.next_closing(now) if quiet and silent else None,
        next_page=due,
        chart=picture,
        refused=refused,
    )


async def _links(desk: Desk, place: Place, alert: Alert) -> tuple[str, ...]:
    """The addresses of the example threads; those of private rooms are told in these alone."""
    readers = RoomReaders(desk, place.room)
    newest = [(await desk.store.reviews.of_escalation(name))[-1:] for name in alert.conversations]
    return tuple(filter(None, [await readers.link(review.id) for some in newest for review in some]))


async def _on_call(desk: Desk, platform: Platform) -> str:
    """Who is on call, by name: whoever is paged is mentioned in the page, not here."""
    if desk.on_call is None:
        return "not set up"
    try:
        people = (await desk.on_call.now()).people
        return ", ".join([await platform.name_of(person) for person in people]) or "nobody"
    except RatchetError as trouble:
        log.warning("Who is on call could not be looked up: %s", trouble)
        return "could not be looked up"
