"""`ratchet metrics`: every metric with its n and interval; what each counts; and whether the confidence holds."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.cli.reliability import reliability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evals.measuring import Measured, Period
    from evals.metric import Metric

GROUPS = ("intent", "surface", "room", "rep", "release")
_DAYS = 28
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(invoke_without_command=True)
@click.option("--by", type=click.Choice(GROUPS), help="Break each figure down by this.")
@click.option(
    "--since", type=_DAY, metavar="DAY", help=f"From this day on, such as 2026-11-01.  [default: {_DAYS} days ago]"
)
@click.option("--until", type=_DAY, metavar="DAY", help="Up to this day, without it.  [default: now]")
@click.option(
    "--metric", "names", metavar="NAME", multiple=True, help="Only this one, named as in --json; repeat it for more."
)
@click.option("--business", is_flag=True, help="Count time within the team's business hours only.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print everything as CSV.")
@click.pass_context
def metrics(  # noqa: PLR0913  an option each
    context: click.Context,
    by: str | None,
    since: datetime | None,
    until: datetime | None,
    names: tuple[str, ...],
    business: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show how the desk does: each figure with its 95 % interval and its n, and its change from the period before."""
    if context.invoked_subcommand is not None:
        return
    from bot.cli.terminal import console, run
    from evals.figures import flat

    found = run(_measured(by or "", (since, until), _chosen(names), business=business))
    if as_json:
        import json

        click.echo(json.dumps([flat(each) for each in found], indent=2))
    elif as_csv:
        click.echo(_csv(found), nl=False)
    else:
        from bot.cli.metric_table import show

        show(console(), found, by=by or "", business=business)


metrics.add_command(reliability)


@metrics.command(short_help="Say what a metric counts; without a name, all of them.")
@click.argument("names", nargs=-1)
def about(names: tuple[str, ...]) -> None:
    """Say what a metric counts, of what, and when a conversation counts; all of them without a name."""
    from bot.cli.metric_table import define
    from bot.cli.terminal import console

    for metric in _chosen(names):
        define(console(), metric)


def _chosen(names: tuple[str, ...]) -> "tuple[Metric, ...]":
    from evals.measuring import metrics as known

    every = {each.name: each for each in known()}
    if unknown := [name for name in names if name not in every]:
        raise click.BadParameter(f"There is no metric {unknown[0]}. There are: {', '.join(every)}.")
    return tuple(every[name] for name in names or every)


async def _measured(
    by: str, days: tuple[datetime | None, datetime | None], chosen: "tuple[Metric, ...]", *, business: bool
) -> "Sequence[Measured]":
    from bot.cli.terminal import desk_parts
    from evals.measuring import measure

    async with desk_parts() as parts:
        desk, now = parts.desk, parts.clock.now()
        calendar = desk.policy.calendar
        period = _period(days, now, calendar.zone)
        hours = calendar if business else None
        return await measure(desk.store.history, period, now=now, by=by, calendar=hours, chosen=chosen)


def _period(days: tuple[datetime | None, datetime | None], now: datetime, zone: object) -> "Period":
    from zoneinfo import ZoneInfo

    from bot.domain.calendar import instant
    from evals.measuring import Period

    where = zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")
    since, until = (instant(day.date(), 0, where) if day else None for day in days)
    end = min(until or now, now)
    begin = since or end - timedelta(days=_DAYS)
    if begin >= end:
        raise click.BadParameter("The period ends before it begins.", param_hint="--since")
    return Period(begin.astimezone(UTC), end.astimezone(UTC))


def _csv(found: "Sequence[Measured]") -> str:
    import csv
    import io

    from bot.cli.metric_table import harmless
    from evals.figures import flat

    out = io.StringIO()
    rows = [flat(each) for each in found]
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["metric"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "group": harmless(row["group"])} for row in rows)
    return out.getvalue()
