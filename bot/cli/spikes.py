"""`ratchet spikes`: what on-call was told, or would have been; and a test of what would wake them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.domain.spike import Alert
    from bot.paging.pagerduty import PagerDuty
    from bot.paging.webhook import WebhookPager
    from bot.ports import Desk
    from bot.ports.watching import Watched


@click.group(invoke_without_command=True)
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366), help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def spikes(context: click.Context, days: int, as_json: bool) -> None:
    """Show what on-call was told; in shadow mode, what they would have been. Spikes are watched every five minutes."""
    if context.invoked_subcommand is not None:
        return
    from bot.cli.terminal import console, run
    from bot.domain.codec import codec
    from bot.domain.spike import Alert

    watched, now, found = run(_found(days))
    if as_json:
        click.echo(codec(list[Alert]).dump_json(list(found), indent=2).decode())
        return
    if watched.until is None:
        click.echo("Nothing was watched yet: that begins within five minutes once ratchet serve runs.")
    elif not found:
        click.echo(
            f"Nobody would have been told of anything in {days} days (watched until {watched.until:%d %b %H:%M} UTC)."
        )
    else:
        console().print(_table(found))
    for line in _patience(watched, now):
        click.echo(line)


@spikes.command("test")
def rehearse() -> None:
    """Send a marked test to the on-call room and to every pager: whoever would be woken is, once."""
    from bot.cli.terminal import run

    run(_rehearse())


async def _rehearse() -> None:
    """Try all that would wake somebody, whatever is wrong with the others."""
    from bot.app.paging import pagers
    from bot.app.parts import SystemClock
    from bot.domain.errors import Misconfigured, RatchetError
    from bot.settings import Settings

    settings, clock = Settings(), SystemClock()
    rehearsals = {pager.name: _paged(pager, clock.now()) for pager in pagers(settings, clock)}
    if settings.slack.present or settings.teams.present:
        rehearsals = {"Slack" if settings.slack.present else "Teams": _posted()} | rehearsals
    if not rehearsals:
        raise Misconfigured(
            "Nobody would hear of an alert: neither a chat nor a pager is set up. See `ratchet doctor`."
        )
    failed = 0
    for name, rehearsal in rehearsals.items():
        try:
            click.echo(f"{name}: {await rehearsal}")
        except (RatchetError, click.ClickException) as trouble:
            failed += 1
            click.echo(f"{name}: {trouble}", err=True)
    if failed:
        raise click.ClickException(f"{failed} of {len(rehearsals)} would not have told anybody.")


async def _posted() -> str:
    from bot.cli.terminal import connected_desk

    async with connected_desk("The test is posted in Slack or Teams") as desk:
        return await _posted_by(desk)


async def _posted_by(desk: "Desk") -> str:
    from bot.cards.alert import rehearsal_card
    from bot.workflows.showing import own_place

    place = await own_place(desk, [desk.policy.oncall_room, desk.policy.home_room])
    if place is None:
        raise click.ClickException("There is no room for alerts: set RATCHET_ONCALL_ROOM and add the bot to it.")
    people = (await desk.on_call.now()).people if desk.on_call else ()
    card = rehearsal_card(people)
    platform = desk.platforms[place.platform]
    await platform.post(place, card, key=f"spikes-test:{desk.clock.now().isoformat()}")
    who = "nobody is on call" if not people else f"it mentions {len(people)} on call"
    return f"posted in #{(await platform.room(place.room)).name}; {who}."


async def _paged(pager: "PagerDuty | WebhookPager", now: datetime) -> str:
    from bot.domain.spike import Alert, Series, What, resolved

    alert = Alert(f"test@{now:%Y-%m-%dT%H:%M:%SZ}", (Series(What.VOLUME),), now, now, now)
    said = "TEST by Ratchet: nothing is wrong"
    try:
        await pager.tell(alert, summary=said, link="")
        await pager.tell(replace(resolved(alert, now), version=2), summary=said, link="")
    finally:
        await pager.close()
    return "it took a test, and that the test is over."


async def _found(days: int) -> "tuple[Watched, datetime, tuple[Alert, ...]]":
    from bot.cli.terminal import desk_parts

    async with desk_parts() as parts:
        desk, now = parts.desk, parts.desk.clock.now()
        alerts = await desk.store.spikes.alerts(now - timedelta(days=days))
        return await desk.store.spikes.watched(), now, alerts


def _patience(watched: "Watched", now: datetime) -> "Iterator[str]":
    """Which series wait for something rarer, because people called their alerts false."""
    from evals.spikes.watch import lines_of

    for series, line in lines_of(watched).items():
        if line.patience.since is not None and (times := line.patience.times(now)) > 1:
            since = f"since the false alarm of {line.patience.since:%d %b}"
            yield f"{series.title}: told only when {times:g} times as rare as usual, {since}."


def _table(found: "tuple[Alert, ...]") -> object:
    from rich.table import Table
    from rich.text import Text

    from bot.domain.text.phrases import span

    table = Table("since (UTC)", "what", "seen", "expected", "as on one day in", "lasted", box=None, pad_edge=False)
    for alert in found:
        also = f" (and {len(alert.series) - 1} more)" if len(alert.series) > 1 else ""
        table.add_row(
            f"{alert.since:%d %b %H:%M}",
            Text(f"{alert.series[0].title}{also}{_fate(alert)}"),
            f"{alert.seen} in {span(timedelta(minutes=alert.minutes))}",
            f"{alert.expected:.1f}",
            f"{alert.days:,.0f}" if alert.days < 1e6 else "over a million",
            span(alert.resolved_at - alert.since) if alert.resolved_at else "goes on",
        )
    return table


def _fate(alert: "Alert") -> str:
    """What became of it beside being kept."""
    words = (("told", alert.told), ("false alarm", alert.false_alarm), (alert.incident, bool(alert.incident)))
    return "".join(f", {word}" for word, so in words if so)
