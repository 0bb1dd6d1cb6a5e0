"""The effect of a release and how desks' days scatter: against other people's programs and by what they promise."""

import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from evals.digest.changes.overdispersion import Spread, alike, of_counts, of_values
from evals.digest.releases.effect import Judged, beyond, effect
from evals.metric import Statistic
from evals.statistics import Difference
from tests.benchmarks.desks import WEEK

AT = WEEK.start
DAY = timedelta(days=1)
WEEK_BEFORE = [(AT + days * DAY) for days in (-10, -3, 2)]
"""A moment in each of the three periods."""


def _drafts(counts: Mapping[str, tuple[tuple[int, int], ...]]) -> list[Judged]:
    """For each intent and period how many count, and of how many."""
    return [
        (at, intent, number < hits)
        for intent, periods in counts.items()
        for at, (hits, of) in zip(WEEK_BEFORE, periods, strict=True)
        for number in range(of)
    ]


def _intents(chance: Any, many: int) -> dict[str, tuple[tuple[int, int], ...]]:
    sizes = chance.integers(30, 400, (many, 3))
    shares = np.clip(chance.normal(0.6, 0.15, (many, 1)) + chance.normal(0, 0.05, (many, 3)), 0.05, 0.95)
    hits = chance.binomial(sizes, shares)
    return {f"i{n}": tuple(zip(hits[n].tolist(), sizes[n].tolist(), strict=True)) for n in range(many)}


def test_the_effect_is_the_difference_of_both_changes() -> None:
    counts = {
        "mine": ((50, 100), (50, 100), (70, 100)),
        **{f"o{n}": ((60, 100), (60, 100), (55, 100)) for n in range(4)},
    }
    found = effect(_drafts(counts), AT, {"mine"}, set(counts) - {"mine"})
    assert found.sides is not None and found.change is not None and found.before is not None
    assert found.sides.touched == pytest.approx((0.5, 0.7)) and found.sides.others == pytest.approx((0.6, 0.55))
    assert found.change.value == pytest.approx(0.25) and found.before.value == pytest.approx(0.0)
    assert found.sides.n == 100


def test_that_hard_questions_became_rarer_is_no_effect() -> None:
    counts = {
        "hard": ((20, 100), (20, 100), (2, 10)), "easy": ((90, 100), (90, 100), (171, 190)),
        **{f"o{n}": ((60, 100),) * 3 for n in range(4)},
    }  # fmt: skip
    found = effect(_drafts(counts), AT, {"hard", "easy"}, {f"o{n}" for n in range(4)})
    assert found.change is not None and found.change.value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_without_wandering_its_error_is_that_of_a_binomial_model(seed: int) -> None:
    chance = np.random.default_rng(seed)
    counts = {f"i{n}": tuple((int(chance.binomial(4000, 0.6)), 4000) for _ in range(3)) for n in range(12)}
    found = effect(_drafts(counts), AT, {"i0"}, set(counts) - {"i0"})
    rows = [(n == 0, after, *counts[f"i{n}"][1 + after]) for n in range(12) for after in (0, 1)]
    mine, after, hits, of = (np.array(each, dtype=float) for each in zip(*rows, strict=True))
    design = np.column_stack([np.ones(24), mine, after, mine * after])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model of shares themselves could leave 0 to 1, and here it does not
        family = sm.families.Binomial(link=sm.families.links.Identity())
        peer = sm.GLM(np.column_stack([hits, of - hits]), design, family=family).fit()
    assert found.change is not None
    error = (found.change.high - found.change.low) / 2 / 1.959964
    assert found.change.value == pytest.approx(peer.params[3], abs=1e-6)
    assert error >= peer.bse[3] * 0.999  # never less, for what intents wander is added
    assert error == pytest.approx(peer.bse[3], rel=0.5)


def test_how_intents_wander_is_dersimonian_and_lairds_variance() -> None:
    counts = _intents(np.random.default_rng(5), 9)
    only_now = {name: ((0, 0), *periods[1:]) for name, periods in counts.items()}
    found = effect(_drafts(only_now), AT, {"i0"}, set(counts) - {"i0"})
    rows = [counts[f"i{n}"] for n in range(1, 9)]
    shares = np.array([[(hits + 1) / (of + 2) for hits, of in each[1:]] for each in rows])
    sizes = np.array([[of for _, of in each[1:]] for each in rows])
    changes = np.array([each[2][0] / each[2][1] - each[1][0] / each[1][1] for each in rows])
    variances = (shares * (1 - shares) / sizes).sum(axis=1)
    peer = combine_effects(changes, variances, method_re="dl")
    weights = 1 / (1 / sizes).sum(axis=1)
    loads = weights / weights.sum()
    (hits, of), (hits_after, of_after) = counts["i0"][1:]
    own = sum((h + 1) / (n + 2) * (1 - (h + 1) / (n + 2)) / n for h, n in ((hits, of), (hits_after, of_after)))
    expected = own + peer.tau2 + (loads**2 * (variances + peer.tau2)).sum()
    assert found.change is not None and found.before is None and found.noise.freedom == 7
    assert (found.change.high - found.change.low) / 2 / 1.959964 == pytest.approx(np.sqrt(expected), rel=1e-6)


def test_of_desks_whose_intents_wander_a_release_without_effect_is_rarely_beyond_noise() -> None:
    chance, beyond_noise = np.random.default_rng(11), 0
    for _ in range(150):
        counts = _intents(chance, 8)
        found = effect(_drafts(counts), AT, {"i0", "i1"}, set(counts) - {"i0", "i1"})
        assert found.change is not None
        beyond_noise += found.change.at(0.05, found.noise).beyond_noise
    assert beyond_noise / 150 < 0.09


