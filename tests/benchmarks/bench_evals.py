"""bench-evals: many cases through the offline `prepare`, by `run_cases`, by bare pydantic-evals, and from the store.

Each way has a process of its own, so that neither profits from what the other has read. The questions are the sample
taxonomy's and the starter set's, each with another order number, so that no two are the same text. Both ways answer the
same cases with the same solver, eight at once; ours also scores them, and keeps run and results.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic_evals import Case, Dataset

from bot.app.parts import Parts, build_desk
from bot.cli.terminal import progress_bar
from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.settings import CONTENT, Settings
from bot.triage.taxonomy import load_taxonomy
from bot.workflows.answer import prepare
from bot.workflows.run import RecordedRun
from evals.dataset import STARTER, load_cases
from evals.runner import escalation_of
from evals.running import run_cases
from tests.benchmarks.report import report

CASES = 1_000
AT_ONCE = 8
WARM = 16
WAYS = ("bare", "ours")


def cases(count: int) -> list[EvalCase]:
    """So many different cases, the starter set's with all that they want, the taxonomy's with their intent."""
    starters = list(load_cases(STARTER))
    for intent in load_taxonomy(CONTENT / "taxonomy.yaml").intents:
        starters += [EvalCase("", (CaseTurn(Author.CUSTOMER, said),), intent=intent.name) for said in intent.examples]
    made = []
    for number in range(count):
        case = starters[number % len(starters)]
        last = case.turns[-1]
        turns = (*case.turns[:-1], replace(last, text=f"{last.text} It is about FH-{1_000_000 + number}."))
        made.append(replace(case, id=case_id(turns), turns=turns))
    return made


async def desk_in(folder: Path) -> Parts:
    """The sample company's desk with everything loaded."""
    parts = await build_desk(Settings(core={"data_dir": folder, "_env_file": None}))
    await parts.library.import_folder(CONTENT / "articles", source="bench")
    await parts.warm()
    return parts


async def bare(parts: Parts, chosen: list[EvalCase]) -> dict[str, float]:
    """Answer the cases by pydantic-evals alone."""
    with progress_bar("bare pydantic-evals") as tell:
        done = iter(range(1, len(chosen) + 1))

        async def solve(case: EvalCase) -> str:
            proposal = await prepare(RecordedRun(case.id, parts.clock), parts.desk, escalation_of(case, parts.desk))
            tell(next(done), len(chosen), "")
            return proposal.draft.text

        items = [Case(name=case.id, inputs=case) for case in chosen]
        dataset = Dataset[EvalCase, str, None](name="bench", cases=items, evaluators=[])
        begin, used = time.perf_counter(), time.process_time()
        await dataset.evaluate(solve, max_concurrency=AT_ONCE, progress=False)
        return {"wall s": time.perf_counter() - begin, "cpu s": time.process_time() - used}


async def ours(parts: Parts, chosen: list[EvalCase]) -> dict[str, float]:
    """Answer, score and keep the cases; then once more, from the store."""
    with progress_bar("run_cases") as tell:
        begin, used = time.perf_counter(), time.process_time()
        _, first = await run_cases(parts.desk, chosen, progress=tell)
        told = {"wall s": time.perf_counter() - begin, "cpu s": time.process_time() - used}
    begin = time.perf_counter()
    _, second = await run_cases(parts.desk, chosen)
    if first != second:
        raise RuntimeError("the second run found other results than the first one made")
    return {**told, "again s": time.perf_counter() - begin}


async def measure(way: str, count: int) -> dict[str, float]:
    """One way, on a desk of its own that has answered a few questions already."""
    with tempfile.TemporaryDirectory() as folder:
        parts = await desk_in(Path(folder))
        everything = cases(count + WARM)
        for case in everything[count:]:
            await prepare(RecordedRun(case.id, parts.clock), parts.desk, escalation_of(case, parts.desk))
        measured = await (bare if way == "bare" else ours)(parts, everything[:count])
        await parts.engine.close()
    return {**measured, "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def in_own_process(way: str, count: int) -> dict[str, float]:
    """Measure in a new process."""
    words = [sys.executable, "-m", "tests.benchmarks.bench_evals", "--way", way, "--cases", str(count)]
    told: dict[str, float] = json.loads(
        subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]
    )
    return told


def compared(count: int) -> None:
    """Measure each way and report."""
    found = {way: in_own_process(way, count) for way in WAYS}
    added = {part: found["ours"][part] / found["bare"][part] - 1 for part in ("wall s", "cpu s", "MB")}
    faster = found["ours"]["wall s"] / found["ours"]["again s"]
    adds = f"{added['wall s']:.0%}, {added['cpu s']:.0%} of processor time, {added['MB']:.0%} of memory"
    aims = {
        f"our layer adds under 15 % of the time (it adds {adds})": added["wall s"] < 0.15,
        f"the second run takes a 20th of the first (it takes a {faster:.0f}th)": faster >= 20,
    }
    conditions: dict[str, Any] = {"cases": count, "at_once": AT_ONCE}
    report("evals", found["ours"], {"bare pydantic-evals": found["bare"]}, aims, **conditions)


def main() -> None:
    """Compare; with `--way` measure one of them in this process and print it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--way", choices=WAYS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(asyncio.run(measure(given.way, given.cases))))
    else:
        compared(given.cases)


if __name__ == "__main__":
    main()
