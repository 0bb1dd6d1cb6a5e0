"""From estimates to confidence: sensible with any number of decisions, and never wild."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.calibration import WINDOW, CalibrationMap, fit

Judged = list[tuple[float, bool]]
ESTIMATES = [0.05, 0.3, 0.5, 0.7, 0.9, 0.97]


def decided(count: int, *, overconfident: float = 0.0, seed: int = 1) -> Judged:
    """Decisions on drafts whose chance is their estimate, less this much on the scale of log-odds."""
    chance = random.Random(seed)
    judged: Judged = []
    for _ in range(count):
        estimate = chance.uniform(0.5, 0.98)
        odds = math.log(estimate / (1 - estimate)) - overconfident
        judged.append((estimate, chance.random() < 1 / (1 + math.exp(-odds))))
    return judged


def test_of_drafts_shown_at_90_per_cent_nine_in_ten_are_approved_unchanged() -> None:
    newest_first: Judged = []
    shown: Judged = []
    learned = fit(newest_first)
    for number, (estimate, approved) in enumerate(decided(4_000, overconfident=1.0)):
        if number % 20 == 0:
            learned = fit(newest_first[:WINDOW])
        shown.append((learned.confidence(estimate), approved))
        newest_first.insert(0, (estimate, approved))
    nine_in_ten = [approved for confidence, approved in shown if 0.85 <= confidence < 0.95]
    assert len(nine_in_ten) > 300
    assert sum(nine_in_ten) / len(nine_in_ten) == pytest.approx(0.9, abs=0.04)


def test_without_decisions_the_estimate_stands() -> None:
    assert [fit([]).confidence(estimate) for estimate in ESTIMATES] == pytest.approx(ESTIMATES)
    assert fit([]).decisions == 0


@pytest.mark.parametrize("approved", [True, False])
def test_five_decisions_of_one_kind_move_it_and_are_not_believed_outright(approved: bool) -> None:
    confidence = fit([(0.7, approved)] * 5).confidence(0.7)
    assert 0.7 < confidence < 0.9 if approved else 0.25 < confidence < 0.5


@pytest.mark.parametrize(("count", "within"), [(30, 0.2), (300, 0.08), (30_000, 0.04)])
def test_with_more_decisions_it_comes_nearer_to_what_people_do(count: int, within: float) -> None:
    learned = fit(decided(count, overconfident=1.5))
    for estimate in (0.6, 0.8, 0.95):
        truly = 1 / (1 + math.exp(-(math.log(estimate / (1 - estimate)) - 1.5)))
        assert abs(learned.confidence(estimate) - truly) < within


def test_a_drafter_whose_estimates_are_right_keeps_them() -> None:
    learned = fit(decided(2_000))
    assert all(abs(learned.confidence(estimate) - estimate) < 0.04 for estimate in (0.5, 0.7, 0.9))


def test_estimates_that_say_the_opposite_are_not_turned_round_but_levelled() -> None:
    learned = fit([(0.9, False), (0.2, True)] * 100)
    assert learned.confidence(0.2) == learned.confidence(0.9) == pytest.approx(0.5, abs=0.02)


def test_the_newest_decisions_count_most_so_that_it_follows_a_drafter_that_changed() -> None:
    before, after = [(0.8, True)] * 1_000, [(0.8, False)] * 300
    assert fit([*after, *before]).confidence(0.8) < 0.5
    assert fit([*before, *after]).confidence(0.8) > 0.9


def test_what_is_older_than_the_window_is_forgotten() -> None:
    assert fit(decided(WINDOW + 500)) == fit(decided(WINDOW + 500)[:WINDOW])
    assert fit(decided(WINDOW + 500)).decisions == WINDOW


@given(
    st.lists(st.tuples(st.floats(allow_nan=True, allow_infinity=True), st.booleans()), max_size=60),
    st.lists(st.floats(0, 1), min_size=2, max_size=6),
)
def test_it_never_falls_and_is_never_certain_whatever_was_decided(judged: Judged, estimates: list[float]) -> None:
    learned = fit(judged)
    confidences = [learned.confidence(estimate) for estimate in sorted(estimates)]
    assert confidences == sorted(confidences)
    assert all(0.01 <= each <= 0.99 for each in [*confidences, learned.confidence(float("nan"))])


def test_a_map_can_be_written_down_and_used_again() -> None:
    learned = fit(decided(100))
    assert CalibrationMap(learned.slope, learned.intercept).confidence(0.8) == learned.confidence(0.8)
