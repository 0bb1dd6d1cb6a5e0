"""Figures and their intervals, against other people's programs and by what they promise."""

import warnings
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from evals.metric import Statistic
from evals.statistics import (
    Difference,
    Estimate,
    Mixture,
    Noise,
    Student,
    difference,
    discoveries,
    estimate,
    interval,
    median,
    share,
)

TIMES = st.lists(st.integers(0, 50), min_size=1, max_size=60)


@pytest.mark.parametrize(("count", "of"), [(0, 20), (3, 20), (20, 20), (17, 400)])
def test_a_share_has_wilsons_interval(count: int, of: int) -> None:
    told = estimate(Statistic.SHARE, [1.0] * count + [0.0] * (of - count), [1] * of)
    assert told.value == count / of
    assert (told.low, told.high) == pytest.approx(proportion_confint(count, of, method="wilson"), abs=1e-6)


@pytest.mark.parametrize("open_share", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("count", [20, 75, 400])
def test_the_median_of_times_is_kaplan_and_meiers_with_brookmeyer_and_crowleys_interval(
    count: int, open_share: float
) -> None:
    chance = np.random.default_rng(count)
    times, over = np.round(chance.exponential(100, count)) + 1, chance.random(count) >= open_share
    told = median(times, over)
    peer = SurvfuncRight(times, over.astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it takes logarithms of 0 on its way
        interval = peer.quantile_ci(0.5, method="cloglog")
    assert (told.low, told.high) == pytest.approx(interval)
    middle = [peer.quantile(0.5 + off) for off in (-1e-6, 1e-6)]  # two where exactly half have ended
    value = told.value or inf
    assert min(each or inf for each in middle) <= value <= max(each or inf for each in middle)


@given(TIMES)
def test_where_nothing_goes_on_the_median_is_the_plain_one(times: list[int]) -> None:
    told = median(np.array(times, dtype=float), np.ones(len(times), dtype=bool))
    assert told.value == np.median(times)
    assert told.low <= float(np.median(times)) <= told.high


def test_what_goes_on_is_not_left_out_as_if_only_the_quick_counted() -> None:
    times, over = np.array([1.0] * 10 + [50.0] * 30), np.array([True] * 10 + [False] * 30)
    told = median(times, over)
    assert told.value is None and told.high == inf
    assert told.low == 1.0


def test_when_nothing_ended_nothing_is_known() -> None:
    assert median(np.array([1.0, 2.0]), np.array([False, False])) == Estimate(None, 0.0, inf)


def test_a_mean_has_the_bootstraps_interval_corrected_for_skewness() -> None:
    values = np.random.default_rng(3).lognormal(5, 1, 150)
    told = estimate(Statistic.MEAN, values.tolist(), [1] * len(values))
    peer = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=20_000, rng=1).confidence_interval
    assert told.value == pytest.approx(values.mean())
    assert (told.low, told.high) == pytest.approx((peer.low, peer.high), rel=0.02)


def test_a_mean_of_very_many_has_the_normal_interval_which_is_the_same() -> None:
    values = np.random.default_rng(4).exponential(10, 6_000)
    told = estimate(Statistic.MEAN, values.tolist(), [1] * len(values))
    low, high = stats.norm.interval(0.95, values.mean(), stats.sem(values))
    assert (told.low, told.high) == pytest.approx((low, high), rel=1e-4)


def test_equal_values_have_no_spread() -> None:
    assert estimate(Statistic.MEAN, [3.0] * 30, [1] * 30) == Estimate(3.0, 3.0, 3.0)


@pytest.mark.parametrize("count", [0, 1, 12, 900])
def test_a_count_has_garwoods_interval(count: int) -> None:
    told = estimate(Statistic.COUNT, [1.0] * count, [1] * count)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    assert told.value == count
    assert (told.low, told.high) == pytest.approx((low, stats.chi2.ppf(0.975, 2 * count + 2) / 2))


@pytest.mark.parametrize("shares", [(56, 70, 48, 80), (10, 10, 0, 20), (5, 56, 0, 29)])
def test_the_difference_of_two_shares_has_newcombes_interval(shares: tuple[int, int, int, int]) -> None:
    one, of_one, other, of_other = shares
    told = difference(share(one, of_one), share(other, of_other))
    peer = confint_proportions_2indep(one, of_one, other, of_other, compare="diff", method="newcomb")
    assert told is not None and (told.low, told.high) == pytest.approx(peer, abs=1e-6)


@given(st.integers(1, 60), st.data())
def test_the_difference_of_a_figure_and_itself_is_within_noise(of: int, data: st.DataObject) -> None:
    same = share(data.draw(st.integers(0, of)), of)
    told = difference(same, same)
    assert told is not None and told.value == 0 and not told.beyond_noise


def test_with_what_is_not_known_yet_nothing_is_compared() -> None:
    assert difference(Estimate(None, 0, inf), Estimate(3.0, 1.0, 4.0)) is None
    assert difference(Estimate(3.0, 1.0, 4.0), Estimate(3.0, 1.0, inf)) is None


@given(TIMES, st.data())
def test_an_interval_holds_its_figure_whatever_the_values(times: list[int], data: st.DataObject) -> None:
    over = data.draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times)))
    for statistic in (Statistic.MEDIAN, Statistic.MEAN):
        told = estimate(statistic, [float(each) for each in times], [int(each) for each in over])
        assert told.value is None or told.low <= told.value <= told.high


