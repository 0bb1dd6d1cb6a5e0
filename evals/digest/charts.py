"""The digest's pictures: how each intent's drafts fare, what customers come for, how answers fail, how evals go."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import TypeVar

from bot.domain.digest import Digest, Driver, EvalPoint, Failure, Value
from bot.domain.text.phrases import counted, percent
from evals.svg import (
    ACCENT,
    FAINT,
    GRID,
    INK,
    MARKED,
    QUIET,
    SOFT,
    WIDTH,
    Chart,
    Row,
    bars,
    dots,
    path,
    readable,
    rules,
    sheet,
    texts,
)

T = TypeVar("T")

_ROWS = 12  # what a picture shows at most; the table has the rest
_ROW = 26  # points
_NAME = 208  # points that a name may take
_PLOT, _END = 216, 362  # where shares and bars begin and end
_WORDED = 338  # where bars end that have words behind them
_WEEKS = 8
_EVALS = 150  # points that the shares of eval cases are high
_RELEASES = 8
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


# --- sent unchanged, by intent ----------------------------------------------------------------------------------------


def _rates(intents: Sequence[Driver]) -> Chart | None:
    found = [each for each in intents if each.unchanged.n]
    found.sort(key=lambda each: each.unchanged.value is None)  # what cannot be told comes last
    rows = _placed(found)
    known = [(y, each) for y, each in rows if each.unchanged.value is not None]
    if not known:
        return None
    few = [({"x": _PLOT + 8, "y": y}, "too few to tell") for y, each in rows if each.unchanged.value is None]
    layers = [
        *_shares_below(_ROW * len(rows)),
        texts([({"x": 0, "y": y}, each.title) for y, each in rows], size=12, limit=_NAME),
        *_lines([(y, each) for y, each in known if not each.moved], ACCENT),
        *_lines([(y, each) for y, each in known if each.moved], MARKED),
        texts(few, color=QUIET),
        *_figures([(y, each, _share_of(each.unchanged)) for y, each in rows]),
    ]
    title, subtitle = "Drafts sent unchanged, by intent", "Share of the week's drafts, with its 95 % interval"
    spec = sheet(title, [subtitle, *_marked(rows, found)], _ROW * len(rows) + 22, layers)
    return Chart("unchanged", title, _rates_said([each for _, each in known], len(rows)), spec)


def _lines(rows: Sequence[tuple[float, Driver]], color: str) -> list[str]:
    """Each share as a dot on its interval."""
    ends = [(y, *map(_across, _bounds(each.unchanged))) for y, each in rows]
    return [
        rules([{"x": low, "y": y, "x2": high, "y2": y} for y, low, high in ends], color=color, width=3),
        dots([{"x": _across(each.unchanged.value or 0), "y": y} for y, each in rows], color=color),
    ]


def _shares_below(height: float) -> list[str]:
    """A scale from 0 to 100 % behind rows of this height, with its figures under them."""
    ticks = (0.0, 0.5, 1.0)
    lines = [{"x": _across(each), "y": 0, "x2": _across(each), "y2": height} for each in ticks]
    figures = [({"x": _across(each), "y": height + 12}, percent(each)) for each in ticks]
    return [rules(lines, color=GRID), texts(figures, size=12, color=QUIET, align="middle")]


def _across(share: float) -> float:
    return _PLOT + (_END - _PLOT) * share


def _rates_said(told: Sequence[Driver], shown: int) -> str:
    ranked = sorted(told, key=lambda each: each.unchanged.value or 0)
    ends = f"Most often for {_rate_said(ranked[-1])}"
    ends += f", least often for {_rate_said(ranked[0])}" if len(ranked) > 1 else ""
    moved = [_named(each.title) for each in told if each.moved][:3]
    ends += f"; changed by more than chance explains: {', '.join(moved)}" if moved else ""
    few = f"; for {shown - len(told)} there are too few to tell" if shown > len(told) else ""
    which = counted(len(told), "intent")
    return f"How often drafts were sent unchanged, for {which}, each with its interval. {ends}{few}."


def _rate_said(each: Driver) -> str:
    low, high = _bounds(each.unchanged)
    return f"{_named(each.title)} with {_share_of(each.unchanged)} ({percent(low)} to {percent(high)})"


# --- volume, by intent ------------------------------------------------------------------------------------------------


def _volumes(drivers: Sequence[Driver]) -> Chart | None:
    found = [each for each in drivers if any(each.weekly[-_WEEKS:])]
    if not found:
        return None
    rows = _placed(found)
    before = [box for y, each in rows for box in _columns(each, y)[:-1]]
    layers = [
        texts([({"x": 0, "y": y}, each.title) for y, each in rows], size=12, limit=_NAME),
        bars(before, color=SOFT),
        bars([_columns(each, y)[-1] for y, each in rows if not each.moved], color=ACCENT),
        bars([_columns(each, y)[-1] for y, each in rows if each.moved], color=MARKED),
        rules([{"x": _PLOT, "y": y + 11, "x2": _END, "y2": y + 11} for y, _ in rows], color=FAINT),
        *_figures([(y, each, _against_before(each)) for y, each in rows]),
    ]
    weeks = max(len(_since_first(each.weekly[-_WEEKS:])) for each in found)
    title = "What customers came for"
    subtitle = [f"Conversations a week, {counted(weeks, 'week')}; each row has its own scale, from 0"]
    spec = sheet(title, [*subtitle, *_marked(rows, found)], _ROW * len(rows), layers)
    return Chart("volume", title, _volumes_said([each for _, each in rows], weeks), spec)


def _since_first(weekly: Sequence[int]) -> Sequence[int]:
    """The weeks from the first one on in which anything is on record."""
    return weekly[next((n for n, count in enumerate(weekly) if count), len(weekly)) :]


def _columns(driver: Driver, y: float) -> list[dict[str, float]]:
    """A box for each week, the week reported on last; the highest fills the row."""
    weekly = driver.weekly[-_WEEKS:]
    step, most = (_END - _PLOT) / _WEEKS, max(max(weekly), 1)
    first = _END - step * len(weekly)
    sides = [(first + step * n + 2, first + step * (n + 1) - 2) for n in range(len(weekly))]
    tops = [y + 11 - 21 * count / most for count in weekly]
    return [{"x": left, "x2": right, "y": y + 11, "y2": top} for (left, right), top in zip(sides, tops, strict=True)]


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
    rows = _placed(found, row := 38)
    most = max(max(each.count, each.before) for each in found)
    now = [(_box(y - 13, each.count / most), f"{each.count:,}") for y, each in rows]
    before = [(_box(y + 1, each.before / most), f"{each.before:,}") for y, each in rows]
    layers = [
        texts([({"x": 0, "y": y}, each.label) for y, each in rows], size=12, limit=_NAME),
        bars([box for box, _ in now], color=ACCENT),
        bars([box for box, _ in before], color=SOFT),
        texts(_at_ends(now, "this week"), color=INK, bold=True),
        texts(_at_ends(before, "the week before"), color=QUIET),
        rules([{"x": _PLOT, "y": 0, "x2": _PLOT, "y2": row * len(rows)}], color=FAINT),
    ]
    title = "How answers failed"
    subtitle = ["Conversations in which something went wrong, by what it was", *_left_out(found, "ways")]
    spec = sheet(title, subtitle, row * len(rows), layers)
    return Chart("failures", title, _failures_said([each for _, each in rows]), spec)


def _box(y: float, share: float) -> dict[str, float]:
    return {"x": _PLOT, "x2": _PLOT + (_WORDED - _PLOT) * share, "y": y, "y2": y + 12}


def _at_ends(rows: Sequence[tuple[dict[str, float], str]], which: str) -> list[tuple[Row, str]]:
    """The figures at the ends of bars; the first says which bars these are."""
    return [
        ({"x": box["x2"] + 6, "y": box["y"] + 6.5}, figure if n else f"{figure} {which}")
        for n, (box, figure) in enumerate(rows)
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
    step = (WIDTH - 130) / (len(found) - 1)
    points = [(WIDTH - 45 - step * (len(found) - 1 - n), each, *_bounds(each.passed)) for n, each in enumerate(found)]
    line = [{"x": x, "y": _down(each.passed.value or 0)} for x, each, _, _ in points]
    layers = [
        *_shares_beside(),
        rules([{"x": x, "y": _down(low), "x2": x, "y2": _down(high)} for x, _, low, high in points],
              color=ACCENT, width=3),
        path(line, color=ACCENT, width=1.5),
        dots(line, color=ACCENT),
        texts([({"x": x, "y": _EVALS + 14}, each.release) for x, each, _, _ in points],
              size=12, align="middle", limit=min(step, 110) - 6),
        texts([({"x": x, "y": _EVALS + 29}, f"{each.at.astimezone(zone):%d %b}") for x, each, _, _ in points],
              size=12, color=QUIET, align="middle"),
        texts([({"x": x, "y": _down(low) + 12}, percent(each.passed.value or 0)) for x, each, low, _ in points],
              align="middle", bold=True),
    ]  # fmt: skip
    title, cases = "Eval cases passed, by release", [each.passed.n for each in found]
    fewest, most = min(cases), max(cases)
    subtitle = f"Share of {fewest:,}{f' to {most:,}' * (most > fewest)} cases, with its 95 % interval"
    return Chart("evals", title, _trend_said(found), sheet(title, [subtitle], _EVALS + 38, layers))


def _shares_beside() -> list[str]:
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    lines = [{"x": 36, "y": _down(each), "x2": WIDTH, "y2": _down(each)} for each in ticks]
    figures = [({"x": 30, "y": _down(each)}, percent(each)) for each in ticks[::2]]
    return [rules(lines, color=GRID), texts(figures, size=12, color=QUIET, align="end")]


def _down(share: float) -> float:
    return _EVALS * (1 - share)


def _trend_said(found: Sequence[EvalPoint]) -> str:
    last, first = found[-1], found[0]
    low, high = _bounds(last.passed)
    now = f"{_named(last.release)} passes {_share_of(last.passed)} ({percent(low)} to {percent(high)})"
    before = f"{_named(first.release)} passed {_share_of(first.passed)}"
    return f"The share of eval cases that passed on {len(found)} releases, each with its interval. {now}; {before}."


# --- what all of them say ---------------------------------------------------------------------------------------------


def _placed(found: Sequence[T], row: float = _ROW) -> list[tuple[float, T]]:
    """The middles of the rows for as many as are shown."""
    return [(row * (n + 0.5), each) for n, each in enumerate(found[:_ROWS])]


def _left_out(found: Sequence[object], what: str) -> list[str]:
    return [f"The first {_ROWS} of {len(found)} {what}"] if len(found) > _ROWS else []


def _marked(rows: Sequence[tuple[float, Driver]], found: Sequence[Driver]) -> list[str]:
    """What orange means, where something is; and that there are more intents than rows, where there are."""
    marked = ["Orange: changed by more than chance explains"] if any(each.moved for _, each in rows) else []
    return [". ".join([*marked, *_left_out(found, "intents")])] if marked or len(found) > _ROWS else []


def _figures(rows: Sequence[tuple[float, Driver, str]]) -> list[str]:
    """What each row comes to, at its end."""
    placed = [({"x": WIDTH, "y": y}, figure, each.moved) for y, each, figure in rows]
    return [
        texts([(row, figure) for row, figure, moved in placed if not moved], align="end"),
        texts([(row, figure) for row, figure, moved in placed if moved], align="end", color=MARKED, bold=True),
    ]


def _bounds(value: Value) -> tuple[float, float]:
    known = value.value or 0.0
    return (known if value.low is None else value.low, known if value.high is None else value.high)


def _share_of(value: Value) -> str:
    return f"{percent(value.value)} of {value.n:,}" if value.value is not None else f"of {value.n:,}"


def _named(text: str) -> str:
    name = readable(text)
    return name if len(name) <= _IN_WORDS else f"{name[: _IN_WORDS - 1]}…"
