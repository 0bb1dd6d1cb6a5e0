"""`ratchet eval`: run the cases, compare runs, bring cases in and out, see what is not covered."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import eval_judging
from bot.cli import eval_reports as reports

if TYPE_CHECKING:
    from bot.domain.quality import EvalCase
    from evals.coverage import IntentCoverage
    from evals.formats import Format
    from evals.importing import CasesImported

EXIT_FAILING = 1
_YAML = "yaml"
_FORMATS = (_YAML, "promptfoo", "inspect", "openai")


@click.group()
def eval() -> None:  # noqa: A001  what people type
    """Run eval cases, compare runs, bring cases in and out."""


for _command in eval_judging.COMMANDS:
    eval.add_command(_command)


@eval.command("run")
@click.option("--intent", help="Only cases of this intent.")
@click.option("--tag", help="Only cases with this tag.")
@click.option("--release", type=int, help="Run on this knowledge release instead of the live one.")
@click.option("--workflow", type=int, help="Run with this workflow release instead of the live one.")
@click.option(
    "--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Run each case so many times."
)
@click.option("--label", default="", help="What to call this run.")
@click.option("--fresh", is_flag=True, help="Run every case anew, though its result may be known.")
def run_(  # noqa: PLR0913  an option each
    intent: str | None,
    tag: str | None,
    release: int | None,
    workflow: int | None,
    repeat: int,
    label: str,
    fresh: bool,
) -> None:
    """Run the cases and say which pass; exit code 1 unless every case that counts passes."""
    from bot.cli.terminal import EXIT_NOTHING, console, desk_parts, progress_bar, run
    from evals.importing import settle_quarantine
    from evals.judging import standing
    from evals.running import run_cases
    from evals.summary import summarise

    async def work() -> Any:
        async with desk_parts() as parts:
            cases = _chosen(await parts.desk.store.cases.all(), intent, tag)
            if not cases:
                return None
            await parts.warm()
            with progress_bar("Running") as tell:
                made, results = await run_cases(
                    parts.desk,
                    cases,
                    release=release,
                    workflow=workflow,
                    trials=repeat,
                    label=label,
                    progress=tell,
                    fresh=fresh,
                )
            store, by_id = parts.desk.store.cases, {case.id: case for case in cases}
            moved = await settle_quarantine(store, by_id, results, at=parts.clock.now())
            silent = await standing(parts.desk) if parts.desk.judge else ""
            return made, results, {case.id: case for case in await store.all()}, moved, silent

    found = run(work())
    if found is None:
        console().print(
            "No case is like that. `ratchet eval list` shows what there is, `ratchet eval import` adds some."
        )
        raise click.exceptions.Exit(EXIT_NOTHING)
    made, results, cases, moved, silent = found
    summary = summarise(cases.values(), results)
    reports.print_run(console(), made, summary, results, cases)
    reports.print_moved(console(), moved, cases)
    if silent:
        console().print(f"The judge informs and does not gate: {silent}.", markup=False)
    if not summary.good:
        raise click.exceptions.Exit(EXIT_FAILING)


@eval.command("list")
@click.option("--intent", help="Only cases of this intent.")
@click.option("--tag", help="Only cases with this tag.")
@click.option("--runs", is_flag=True, help="List the newest runs instead.")
def list_(intent: str | None, tag: str | None, runs: bool) -> None:
    """List the cases, or the newest runs."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            store = parts.desk.store
            return await store.eval_runs.newest() if runs else _chosen(await store.cases.all(), intent, tag)

    found = run(work())
    (reports.print_runs if runs else reports.print_cases)(console(), found)


@eval.command()
@click.argument("name")
def show(name: str) -> None:
    """Print a case with its newest result, or a run with each of its results. NAME is an id or its beginning."""
    from bot.cli.terminal import console, desk_parts, run
    from bot.domain.errors import NotFound
    from evals.dataset import to_yaml
    from evals.summary import summarise

    async def work() -> Any:
        async with desk_parts() as parts:
            store = parts.desk.store
            try:
                case = await store.cases.get(name)
            except NotFound:
                if name.startswith("case"):
                    raise
                return None, await store.eval_runs.get(name), {each.id: each for each in await store.cases.all()}
            runs = [await store.eval_runs.get(each.id) for each in await store.eval_runs.newest()]
            results = [result for _, made in runs for result in made if result.case == case.id]
            return case, results[:1], {case.id: case}

    case, found, cases = run(work())
    out = console()
    if case is None:
        made, results = found
        reports.print_run(out, made, summarise(cases.values(), results), results, cases)
        return
    out.print(case.id, style="bold")
    out.print(to_yaml([case]), markup=False, soft_wrap=True)
    for result in found:
        reports.print_result(out, result)


