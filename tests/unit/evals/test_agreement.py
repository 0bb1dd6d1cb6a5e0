"""Agreement beyond chance, and how sure it is."""

import numpy as np
import pytest

from evals.metrics.agreement import Verdicts, kappas


def verdicts(both: int, only_first: int, only_second: int, neither: int, judge: bool | None = None) -> Verdicts:
    """Two people's verdicts, and a judge that says what the first says, or always the same."""
    cells = ((True, True, both), (True, False, only_first), (False, True, only_second), (False, False, neither))
    return [(one, two, one if judge is None else judge) for one, two, count in cells for _ in range(count)]


def test_kappa_is_what_cohens_formula_gives() -> None:
    found = kappas(verdicts(20, 5, 10, 15)).people
    assert found.value == pytest.approx(0.4)  # 35 of 50 agree, half would by chance
    assert found.table == ((20, 5), (10, 15))
    assert found.low < 0.4 < found.high


def test_a_judge_that_passes_everything_agrees_no_more_than_chance() -> None:
    found = kappas(verdicts(40, 0, 0, 20, judge=True))
    assert found.people.value == 1
    assert found.consensus.value == found.each.value == 0
    assert found.consensus.low < 0.1


def test_perfect_agreement_is_not_taken_for_certain() -> None:
    few, many = (kappas(verdicts(count, 0, 0, count)).people for count in (10, 100))
    assert few.value == many.value == 1
    assert few.low < many.low < 1


def test_without_verdicts_nothing_is_known() -> None:
    found = kappas([]).people
    assert (found.value, found.count) == (0, 0)
    assert found.high - found.low > 1


def test_the_same_verdicts_give_the_same_interval() -> None:
    assert kappas(verdicts(20, 5, 10, 15)) == kappas(verdicts(20, 5, 10, 15))


@pytest.mark.parametrize("kappa", [0.6, 0.95])
def test_the_interval_holds_the_truth_about_95_times_in_100(kappa: float) -> None:
    chance, rounds, passing = np.random.default_rng(5), 150, 0.7
    agreed = kappa * (1 - (by_luck := passing**2 + (1 - passing) ** 2)) + by_luck
    off = (1 - agreed) / 2
    held = 0
    for _ in range(rounds):
        cells = chance.multinomial(60, [passing - off, off, off, 1 - passing - off])
        both, first, second, neither = (int(cell) for cell in cells)
        found = kappas(verdicts(both, first, second, neither)).people
        held += found.low <= kappa <= found.high
    assert held / rounds > 0.88
