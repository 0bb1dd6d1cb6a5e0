"""What scores come to: weighted by intent, with an interval that holds, apart from what went wrong, with agreement."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from bot.domain.calendar import Week
from bot.domain.chat import Person
from bot.domain.sample import Met, Part, Sampled, Score, Stratum, Wrong
from bot.ports import Desk
from evals.metrics.agreement import kappa
from evals.metrics.krippendorff import alpha, alpha_of_pairs
from evals.metrics.reliability import wilson
from evals.qa.estimate import covered, share
from evals.qa.results import Result, result_of
from evals.qa.words import trust, week_in_words, with_interval
from tests.contracts.store_samples import NOON
from tests.contracts.test_store_samples import sample
from tests.unit.qa_desk import ANA, BO, WEEK

ALL = {"accuracy": Met.YES, "tone": Met.YES}


# --- the estimate -----------------------------------------------------------------------------------------------------


def test_each_intent_counts_by_how_many_answers_the_week_had_of_it() -> None:
    parts = (Part("many", 900, 30), Part("few", 100, 30))
    told = share(parts, {"many": [1.0] * 30, "few": [0.0] * 30})
    assert told.value == pytest.approx(0.9)
    assert told.n == 60


def test_of_an_endless_week_the_interval_is_wilsons() -> None:
    told = share((Part("all", 10**9, 80),), {"all": [1.0] * 60 + [0.0] * 20})
    assert (told.low, told.high) == pytest.approx(wilson(60, 80), abs=1e-6)


def test_where_every_answer_is_scored_there_is_no_doubt() -> None:
    told = share((Part("a", 3, 3), Part("b", 1, 1)), {"a": [1, 1, 0], "b": [1]})
    assert (told.value, told.low, told.high) == (0.75, 0.75, 0.75)


def test_all_good_is_still_not_sure() -> None:
    told = share((Part("a", 500, 40),), {"a": [1.0] * 40})
    assert told.value == 1.0 and told.high == 1.0
    assert told.low is not None and 0.9 < told.low < 0.93


def test_too_few_give_no_figure_but_many_of_a_small_week_do() -> None:
    assert share((Part("a", 500, 40),), {"a": [1.0] * 12}).value is None
    assert share((Part("a", 20, 16),), {"a": [1.0] * 12}).value == 1.0
    assert share((), {}).n == 0


def test_an_intent_without_a_score_is_left_out_and_told() -> None:
    parts = (Part("a", 300, 30), Part("b", 100, 10))
    assert share(parts, {"a": [1.0] * 30}).value == 1.0
    assert covered(parts, {"a": [1.0] * 30}) == 0.75


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    chance, held, rounds = random.Random(7), 0, 300
    for _ in range(rounds):
        week = {name: [chance.random() < good for _ in range(count)] for name, count, good in WEEKLY}
        parts = [Part(name, len(found), max(2, len(found) // 6)) for name, found in week.items()]
        told = share(parts, {p.intent: list(map(float, chance.sample(week[p.intent], p.drawn))) for p in parts})
        truth = sum(map(sum, week.values())) / sum(map(len, week.values()))
        held += told.low is not None and told.high is not None and told.low <= truth <= told.high
    assert held / rounds >= 0.92


WEEKLY = (("refund", 200, 0.95), ("delivery", 120, 0.85), ("login", 60, 0.7), ("gift", 14, 0.9))


# --- agreement --------------------------------------------------------------------------------------------------------

A = "1 2 3 3 2 1 4 1 2 . . ."
B = "1 2 3 3 2 2 4 1 2 5 . 3"
C = ". 3 3 3 2 3 4 2 2 5 1 ."
D = "1 2 3 3 2 4 4 1 2 5 1 ."


def test_alpha_is_that_of_krippendorffs_own_example() -> None:
    units = [
        [int(said) - 1 for said in unit if said != "."] for unit in zip(*map(str.split, (A, B, C, D)), strict=True)
    ]
    assert alpha(units, 5) == pytest.approx(0.815, abs=0.0005)


def test_alpha_is_what_counting_every_pair_by_hand_gives() -> None:
    chance = random.Random(3)
    for _ in range(50):
        pairs = [(chance.randrange(3), chance.randrange(3)) for _ in range(12)]
        assert alpha(pairs, 3) == pytest.approx(_by_hand(pairs))


def _by_hand(pairs: list[tuple[int, int]]) -> float:
    """One less the mean distance within pairs over that of any two of all the values."""
    values = [value for pair in pairs for value in pair]

    def apart(one: int, other: int) -> float:
        low, high = sorted((one, other))
        between = sum(low <= value <= high for value in values)
        return (between - (values.count(low) + values.count(high)) / 2) ** 2 if low != high else 0.0

    within = sum(apart(*pair) for pair in pairs) / len(pairs)
    every = [apart(one, other) for (i, one), (j, other) in product(enumerate(values), repeat=2) if i != j]
    return 1 - within / (sum(every) / len(every))


def test_no_and_yes_are_further_apart_than_partly_and_yes() -> None:
    same = [(2, 2)] * 20 + [(0, 0)] * 10 + [(1, 1)] * 10
    near, far = alpha([*same, *[(1, 2)] * 5], 3), alpha([*same, *[(0, 2)] * 5], 3)
    assert near is not None and far is not None and near > far


def test_agreement_that_cannot_be_told_has_no_figure() -> None:
    assert alpha([(2, 2)] * 30, 3) is None
    assert alpha_of_pairs([(2, 2)] * 30, 3, least=20).value is None
    assert alpha_of_pairs([(2, 1)] * 19, 3, least=20) == alpha_of_pairs([(0, 0)] * 19, 3, least=20)


def test_the_interval_of_nearly_perfect_agreement_has_a_width() -> None:
    told = alpha_of_pairs([(2, 2)] * 30 + [(0, 0)] * 10, 3, least=20)
    assert told.value == 1.0 and told.low is not None and told.low < 0.97 and told.high == 1.0


def test_kappa_of_two_people_is_statsmodels() -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    pairs = [(True, True)] * 40 + [(True, False)] * 6 + [(False, True)] * 3 + [(False, False)] * 11
    assert kappa(pairs).value == pytest.approx(cohens_kappa([[40, 6], [3, 11]], return_results=False))


# --- a week -----------------------------------------------------------------------------------------------------------


def item(number: int, **changes: object) -> Sampled:
    base = Sampled(f"esc_{number}", f"esc_{number}/1", Stratum.CHANCE, "refund", "refund", number)
    return replace(base, **changes)  # type: ignore[arg-type]


async def scored(desk: Desk, number: int, *people: Person, week: str = WEEK, **points: Met) -> None:
    said = ALL | points
    for person in people:
        passed = said["accuracy"] is Met.YES
        await desk.store.samples.score(week, Score(f"esc_{number}", person, NOON, said, passed))


async def told(desk: Desk) -> Result:
    return await result_of(desk, await desk.store.samples.get(WEEK))


async def test_what_went_wrong_never_changes_the_estimate(desk: Desk) -> None:
    wrong = [item(n, stratum=Stratum.FAILURE, part="", wrong=(Wrong.REOPENED, Wrong.REJECTED)) for n in range(90, 95)]
    made = sample(id=WEEK, answers=300, parts=(Part("refund", 300, 40),))
    await desk.store.samples.draw(made, [*(item(n) for n in range(40)), *wrong])
    for number in range(40):
        await scored(desk, number, ANA, accuracy=Met.NO if number < 4 else Met.YES)
    before = await told(desk)
    for number in range(90, 95):
        await scored(desk, number, BO, accuracy=Met.NO)
    after = await told(desk)
    assert (after.good, after.points) == (before.good, before.points)
    assert after.good.value == pytest.approx(0.9)
    assert (after.wrong_scored, after.wrong_weak) == (5, 5)
    assert {(each.way, each.scored) for each in after.wrong} == {(Wrong.REOPENED, 5), (Wrong.REJECTED, 5)}
    words = await week_in_words(desk, Week.parse(WEEK, desk.policy.calendar.zone))
    assert words[0] == (
        "Of the answers of the week of 23 February–1 March 2026, people found 90 % (78 to 96 %, n = 40) good; 40 of "
        "300 were drawn."
    )
    assert words[2] == "Apart from that, 5 were scored because something went wrong, and 5 of them were found weak."


async def test_an_answer_of_two_opinions_counts_half(desk: Desk) -> None:
    await desk.store.samples.draw(
        sample(id=WEEK, answers=2, parts=(Part("refund", 2, 2),)), [item(0, scorers=2), item(1)]
    )
    await scored(desk, 0, ANA)
    await scored(desk, 0, BO, accuracy=Met.PARTLY)
    await scored(desk, 1, ANA)
    result = await told(desk)
    assert result.good.value == 0.75
    accuracy, tone = result.points
    assert (accuracy.met.value, accuracy.levels, tone.levels) == (0.75, (0, 1, 2), (0, 0, 3))


async def test_agreement_is_told_of_the_last_weeks_together_once_there_are_enough(desk: Desk) -> None:
    for week, since, numbers in (("2026-W08", 15, range(15)), (WEEK, 8, range(15, 30))):
        parts = (Part("refund", 100, 15),)
        made = sample(id=week, since=NOON - timedelta(days=since), parts=parts)
        await desk.store.samples.draw(made, [item(n, scorers=2, checks={"tone": n % 2 == 0}) for n in numbers])
        for number in numbers:
            level = Met(number % 3)
            await scored(desk, number, ANA, week=week, accuracy=level)
            await scored(desk, number, BO, week=week, accuracy=level if number % 5 else Met.PARTLY)
    earlier = await result_of(desk, await desk.store.samples.get("2026-W08"))
    assert (earlier.double, earlier.kappa) == (15, None)
    result = await told(desk)
    assert result.double == 30
    assert result.kappa is not None and 0.6 < result.kappa.value < 1
    assert result.points[0].alpha.value is not None and result.points[1].alpha.value is None
    (check,) = result.checks
    assert (check.name, check.passed.value) == ("tone", 0.5)
    assert check.kappa is not None and abs(check.kappa.value) < 0.2  # it says nothing of what people say
    words = await week_in_words(desk, Week.parse(WEEK, desk.policy.calendar.zone))
    assert words[-1].startswith("Two people agree on good or not with kappa 0.")


async def test_a_week_that_nobody_has_scored_is_told_by_the_one_before(desk: Desk) -> None:
    week = Week.parse(WEEK, desk.policy.calendar.zone)
    assert await week_in_words(desk, week) == ()
    early = sample(id="2026-W08", since=NOON - timedelta(days=14))
    await desk.store.samples.draw(early, [item(0)])
    await scored(desk, 0, ANA, week="2026-W08")
    await desk.store.samples.draw(sample(id=WEEK), [item(1)])
    assert "16–22 February 2026" in (await week_in_words(desk, week))[0]
    assert "Too few answers of the week of 16–22 February 2026 are scored" in (await week_in_words(desk, week))[0]


def test_figures_are_told_in_words() -> None:
    assert with_interval(share((Part("a", 500, 40),), {"a": [1.0] * 39 + [0.0]})) == "98 % (88 to 100 %, n = 40)"
    assert with_interval(share((), {})) == "too few to tell (n = 0)"
    low, middle, high = (alpha_of_pairs([(0, 0)] * k + [(2, 2)] * k + [(0, 2)] * 6, 3, least=1) for k in (5, 20, 60))
    assert [trust(each) for each in (low, middle, high)] == [
        "talk about what it asks", "scores for first conclusions", "scores to build on",
    ]  # fmt: skip
