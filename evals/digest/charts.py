"""The digest's pictures: how each intent's drafts fare, what customers come for, how answers fail, how evals go."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from bot.domain.digest import Digest, Driver, EvalPoint, Failure, Value
from bot.domain.text.phrases import counted, percent
from evals.chart import ACCENT, MARKED, SOFT, Chart, Rows, readable

if TYPE_CHECKING:
    from evals.chart import Plot

_WEEKS, _RELEASES = 8, 8
_ROWS = 12  # what a picture shows at most; the table has the rest
_IN_WORDS = 60  # characters of a name in a sentence


def charts(digest: Digest) -> tuple[Chart, ...]:
    """Give the pictures that the week has something for, in the order in which they are shown."""
    drawn = (
        _rates(digest.by_intent),
        _volumes(digest.drivers),
        _failures(digest.failures),
        _trend(digest.trend, digest.week.zone),
    )
    return tuple(chart for chart in drawn if chart is not None)


# --- approved unchanged, by intent ------------------------------------------------------------------------------------


def _rates(intents: Sequence[Driver]) -> Chart | None:
    found = [each for each in intents if each.unchanged.n]
    found.sort(key=lambda each: each.unchanged.value is None)  # what cannot be told comes last
    shown = found[:_ROWS]
    known = [each for each in shown if each.unchanged.value is not None]
    if not known:
        return None
    rows = [
        _row(n, each, _share_of(each.unchanged)) | _interval(each.unchanged, MARKED if each.moved else ACCENT)
        for n, each in enumerate(shown)
    ]
    lines = ("Share of the week's drafts, with its 95 % interval", *_marked(shown, found))
    said = _rates_said(known, len(shown))

    def plot() -> "Plot":
        from evals.digest.plots import rates  # altair, half a second

        return rates(rows)

    return Chart("unchanged", "Drafts approved unchanged, by intent", lines, said, plot)


def _rates_said(told: Sequence[Driver], shown: int) -> str:
    ranked = sorted(told, key=lambda each: each.unchanged.value or 0)
    ends = f"Most often for {_rate_said(ranked[-1])}"
    ends += f", least often for {_rate_said(ranked[0])}" if len(ranked) > 1 else ""
    moved = [_named(each.title) for each in told if each.moved][:3]
    ends += f"; changed by more than chance explains: {', '.join(moved)}" if moved else ""
    few = f"; for {shown - len(told)} there are too few to tell" if shown > len(told) else ""
    which = counted(len(told), "intent")
    return f"How often drafts were approved unchanged, for {which}, each with its interval. {ends}{few}."


def _rate_said(each: Driver) -> str:
    low, high = _bounds(each.unchanged)
    return f"{_named(each.title)} with {_share_of(each.unchanged)} ({percent(low)} to {percent(high)})"


# --- volume, by intent ------------------------------------------------------------------------------------------------


def _volumes(drivers: Sequence[Driver]) -> Chart | None:
    found = [each for each in drivers if any(each.weekly[-_WEEKS:])]
    if not found:
        return None
    shown = found[:_ROWS]
    rows = [_row(n, each, _against_before(each)) | week for n, each in enumerate(shown) for week in _by_week(each)]
    weeks = max(len(_since_first(each.weekly[-_WEEKS:])) for each in found)
    own_scale = f"Conversations a week, {counted(weeks, 'week')}; each row has its own scale, from 0"
    lines, said = (own_scale, *_marked(shown, found)), _volumes_said(shown, weeks)

    def plot() -> "Plot":
        from evals.digest.plots import volumes  # altair, half a second

        return volumes(rows, _WEEKS)

    return Chart("volume", "What customers came for", lines, said, plot)


def _by_week(driver: Driver) -> Rows:
    """Each week's count, the week reported on last."""
    weekly = driver.weekly[-_WEEKS:]
    now = MARKED if driver.moved else ACCENT
    return [
        {"week": week, "count": count, "last": week == 0, "color": SOFT if week else now}
        for week, count in zip(range(1 - len(weekly), 1), weekly, strict=True)
    ]


def _since_first(weekly: Sequence[int]) -> Sequence[int]:
    """The weeks from the first one on in which anything is on record."""
    return weekly[next((n for n, count in enumerate(weekly) if count), len(weekly)) :]


def _against_before(driver: Driver) -> str:
    now = f"{driver.weekly[-1]:,}"
    return f"{now}, was {driver.weekly[-2]:,}" if len(driver.weekly) > 1 else now


def _volumes_said(shown: Sequence[Driver], weeks: int) -> str:
    moved = [each for each in shown if each.moved]
    told = [f"{_named(each.title)} ({_against_before(each)})" for each in moved or shown][:3]
    which = "More than chance explains changed" if moved else "Most came for"
    what = f"{counted(len(shown), 'intent')} over {counted(weeks, 'week')}"
    return f"Conversations a week for {what}. {which}: {', '.join(told)}."


