"""`ratchet metrics reliability`: whether the confidence on the cards means what it says."""

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bot.domain.confidence import Judgement
    from evals.metrics.reliability import Bin, Reliability

OFFLINE, MODEL = "offline", "model"
_WIDTH = 41  # columns of the diagram: 2.5 points each


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Count decisions from this day on (UTC).")
@click.option("--drafter", help='Count drafts by "offline", by any language "model", or by the model of this name.')
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the bins as CSV.")
@click.option("--png", type=click.File("wb"), help="Draw the diagram into this file too.")
def reliability(
    since: datetime | None, drafter: str | None, as_json: bool, as_csv: bool, png: IO[bytes] | None
) -> None:
    """Show how reliable the confidence on the cards is: of drafts shown at 90 %, are nine in ten approved unchanged?"""
    from bot.cli.terminal import console, run
    from bot.domain.codec import codec
    from evals.metrics.reliability import Reliability
    from evals.metrics.reliability import reliability as measured

    found = measured(run(_judged(since, drafter)))
    if png is not None:
        from evals.reliability_chart import reliability_chart

        png.write(reliability_chart(found).png())
    if as_json:
        click.echo(codec(Reliability).dump_json(found, indent=2).decode())
    elif as_csv:
        click.echo(_csv(found), nl=False)
    else:
        _print(console(), found)


async def _judged(since: datetime | None, drafter: str | None) -> "tuple[Judgement, ...]":
    from bot.cli.terminal import desk_parts

    from_then = since.replace(tzinfo=UTC) if since else None
    async with desk_parts() as parts:
        by = None if drafter == MODEL else drafter
        judged = await parts.desk.store.reviews.judged(drafter=by, since=from_then)
    return tuple(each for each in judged if drafter != MODEL or each.drafter != OFFLINE)


def _csv(found: "Reliability") -> str:
    import csv
    import io
    from dataclasses import asdict, fields

    from evals.metrics.reliability import Bin

    out = io.StringIO()
    writer = csv.DictWriter(out, [part.name for part in fields(Bin)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(each) for each in found.bins)
    return out.getvalue()


def _print(out: "Console", found: "Reliability") -> None:
    if found.since is None or found.until is None:
        out.print(_too_few(found))
        return
    period = f"{found.since:%d %b %Y} to {found.until:%d %b %Y}"
    out.print(f"What the cards showed, and how people decided ({period})\n", style="bold")
    if not found.enough:
        out.print(f"{_too_few(found)}\n", style="yellow")
    _print_diagram(out, found)
    for line in _verdict(found) if found.enough else []:
        out.print(line)


def _too_few(found: "Reliability") -> str:
    from bot.domain.confidence import ENOUGH, counted

    so_far = f"{counted(found.decisions)} so far" if found.decisions else "No decisions yet"
    return f"{so_far}; {ENOUGH} are needed before this says anything."


def _print_diagram(out: "Console", found: "Reliability") -> None:
    from rich.table import Table

    table = Table("shown", "decisions", "unchanged", "share (95 %)", _scale(), box=None, pad_edge=False)
    for column in table.columns[:4]:
        column.justify, column.no_wrap = "right", True
    for each in reversed(found.bins):
        share = f"{each.share:.0%} ({each.low * 100:.0f}–{each.high * 100:.0f})"
        table.add_row(f"{each.first}–{each.last} %", str(each.decisions), str(each.approved), share, _bar(each))
    out.print(table)
    out.print("\n● approved unchanged, with its 95 % interval   ◆ shown on the card   ◉ both\n", style="dim")


def _scale() -> str:
    return "0 %" + "50".center(_WIDTH - 8) + "100 %"


def _bar(shown: "Bin") -> "Text":
    """A line from 0 to 100 %: the interval, the share in it, and what the card showed."""
    from rich.text import Text

    def column(chance: float) -> int:
        return round(chance * (_WIDTH - 1))

    line = ["·" if place % 10 == 0 else " " for place in range(_WIDTH)]
    line[column(shown.low) : column(shown.high) + 1] = ["─"] * (column(shown.high) - column(shown.low) + 1)
    line[column(shown.low)], line[column(shown.high)] = "├", "┤"
    line[column(shown.shown)] = "◆"
    line[column(shown.share)] = "●" if column(shown.share) != column(shown.shown) else "◉"
    drawn = Text("".join(line))
    drawn.highlight_regex("[●◉]", "bold green")
    drawn.highlight_regex("◆", "bold blue")
    drawn.highlight_regex("·", "dim")
    return drawn


def _verdict(found: "Reliability") -> list[str]:
    off, chance = found.shown.ece * 100, found.by_chance * 100
    against = "more than" if found.shown.ece > found.by_chance else "within"
    return [
        f"The card is off by {off:.1f} points on average (ECE, 95 % {found.low * 100:.1f} to {found.high * 100:.1f}):"
        f" {against} the {chance:.1f} that chance explains with {found.decisions} decisions.",
        f"Brier score {found.shown.brier:.3f}; the drafters' own estimates, before calibration:"
        f" {found.estimates.brier:.3f}, off by {found.estimates.ece * 100:.1f} points.",
        "Hand-offs are not counted, because they judge the case and not the text.",
    ]
