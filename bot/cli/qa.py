"""`ratchet qa`: what people's scores of a week's sample tell, and how far they agree."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from bot.domain.digest import Value
    from bot.domain.judging import Kappa
    from evals.qa.results import Result


@click.command()
@click.option("--week", default="", help="Which week, such as 2026-W47.  [default: the latest sample]")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def qa(week: str, as_json: bool) -> None:
    """Tell how good a week's answers were: what people found who scored a sample of them."""
    from bot.cli.terminal import console, run
    from evals.qa.results import Result

    result, words = run(_told(week))
    if as_json:
        from bot.domain.codec import codec

        click.echo(codec(Result).dump_json(result, indent=2).decode() if result else "null")
    elif result is None:
        click.echo("No sample was drawn yet. With RATCHET_QA_ROOM set, `ratchet serve` draws one every week.")
    else:
        _show(console(), result, words)


async def _told(week: str) -> "tuple[Result | None, tuple[str, ...]]":
    from bot.cli.terminal import desk_parts
    from bot.domain.calendar import Week
    from evals.qa.results import result_of
    from evals.qa.words import sample_in_words

    async with desk_parts() as parts:
        desk = parts.desk
        label = Week.parse(week, desk.policy.calendar.zone).label if week else ""
        newest = await desk.store.samples.newest(1)
        if not label and not newest:
            return None, ()
        sample = await desk.store.samples.get(label) if label else newest[0]
        return await result_of(desk, sample), await sample_in_words(desk, sample)


def _show(out: "Console", result: "Result", words: tuple[str, ...]) -> None:
    from bot.cards.sample import far_in_words

    sample = result.sample
    state = f"closed {sample.closed_at:%d %b}" if sample.closed_at else "open"
    out.print(f"Sample of {sample.id} ({sample.days}): {far_in_words(result.progress)} ({state})", markup=False)
    if sample.card is None:
        out.print("  No card shows it: is RATCHET_QA_ROOM a room of the team that the bot is in?", markup=False)
    for line in (*sample.notes, *words):
        out.print(f"  {line}", markup=False)
    for table in (_points(result), _wrong(result), _checks(result)):
        if table.row_count:
            out.print()
            out.print(table)


def _points(result: "Result") -> Any:
    from evals.qa.words import trust, with_interval

    table = _table("point", "fully met", "yes", "partly", "no", "agreement of two people (alpha)")
    for point in result.points:
        no, partly, yes = point.levels
        alpha = point.alpha
        agreed = f"{_interval(alpha)}: {trust(alpha)}" if alpha.value is not None else _few(alpha.n)
        table.add_row(point.name, with_interval(point.met), str(yes), str(partly), str(no), agreed)
    if result.points:
        table.add_row("good", with_interval(result.good), "", "", "", f"kappa {_kappa(result.kappa, result.double)}")
    return table


def _wrong(result: "Result") -> Any:
    table = _table("drawn because it was (not in the figures above)", "scored", "found weak")
    for each in result.wrong:
        table.add_row(each.way.label, str(each.scored), str(each.weak))
    return table


def _checks(result: "Result") -> Any:
    """The machine's own opinion beside people's, of answers that were sent as they were drafted."""
    table = _table("automatic check (12 weeks)", "n", "it passes", "people find good", "agreement (kappa)")
    for check in result.checks:
        row = (str(check.passed.n), _share(check.passed), _share(check.good))
        table.add_row(check.name, *row, f"{check.kappa.value:.2f}" if check.kappa else "")
    if result.checks:
        shown = result.confidence
        table.add_row("confidence on the card", str(shown.n), _share(shown), _share(result.checks[0].good), "")
    return table


def _share(value: "Value") -> str:
    """A share with its interval, where it has one, for a column of its n beside it."""
    if value.value is None:
        return "too few"
    told = f"{value.value * 100:.0f} %"
    return told if value.low is None or value.high is None else f"{told} ({value.low * 100:.0f}–{value.high * 100:.0f})"


def _table(*columns: str) -> Any:
    from rich.table import Table

    return Table(*columns, box=None, pad_edge=False)


def _kappa(kappa: "Kappa | None", count: int) -> str:
    if kappa is None:
        return _few(count)
    return f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f}, n = {kappa.count})"


def _interval(value: "Value") -> str:
    return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f}, n = {value.n})"


def _few(count: int) -> str:
    return f"too few (n = {count})"
