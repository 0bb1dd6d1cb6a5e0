"""From series that rise to alerts: one for each cause, however many series show it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import log

from bot.domain.spike import Alert, AlertState, Series, cause_of, examples, joined, resolved
from bot.domain.watching import Event, generality
from evals.spikes.alarm import Change
from evals.spikes.detector import Reading, bucket_of

_HARDLY = 0.01  # conversations expected in a window, where none are
_SHARED = 0.5  # of the conversations behind the smaller of two, from which they have one cause

Rise = tuple[Series, Change, Reading]


def correlated(
    rises: Sequence[Rise], before: Iterable[Alert], events: Collection[Event], risen: Collection[Series]
) -> tuple[Alert, ...]:
    """The alerts that are new or changed, after these changes of series and those alerts that are not over.

    `events` are those of the last hours, oldest first, `risen` the series that are beyond expectation now. A series
    that rises through the same conversations as an alert's first joins it: half of the smaller number must be shared.
    What says most of the matter comes first, and gives the alert its name and figures, also if it rises later.
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
    return generality(series), -reading.height


def _joined_or_new(alerts: Iterable[Alert], series: Series, reading: Reading, events: Collection[Event]) -> Alert:
    behind = _behind(events, (series,), reading)
    for alert in alerts:
        theirs = {each.conversation for each in events if each.series == alert.series[0] and each.at >= alert.since}
        if len(theirs.intersection(behind)) >= _SHARED * max(1, min(len(theirs), len(behind))):
            return _joined(alert, series, reading, behind)
    since = _begin(events, series, reading)
    return _shown(Alert(cause_of(series, since), (series,), since, reading.at, reading.at), reading, behind)


def _joined(alert: Alert, series: Series, reading: Reading, behind: list[str]) -> Alert:
    """The alert with another series: in the first place if it says more of the matter, unless it was a false alarm."""
    if series in alert.series or alert.false_alarm or generality(series) >= generality(alert.series[0]):
        return joined(alert, series, reading.at)
    return _shown(replace(alert, series=(series, *alert.series)), reading, behind)


def _begin(events: Collection[Event], series: Series, reading: Reading) -> datetime:
    """The bucket from which on what came is least like what was to be expected.

    By the likelihood ratio of a Poisson count in that span to its expectation (the scan statistic of Kulldorff 1997).
    """
    since: dict[datetime, int] = {}  # how many came from there on
    times = [e.at for e in events if e.series == series and reading.since <= e.at < reading.at]
    for number, at in enumerate(times):
        since.setdefault(bucket_of(at), len(times) - number)
    usual = max(reading.expected, _HARDLY) / max(reading.minutes, 1)

    def unlike(begin: datetime) -> float:
        came, expected = since[begin], usual * ((reading.at - begin) / timedelta(minutes=1))
        return came * log(came / expected) - (came - expected) if came > expected else 0.0

    return max(since, key=unlike, default=reading.since)


def _grown(alert: Alert, reading: Reading, events: Collection[Event]) -> Alert:
    return _shown(alert, reading, _behind(events, alert.series[:1], reading))


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
