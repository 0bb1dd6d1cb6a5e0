"""One week of the desk, put together: what everybody who reads the managers' room may read."""

from bot.domain.calendar import Week
from bot.domain.digest import Digest
from bot.ports import Desk
from evals.digest.alerts import alerts
from evals.digest.causes import causes
from evals.digest.decisions import decisions
from evals.digest.failures import failures
from evals.digest.notes import notes
from evals.digest.published import published
from evals.digest.rejected import clusters
from evals.digest.seen import look
from evals.digest.showing import Shown
from evals.digest.thanks import thanks
from evals.digest.trend import trend
from evals.digest.upcoming import upcoming
from evals.digest.upkeep import upkeep
from evals.digest.wins import wins
from evals.qa.words import week_in_words


async def gather(desk: Desk, week: Week, *, late: bool = False) -> Digest:
    """The digest of the week; what waits to be decided is as it stands today."""
    shown = Shown(desk)
    seen = await look(desk, week, shown)
    because = await causes(desk, week)
    asks = decisions(seen, await clusters(seen.wrong, desk.questions))
    compared = seen.compared
    return Digest(
        week=week,
        made_at=seen.now,
        conversations=compared.conversations,
        days=compared.days,
        late=late,
        decisions=asks,
        figures=compared.figures,
        by_intent=compared.by_intent,
        compared=compared.compared,
        causes=because,
        drivers=compared.drivers,
        failures=await failures(seen.wrong, seen.wrong_before, shown),
        wins=await wins(desk, seen, because),
        published=await published(seen.releases, seen.cases, because, seen.titles, shown),
        upkeep=upkeep(seen),
        trend=await trend(desk, week, seen.cases),
        quality=await week_in_words(desk, week),
        alerts=await alerts(desk, week, shown),
        thanks=await thanks(desk, seen, shown),
        upcoming=upcoming(seen, len(await desk.store.labels.untaught())),
        notes=notes(seen, asks, desk.policy),
    )
