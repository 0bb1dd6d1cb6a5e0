"""The radar at work: what in the live knowledge needs its owners is told to each of them, once in a while."""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from bot.cards.radar import radar_card
from bot.domain.fix import KnowledgeFix
from bot.domain.quality import EvalCase
from bot.domain.radar import SOON, Concern, concerns, contradicted, in_force
from bot.ports import Desk, Run
from bot.workflows.mending import place_of
from bot.workflows.owners import intent_rooms, owner_place, rooms_of
from bot.workflows.showing import NO_HOME, through_outages, wait_after

log = logging.getLogger(__name__)

AGAIN = timedelta(days=14)
"""When an owner is told again of what is still so."""
MORNING = timedelta(hours=7)
"""When a day begins for the radar, in UTC: nobody is pinged for it at night."""


async def look_around(desk: Desk, *, within: timedelta = SOON) -> tuple[Concern, ...]:
    """Everything in the live knowledge that needs somebody today, the worst first."""
    live = await desk.store.releases.live("knowledge")
    revisions = await desk.store.articles.revisions(live.manifest)
    rests_on = only_sources(await desk.store.cases.all())
    today = desk.clock.now().date()
    return await asyncio.to_thread(concerns, revisions, today, rests_on=rests_on, within=within)


def only_sources(cases: Sequence[EvalCase]) -> dict[str, int]:
    """How many cases have this article as their only source, by article."""
    return Counter(case.sources[0] for case in cases if len(case.sources) == 1)


async def contradictions_of(desk: Desk, fix: KnowledgeFix) -> tuple[Concern, ...]:
    """What in the live knowledge the fix would contradict from the day that it applies."""
    live = (await desk.store.releases.live("knowledge")).manifest
    revisions = await desk.store.articles.revisions(live)
    base = await desk.store.articles.revisions({fix.revision.slug: fix.base} if fix.base else {})
    day = max(desk.clock.now().date(), fix.revision.effective or desk.clock.now().date())
    before = base[0] if base else None
    return await asyncio.to_thread(lambda: tuple(contradicted(fix.revision, before, in_force(revisions, day))))


# --- telling the owners -----------------------------------------------------------------------------------------------


async def ping(desk: Desk) -> None:
    """Have the owners told what is new, once a day and once for every release that went live."""
    live = await desk.store.releases.live("knowledge")
    if live.number and desk.platforms:
        day = (desk.clock.now() - MORNING).date()
        await desk.runtime.start("ping_owners", f"radar:{live.number}:{day}", release=live.number)


async def ping_owners(run: Run, desk: Desk, *, release: int) -> None:
    """Post one card for each owner with what they were not told lately."""
    for owner, news in await run.step("look", _news, desk):
        await through_outages(run, desk, "ping", _ping, owner, news, f"{run.id}:{_digest(owner)}")


async def _news(desk: Desk) -> tuple[tuple[str, tuple[Concern, ...]], ...]:
    """For each owner what they were not told within the last two weeks."""
    found = await look_around(desk)
    told = await desk.store.pings.last({_key(concern, owner) for concern in found for owner in concern.owners})
    lately = {key for key, at in told.items() if at > desk.clock.now() - AGAIN}
    news: dict[str, tuple[Concern, ...]] = {}
    for concern in found:
        for owner in concern.owners:
            if _key(concern, owner) not in lately:
                news[owner] = (*news.get(owner, ()), concern)
    return tuple(news.items())


async def _ping(desk: Desk, owner: str, news: tuple[Concern, ...], key: str) -> float | None:
    return await wait_after(_post(desk, owner, news, key), key)


async def _post(desk: Desk, owner: str, news: tuple[Concern, ...], key: str) -> None:
    slugs = {article.slug for concern in news for article in concern.articles if article.owner == owner}
    cases = await desk.store.cases.all()
    by_intent = await intent_rooms(desk) if cases else {}
    rooms = [room for slug in sorted(slugs) for room in rooms_of(slug, cases, by_intent)]
    place = await owner_place(desk, owner, rooms=rooms)
    if place is None:
        log.error("There is no room for the owner %r: set RATCHET_DESK_OWNERS, or %s", owner, NO_HOME)
        return
    card = radar_card(owner, news, await _sections(desk, news))
    await desk.platforms[place.platform].post(place, card, key=f"radar:{key}")
    await desk.store.pings.told({_key(concern, owner) for concern in news}, desk.clock.now())


async def _sections(desk: Desk, news: Sequence[Concern]) -> dict[str, str]:
    """The section that each concern is about, for the form that mends it."""
    live = (await desk.store.releases.live("knowledge")).manifest
    slugs = sorted({slug for concern in news for slug in concern.slugs if slug in live})
    revisions = {each.slug: each for each in await desk.store.articles.revisions({slug: live[slug] for slug in slugs})}
    return {
        f"{concern.key} {article.slug}": place_of(revisions[article.slug], article.words)
        for concern in news
        for article in concern.articles
        if article.slug in revisions
    }


def _key(concern: Concern, owner: str) -> str:
    return f"radar:{concern.key}:{_digest(owner)}"


def _digest(owner: str) -> str:
    return hashlib.sha256(owner.casefold().encode("utf-8", "replace")).hexdigest()[:12]
