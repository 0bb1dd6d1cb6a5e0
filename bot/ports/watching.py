"""What is remembered of the series that are watched, and of what was told of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.spike import Alert, Series


@dataclass(frozen=True, slots=True)
class Watched:
    """How far the watch has come, and what it remembers of each series (by key), as plain text that only it reads."""

    until: datetime | None = None
    series: Mapping[str, str] = field(default_factory=dict)

    def members(self, series: Series) -> tuple[str, ...]:
        """The conversations of a cluster, which no record names; oldest first."""
        remembered = self.series.get(series.key)
        return tuple(json.loads(remembered)["members"]) if remembered else ()


class Spikes(Protocol):
    """The watch of one workspace and its record of alerts."""

    async def watched(self) -> Watched:
        """What was kept last; empty before the first time."""
        ...

    async def keep(self, watched: Watched, alerts: Sequence[Alert], *, after: datetime | None) -> bool:
        """Keep the watch together with the alerts that changed (by cause), if it still stands where it was: at `after`.

        What people did to an alert meanwhile stays (see `bot.domain.spike.merged`). False, and nothing changed, when
        somebody else has come further.
        """
        ...

    async def alerts(self, since: datetime) -> tuple[Alert, ...]:
        """Those that opened since then or are not finished, oldest first."""
        ...

    async def get(self, cause: str) -> Alert:
        """The alert as it stands now. Raises NotFound."""
        ...

    async def change(self, alert: Alert) -> Alert:
        """Keep what somebody did to it, if it still has this version; the result has the next one. Raises Conflict."""
        ...

    async def note(self, painted: Alert) -> None:
        """Note what the card shows, and where it is (see `bot.domain.spike.noted`); the version stays."""
        ...