# --- failures, by mode ------------------------------------------------------------------------------------------------


def _failures(failures: Sequence[Failure]) -> Chart | None:
    found = [each for each in failures if each.count or each.before]
    if not found:
        return None
    shown = found[:_ROWS]
    rows = [bar for n, each in enumerate(shown) for bar in _now_and_before(n, each)]
    lines = ("Conversations in which something went wrong, by what it was", *_left_out(found, "ways"))

    def plot() -> "Plot":
        from evals.digest.plots import failures  # altair, half a second

        return failures(rows)

    return Chart("failures", "How answers failed", lines, _failures_said(shown), plot)


def _now_and_before(n: int, failure: Failure) -> Rows:
    """The week's count over that of the week before; the first row says which is which."""
    row = {"row": n, "name": readable(failure.label)}
    now, before = f"{failure.count:,}", f"{failure.before:,}"
    return [
        row | {"last": True, "count": failure.count, "figure": now if n else f"{now} this week"},
        row | {"last": False, "count": failure.before, "figure": before if n else f"{before} the week before"},
    ]


def _failures_said(shown: Sequence[Failure]) -> str:
    told = [f"{_named(each.label)} {each.count:,} (the week before {each.before:,})" for each in shown[:3]]
    now, before = sum(each.count for each in shown), sum(each.before for each in shown)
    return f"How answers failed: {now:,} this week, {before:,} the week before. By what was wrong: {'; '.join(told)}."


# --- evals, by release ------------------------------------------------------------------------------------------------


def _trend(trend: Sequence[EvalPoint], zone: tzinfo) -> Chart | None:
    found = [each for each in trend if each.passed.value is not None][-_RELEASES:]
    if len(found) < 2:
        return None  # one release is no trend
    rows = [_interval(each.passed, ACCENT) | _release(n, each, zone) for n, each in enumerate(found)]
    cases = [each.passed.n for each in found]
    fewest, most = min(cases), max(cases)
    line = f"Share of {fewest:,}{f' to {most:,}' * (most > fewest)} cases, with its 95 % interval"

    def plot() -> "Plot":
        from evals.digest.plots import trend  # altair, half a second

        return trend(rows)

    return Chart("evals", "Eval cases passed, by release", (line,), _trend_said(found), plot)


def _release(n: int, point: EvalPoint, zone: tzinfo) -> dict[str, object]:
    """A release's name on two lines, such as "knowledge" and "v12"; when it went live; and what passed."""
    kind, _, version = readable(point.release).rpartition(" ")
    on = f"{point.at.astimezone(zone):%d %b}"
    return {"n": n, "kind": kind, "version": version, "on": on, "figure": percent(point.passed.value or 0)}


def _trend_said(found: Sequence[EvalPoint]) -> str:
    last, first = found[-1], found[0]
    low, high = _bounds(last.passed)
    now = f"{_named(last.release)} passes {_share_of(last.passed)} ({percent(low)} to {percent(high)})"
    before = f"{_named(first.release)} passed {_share_of(first.passed)}"
    return f"The share of eval cases that passed on {len(found)} releases, each with its interval. {now}; {before}."


# --- what all of them say ---------------------------------------------------------------------------------------------


def _row(n: int, driver: Driver, figure: str) -> dict[str, object]:
    return {"row": n, "name": readable(driver.title), "figure": figure, "moved": driver.moved}


def _interval(value: Value, color: str) -> dict[str, object]:
    low, high = _bounds(value)
    return {"share": value.value, "low": low, "high": high, "known": value.value is not None, "color": color}


def _left_out(found: Sequence[object], what: str) -> list[str]:
    return [f"The first {_ROWS} of {len(found)} {what}"] if len(found) > _ROWS else []


def _marked(shown: Sequence[Driver], found: Sequence[Driver]) -> list[str]:
    """What orange means, where something is; and that there are more intents than rows, where there are."""
    marked = ["Orange: changed by more than chance explains"] if any(each.moved for each in shown) else []
    said = [*marked, *_left_out(found, "intents")]
    return [". ".join(said)] if said else []


def _bounds(value: Value) -> tuple[float, float]:
    known = value.value or 0.0
    return (known if value.low is None else value.low, known if value.high is None else value.high)


def _share_of(value: Value) -> str:
    return f"{percent(value.value)} of {value.n:,}" if value.value is not None else f"of {value.n:,}"


def _named(text: str) -> str:
    name = readable(text)
    return name if len(name) <= _IN_WORDS else f"{name[: _IN_WORDS - 1]}…"
