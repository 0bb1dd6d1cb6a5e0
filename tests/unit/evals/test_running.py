"""Running many cases, once under the same conditions."""

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.domain.answer import Draft
from bot.domain.errors import NotFound, Unavailable
from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.ports import Desk, DraftRequest, Progress
from evals.running import run_cases
from evals.summary import summarise
from tests.contracts.store_samples import draft
from tests.unit.scripted import Clock, Judge, working_with


def case(number: int) -> EvalCase:
    turns = (CaseTurn(Author.CUSTOMER, f"Where is parcel {number}?"),)
    return EvalCase(case_id(turns), turns, must_say=("on its way",))


CASES = tuple(case(number) for number in range(60))


class Moody(Judge):
    """Drafts what its mood says: a wrong answer, a crash, an interruption after so many drafts."""

    def __init__(self) -> None:
        self.drafts = 0
        self.wrong_each = 0
        self.stops_after = 10_000

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        self.drafts += 1
        if self.trouble:
            raise self.trouble
        if self.drafts > self.stops_after:
            raise asyncio.CancelledError
        wrong = self.wrong_each and self.drafts % self.wrong_each == 0
        return draft("It was lost.") if wrong else draft()


@pytest_asyncio.fixture
async def moody(desk: Desk) -> tuple[Desk, Moody]:
    judge = Moody()
    return await working_with(desk, drafter=judge), judge


async def test_a_run_is_kept_with_every_result_in_the_order_of_its_cases(moody: tuple[Desk, Moody]) -> None:
    desk, _ = moody
    told: list[tuple[int, int]] = []
    run, results = await run_cases(
        desk, CASES, trials=2, label="before", progress=lambda done, of, _: told.append((done, of))
    )
    assert [(result.case, result.trial) for result in results] == [(c.id, trial) for c in CASES for trial in (0, 1)]
    assert all(result.passed for result in results)
    assert (await desk.store.eval_runs.get("latest"))[0] == run
    assert set((await desk.store.eval_runs.get(run.id))[1]) == set(results)
    assert (run.label, run.trials, run.workflow_release, run.finished_at is not None) == ("before", 2, 7, True)
    assert told[-1] == (120, 120)


async def test_what_was_scored_before_is_not_run_again(moody: tuple[Desk, Moody], clock: Clock) -> None:
    desk, judge = moody
    _, first = await run_cases(desk, CASES[:10])
    clock.pass_by(minutes=1)
    second, again = await run_cases(desk, CASES[:12], trials=2)
    assert judge.drafts == 10 + 2 + 12
    assert [result for result in again if not result.trial][:10] == list(first)
    assert len((await desk.store.eval_runs.get(second.id))[1]) == 24


async def test_a_fresh_run_believes_nothing_that_was_scored_before_and_is_believed_afterwards(
    moody: tuple[Desk, Moody], clock: Clock
) -> None:
    desk, judge = moody
    await run_cases(desk, CASES[:3])
    clock.pass_by(minutes=1)
    judge.wrong_each = 1
    _, fresh = await run_cases(desk, CASES[:3], fresh=True)
    assert (judge.drafts, [result.passed for result in fresh]) == (6, [False] * 3)
    clock.pass_by(minutes=1)
    assert (await run_cases(desk, CASES[:3]))[1] == fresh
    assert judge.drafts == 6


async def test_a_case_whose_wanted_facts_changed_is_run_again(moody: tuple[Desk, Moody], clock: Clock) -> None:
    desk, judge = moody
    await run_cases(desk, CASES[:1])
    clock.pass_by(minutes=1)
    _, results = await run_cases(desk, [replace(CASES[0], must_say=("lost",))])
    assert (judge.drafts, results[0].passed) == (2, False)


async def test_a_run_that_was_broken_off_goes_on_where_it_stopped(moody: tuple[Desk, Moody], clock: Clock) -> None:
    desk, judge = moody
    judge.stops_after = 40
    with pytest.raises(BaseException):  # noqa: B017  an interruption is no Exception
        await run_cases(desk, CASES)
    broken, kept = await desk.store.eval_runs.get("latest")
    assert broken.finished_at is None
    assert 40 - 8 < len(kept) <= 40  # those in flight are lost, nothing that was made
    judge.stops_after = 10_000
    clock.pass_by(minutes=1)
    before = judge.drafts
    _, results = await run_cases(desk, CASES)
    assert judge.drafts == before + 60 - len(kept)
    assert all(result.passed for result in results)


async def test_what_could_not_be_scored_is_tried_again(moody: tuple[Desk, Moody], clock: Clock) -> None:
    desk, judge = moody
    judge.trouble = Unavailable("The model does not answer.")
    _, results = await run_cases(desk, CASES[:3])
    assert len(summarise(CASES, results).unscored) == 3
    judge.trouble = None
    clock.pass_by(minutes=1)
    _, results = await run_cases(desk, CASES[:3])
    assert all(result.passed for result in results)


async def test_a_release_that_never_was_is_refused_before_anything_runs(moody: tuple[Desk, Moody]) -> None:
    desk, judge = moody
    with pytest.raises(NotFound):
        await run_cases(desk, CASES, release=99)
    assert (judge.drafts, await desk.store.eval_runs.newest()) == (0, ())