@eval.command("import")
@click.argument("path", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--format", "name", type=click.Choice(_FORMATS), default=_YAML, show_default=True)
def import_(path: Path | None, name: str) -> None:
    """Make the store say what the file or folder at PATH says (default: the starter set about the sample company)."""
    from bot.cli.terminal import console, desk_parts, run
    from evals.dataset import STARTER, load_cases
    from evals.importing import import_cases

    source = path or STARTER
    cases = load_cases(source) if name == _YAML else _format(name).load(_read(source), str(source))

    async def work() -> "CasesImported":
        async with desk_parts() as parts:
            return await import_cases(parts.desk.store.cases, cases, at=parts.clock.now())

    report = run(work())
    counts = (("added", report.added), ("changed", report.changed), ("unchanged", report.unchanged))
    console().print(", ".join(f"{len(ids)} {word}" for word, ids in counts if ids) + "." if cases else "No cases.")


@eval.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "name", type=click.Choice(_FORMATS), default=_YAML, show_default=True)
@click.option("--intent", help="Only cases of this intent.")
@click.option("--tag", help="Only cases with this tag.")
def export(path: Path, name: str, intent: str | None, tag: str | None) -> None:
    """Write the cases to PATH: a folder of YAML files, or one file in another tool's format."""
    from bot.cli.terminal import console, desk_parts, run
    from bot.domain.errors import Rejected
    from evals.dataset import save_cases

    async def work() -> Any:
        async with desk_parts() as parts:
            return _chosen(await parts.desk.store.cases.all(), intent, tag)

    cases = run(work())
    try:
        if name == _YAML:
            files = save_cases(cases, path)
            said = f"{len(cases)} cases are in {len(files)} files in {path}."
        else:
            path.write_text(_format(name).dump(cases), encoding="utf-8")
            said = f"{len(cases)} cases are in {path}."
    except OSError as problem:
        raise Rejected(f"{path} cannot be written: {problem.strerror}.") from None
    console().print(said, markup=False)


@eval.command("compare")
@click.argument("before")
@click.argument("after", default="latest")
def compare_(before: str, after: str) -> None:
    """Say what run AFTER fixed and broke against run BEFORE; exit code 1 when it broke a case."""
    from bot.cli.terminal import console, desk_parts, run
    from evals.comparing import compare

    async def work() -> Any:
        async with desk_parts() as parts:
            store = parts.desk.store
            return await store.eval_runs.get(before), await store.eval_runs.get(after), await store.cases.all()

    (old, was), (new, now), cases = run(work())
    found = compare(was, now, cases)
    reports.print_comparison(console(), (old, new), found, {case.id: case for case in cases})
    reports.print_why(console(), found.broken, now)
    if found.broken:
        raise click.exceptions.Exit(EXIT_FAILING)


@eval.command("coverage")
def coverage_() -> None:
    """Show which intents, by how often they are asked and how often drafts needed mending, have too few cases."""
    from bot.cli.terminal import console, desk_parts, run
    from evals.coverage import coverage

    async def work() -> "tuple[IntentCoverage, ...]":
        async with desk_parts() as parts:
            return await coverage(parts.desk)

    reports.print_coverage(console(), run(work()))


def _chosen(cases: "Iterable[EvalCase]", intent: str | None, tag: str | None) -> "tuple[EvalCase, ...]":
    return tuple(
        case for case in cases if (intent is None or case.intent == intent) and (tag is None or tag in case.tags)
    )


def _format(name: str) -> "Format":
    from bot.discovery import find
    from evals.formats import Format

    return next(each for each in find("evals.formats", "FORMAT", Format) if each.name == name)


def _read(path: Path) -> str:
    from bot.domain.errors import Rejected

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise Rejected(f"{path} cannot be read: {problem}.") from None
