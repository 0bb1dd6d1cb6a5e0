"""One week of the desk, put together: what everybody who reads the managers' room may read."""

from bot.domain.calendar import Week
from bot.domain.digest import Digest
from bot.ports import Desk
from bot.workflows.room_readers import RoomReaders
from evals.digest.alerts import alerts
from evals.digest.decisions import decisions
from evals.digest.facts import facts_of
from evals.digest.failures import failures
from evals.digest.notes import notes
from evals.digest.rejected import clusters
from evals.digest.releases.causes import causes
from evals.digest.releases.published import published
from evals.digest.thanks import thanks
from evals.digest.trend import trend
from evals.digest.upcoming import upcoming
from evals.digest.upkeep import upkeep
from evals.digest.wins import wins
from evals.qa.words import week_in_words


async def gather(desk: Desk, week: Week, *, late: bool = False) -> Digest:
    """The digest of the week; what waits to be decided is as it stands today."""
    readers = RoomReaders(desk, desk.policy.managers_room)
    facts = await facts_of(desk, week, readers)
    because = await causes(desk, week)
    asks = decisions(facts, await clusters(facts.wrong, desk.questions))
    compared = facts.compared
    return Digest(
        week=week,
        made_at=facts.now,
        conversations=compared.conversations,
        days=compared.days,
        late=late,
        decisions=asks,
        figures=compared.figures,
        by_intent=compared.by_intent,
        compared=compared.compared,
        causes=because,
        drivers=compared.drivers,
        failures=await failures(facts.wrong, facts.wrong_before, readers),
        wins=await wins(desk, facts, because),
        published=await published(facts.releases, facts.cases, because, facts.titles, readers),
        upkeep=upkeep(facts),
        trend=await trend(desk, week, facts.cases),
        quality=await week_in_words(desk, week),
        alerts=await alerts(desk, week, readers),
        thanks=await thanks(desk, facts, readers),
        upcoming=upcoming(facts, len(await desk.store.labels.untaught())),
        notes=notes(facts, asks, desk.policy),
    )
