"""bench-learning: does a desk with gaps and stale articles get better by what its rep corrects, and does the gate help?

Several weeks of customers (BANKING77's train split, each phrasing once) write to an invented bank. Its knowledge lacks
some facts and has others as they were before; each seed plants others. A simulated rep knows the truth, answers every
draft, and in a stated number of minutes a week captures and fixes what came up most, by the product's own cards and
forms. Now and then a fix carries a mistake. At each week's end the desk is asked questions that never arrive (the test
split). Three conditions see the same customers: the loop off; on, with every fix let through; on, with the gate.
"""

import argparse
import asyncio
import logging
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from bot.cli.terminal import progress_bar
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingTokenEmbedder
from tests.benchmarks.learning.found import Results, after_a_fix, arrived, curve, figures, fixes, gain, summed
from tests.benchmarks.learning.picture import learning_picture
from tests.benchmarks.learning.weeks import Condition, Plan, Played, Week, play
from tests.benchmarks.learning.world import Outcome, Planted, arriving, facts, phrasings, plant, probes, weekly_counts
from tests.benchmarks.public import PROJECT, data
from tests.benchmarks.report import report

SEEDS, WEEKS = 4, 6
A_WEEK = 60
"""Conversations of an average week."""
PROBES = 4
"""Questions for each intent."""
MINUTES = 30.0
SLIPS = 0.15
PICTURE = PROJECT / "docs" / "images" / "learning.png"


def plan(seed: int, weeks: int) -> Plan:
    """What this seed plants, and who writes when."""
    known = facts()
    counts = weekly_counts(weeks, A_WEEK, seed)
    customers = list(arriving(phrasings("train", known), counts, seed))
    asked = probes(phrasings("test", known), PROBES, seed)
    return Plan(plant(known, seed), customers, asked, seed, MINUTES, SLIPS)


def play_seed(seed: int, weeks: int, done: "Queue[int]") -> list[Played]:
    """Play all conditions of a seed, in a process of its own; what was embedded for one is not embedded again."""
    logging.disable(logging.WARNING)
    meanings = RememberingTokenEmbedder(MiniLmEmbedder(), kept_tokens=12_000)
    made = []
    for condition in Condition:
        with tempfile.TemporaryDirectory() as folder:
            tell: Callable[[], None] = lambda: done.put(1)  # noqa: E731
            made.append(asyncio.run(play(plan(seed, weeks), condition, Path(folder), meanings, tell)))
    return made


def play_all(seeds: int, weeks: int) -> Results:
    """Play every seed under every condition, as many seeds at once as there are cores."""
    total = len(Condition) * sum(sum(weekly_counts(weeks, A_WEEK, seed)) for seed in range(seeds))
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        done = manager.Queue()
        futures = [pool.submit(play_seed, seed, weeks, done) for seed in range(seeds)]
        with progress_bar("conversations") as tell:
            came = 0
            while not all(future.done() for future in futures):
                try:
                    came += done.get(timeout=0.5)
                    tell(came, total, "")
                except Empty:
                    continue
        played = [each for future in futures for each in future.result()]
    return {condition: [each for each in played if each.condition is condition] for condition in Condition}


# --- what it says -----------------------------------------------------------------------------------------------------


def print_weeks(results: Results) -> None:
    """Print each condition's weeks: what arrived, what the probes say at its end, and what its releases broke."""
    out = Console(highlight=False)
    out.width = max(out.width, WIDE)
    for condition, played in results.items():
        right, wrong = curve(played, Outcome.RIGHT), curve(played, Outcome.WRONG)
        columns = (*COLUMNS[:7], Column(PROBES_RIGHT, no_wrap=True), *COLUMNS[7:])  # a Column keeps its table's cells
        table = Table(*columns, title=f"{condition}: shares of what arrived, then of the probes", title_justify="left")
        for week in range(len(played[0].weeks)):
            shares = [f"{share:.2f}" for share in arrived(played, week).values()] if week else [""] * 6
            at = [each.weeks[week] for each in played]
            counts = (sum(each.releases for each in at), *(sum(map(len, each)) for each in broke(at)))
            table.add_row(str(week), *shares, str(right[week]), f"{wrong[week].value:.2f}", *map(str, counts))
        out.print(table)


COLUMNS = (
    "week", "sent as it was", "right", "beside", "wrong", "rightly abstained", "needlessly", "wrong", "releases",
    "broke probes", "core cases",
)  # fmt: skip
PROBES_RIGHT = "probes right [95 %]"
WIDE = 132  # characters that the table takes, where nothing says how wide the terminal is


