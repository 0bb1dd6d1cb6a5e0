"""A model as a judge: measured by people, and only then believed."""

from dataclasses import dataclass, field, replace

import pytest

from bot.domain.errors import Unavailable
from bot.domain.judging import Agreement, Kappa, Opinion, Rating
from bot.domain.quality import EvalCase
from bot.ports import Desk
from evals.conditions import conditions
from evals.judging import doubly_rated, measure, standing, why_not, with_trusted_judge
from evals.runner import run_case
from tests.contracts.store_samples import NOON
from tests.unit.evals.test_runner import CASE


@dataclass
class Reader:
    """Passes what does not say "bad"; `trouble` is raised instead."""

    name: str = "reader 1"
    trouble: Exception | None = None
    seen: list[str] = field(default_factory=list)

    async def judge(self, case: EvalCase, answer: str) -> Opinion:
        if self.trouble:
            raise self.trouble
        self.seen.append(answer)
        good = "bad" not in answer
        return Opinion(good, {"accuracy": good, "tone": True}, "" if good else "It says bad.")

    async def close(self) -> None:
        """It has no connections."""


def rated(answer: str, *verdicts: bool) -> list[Rating]:
    return [Rating(CASE.id, answer, f"rater {n}", passed, NOON) for n, passed in enumerate(verdicts)]


GOOD = Kappa(0.9, 0.75, 0.97, 60, ((35, 1), (2, 22)))
TRUSTED = Agreement("reader 1", NOON, GOOD, GOOD, GOOD)


def test_only_answers_that_two_people_rated_count() -> None:
    pairs = doubly_rated([*rated("one", True), *rated("two", True, False), *rated("three", True, True, False)])
    assert sorted((pair.answer, pair.first, pair.second) for pair in pairs) == [
        ("three", True, True), ("two", True, False),
    ]  # fmt: skip


async def test_the_judge_is_held_against_people_on_the_answers_that_they_rated() -> None:
    ratings = [each for n in range(30) for each in rated(f"good {n}", True, True)]
    ratings += [each for n in range(25) for each in rated(f"bad {n}", False, False)]
    ratings += rated("good but contested", True, False)
    found = await measure(Reader(), doubly_rated(ratings), [CASE], at=NOON)
    assert found.people.table == ((30, 1), (0, 25))
    assert found.consensus.table == ((30, 0), (0, 25))
    assert found.consensus.value == 1
    assert why_not(found) == ""


async def test_what_the_judge_cannot_read_is_never_left_out_of_its_measurement() -> None:
    with pytest.raises(Unavailable):
        await measure(Reader(trouble=Unavailable("No.")), doubly_rated(rated("x", True, True)), [CASE], at=NOON)


@pytest.mark.parametrize(
    ("agreement", "why"),
    [
        (None, "never measured with this model, rubric and prompt"),
        (replace(TRUSTED, people=replace(GOOD, count=49)), "rated 49 answers, and 50 are needed"),
        (replace(TRUSTED, people=replace(GOOD, table=((52, 0), (0, 8)))), "52 passes and 8 failures, and 10 of each"),
        (replace(TRUSTED, people=replace(GOOD, low=0.39)), "people agree too little with each other"),
        (replace(TRUSTED, consensus=replace(GOOD, low=0.59)), "it agrees too little with people (kappa 0.90, 95 %"),
        (replace(TRUSTED, each=replace(GOOD, value=0.7)), "it agrees less with people"),
        (TRUSTED, ""),
    ],
)
def test_a_judge_gates_only_on_measured_agreement_and_else_says_why_not(agreement: Agreement | None, why: str) -> None:
    assert why in why_not(agreement)
    assert bool(why) == bool(why_not(agreement))


async def test_an_opinion_informs_until_the_judge_is_trusted_and_then_fails_a_case(desk: Desk) -> None:
    class Stern(Reader):
        async def judge(self, case: EvalCase, answer: str) -> Opinion:
            return Opinion(False, {"accuracy": False, "tone": True}, "It names no day.")

    judged = replace(desk, judge=Stern())
    result = await run_case(judged, CASE)
    assert (result.passed, result.scores[-1].scorer, result.scores[-1].value) == (True, "judge", 0.5)
    await desk.store.ratings.keep(TRUSTED)
    result = await run_case(judged, CASE)
    assert not result.passed
    assert result.why == "The judge: It names no day."


async def test_a_judge_that_cannot_say_is_no_pass(desk: Desk) -> None:
    result = await run_case(replace(desk, judge=Reader(trouble=Unavailable("It is away."))), CASE)
    assert (result.passed, result.error) == (False, "The judge could not say: It is away.")


async def test_where_nothing_may_wait_for_an_opinion_only_a_trusted_judge_is_asked(desk: Desk) -> None:
    judged = replace(desk, judge=Reader())
    assert (await with_trusted_judge(judged)).judge is None
    await desk.store.ratings.keep(TRUSTED)
    assert (await with_trusted_judge(judged)).judge is judged.judge
    assert (await standing(replace(desk, judge=Reader(name="reader 2")))).startswith("it was never measured")


async def test_a_result_under_another_judge_is_not_taken_for_this_ones(desk: Desk) -> None:
    digests = [(await conditions(each)).digest for each in (
        desk, replace(desk, judge=Reader()), replace(desk, judge=Reader(name="reader 2"))
    )]  # fmt: skip
    await desk.store.ratings.keep(TRUSTED)
    digests.append((await conditions(replace(desk, judge=Reader()))).digest)
    assert len(set(digests)) == 4
