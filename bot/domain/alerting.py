"""What people do about an alert, when somebody is paged for it, and what a false alarm teaches."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.calendar import DAY, instant
from bot.domain.chat import Person, Role
from bot.domain.errors import Conflict, NotAllowed
from bot.domain.spike import Alert, AlertState, Series

MOST_PAGES = 5
"""How often somebody is paged for what nobody takes up: at first, and four times again."""
MOST_PATIENCE = 16.0
"""How many times as rare as usual a series must be at most, whatever was called a false alarm."""
CORRECTABLE = timedelta(days=28)
"""How long after it opened an alert may be called a false alarm."""

_FADES = timedelta(weeks=8)
_MORNING = 8 * 60  # minutes


def check_may_act(role: Role | None, *, on_call: bool) -> None:
    """Let whoever may act on an alert pass: anybody of the team, and who is on call. Raises NotAllowed."""
    if role is None and not on_call:
        raise NotAllowed("Only the support team and who is on call act on alerts. Tell one of them what you know.")


def acknowledged(alert: Alert, by: Person, at: datetime) -> Alert:
    """Somebody looks at it. Raises Conflict when it is over or somebody else does."""
    _check_not_settled(alert)
    if alert.by is not None and not by.same_as(alert.by):
        raise Conflict(f"{_name(alert.by)} is already looking at this.")
    first = alert.acknowledged_at or at
    return replace(alert, state=AlertState.ACKNOWLEDGED, by=by, acknowledged_at=first, changed_at=at)


def snoozed(alert: Alert, until: datetime, by: Person, at: datetime) -> Alert:
    """Nobody is paged until then, and somebody is afterwards. Raises Conflict when there is nothing to silence."""
    _check_not_settled(alert)
    if alert.by is not None:
        raise Conflict(f"{_name(alert.by)} is looking at this, so that it pages nobody anyway.")
    return replace(alert, quiet_until=until, quiet_by=by, pages=0, changed_at=at)


def called_false(alert: Alert, by: Person, at: datetime, *, before: float) -> Alert:
    """It was nothing: its series must be twice as rare as `before` from then on.

    Raises Conflict when somebody said so already, or it is too long ago.
    """
    if alert.false_alarm:
        raise Conflict(f"{_name(alert.false_by)} already called this a false alarm.")
    if at - alert.opened_at > CORRECTABLE:
        raise Conflict(f"This is more than {CORRECTABLE.days} days ago, so that it teaches nothing any more.")
    patience = min(2.0 * before, MOST_PATIENCE)
    return replace(alert, false_alarm=True, false_by=by, false_at=at, patience=patience, changed_at=at)


def with_incident(alert: Alert, name: str, at: datetime) -> Alert:
    """An incident of this name is open for it. Raises Conflict where there is one, or nothing to open one for."""
    if alert.incident:
        raise Conflict(f"{alert.incident} is open for this already. Its thread is linked on the card.")
    _check_not_settled(alert)
    return replace(alert, incident=name, changed_at=at)


def incident_name(alert: Alert, zone: tzinfo) -> str:
    """The number of an incident: when it began on the team's clocks. What began within the same minute is one."""
    return f"INC-{alert.since.astimezone(zone):%Y%m%d-%H%M}"


def page_due(alert: Alert, every: timedelta) -> datetime | None:
    """When somebody is to be paged; None where that is not needed any more, or was ignored often enough.

    The time between pages doubles. Whoever snoozes it is reminded at the end.
    """
    if alert.settled or alert.state is not AlertState.OPEN or alert.pages >= MOST_PAGES:
        return None
    due = alert.opened_at
    if alert.pages and alert.paged_at:
        due = alert.paged_at + every * 2 ** (alert.pages - 1)
    return max(due, alert.quiet_until) if alert.quiet_until else due


def paged(alert: Alert, at: datetime) -> Alert:
    """Somebody was paged at this moment."""
    return replace(alert, pages=alert.pages + 1, paged_at=at)


def next_morning(at: datetime, zone: ZoneInfo) -> datetime:
    """The next eight o'clock in the morning on the zone's clocks."""
    today = at.astimezone(zone).date()
    morning = instant(today, _MORNING, zone)
    return morning if morning > at else instant(today + DAY, _MORNING, zone)


@dataclass(slots=True)
class Patience:
    """How many times as rare as usual a series must be to be told, since the false alarm of that moment; plain values.

    It halves with every eight weeks that pass without another.
    """

    told: float = 1.0
    since: datetime | None = None

    def times(self, now: datetime) -> float:
        """What is left of it; 1 where nobody called a false alarm, or long ago."""
        if self.since is None:
            return 1.0
        return float(max(1.0, self.told * 0.5 ** ((now - self.since) // _FADES)))

    def take(self, alert: Alert) -> None:
        """Heed the alert if it was a false alarm, and a later one than that which is known."""
        if alert.false_at is not None and (self.since is None or alert.false_at > self.since):
            self.told, self.since = alert.patience, alert.false_at


def patience_of(series: Series, alerts: Iterable[Alert]) -> Patience:
    """What the record of alerts taught about this series."""
    found = Patience()
    for alert in alerts:
        if alert.series[0] == series:
            found.take(alert)
    return found


def _check_not_settled(alert: Alert) -> None:
    if alert.state is AlertState.RESOLVED:
        raise Conflict("This is already over.")
    if alert.false_alarm:
        raise Conflict(f"{_name(alert.false_by)} called this a false alarm.")


def _name(person: Person | None) -> str:
    return (person.name or person.id) if person else "Somebody"
