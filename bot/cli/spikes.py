"""`ratchet spikes`: what on-call would have been woken for."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.domain.spike import Alert


@click.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366), help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def spikes(days: int, as_json: bool) -> None:
    """Show what on-call would have been told. Spikes are watched every five minutes; nobody is alerted yet."""
    from bot.cli.terminal import console, run
    from bot.domain.codec import codec
    from bot.domain.spike import Alert

    until, found = run(_found(days))
    if as_json:
        click.echo(codec(list[Alert]).dump_json(list(found), indent=2).decode())
        return
    if until is None:
        click.echo("Nothing was watched yet: that begins within five minutes once ratchet serve runs.")
    elif not found:
        click.echo(f"Nobody would have been told of anything in {days} days (watched until {until:%d %b %H:%M} UTC).")
    else:
        console().print(_table(found))


async def _found(days: int) -> "tuple[datetime | None, tuple[Alert, ...]]":
    from bot.cli.terminal import desk_parts

    async with desk_parts() as parts:
        desk = parts.desk
        watched = await desk.store.spikes.watched()
        return watched.until, await desk.store.spikes.alerts(desk.clock.now() - timedelta(days=days))


def _table(found: "tuple[Alert, ...]") -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table("since (UTC)", "what", "seen", "expected", "as on one day in", "lasted", box=None, pad_edge=False)
    for alert in found:
        also = f" (and {len(alert.series) - 1} more)" if len(alert.series) > 1 else ""
        table.add_row(
            f"{alert.since:%d %b %H:%M}",
            Text(f"{alert.series[0].title}{also}"),
            f"{alert.seen} in {_span(timedelta(minutes=alert.minutes))}",
            f"{alert.expected:.1f}",
            f"{alert.days:,.0f}" if alert.days < 1e6 else "over a million",
            _span(alert.resolved_at - alert.since) if alert.resolved_at else "goes on",
        )
    return table


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
