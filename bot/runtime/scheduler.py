"""The clock's bell: APScheduler in memory, which rings; what a ring starts is made repeatable by its own key."""

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

log = logging.getLogger(__name__)


class Scheduler:
    """Runs coroutines by crontab lines (UTC), in this process; one that is still running is not started again."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def add(self, name: str, cron: str, run: Callable[[], Awaitable[None]]) -> None:
        """Ring for `run` at every minute that the crontab line names."""

        async def ring() -> None:
            try:
                await run()
            except Exception:  # the boundary of a job: the next ring tries again
                log.exception("The job %r failed.", name)

        self._scheduler.add_job(
            ring, CronTrigger.from_crontab(cron, timezone="UTC"), id=name, max_instances=1, coalesce=True
        )

    def start(self) -> None:
        self._scheduler.start()

    def close(self) -> None:
        if self._scheduler.running:  # not where the start failed before the clock was wound
            self._scheduler.shutdown(wait=False)
