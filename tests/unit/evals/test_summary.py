"""What runs say: shares with intervals, pass^k, comparisons, quarantine."""

from itertools import product

import pytest
from scipy.stats import binomtest

from bot.domain.escalation import Author
from bot.domain.quality import CaseResult, CaseTurn, EvalCase, Score
from bot.ports import Desk
from evals.comparing import compare, mcnemar
from evals.importing import import_cases, settle_quarantine
from evals.summary import Standing, standings, summarise
from tests.contracts.store_samples import ANA, BEN, NOON, after


def results(case: str, outcomes: str) -> list[CaseResult]:
    """A result for each letter: + passed, - failed, ? could not be scored."""
    return [
        CaseResult(case, "f", (Score("must_say", 1.0, outcome == "+"),), trial, error="?" * (outcome == "?"))
        for trial, outcome in enumerate(outcomes)
    ]


def run(**cases: str) -> list[CaseResult]:
    return [result for name, outcomes in cases.items() for result in results(name, outcomes)]


def case(name: str, **changes: str) -> EvalCase:
    return EvalCase(name, (CaseTurn(Author.CUSTOMER, name),), **changes)  # type: ignore[arg-type]


def test_a_case_stands_by_all_its_trials() -> None:
    assert standings(run(a="++", b="--", c="+-", d="+?")) == {
        "a": Standing.PASSES, "b": Standing.FAILS, "c": Standing.FLAKY, "d": Standing.UNSCORED,
    }  # fmt: skip


def test_a_run_is_summed_up_with_its_interval_and_every_case_that_does_not_pass_by_name() -> None:
    summary = summarise([case("q", quarantined="It wavers.")], run(a="++", b="--", c="+-", d="??", q="+-"))
    assert (summary.passing.count, summary.passing.of) == (1, 4)
    theirs = binomtest(1, 4).proportion_ci(method="wilson")
    assert (summary.passing.low, summary.passing.high) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
    named = (summary.failing, summary.flaky, summary.unscored, summary.quarantined)
    assert named == (("b",), ("c",), ("d",), ("q",))
    assert not summary.good
    assert summarise([case("q", quarantined="It wavers.")], run(a="++", q="--")).good


def test_passing_k_times_in_a_row_is_the_share_of_draws_of_k_trials_that_all_pass() -> None:
    outcomes = {"a": "+++-", "b": "++++"}
    for k, hat in enumerate(summarise([], run(**outcomes)).hat, 1):
        draws = [list(product(word, repeat=1)) for word in outcomes.values()]
        chances = []
        for word in draws:
            picks = [pick for pick in product(range(4), repeat=k) if len(set(pick)) == k]
            chances.append(sum(all(word[at] == ("+",) for at in pick) for pick in picks) / len(picks))
        assert hat == pytest.approx(sum(chances) / 2)


def test_of_two_runs_the_fixed_and_the_broken_are_named_and_the_flaky_count_for_nothing() -> None:
    before = run(fixed="-", broken="+", same="+", bad="-", flaky="+-", odd="?", gone="+", q="+")
    after_ = run(fixed="+", broken="-", same="+", bad="-", flaky="++", odd="+", new="+", q="-")
    found = compare(before, after_, [case("q", quarantined="It wavers.")])
    assert (found.fixed, found.broken, found.passing, found.failing) == (("fixed",), ("broken",), ("same",), ("bad",))
    assert (found.flaky, found.unscored, found.quarantined) == (("flaky",), ("odd",), ("q",))
    assert set(found.unpaired) == {"gone", "new"}


@pytest.mark.parametrize(("fixed", "broken"), [(0, 0), (1, 0), (8, 1), (5, 5), (0, 12), (40, 700)])
def test_the_chance_of_such_a_difference_is_the_exact_binomial_one(fixed: int, broken: int) -> None:
    theirs = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert mcnemar(fixed, broken) == pytest.approx(theirs)


async def test_an_import_tells_new_from_changed_and_keeps_who_captured_a_case(desk: Desk) -> None:
    store = desk.store.cases
    captured = EvalCase(
        "case_1", (CaseTurn(Author.CUSTOMER, "Hi"),), by=(ANA,), created_at=NOON, quarantined="It wavers."
    )
    await store.save(captured)
    said = EvalCase("case_1", captured.turns, must_say=("5 days",), by=(BEN,))
    report = await import_cases(store, [said, case("case_2")], at=after(60))
    assert (report.added, report.changed, report.unchanged) == (("case_2",), ("case_1",), ())
    kept = await store.get("case_1")
    assert (kept.must_say, kept.by, kept.created_at, kept.quarantined) == (("5 days",), (ANA, BEN), NOON, "It wavers.")
    report = await import_cases(store, [said, case("case_2")], at=after(120))
    assert (report.added, report.changed, len(report.unchanged)) == ((), (), 2)


async def test_a_flaky_case_is_set_aside_with_the_reason_and_taken_back_once_its_trials_agree(desk: Desk) -> None:
    store = desk.store.cases
    for name in ("a", "b"):
        await store.save(case(name))
    cases = {each.id: each for each in await store.all()}
    assert await settle_quarantine(store, cases, run(a="++-", b="-"), at=NOON) == (("a",), ())
    assert (await store.get("a")).quarantined == "It passed 2 of 3 times on 2026-03-02."
    cases = {each.id: each for each in await store.all()}
    assert await settle_quarantine(store, cases, run(a="+"), at=NOON) == ((), ())
    assert await settle_quarantine(store, cases, run(a="++"), at=NOON) == ((), ("a",))
    assert not (await store.get("a")).quarantined
