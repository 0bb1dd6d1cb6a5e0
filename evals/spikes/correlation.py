"""From series that rise to alerts: one for each cause, however many series show it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.domain.spike import Alert, AlertState, Series, What, cause_of, examples, joined, resolved
from bot.domain.watching import Event
from evals.spikes.alarm import Change
from evals.spikes.detector import Reading

_SHARED = 0.5  # of the conversations behind the smaller of two, from which they have one cause
_SPECIFIC = (What.CLUSTER, What.INTENT, What.UNKNOWN)

Rise = tuple[Series, Change, Reading]


def correlated(
    rises: Sequence[Rise], before: Iterable[Alert], events: Collection[Event], risen: Collection[Series]
) -> tuple[Alert, ...]:
    """The alerts that are new or changed, after these changes of series and those alerts that are not over.

    `events` are those of the last hours, oldest first, `risen` the series that are beyond expectation now. A series
    that rises through the same conversations as an alert joins it: half of the smaller number must be shared. What says
    most of the matter comes first: an intent before a symptom, and a symptom before the sum of everything.
    """
    alerts = {alert.cause: alert for alert in before if alert.state is not AlertState.RESOLVED}
    unchanged = dict(alerts)
    for series, change, reading in sorted(rises, key=_order):
        if change is Change.OPENED:
            alert = _joined_or_new(alerts.values(), series, reading, events)
            alerts[alert.cause] = alert
        elif change is Change.GREW:
            grown = (_grown(each, reading, events) for each in alerts.values() if each.series[0] == series)
            alerts.update({each.cause: each for each in grown})
    for alert in alerts.values():
        if not any(series in risen for series in alert.series):
            over = max((reading.at for series, _, reading in rises if series in alert.series), default=alert.changed_at)
            alerts[alert.cause] = resolved(alert, over)
    return tuple(alert for cause, alert in alerts.items() if unchanged.get(cause) != alert)


def _order(rise: Rise) -> tuple[int, float]:
    series, _, reading = rise
    last = len(_SPECIFIC) + (series.what is What.VOLUME)
    place = _SPECIFIC.index(series.what) if series.what in _SPECIFIC else last
    return place, -reading.height


def _joined_or_new(alerts: Iterable[Alert], series: Series, reading: Reading, events: Collection[Event]) -> Alert:
    behind = _behind(events, (series,), reading)
    for alert in alerts:
        theirs = {each.conversation for each in events if each.series in alert.series and each.at >= alert.since}
        if len(theirs.intersection(behind)) >= _SHARED * max(1, min(len(theirs), len(behind))):
            return joined(alert, series, reading.at)
    new = Alert(cause_of(series, reading.since), (series,), reading.since, reading.at, reading.at)
    return _shown(new, reading, behind)


def _grown(alert: Alert, reading: Reading, events: Collection[Event]) -> Alert:
    return _shown(alert, reading, _behind(events, alert.series, reading))


def _shown(alert: Alert, reading: Reading, behind: list[str]) -> Alert:
    return replace(
        alert,
        changed_at=reading.at,
        minutes=reading.minutes,
        seen=reading.seen,
        expected=reading.expected,
        probability=reading.probability,
        behind=len(behind),
        conversations=examples(behind),
    )


def _behind(events: Collection[Event], series: Collection[Series], reading: Reading) -> list[str]:
    """The conversations of the reading's window, oldest first, each once."""
    found = (e.conversation for e in events if e.series in series and reading.since <= e.at < reading.at)
    return list(dict.fromkeys(found))
