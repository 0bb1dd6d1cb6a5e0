"""Metrics as a table that people read, and each one's definition."""

import sys
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.figures import amount, change, direction, figure
from evals.measuring import Measured
from evals.metric import Metric, Unit

_LONGEST = 80  # characters of a name
_NOTES = (
    "\n↑ higher is better, ↓ lower is better   × counted a week earlier: its seven days must be over",
    "95 %: where the true value lies, 19 times in 20   9 in 10: nine in ten took no longer",
    "Each row is compared by itself: of twenty in which nothing changed, about one shows a change.",
    "What each counts: ratchet metrics about <name>",
)


def show(out: Console, found: Sequence[Measured], *, by: str, business: bool) -> None:
    """Print a row for each figure; groups with too few say how few."""
    if not found:
        out.print("Nothing was recorded in this period.")
        return
    since, until = max(each.period.since for each in found), max(each.period.until for each in found)
    hours = ", times in business hours" if business else ""
    out.print(f"What is on record from {since:%d %b %Y} to {until:%d %b %Y %H:%M} UTC{hours}\n", style="bold")
    table = Table("", *((by,) if by else ()), "value (95 %)", "9 in 10", "n", "change", box=None, pad_edge=False)
    for column in table.columns[1 + bool(by) : 4 + bool(by)]:
        column.justify = "right"
    last = ""
    for section, figures in groupby(found, key=lambda each: each.metric.section):
        table.add_row(Text(section, style="bold"))
        for each in figures:
            table.add_row(*_row(each, by=by, first=each.metric.name != last, until=until))
            last = each.metric.name
    out.print(table)
    for line in _NOTES:
        out.print(line, style="dim")


def _row(found: Measured, *, by: str, first: bool, until: object) -> list[Text]:
    metric = found.metric
    title = f"{metric.title} {direction(metric)}{' ×' if found.period.until != until and metric.follow_up else ''}"
    shown = f"  {found.kind}" if found.kind and not by else title if first else ""
    group = [f"{found.group}{f': {found.kind}' if found.kind else ''}"] if by else []
    tail = found.now.told.tail if found.now.told else None
    changed = change(found) if by != "rep" else ""  # nobody's week is held against the week before
    cells = [figure(metric, found.now), amount(metric.unit, tail) if tail is not None and _is_time(metric) else ""]
    return [Text(printable(each)) for each in (shown, *group, *cells, f"{found.now.n:,}", changed)]


def _is_time(metric: Metric) -> bool:
    return metric.unit is Unit.SECONDS


def define(out: Console, metric: Metric) -> None:
    """Print what the metric is, as its module says."""
    lines = [f"{metric.title} ({metric.name})", (sys.modules[metric.observe.__module__].__doc__ or "").strip()]
    share = f"{metric.numerator}; of {metric.denominator}" if metric.denominator else metric.numerator
    facts = (
        f"counts: {share}", f"unit: {metric.unit.value}, {metric.statistic.value}", f"better: {metric.better.value}",
        f"source: {metric.source}", f"least n: {metric.least}",
    )  # fmt: skip
    out.print(Text(lines[0], style="bold"))
    out.print(Text(lines[1]))
    out.print(Text("\n".join(facts) + "\n", style="dim"))


def printable(name: str) -> str:
    """A name that somebody gave, short and without what moves a terminal's cursor."""
    shown = "".join(each if each.isprintable() else " " for each in name[:_LONGEST])
    return shown if len(name) <= _LONGEST else f"{shown}…"


def harmless(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{printable(name)}" if name[:1] in ("=", "+", "-", "@") else printable(name)
