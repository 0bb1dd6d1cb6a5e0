"""`ratchet demo`: the bot in a sandbox workspace with a sample company; `--check` plays the script by itself."""

import asyncio
import contextlib
import signal
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.cli.stage import Stage
    from bot.sandbox.script import Scene

PAGE_PORT = 3000
EVERY_SECONDS = 12.0
TYPING_SECONDS = 0.7
MARGIN = " " * 7


@click.command()
@click.option("--check", is_flag=True, help="Play all escalations through without a browser and print the transcript.")
@click.option("--port", type=int, help=f"Port of the page; without it the first free one from {PAGE_PORT} on.")
@click.option("--every", default=EVERY_SECONDS, show_default=True, help="Seconds between two escalations.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Folder to keep the records in.")
def demo(check: bool, port: int | None, every: float, keep: Path | None) -> None:
    """Run the bot with a sandbox workspace and a sample company.

    Nothing leaves this machine and no settings are read, with one exception: where RATCHET_OPENAI_API_KEY and
    RATCHET_OPENAI_MODEL are set, that model writes the drafts (never with --check).
    """
    from bot.cli.stage import without_proxies
    from bot.cli.terminal import log_to_stderr, run

    log_to_stderr("warning")
    with _folder(keep) as folder, without_proxies():
        run(_check(folder) if check else _show(folder, port, every, kept=keep is not None))


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The folder for the records: the one to keep, or one that is gone afterwards."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="ratchet-demo-", ignore_cleanup_errors=True) as made:
        yield Path(made)


# --- for a person -----------------------------------------------------------------------------------------------------


async def _show(folder: Path, port: int | None, every: float, *, kept: bool) -> None:
    """Run until Ctrl-C, with the page for a person and one escalation after the other."""
    from bot.cli.stage import listen, on_stage

    wanted = port or PAGE_PORT
    page = listen(wanted)
    if page.getsockname()[1] != wanted:
        click.echo(f"Port {wanted} is taken, so the page is on port {page.getsockname()[1]}.")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with on_stage(folder, page, with_model=True) as stage:
        click.echo(welcome(stage, folder if kept else None, every))
        narrating = asyncio.create_task(_narrate(stage, every))
        narrating.add_done_callback(lambda done: stop.set() if done.cancelled() or done.exception() else None)
        await stop.wait()
        narrating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await narrating
    click.echo(f"\nStopped. The records are in {folder}." if kept else "\nStopped; nothing is left behind.")


def welcome(stage: "Stage", folder: Path | None, every: float) -> str:
    """What a newcomer needs to know to begin."""
    me, model = stage.script.people[0], stage.app.settings.openai
    drafts = "Drafts are put together from the sample articles' own sentences: no network, no key."
    if model.present:
        drafts = f"Drafts are written by {model.model}, because RATCHET_OPENAI_* is set; else no settings are read."
    records = f"the records stay in {folder}" if folder else "nothing is left behind"
    return f"""
Welcome to Ratchet. This is {stage.script.team}, an invented coffee shop, in a Slack-like workspace on your machine.

  Open     {stage.sandbox.base_url}/sandbox
  You are  {me["name"]}, {me["title"].lower()}. Switch person at the bottom left: a senior, a manager, a colleague.

  Try      Open a thread in #escalations: the card has a cited draft. Approve it, or edit, reject, hand off; press Why.
           Look at Customers: there you see what a customer receives, and can write as one.
           Write a question of your own in #escalations, or run /ratchet status.

  {drafts}
  Ctrl-C stops; {records}.

{len(stage.script.scenes)} escalations arrive now, one every {every:g} seconds.
"""


async def _narrate(stage: "Stage", every: float) -> None:
    """Let one escalation after the other arrive; a follow-up only once its predecessor was answered."""
    waiting = list(stage.script.scenes)
    total, number = len(waiting), 0
    while waiting:
        scene = await _next(stage, waiting)
        if scene is None:
            await asyncio.sleep(1)
            continue
        waiting.remove(scene)
        number += 1
        await stage.player.arrive(scene, gap=TYPING_SECONDS)
        click.echo(arrival(scene, number, total))
        with contextlib.suppress(TimeoutError):
            thread = await stage.player.locate(scene)
            where = f"{stage.sandbox.base_url}/sandbox#/room/{thread.room}/p{thread.ts.replace('.', '')}"
            click.echo(f"{MARGIN}{stage.script.room_name(thread.room)}  {where}\n")
        if waiting and all(scene.follows for scene in waiting):
            names = " and ".join(scene.name for scene in waiting)
            click.echo(f"{names} will write again once the first answer is sent.\n")
        await asyncio.sleep(every if waiting else 0)
    click.echo("That was all of them. The bot goes on working: write what you like. Ctrl-C stops.")


async def _next(stage: "Stage", waiting: "list[Scene]") -> "Scene | None":
    """The first scene whose time has come."""
    for scene in waiting:
        before = next((other for other in stage.script.scenes if other.id == scene.follows), None)
        if before is None or (before not in waiting and await stage.player.replies(before)):
            return scene
    return None


def arrival(scene: "Scene", number: int, of: int) -> str:
    """What the terminal says when an escalation comes in."""
    from bot.sandbox.transcript import door

    words = " / ".join(text.split("\n")[0] for text in scene.texts) or f"(only {scene.files[0]['name']})"
    said = words if len(words) <= 100 else f"{words[:99]}…"
    head = f"{number:>2}/{of}  {scene.title}: {scene.name} writes {door(scene)}"
    expect = textwrap.fill(f"Look for: {scene.expect}", 112, initial_indent=MARGIN, subsequent_indent=MARGIN)
    return f"{head}\n{MARGIN}“{said}”\n{expect}"


# --- for a machine, and for whoever reads what it printed -------------------------------------------------------------


async def _check(folder: Path) -> None:
    """Play the script through, print the transcript, and exit with 1 when something is not as expected."""
    from bot.cli.stage import listen, on_stage
    from bot.sandbox.transcript import differences, told
    from bot.settings import CONTENT

    titles, banned = article_titles(CONTENT / "articles"), _banned(CONTENT / "voice.yaml")
    async with on_stage(folder, listen(0), with_model=False) as stage:
        team, outcomes = stage.script.team, await stage.player.play_all()
    wrong = [differences(outcome, titles, banned) for outcome in outcomes]
    click.echo(f"Ratchet at {team}: what {len(outcomes)} customers ask, what the bot drafts, what people decide.\n")
    for number, outcome in enumerate(outcomes, start=1):
        click.echo(told(outcome, number, len(outcomes), wrong[number - 1]))
    right = wrong.count([])
    click.echo(f"{right} of {len(outcomes)} paths as expected")
    for outcome, sentences in zip(outcomes, wrong, strict=True):
        for sentence in sentences:
            click.echo(f"  {outcome.scene.id} ({outcome.scene.path}): {sentence}")
    if right < len(outcomes):
        raise click.exceptions.Exit(1)


def article_titles(folder: Path) -> dict[str, str]:
    """The titles of the sample articles, by slug."""
    import yaml

    found = {}
    for path in folder.rglob("*.md"):
        head = path.read_text(encoding="utf-8").split("---")[1]
        found[path.relative_to(folder).with_suffix("").as_posix()] = str(yaml.safe_load(head)["title"])
    return found


def _banned(voice: Path) -> tuple[str, ...]:
    import yaml

    return tuple(yaml.safe_load(voice.read_text(encoding="utf-8"))["banned_phrases"])
