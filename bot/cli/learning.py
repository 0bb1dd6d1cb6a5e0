"""`ratchet learn`: learn from what people labelled, now and not tonight; or only measure it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.domain.intents import Label
    from bot.domain.refit import Refit
    from bot.ports import Desk
    from evals.learning import Measured
    from evals.workflow_release import Tried


@click.command()
@click.option("--dry-run", is_flag=True, help="Measure what the labels would teach, and change nothing.")
def learn(dry_run: bool) -> None:
    """Fit triage anew with the intents that people set, and let it go live if it is better and the evals agree."""
    from bot.cli.terminal import run

    run(_learn(dry_run))


async def _learn(dry_run: bool) -> None:
    from bot.cli.terminal import progress_bar
    from bot.domain.refit import FEWEST, Outcome
    from evals.learning import measure

    async with _connected() as desk:
        labels = await desk.store.labels.untaught()
        if len(labels) < FEWEST:
            click.echo((await measure(desk)).refit.why)
            return
        with progress_bar("Fitting") as tell:
            measured = await measure(desk, lambda done, of: tell(done, of, ""))
        _print(measured.refit, labels)
        if measured.refit.outcome is not Outcome.BETTER:
            return
        if dry_run:
            click.echo("Nothing was changed. Without --dry-run the evals judge it now, and it goes live if they agree.")
            return
        click.echo(_ended(await _released(desk, measured)))


async def _released(desk: "Desk", measured: "Measured") -> "Tried":
    from evals.learning import name, release, tell

    tried = await release(desk, measured)
    await tell(desk, name(measured), measured, tried)
    return tried


def _ended(tried: "Tried") -> str:
    if tried.live:
        return f"Live as workflow v{tried.release.number}. {tried.gate.why}"
    return f"Held; questions are judged as before. {tried.gate.why}"


def _print(refit: "Refit", labels: Sequence["Label"]) -> None:
    from rich.table import Table

    from bot.cli.terminal import console
    from bot.domain.refit import Outcome

    out = console()
    if refit.outcome is Outcome.WAITS:
        out.print(refit.why, markup=False)
    else:
        table = Table("", "questions", "right before", "right after", "won", "lost")
        kinds = {"labels, held out": refit.labels, "examples, held out": refit.examples, "approved": refit.usual}
        for kind, paired in kinds.items():
            table.add_row(kind, *map(str, (paired.of, paired.before, paired.after, paired.fixed, paired.broken)))
        out.print(table)
        for title, change in (("Log loss", refit.log_loss), ("Calibration error", refit.calibration)):
            interval = f"95 % interval of the change {change.low:+.3f} to {change.high:+.3f}"
            out.print(f"{title}: {change.before:.3f} -> {change.after:.3f} ({interval})", markup=False)
        out.print(refit.why, markup=False)
    aside = dict.fromkeys(refit.doubtful, "all else contradicts it")
    aside |= dict.fromkeys(refit.alone, "it lowers a high risk and waits for a second person")
    for label in labels:
        if why := aside.get(label.id):
            by = label.by.name or label.by.id
            out.print(f"Put aside, {why}: “{label.text}” as {label.intent} ({by})", markup=False)


@asynccontextmanager
async def _connected() -> AsyncIterator["Desk"]:
    """The desk; with the platforms that the team works on, where there are any, so that they can be thanked."""
    from bot.app.chat import connect_chat
    from bot.cli.terminal import desk_parts

    async with desk_parts() as parts:
        chat = await connect_chat(parts.settings, parts.desk)
        try:
            yield chat.joined(parts.desk) if chat else parts.desk
        finally:
            if chat:
                await chat.close()