# --- what is tested ---------------------------------------------------------------------------------------------------

CHANCES = st.lists(st.floats(0, 1) | st.floats(0, 0.01), min_size=1, max_size=80)
NOISE = st.builds(Student, st.integers(3, 60) | st.just(inf)) | st.builds(
    lambda spreads: Mixture(tuple(spreads), (1 / len(spreads),) * len(spreads)),
    st.lists(st.floats(1, 20), min_size=1, max_size=9),
)


@given(CHANCES)
def test_what_is_told_of_many_is_benjamini_and_hochbergs(chances: list[float]) -> None:
    told, level = discoveries(chances)
    assert list(told) == multipletests(chances, method="fdr_bh")[0].tolist()
    assert level == pytest.approx(0.05 * max(1, sum(told)) / len(chances))


def test_of_nothing_nothing_is_told() -> None:
    assert discoveries([]) == ((), 0.05)


@given(st.integers(1, 400), st.integers(1, 400), st.data(), NOISE, st.floats(1e-6, 0.5))
def test_a_chance_below_a_level_and_an_interval_without_zero_are_the_same(
    of: int, of_other: int, data: st.DataObject, noise: Noise, level: float
) -> None:
    one, other = (share(data.draw(st.integers(0, each)), each) for each in (of, of_other))
    change = difference(one, other)
    assert change is not None
    chance, held = change.chance(noise), change.at(level, noise)
    if abs(chance - level) > 1e-9:
        assert (chance < level) is held.beyond_noise
    assert held.low <= held.value <= held.high


@pytest.mark.parametrize("freedom", [6, 42, inf])
def test_the_chance_of_what_is_normal_is_students(freedom: float) -> None:
    change = interval(0.3, 0.1)
    peer = stats.norm.sf(3) if freedom == inf else stats.t.sf(3, freedom)
    assert change.chance(Student(freedom)) == pytest.approx(2 * peer, rel=1e-5)
    assert (change.at(0.05).low, change.at(0.05).high) == pytest.approx((change.low, change.high), abs=1e-7)


def test_a_mixture_of_one_is_normal_and_of_two_lies_between_them() -> None:
    one, four, both = Mixture((1.0,), (1.0,)), Mixture((4.0,), (1.0,)), Mixture((1.0, 4.0), (0.5, 0.5))
    assert four.tail(3.0) == pytest.approx(stats.norm.sf(1.5)) and one.reach(0.025) == pytest.approx(1.959964)
    assert both.tail(3.0) == pytest.approx((one.tail(3.0) + four.tail(3.0)) / 2)
    assert both.tail(both.reach(0.001)) == pytest.approx(0.001) and both.spread == 2.5


def test_a_mixture_of_all_variances_that_a_chi_square_leaves_is_students() -> None:
    chances = (np.arange(200_000) + 0.5) / 200_000
    mixed = Mixture(tuple(9 / stats.chi2.ppf(chances, 9)), (1 / 200_000,) * 200_000)
    assert mixed.tail(3.0) == pytest.approx(Student(9).tail(3.0), rel=1e-3)


def test_a_difference_stays_within_what_there_can_be() -> None:
    assert Difference(0.9, 0.6, 1.2).within(1.0) == Difference(0.9, 0.6, 1.0)


def test_the_difference_of_two_means_is_welchs_where_there_are_many() -> None:
    chance = np.random.default_rng(7)
    one, other = chance.lognormal(0, 1, 900), chance.lognormal(0.05, 1, 700)
    figures = [estimate(Statistic.MEAN, each.tolist(), [1] * len(each)) for each in (one, other)]
    told, peer = difference(*figures, even=True), stats.ttest_ind(one, other, equal_var=False)
    assert told is not None
    assert stats.norm.isf(told.chance() / 2) == pytest.approx(stats.norm.isf(peer.pvalue / 2), rel=0.05)
    assert (told.low, told.high) == pytest.approx(peer.confidence_interval(), abs=0.02)


@pytest.mark.parametrize("share_of", [0.05, 0.5])
def test_shares_that_did_not_change_are_rarely_beyond_a_low_level(share_of: float) -> None:
    chance = np.random.default_rng(8)
    hits = chance.binomial([90, 60], share_of, (3_000, 2))
    told = [difference(share(int(a), 90), share(int(b), 60)) for a, b in hits]
    chances = np.array([each.chance() for each in told if each])
    assert (chances <= 0.05).mean() <= 0.06
    assert (chances <= 0.002).mean() <= 0.004
