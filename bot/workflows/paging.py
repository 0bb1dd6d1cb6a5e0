"""Waking whoever is on call: a mention in the thread of the alert's card, and the pagers that the team set up."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.cards.alert import headline, page_card
from bot.domain.alerting import paged
from bot.domain.chat import Person
from bot.domain.errors import Conflict, RatchetError
from bot.domain.spike import Alert, AlertState
from bot.ports import Desk, Pager, Run
from bot.workflows.alerts import link_to_card
from bot.workflows.showing import through_outages, wait_after

_AGAIN = 300.0  # seconds at most between two tries to tell a pager that is down
_A_DAY = 288  # of them
_NEXT_TOO = 3
"""From this page on, who is next on the rota is paged too."""


@dataclass(frozen=True, slots=True)
class Summons:
    """Whom a page is for; where it is for nobody it says why."""

    people: tuple[Person, ...] = ()
    why_nobody: str = ""


async def summon(desk: Desk, cause: str, at: str) -> Summons | None:
    """Note the page of this moment and find whom it is for; repeated after a crash it is the same page."""
    moment = datetime.fromisoformat(at)
    alert = await desk.store.spikes.get(cause)
    while alert.paged_at != moment:
        if alert.settled or alert.state is not AlertState.OPEN:
            return None
        try:
            alert = await desk.store.spikes.change(paged(alert, moment))
        except Conflict:
            alert = await desk.store.spikes.get(cause)
    return await _whom(desk, alert)


async def _whom(desk: Desk, alert: Alert) -> Summons:
    if desk.on_call is None:
        return Summons(why_nobody="It is not set up who is on call.")
    try:
        shift = await desk.on_call.now()
    except RatchetError as trouble:
        return Summons(why_nobody=f"Who is on call could not be looked up: {trouble}")
    people = (*shift.people, *shift.next) if alert.pages >= _NEXT_TOO else shift.people
    once = {(person.platform, person.id): person for person in people}
    return Summons(tuple(once.values()), "Nobody is on call.")


async def page(desk: Desk, cause: str, summons: Summons, key: str) -> float | None:
    """Post the page below the card, or in the room itself where it is for nobody and so must be seen by all."""
    alert = await desk.store.spikes.get(cause)
    if alert.card is None:
        return 0.0
    platform = desk.platforms[alert.card.place.platform]
    place = replace(alert.card.place, thread=alert.card.message) if summons.people else alert.card.place

    async def post() -> None:
        link = "" if summons.people else await platform.permalink(alert.card) if alert.card else ""
        card = page_card(alert, summons.people, why_nobody=summons.why_nobody, link=link)
        await platform.post(place, card, key=key)

    return await wait_after(post(), cause)


# --- pagers -----------------------------------------------------------------------------------------------------------


def news_for_pagers(alert: Alert) -> str:
    """How the alert stands as far as pagers are concerned; "" while nobody was woken for it."""
    if alert.paged_at is None and not alert.incident:
        return ""
    stands = "over" if alert.settled else alert.state.value
    again = f"again since {alert.false_at:%Y-%m-%dT%H:%M}" if alert.false_at and not alert.false_alarm else ""
    return ", ".join(filter(None, (stands, alert.incident, again)))


async def tell_pagers(run: Run, desk: Desk, cause: str) -> None:
    """Start to tell every pager how the alert stands, each by a run of its own: none waits for another."""
    news = await run.step("news", _news, desk, cause)
    for pager in desk.pagers if news else ():
        await run.start("tell_pager", f"pager:{pager.name}:{cause}:{news}", alert=cause, pager=pager.name, news=news)


async def tell_pager(run: Run, desk: Desk, *, alert: str, pager: str, news: str) -> None:
    """Tell one pager this news of the alert, as long as it is true; keeps trying for a day while the pager is down.

    What stands by then is told by a run of its own, so that whatever comes back late hears of it once.
    """
    waits = desk.policy.retry_seconds
    again = min(waits[-1], _AGAIN) if waits else _AGAIN
    await through_outages(run, desk, "tell the pager", _tell, alert, pager, news, waits=(*waits, *[again] * _A_DAY))


async def _news(desk: Desk, cause: str) -> str:
    return news_for_pagers(await desk.store.spikes.get(cause))


async def _tell(desk: Desk, cause: str, name: str, news: str) -> float | None:
    pager = next((each for each in desk.pagers if each.name == name), None)
    return None if pager is None else await wait_after(_told(desk, pager, cause, news), f"{cause} ({name})")


async def _told(desk: Desk, pager: Pager, cause: str, news: str) -> None:
    alert = await desk.store.spikes.get(cause)
    if news_for_pagers(alert) == news:
        await pager.tell(alert, summary=headline(alert), link=await link_to_card(desk, alert))
