"""What `ratchet eval` prints: cases, runs, comparisons, coverage."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from bot.domain.quality import CaseResult, EvalCase, EvalRun
    from evals.comparing import Comparison
    from evals.coverage import IntentCoverage
    from evals.summary import Summary

_SAID = 72  # characters of a question that name its case
_CHANCE = 0.05


def short(case: "EvalCase | None") -> str:
    """The case's question in a line."""
    said = " ".join(case.question.split()) if case else "(no longer among the cases)"
    return said if len(said) <= _SAID else f"{said[: _SAID - 1]}…"


def print_cases(out: "Console", cases: "Sequence[EvalCase]") -> None:
    """A line for each case."""
    from rich.table import Table
    from rich.text import Text

    table = Table("case", "question", "intent", "marks", title=f"{len(cases)} cases", title_justify="left")
    for case in cases:
        told = {"core": case.core, "escalates": case.escalates, "quarantined": bool(case.quarantined)}
        marks = [*(name for name, holds in told.items() if holds), *case.tags]
        table.add_row(case.id, Text(short(case)), Text(case.intent), Text(", ".join(marks)))
    out.print(table)


def print_runs(out: "Console", runs: "Sequence[EvalRun]") -> None:
    """A line for each run."""
    from rich.table import Table
    from rich.text import Text

    table = Table("run", "started", "knowledge", "cases", "trials", "label")
    for each in runs:
        started = f"{each.started_at:%Y-%m-%d %H:%M}{'' if each.finished_at else ' (broken off)'}"
        release = f"v{each.knowledge_release}"
        table.add_row(each.id, started, release, str(len(each.cases)), str(each.trials), Text(each.label))
    out.print(table)


def print_run(
    out: "Console",
    run: "EvalRun",
    summary: "Summary",
    results: "Iterable[CaseResult]",
    cases: "Mapping[str, EvalCase]",
) -> None:
    """The run in figures, by scorer, and why each case that does not pass does not."""
    label = f" ({run.label})" if run.label else ""
    releases = f"knowledge v{run.knowledge_release}, workflow v{run.workflow_release}"
    out.print(f"{run.id}{label}: {releases}, {run.trials} of each case", style="bold", markup=False)
    by_case: dict[str, list[CaseResult]] = {}
    for result in results:
        by_case.setdefault(result.case, []).append(result)
    for title, names in (
        ("Fails", summary.failing),
        ("Could not be scored", summary.unscored),
        ("Flaky", summary.flaky),
        ("Quarantined, not counted", summary.quarantined),
    ):
        for name in names:
            why = next((result.why for result in by_case[name] if result.why), "")
            out.print(f"\n{title}: {name}  {short(cases.get(name))}", style="bold", markup=False, soft_wrap=True)
            out.print(f"  {why}", markup=False, soft_wrap=True)
    _print_scorers(out, summary)
    out.print(f"\nPassing: {summary.passing}.", style="bold", markup=False)
    if len(summary.hat) > 1:
        hats = ", ".join(f"{k}: {value:.0%}" for k, value in enumerate(summary.hat, 1))
        out.print(f"Passing k times in a row (pass^k), by k: {hats}.", markup=False)


def _print_scorers(out: "Console", summary: "Summary") -> None:
    from rich.table import Table

    table = Table("scorer", "passed", "of", "share", "95 % interval", box=None, pad_edge=False)
    for name, share in summary.scorers.items():
        interval = f"{share.low:.0%} to {share.high:.0%}"
        table.add_row(name, str(share.count), str(share.of), f"{share.value:.0%}", interval)
    out.print()
    out.print(table)


def print_moved(out: "Console", moved: "tuple[Sequence[str], Sequence[str]]", cases: "Mapping[str, EvalCase]") -> None:
    """Which cases were set aside after this run, and which were taken back."""
    for title, names in zip(("Set aside as flaky", "Taken back, it is steady now"), moved, strict=True):
        for name in names:
            out.print(f"{title}: {name}  {short(cases.get(name))} {cases[name].quarantined}", markup=False)


def print_result(out: "Console", result: "CaseResult") -> None:
    """One result, score by score, with the answer."""
    verdict = "passes" if result.passed else f"does not pass: {result.why}"
    out.print(f"newest result: {verdict}", style="bold", markup=False)
    for score in result.scores:
        gates = "" if score.gates else " (informs)"
        out.print(f"  {score.scorer}{gates}: {score.value:.2f} {score.reason}", markup=False)
    out.print(f"\n{result.answer or '(it abstained)'}", markup=False)
    if result.cited:
        out.print(f"cites: {', '.join(result.cited)}", style="dim", markup=False)


def print_comparison(
    out: "Console", runs: "tuple[EvalRun, EvalRun]", found: "Comparison", cases: "Mapping[str, EvalCase]"
) -> None:
    """What changed from the first run to the second, by name, and how likely that is by chance."""
    old, new = runs
    releases = f"knowledge v{old.knowledge_release} to v{new.knowledge_release}"
    out.print(f"{old.id} to {new.id} ({releases})", style="bold", markup=False)
    for title, names in (
        ("Fixed", found.fixed),
        ("Broken", found.broken),
        ("Flaky, not counted", found.flaky),
        ("Quarantined, not counted", found.quarantined),
        ("Could not be scored, not counted", found.unscored),
        ("In one run only, not counted", found.unpaired),
    ):
        for name in names:
            out.print(f"{title}: {name}  {short(cases.get(name))}", markup=False, soft_wrap=True)
    counted = len(found.fixed) + len(found.broken) + len(found.passing) + len(found.failing)
    same = f"{len(found.passing)} still pass, {len(found.failing)} still fail"
    out.print(f"Of {counted} cases {len(found.fixed)} are fixed and {len(found.broken)} are broken; {same}.")
    if found.fixed or found.broken:
        told = "more than chance explains" if found.p < _CHANCE else "chance could explain it"
        out.print(f"McNemar's exact test: p = {found.p:.3g}, {told}.", markup=False)


def print_why(out: "Console", broken: "Sequence[str]", results: "Iterable[CaseResult]") -> None:
    """Why each broken case does not pass any more."""
    why = {result.case: result.why for result in results if result.why}
    for name in broken:
        out.print(f"{name}: {why.get(name, '')}", markup=False, soft_wrap=True)


def print_coverage(out: "Console", found: "Sequence[IntentCoverage]") -> None:
    """A line for each intent, and which of them want more cases."""
    from rich.table import Table
    from rich.text import Text

    from evals.coverage import ENOUGH

    table = Table("intent", "conversations", "mended", "cases", "wanted")
    for each in found:
        wanted = f"{each.lacking} more" if each.lacking else "enough"
        table.add_row(Text(each.intent), str(each.conversations), str(each.mended), str(each.cases), wanted)
    out.print(table)
    out.print(
        f"Mended: the draft was edited, rejected, or not there. Below {ENOUGH} cases a pass says little.", style="dim"
    )
