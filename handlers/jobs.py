"""The cron table: what happens by the clock. A row names the job, its schedule, and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.ports import Desk
from bot.workflows import radar, showing, slots
from bot.workflows.alerts import tend as tend_alerts
from bot.workflows.grouping import group
from bot.workflows.holding.sending import tend as tend_holdings
from bot.workflows.new_topics import propose_weekly
from bot.workflows.precedents import forget_outdated
from evals.learning import learn_nightly
from evals.spikes.watch import watch
from handlers.dispatch import Dispatcher


@dataclass(frozen=True, slots=True)
class Job:
    """`cron` is a crontab line in UTC."""

    name: str
    cron: str
    run: Callable[[], Awaitable[None]]


def scheduled(desk: Desk, name: str, job: slots.Scheduled) -> Job:
    """A job at set times on the team's clocks: once for each slot in all processes, a missed one late."""
    return Job(name, "* * * * *", partial(slots.ring, desk, job))


def table(desk: Desk, dispatcher: Dispatcher) -> tuple[Job, ...]:
    """All jobs of this process."""
    digest = desk.policy.digest
    weekly = [scheduled(desk, "weekly digest", slots.Scheduled("weekly_digest", digest))] if digest else []
    sample = desk.policy.sample
    drawn = slots.Scheduled("draw_sample", sample.schedule) if sample else None
    sampling = [scheduled(desk, "draw the weekly sample", drawn)] if drawn else []
    return (
        Job("sweep the inbox", "* * * * *", dispatcher.sweep),
        Job("forget old precedents", "17 * * * *", partial(forget_outdated, desk)),
        Job("show missing cards", "*/10 * * * *", partial(showing.show_missing, desk)),
        Job("ping the owners of articles", "*/10 * * * *", partial(radar.ping, desk)),
        Job("watch for spikes", "1-59/5 * * * *", partial(watch, desk)),
        Job("tend to alerts", "* * * * *", partial(tend_alerts, desk)),
        Job("group the drafts of alerts", "3-59/5 * * * *", partial(group, desk)),
        Job("tend to holding replies", "* * * * *", partial(tend_holdings, desk)),
        Job("learn from labels", "0 2 * * *", partial(learn_nightly, desk)),
        Job("propose new topics", "0 6 * * mon", partial(propose_weekly, desk)),
        *weekly,
        *sampling,
    )
