"""`ratchet digest`: the digest of a week, before the eyes of whoever works at the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.domain.digest import Digest
    from bot.ports import Desk
    from evals.chart import Chart

_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--week", "label", default="", help="Which week, such as 2026-W47.  [default: the last whole one]")
@click.option("--preview", is_flag=True, help="Print it, as happens without any other option.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--html", "page", type=_FILE, help="Write the page that is mailed, with its pictures, to this file.")
@click.option("--pictures", "folder", type=_FOLDER, help="Write the pictures into this folder.")
@click.option(
    "--post", "posting", is_flag=True, help="Post and mail it now, as the schedule would: once for each week."
)
def digest(label: str, preview: bool, as_json: bool, page: Path | None, folder: Path | None, posting: bool) -> None:
    """Show a week's digest: what to decide, what changed and why. Nothing is posted or kept without --post."""
    from bot.cli.terminal import run

    if posting:
        if preview or as_json or page or folder:
            raise click.UsageError("--post goes alone: look at the digest first, then post it.")
        run(_post(label))
        return
    from bot.domain.codec import codec
    from bot.domain.digest import Digest

    found = run(_gathered(label))
    if page:
        _write_page(page, found)
    if folder:
        _write_pictures(folder, found)
    if as_json:
        click.echo(codec(Digest).dump_json(found, indent=2).decode())
    elif preview or not (page or folder):
        _print(found)


def _print(found: "Digest") -> None:
    from bot.cards.digest import digest_cards
    from bot.cards.elements import Picture
    from bot.cli.card_view import show
    from bot.cli.terminal import console

    pictures = {chart.name: Picture(chart.name, chart.alt, chart.title) for chart in _charts(found)}
    out = console()
    for card in digest_cards(found, pictures, whole=True):
        show(out, card)


def _write_page(page: Path, found: "Digest") -> None:
    """Write the mail as a file that stands alone: its pictures are in it."""
    import base64

    from bot.cards.digest import digest_cards, title
    from bot.cards.elements import Picture
    from bot.cards.html import html

    charts = _charts(found)
    pictures = {chart.name: Picture(chart.name, chart.alt, chart.title) for chart in charts}
    written = html(digest_cards(found, pictures), title(found.week))
    for chart in charts:
        inside = f"data:image/png;base64,{base64.b64encode(chart.png()).decode()}"
        written = written.replace(f'src="cid:{chart.name}"', f'src="{inside}"')
    page.write_text(written, encoding="utf-8")
    click.echo(f"Written: {page}", err=True)


def _write_pictures(folder: Path, found: "Digest") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for chart in _charts(found):
        file = folder / f"{found.week.label}-{chart.name}.png"
        file.write_bytes(chart.png())
        click.echo(f"Written: {file}", err=True)


def _charts(found: "Digest") -> "tuple[Chart, ...]":
    from evals.digest.charts import charts

    return charts(found)


async def _gathered(label: str) -> "Digest":
    from bot.cli.terminal import desk_parts
    from evals.digest.weekly import gathered

    async with desk_parts() as parts:
        return await gathered(parts.desk, _week(parts.desk, label))


async def _post(label: str) -> None:
    """Post it under the key of its week, so that the schedule posts no second one."""
    from bot.cli.terminal import connected_desk
    from bot.domain.calendar import Week
    from bot.domain.errors import Misconfigured
    from bot.workflows.run import RecordedRun
    from evals.digest.weekly import post_digest

    async with connected_desk("The digest is posted in Slack or Teams") as desk:
        if not (desk.policy.managers_room or desk.policy.mail_to):
            raise Misconfigured("The digest goes nowhere: set RATCHET_DIGEST_ROOM or RATCHET_DIGEST_MAIL_TO.")
        week = _week(desk, label)
        known = await desk.store.digests.get(week)
        if known and known.card:
            click.echo(f"It is posted: {await desk.platforms[known.card.place.platform].permalink(known.card)}")
            return
        run = RecordedRun(f"digest:{week}:{desk.clock.now().isoformat()}", desk.clock)
        await post_digest(run, desk, Week.parse(week, desk.policy.calendar.zone))
        posted = await desk.store.digests.get(week)
        if posted and posted.card:
            click.echo(f"Posted: {await desk.platforms[posted.card.place.platform].permalink(posted.card)}")
        elif desk.policy.managers_room:
            raise click.ClickException(
                "It could not be posted; the log above says why, and `ratchet doctor` what to do."
            )


def _week(desk: "Desk", label: str) -> str:
    """The label of a week that is over. Raises Rejected."""
    from bot.domain.calendar import Week
    from bot.domain.errors import Rejected
    from evals.digest.weekly import last_week

    last = last_week(desk)
    week = Week.parse(label, last.zone) if label else last
    if week > last:
        raise Rejected(f"{week.label} is not over yet. The last whole week is {last.label}.")
    return week.label
