"""`ratchet eval escaped | rate | judge`: what the evals did not see, what people say of answers, what a model says."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import judging_reports as reports

if TYPE_CHECKING:
    from bot.domain.judging import Rubric
    from bot.ports import Desk
    from evals.ratings import Answered

EXIT_UNTRUSTED = 1


@click.command()
@click.option("--weeks", type=click.IntRange(1, 520), default=4, show_default=True, help="How far to look back.")
def escaped(weeks: int) -> None:
    """List answers that turned out wrong, with the eval case that would have caught each, if there is one."""
    from datetime import timedelta

    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            store, since = parts.desk.store, parts.clock.now() - timedelta(weeks=weeks)
            return await store.escapes.since(since), await store.cases.all()

    errors, cases = run(work())
    reports.print_escaped(console(), errors, cases, weeks)


@click.command()
@click.option("--by", "rater", required=True, help="Who rates: a name that stays the same.")
@click.option("--run", "run_id", default="latest", show_default=True, help="The eval run whose answers are rated.")
@click.option("--most", type=click.IntRange(1), default=100, show_default=True, help="Answers at once.")
@click.option("--export", "sheet", type=click.Path(path_type=Path), help="Write them to this file, to be filled in.")
@click.option("--import", "filled", type=click.Path(path_type=Path, exists=True), help="Read a filled-in file.")
def rate(rater: str, run_id: str, most: int, sheet: Path | None, filled: Path | None) -> None:
    """Say of answers whether they are good, by the rubric, without seeing what others said.

    Two people's ratings of the same answers measure the model judge. Without a file it asks here.
    """
    from bot.cli.terminal import console, desk_parts, run
    from evals.ratings import from_lines, to_lines

    rater = rater.strip()
    if not rater:
        raise click.BadParameter("say who rates: two people count, and nobody is one.", param_hint="--by")
    text = filled.read_text(encoding="utf-8", errors="replace") if filled else ""

    async def work() -> str:
        async with desk_parts() as parts:
            desk, rubric = parts.desk, _rubric(parts.settings)
            if filled:
                given = from_lines(text, str(filled), rater=rater, at=parts.clock.now(), rubric=rubric)
                await desk.store.ratings.save(given)
                return f"{len(given)} ratings of {rater} are kept."
            answers = (await _waiting(desk, run_id, rater))[:most]
            if sheet:
                return to_lines(answers, rubric)
            return f"{await _ask(desk, answers, rater, rubric)} ratings of {rater} are kept."

    said = run(work())
    if sheet and not filled:
        sheet.write_text(said, encoding="utf-8")
        said = f"{len(said.splitlines())} answers are in {sheet}: set `passed` to true or false, then --import it."
    console().print(said, markup=False)


@click.command()
def judge() -> None:
    """Measure the model judge by the answers that two people rated; exit code 1 where it may not gate."""
    from bot.cli.terminal import console, desk_parts, progress_bar, run
    from bot.domain.errors import Rejected
    from evals.judging import doubly_rated, measure, why_not

    async def work() -> Any:
        async with desk_parts() as parts:
            desk = parts.desk
            if desk.judge is None:
                raise Rejected("No judge is set up: RATCHET_OPENAI_JUDGE_MODEL names its model.")
            pairs = doubly_rated(await desk.store.ratings.all())
            if not pairs:
                raise Rejected("No answer was rated by two people yet: `ratchet eval rate --by NAME`, twice.")
            cases = await desk.store.cases.all()
            with progress_bar("Judging") as tell:
                found = await measure(desk.judge, pairs, cases, at=parts.clock.now(), progress=tell)
            await desk.store.ratings.keep(found)
            return found

    found = run(work())
    why = why_not(found)
    reports.print_agreement(console(), found, why)
    if why:
        raise click.exceptions.Exit(EXIT_UNTRUSTED)


def _rubric(settings: Any) -> "Rubric":
    from evals.rubric import RUBRIC, load_rubric

    return load_rubric(settings.openai.judge_rubric or RUBRIC)


async def _waiting(desk: "Desk", run_id: str, rater: str) -> "tuple[Answered, ...]":
    from evals.ratings import waiting

    _, results = await desk.store.eval_runs.get(run_id)
    return waiting(await desk.store.cases.all(), results, await desk.store.ratings.all(), rater)


async def _ask(desk: "Desk", answers: "tuple[Answered, ...]", rater: str, rubric: "Rubric") -> int:
    """Show each answer and ask for the verdict; each is kept at once, so that stopping loses nothing."""
    from bot.cli.terminal import console
    from bot.domain.judging import Rating

    kept = 0
    reports.print_rubric(console(), rubric)
    for number, each in enumerate(answers, 1):
        reports.print_answer(console(), each, number, len(answers))
        said = click.prompt("Good answer?", type=click.Choice(["y", "n", "skip", "stop"]), default="skip")
        if said == "stop":
            break
        if said != "skip":
            given = Rating(each.case.id, each.answer, rater, said == "y", desk.clock.now())
            await desk.store.ratings.save([given])
            kept += 1
    return kept


COMMANDS = (escaped, rate, judge)