def broke(weeks: Sequence[Week]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The probes, and the core cases, that releases of these weeks broke."""
    return [each.broken for each in weeks], [each.broken_core for each in weeks]


def print_fixes(results: Results) -> None:
    """Print what became of sound and of mistaken fixes, and how far the rep's forms were right as they came."""
    out = Console(highlight=False)
    for condition in (Condition.UNGATED, Condition.GATED):
        for mistake, ends in fixes(results[condition]).items():
            told = ", ".join(f"{count} {state}" for state, count in sorted(ends.items())) or "none"
            out.print(f"{condition}: fixes {f'with a wrong {mistake}' if mistake else 'without a mistake'}: {told}")
    played = results[Condition.GATED]
    counts = sum((each.counts for each in played), played[0].counts.__class__())
    for name, of in FORMS.items():
        out.print(f"{name}: {counts[name]} of {counts[of]}")
    refusals = sorted({refusal for each in played for refusal in each.refusals})
    out.print(f"forms that were refused: {sum(len(each.refusals) for each in played)}", *refusals, sep="\n  ")


FORMS = {
    "offers that fit": "offers",
    "places suggested that fit": "fix forms",
    "fix forms right as they came": "fix forms",
    "cases with the fact suggested": "cases",
}
"""What the forms and cards suggested, of how many."""


def conclude(results: Results, **conditions: Any) -> None:
    """Report the last week beside the other conditions, and whether the aims were met."""
    played = results[Condition.GATED]
    right, talked, probed, asked = after_a_fix(played, Planted.GAP)
    core = _core(results, Condition.GATED)
    more = gain(played, results[Condition.OFF], Outcome.RIGHT)
    gate = gain(played, results[Condition.UNGATED], Outcome.RIGHT)
    wrong = gain(played, results[Condition.OFF], Outcome.WRONG)
    week_after = f"{right} of {talked} conversations; {probed} of {asked} probes"
    aims = {
        f"planted gaps are answered correctly the week after their fix, nine times in ten ({week_after})": right
        >= 0.9 * talked
        > 0,
        f"with the gate on no release breaks a passing core case ({core} broken)": core == 0,
        f"the loop makes more answers correct (probes, last week: +{more})": more.low > 0,
        f"and fewer wrong ({wrong})": wrong.high < 0,
        f"the gate makes more answers correct than none ({gate})": gate.low > 0,
    }
    baselines = {condition.value: figures(each) for condition, each in results.items() if each is not played}
    report("learning", figures(played), baselines, aims, digits=3, **conditions)


def main() -> None:
    """Play and report; `--quick` for one seed and three weeks, `--picture` to draw the curve for the README."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--weeks", type=int)
    parser.add_argument("--picture", action="store_true", help=f"write {PICTURE.relative_to(PROJECT)}")
    given = parser.parse_args()
    data("banking77"), data("nab_tweets")
    seeds, weeks = given.seeds or (1 if given.quick else SEEDS), given.weeks or (3 if given.quick else WEEKS)
    results = play_all(seeds, weeks)
    print_weeks(results)
    print_fixes(results)
    conclude(results, seeds=seeds, weeks=weeks, a_week=A_WEEK, minutes=MINUTES, slips=SLIPS)
    if given.picture:
        curves = {condition: curve(played, Outcome.RIGHT) for condition, played in results.items()}
        PICTURE.write_bytes(learning_picture(curves, subtitle(results, seeds)))
        print(f"wrote {PICTURE.relative_to(PROJECT)}")


def _core(results: Results, condition: Condition) -> int:
    """How many passing core cases the releases broke."""
    return round(summed(results[condition], lambda week: len(week.broken_core)))


def subtitle(results: Results, seeds: int) -> Sequence[str]:
    """What the picture shows, and that it is a simulation."""
    return (
        "An invented bank, whose articles began with gaps and old figures, is asked held-out questions.",
        f"A simulated rep captures and fixes for at most {MINUTES:.0f} minutes a week, {SLIPS:.0%} of it wrongly.",
        f"Releases broke {_core(results, Condition.GATED)} core cases with the gate, "
        f"{_core(results, Condition.UNGATED)} without. Mean of {seeds} seeds; bands: 95 % intervals.",
    )


if __name__ == "__main__":
    main()
