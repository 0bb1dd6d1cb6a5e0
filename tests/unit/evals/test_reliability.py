"""The reliability diagram, and how honest it is about few decisions."""

import random
from datetime import timedelta

import pytest
from scipy.stats import binomtest

from bot.domain.confidence import ENOUGH, Judgement
from evals.metrics.reliability import reliability, wilson
from tests.contracts.store_samples import NOON


def judged(shown: float, approved: bool, *, estimate: float = 0.5, day: int = 0) -> Judgement:
    return Judgement("offline", estimate, shown, approved, NOON + timedelta(days=day))


def decided(count: int, *, too_sure: float = 0.0, seed: int = 1) -> list[Judgement]:
    chance = random.Random(seed)
    return [
        judged(shown, chance.random() < shown - too_sure) for shown in (chance.uniform(0.3, 1) for _ in range(count))
    ]


def test_nine_of_ten_shown_at_90_per_cent_are_just_right() -> None:
    found = reliability([judged(0.9, number > 0) for number in range(10)])
    (only,) = found.bins
    assert (only.first, only.decisions, only.approved, only.share) == (90, 10, 9, 0.9)
    assert only.shown == pytest.approx(0.9)
    assert found.shown.ece == pytest.approx(0.0)
    assert found.shown.brier == pytest.approx(0.09)


def test_a_draft_belongs_to_the_per_cent_that_people_saw() -> None:
    firsts = [reliability([judged(shown, True)]).bins[0].first for shown in (0.896, 0.894, 0.99, 1.0, 0.0)]
    assert firsts == [90, 80, 90, 90, 0]


def test_a_card_that_is_right_is_within_chance_and_one_that_is_too_sure_is_not() -> None:
    right, too_sure = reliability(decided(600)), reliability(decided(600, too_sure=0.2))
    assert right.shown.ece < right.by_chance
    assert too_sure.shown.ece > too_sure.by_chance
    assert too_sure.low < 0.2 < too_sure.high


def test_few_decisions_are_not_enough_and_their_intervals_are_wide() -> None:
    few, many = reliability(decided(ENOUGH - 1)), reliability(decided(4_000))
    assert (few.enough, many.enough) == (False, True)
    widths = [max(each.high - each.low for each in found.bins) for found in (few, many)]
    assert widths[0] > 0.5 > 0.2 > widths[1]


def test_without_decisions_there_is_nothing_to_say() -> None:
    found = reliability([])
    assert (found.decisions, found.enough, found.bins, found.since) == (0, False, (), None)


def test_the_drafters_own_estimates_are_judged_beside_what_the_card_showed() -> None:
    found = reliability([judged(0.75, number % 4 > 0, estimate=0.95) for number in range(40)])
    assert found.shown.ece == pytest.approx(0.0) and found.estimates.ece == pytest.approx(0.2)


def test_the_period_is_from_the_first_decision_to_the_last() -> None:
    found = reliability([judged(0.5, True, day=day) for day in (3, 1, 2)])
    assert found.since is not None and found.until is not None
    assert (found.since.day - NOON.day, found.until.day - NOON.day) == (1, 3)


@pytest.mark.parametrize(("approved", "decisions"), [(0, 5), (5, 5), (9, 10), (1, 3), (450, 500)])
def test_the_interval_is_the_textbooks(approved: int, decisions: int) -> None:
    theirs = binomtest(approved, decisions).proportion_ci(method="wilson")
    assert wilson(approved, decisions) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