def test_a_clock_that_is_ahead_puts_a_draft_where_it_was_begun() -> None:
    drafts = [(AT - timedelta(microseconds=1), "a", True), (AT, "a", True), (AT - 21 * DAY, "a", True)]
    found = effect([(at, "a", hit) for at, _, hit in drafts], AT, {"a"}, {"b"})
    assert found.sides is None and found.change is None


def test_what_was_under_way_is_taken_off_and_what_went_the_other_way_is_not() -> None:
    change = Difference(0.10, 0.06, 0.14)
    less = beyond(change, Difference(0.05, 0.0, 0.1))
    assert (less.value, less.low, less.high) == pytest.approx((0.05, 0.01, 0.09))
    assert beyond(change, Difference(-0.05, -0.1, 0.0)) == change
    assert beyond(Difference(-0.1, -0.14, -0.06), Difference(-0.05, -0.1, 0.0)).value == pytest.approx(-0.05)


# --- how days scatter -------------------------------------------------------------------------------------------------


def test_the_scatter_of_counts_is_pearsons_of_weeks_and_weekdays() -> None:
    counts = np.random.default_rng(1).poisson(30, 28)
    found = of_counts(counts)
    peer = stats.chi2_contingency(counts.reshape(4, 7), correction=False)
    assert found.between == pytest.approx(peer.statistic) and found.freedom == peer.dof


@pytest.mark.parametrize("statistic", [Statistic.SHARE, Statistic.MEAN, Statistic.MEDIAN])
@pytest.mark.parametrize("weekly", [12, 150])
def test_where_conversations_are_independent_days_add_nothing(statistic: Statistic, weekly: int) -> None:
    chance, spreads = np.random.default_rng(2), []
    for _ in range(80):
        days = np.sort(chance.integers(0, 28, 4 * weekly))
        values = chance.random(4 * weekly) < 0.3 if statistic is Statistic.SHARE else chance.lognormal(0, 1, 4 * weekly)
        spreads.append(of_values(statistic, values.astype(float), days))
    between = sum(each.between for each in spreads) / sum(each.freedom for each in spreads)
    within = sum(each.within for each in spreads) / sum(each.freedom_within for each in spreads)
    assert between / within == pytest.approx(1.0, abs=0.1)
    known = alike(spreads)
    assert known is not None and known.degrees @ known.chances < 0.05


@pytest.mark.parametrize("daily", [4, 40])
def test_how_alike_conversations_of_a_day_are_is_found_whatever_their_number(daily: int) -> None:
    chance = np.random.default_rng(3)
    days = np.repeat(np.arange(56), daily)
    shares = np.clip(0.5 + chance.normal(0, 0.15, (300, 56)), 0, 1)
    hits = (chance.random((300, 56 * daily)) < shares[:, days]).astype(float)
    known = alike([of_values(Statistic.SHARE, each, days) for each in hits])
    assert known is not None
    assert known.degrees @ known.chances == pytest.approx(0.15**2 / 0.25, rel=0.3)


def test_the_squares_are_a_weighted_regressions() -> None:
    chance = np.random.default_rng(3)
    of = chance.integers(1, 60, 28)
    hits = chance.binomial(of, 1 / (1 + np.exp(-chance.normal(0, 0.6, 28))))
    days = np.repeat(np.arange(28), of)
    values = np.concatenate([np.arange(n) < k for n, k in zip(of, hits, strict=True)]).astype(float)
    found = of_values(Statistic.SHARE, values, days)
    weeks, weekdays = np.arange(28) // 7, np.arange(28) % 7
    design = np.column_stack([np.eye(4)[weeks], np.eye(7)[weekdays][:, 1:]])
    peer = sm.WLS(hits / of, design, weights=of).fit()
    whole = np.eye(28)[days]
    within = sm.OLS(values, whole).fit()
    assert found.freedom == peer.df_resid == 18 and found.freedom_within == within.df_resid
    assert found.between / found.within == pytest.approx(peer.wresid @ peer.wresid / within.ssr)


def test_with_few_conversations_a_day_the_noise_is_bounded_by_their_number() -> None:
    days = np.repeat(np.arange(14), 3)
    values = (days % 2).astype(float)  # of two weeks, and all of a day the same
    known = alike([of_values(Statistic.SHARE, values, days)])
    assert known is not None
    assert stats.norm.sf(3 / np.sqrt(3)) > known.noise(2).tail(3.0) > stats.norm.sf(3)


def test_with_many_a_day_it_is_students_of_the_days() -> None:
    chance = np.random.default_rng(8)
    counts = np.round(10_000 * np.exp(chance.normal(0, 0.2, 28)))
    found = of_counts(counts)
    known = alike([found])
    assert known is not None
    spread = found.between / found.freedom
    peer = stats.t.sf(4.0, found.freedom)
    assert known.noise(found.load / found.freedom).tail(4.0 * np.sqrt(spread)) == pytest.approx(peer, rel=0.05)


def test_what_weekdays_differ_by_every_week_is_no_scatter() -> None:
    days = np.repeat(np.arange(28), 50)
    values = (days % 7 >= 5).astype(float)
    assert of_values(Statistic.SHARE, values, days).between == pytest.approx(0.0, abs=1e-18)


def test_too_few_days_tell_nothing_and_calm_ones_are_no_calmer_than_chance() -> None:
    none = np.array([], dtype=int)
    assert of_values(Statistic.SHARE, none.astype(float), none) == Spread() == of_counts(none)
    assert alike([of_values(Statistic.SHARE, np.arange(9.0) % 2, np.zeros(9, dtype=int))]) is None
    assert alike([]) is None
    calm = alike([of_counts(np.full(14, 100))])
    assert calm is not None and calm.noise(100).tail(2.0) > stats.norm.sf(2.0)
