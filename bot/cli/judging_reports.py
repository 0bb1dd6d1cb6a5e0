"""What `ratchet eval escaped | rate | judge` prints."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from bot.domain.escaped import EscapedError
    from bot.domain.judging import Agreement, Kappa, Rubric
    from bot.domain.quality import EvalCase
    from evals.ratings import Answered

_SEEN = {
    "uncovered": "no case asks this",
    "missed": "asked, not seen",
    "caught": "caught, passes today",
    "known": "known, fails today",
    "untried": "could not be tried",
    "captured": "made a case since",
}


def print_escaped(out: "Console", errors: "Sequence[EscapedError]", cases: "Sequence[EvalCase]", weeks: int) -> None:
    """A line for each answer that turned out wrong, and how many of them the evals saw."""
    from rich.table import Table
    from rich.text import Text

    if not errors:
        out.print(f"No answer turned out wrong in the last {weeks} weeks.")
        return
    from_thread = {case.escalation: case.id for case in cases if case.escalation}
    table = Table("when", "how", "question", "evals", "nearest case", "likeness")
    counts: Counter[str] = Counter()
    for error in errors:
        own = from_thread.get(error.review.partition("/")[0], "")
        since = own and not error.case
        seen = "captured" if since else error.seen.value
        counts[seen] += 1
        like = f"{error.likeness:.2f}" if error.case else ""
        table.add_row(
            f"{error.at:%Y-%m-%d}", error.how.value, Text(error.question[:72]), _SEEN[seen], error.case or own, like
        )
    out.print(table)
    told = "; ".join(f"{line}: {counts[seen]}" for seen, line in _SEEN.items() if counts[seen])
    caught = counts["caught"] + counts["known"]
    out.print(f"{told}.", markup=False, soft_wrap=True)
    out.print(f"Of {len(errors)} wrong answers in {weeks} weeks an eval case fails {caught}.", markup=False)


def print_rubric(out: "Console", rubric: "Rubric") -> None:
    """What makes a good answer."""
    out.print("An answer is good if:", style="bold")
    for point in rubric.points:
        out.print(f"  {point.name}{'' if point.decides else ' (informs)'}: {point.asks}", markup=False)


def print_answer(out: "Console", each: "Answered", number: int, of: int) -> None:
    """An answer with what it is judged by."""
    from evals.ratings import wants

    out.rule(f"{number} of {of}: {each.case.id}")
    for title, text in (
        ("Customer", each.case.question),
        ("Approved answer", each.case.reference),
        ("Wants", "\n".join(wants(each.case))),
        ("Answer to rate", each.answer or "(it left this to a person)"),
    ):
        if text:
            out.print(title, style="bold")
            out.print(f"{text}\n", markup=False)


def print_agreement(out: "Console", found: "Agreement", why: str) -> None:
    """The kappas with their intervals, the tables behind them, and whether the judge may gate."""
    from rich.table import Table

    out.print(f"Judge {found.judge}, on {found.people.count} answers that two people rated", style="bold", markup=False)
    table = Table("agreement", "kappa", "95 % interval", "n", "both pass", "differ", "both fail")
    for title, kappa in (
        ("person and person", found.people),
        ("judge and people of one mind", found.consensus),
        ("judge and each person, mean", found.each),
    ):
        interval = f"{kappa.low:.2f} to {kappa.high:.2f}"
        table.add_row(title, f"{kappa.value:.2f}", interval, str(kappa.count), *_cells(kappa))
    out.print(table)
    (_, too_strict), (too_kind, _) = found.consensus.table
    out.print(f"Where people agree, it passes {too_kind} answers that they fail and fails {too_strict} that they pass.")
    out.print(f"It may not gate: {why}." if why else "It may gate.", style="bold", markup=False, soft_wrap=True)


def _cells(kappa: "Kappa") -> tuple[str, str, str]:
    (both, first), (second, neither) = kappa.table
    return str(both), str(first + second), str(neither)
