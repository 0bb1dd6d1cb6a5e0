"""Eval cases and runs, as the store remembers them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import NotFound
from bot.domain.escalation import Author
from bot.domain.quality import CaseResult, CaseTurn, EvalCase, EvalRun, Score, Strength, case_id
from bot.domain.review import FailureMode
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, NOON, TRICKY, after


def case(said: str = "How long does a refund take?", **changes: Any) -> EvalCase:
    turns = (CaseTurn(Author.CUSTOMER, said),)
    base = EvalCase(
        case_id(turns), turns, must_say=("5 days",), must_not_say=("today",), sources=("refunds",), reference="5 days.",
        intent="refund_status", strength=Strength.WEAK, mode=FailureMode.STALE_POLICY, tags=("refunds",), core=True,
        by=(ANA,), escalation="esc_1", created_at=NOON,
    )  # fmt: skip
    return replace(base, **changes)


def result(fingerprint: str = "f1", **changes: Any) -> CaseResult:
    scores = (Score("must_say", 0.5, False, "It does not say 5 days."),)
    return replace(CaseResult("case_1", fingerprint, scores, answer="Soon.", cited=("refunds",)), **changes)


def run(id: str = "run_alpha", **changes: Any) -> EvalRun:  # noqa: A002
    return replace(EvalRun(id, 3, 2, ("case_1", "case_2"), trials=2, started_at=NOON), **changes)


async def test_a_case_comes_back_as_it_was_saved(store: Store) -> None:
    saved = case(f"{TRICKY} refund")
    assert await store.cases.save(saved) == (saved, True)
    assert await store.cases.get(saved.id) == saved


async def test_the_same_conversation_again_keeps_the_first_ones_content_and_credits_both(store: Store) -> None:
    await store.cases.save(case())
    again, new = await store.cases.save(case(by=(BEN, replace(ANA, name="Ana M")), reference="Another answer."))
    assert not new
    assert again == case(by=(ANA, BEN)) == await store.cases.get(case().id)


async def test_of_many_who_capture_a_conversation_at_once_one_is_first_and_all_are_credited(store: Store) -> None:
    people = [replace(ANA, id=f"U{n}") for n in range(8)]
    saved = await asyncio.gather(*(store.cases.save(case(by=(person,))) for person in people))
    assert sum(new for _, new in saved) == 1
    assert {person.id for person in (await store.cases.get(case().id)).by} == {person.id for person in people}


async def test_a_case_that_is_there_can_be_changed_and_another_cannot(store: Store) -> None:
    await store.cases.save(case())
    await store.cases.replace(case(quarantined="It passed 3 of 5 times."))
    assert (await store.cases.get(case().id)).quarantined == "It passed 3 of 5 times."
    with pytest.raises(NotFound):
        await store.cases.replace(case("Another question"))


async def test_a_case_is_found_by_its_beginning_if_only_one_begins_so(store: Store) -> None:
    for id in ("case_abc", "case_abd"):  # noqa: A001
        await store.cases.save(case(id=id))
    assert (await store.cases.get("case_abc")).id == "case_abc"
    for unclear in ("case_ab", "CASE_ABC", "%", "", "case_z"):
        with pytest.raises(NotFound):
            await store.cases.get(unclear)


async def test_all_cases_come_oldest_first(store: Store) -> None:
    for number in (2, 0, 1):
        await store.cases.save(case(f"Question {number}", created_at=after(number)))
    await store.cases.save(case("Imported", created_at=None))
    said = [each.question for each in await store.cases.all()]
    assert said == ["Imported", "Question 0", "Question 1", "Question 2"]


async def test_a_run_is_found_with_its_results_by_id_beginning_and_latest(store: Store) -> None:
    await store.eval_runs.begin(run())
    await store.eval_runs.begin(run("run_b", started_at=after(5)))
    await store.eval_runs.record("run_alpha", [result(trial=1), result()])
    for name in ("run_alpha", "run_al"):
        assert await store.eval_runs.get(name) == (run(), (result(), result(trial=1)))
    assert (await store.eval_runs.get("latest"))[0].id == "run_b"
    for unclear in ("run_", "", "nothing"):
        with pytest.raises(NotFound):
            await store.eval_runs.get(unclear)


async def test_the_same_case_and_trial_again_replaces_the_result(store: Store) -> None:
    await store.eval_runs.begin(run())
    await store.eval_runs.record("run_alpha", [result()])
    await store.eval_runs.record("run_alpha", [result("f2", answer="5 days.")])
    assert (await store.eval_runs.get("run_alpha"))[1] == (result("f2", answer="5 days."),)
    await store.eval_runs.record("run_alpha", [])


async def test_a_finished_run_says_when_and_the_newest_come_first(store: Store) -> None:
    for number in range(3):
        await store.eval_runs.begin(run(f"run_{number}", started_at=after(number)))
    done = run("run_1", started_at=after(1), finished_at=after(9))
    await store.eval_runs.finish(done)
    assert [each.id for each in await store.eval_runs.newest(2)] == ["run_2", "run_1"]
    assert (await store.eval_runs.get("run_1"))[0] == done


async def test_of_results_with_one_fingerprint_the_newest_that_could_be_scored_is_known(store: Store) -> None:
    for number, (answer, error) in enumerate([("old", ""), ("new", ""), ("", "The model did not answer.")]):
        await store.eval_runs.begin(run(f"run_{9 - number}", started_at=after(number)))
        await store.eval_runs.record(f"run_{9 - number}", [result("f1", answer=answer, error=error)])
    await store.eval_runs.record("run_7", [result("f2", case="case_2", error="It failed.")])
    known = await store.eval_runs.known(["f1", "f2", *(f"unknown {n}" for n in range(1_200))])
    assert {fingerprint: each.answer for fingerprint, each in known.items()} == {"f1": "new"}


async def test_what_a_case_scored_comes_with_the_newest_run_first(store: Store) -> None:
    for number, answer in enumerate(("old", "new")):
        await store.eval_runs.begin(run(f"run_{number}", started_at=after(number)))
        await store.eval_runs.record(f"run_{number}", [result(answer=answer), result(case="case_2")])
    found = await store.eval_runs.of_case("case_1")
    assert [(each.id, scored.answer) for each, scored in found] == [("run_1", "new"), ("run_0", "old")]
    assert await store.eval_runs.of_case("case_1", limit=1) == found[:1]


async def test_cases_and_results_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.cases.save(case())
    await store.eval_runs.begin(run())
    await store.eval_runs.record("run_alpha", [result()])
    assert await neighbour.cases.all() == ()
    assert await neighbour.eval_runs.newest() == ()
    assert await neighbour.eval_runs.known(["f1"]) == {}
    assert await neighbour.eval_runs.of_case("case_1") == ()
    await neighbour.eval_runs.begin(run())
    await neighbour.eval_runs.record("run_alpha", [result(answer="theirs")])
    assert (await store.eval_runs.known(["f1"]))["f1"].answer == "Soon."
