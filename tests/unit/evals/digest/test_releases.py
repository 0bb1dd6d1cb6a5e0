"""Knowledge releases of a week, what they won, and how the eval cases stood on each."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.article import Release
from bot.domain.digest import Cause, KeyFigure, Proof, Published, Value, Win
from bot.domain.fix import FixState, PolicyChange
from bot.domain.quality import CaseResult, EvalRun, GateResult, Score, Verdict
from bot.ports import Desk
from evals.digest.facts import facts_of
from evals.digest.releases.published import published
from evals.digest.trend import trend
from evals.digest.wins import wins
from tests.contracts.store_samples import ANA, BEN, NOON, after
from tests.unit.evals.digest.week_samples import BEANS, DAY, POLICY, SECRET, WEEK, case, fix, managers
from tests.unit.scripted import Clock


async def _imported(desk: Desk, clock: Clock, *revisions: Any, at: datetime = NOON) -> None:
    now, clock.at = clock.at, at
    for revision in revisions:
        await desk.knowledge.publish(revision, reason="Import")  # type: ignore[attr-defined]
    clock.at = now


async def _went_live(desk: Desk, *, gate: GateResult, overridden: bool = False, at: float = 60) -> None:
    """The release of a fix of the beans, approved by Ben, beside the one that is live."""
    live = await desk.store.releases.live("knowledge")
    text = replace(BEANS, body="Opened beans can be returned within 21 days.")
    made = await desk.knowledge.propose(text, beside=live, reason="Fix", by=ANA, fix="fix_1")
    await desk.store.releases.activate("knowledge", made.number)
    decision = {"decided_by": BEN, "decided_at": after(at), "gate": gate, "release": made.number}
    await desk.store.fixes.open(fix("fix_1", FixState.LIVE, **decision))
    label, before = made.label, live.label
    lines = [PolicyChange("activation", after(at), "activation", label, "why", BEN, before, label)]
    lines += [PolicyChange("override", after(at), "override", label, "Let it.", BEN, gate.why)] if overridden else []
    await desk.store.policy_log.add(*lines)


async def _published(desk: Desk, *causes: Cause) -> tuple[Published, ...]:
    facts = await facts_of(desk, WEEK, managers(desk))
    return await published(facts.releases, facts.cases, causes, facts.titles, managers(desk))


FIXED = GateResult(Verdict.PASSED, "Nothing gets worse.", fixed=("case_1", "case_2"))


async def test_a_fix_that_went_live_is_told_with_its_people_and_the_cases_that_it_mended(
    desk: Desk, clock: Clock
) -> None:
    await _imported(desk, clock, BEANS, POLICY, at=NOON - 20 * DAY)
    await desk.store.cases.save(case())
    await _went_live(desk, gate=FIXED)
    (told,) = await _published(desk)
    assert (told.release, told.at, told.articles, told.by) == (3, after(60), ("Opened beans",), "Ana, approved by Ben")
    assert told.said == "It mended 2 eval cases: “where is it” (case_1) and case_2."
    assert SECRET not in repr(told)


async def test_how_its_intents_moved_stands_beside_a_release(desk: Desk, clock: Clock) -> None:
    await _imported(desk, clock, BEANS)
    nothing = Value(0)
    doubted = Cause("knowledge v1", NOON, "edited", (), nothing, nothing, Proof.NOT_PROVEN, "Not proven: 3 drafts.")
    shown = replace(doubted, proof=Proof.SHOWN, said="At length.", in_short="−4 points edited")
    untried = "The evals did not try it before it went live."
    (told,) = await _published(desk, doubted, replace(shown, release="knowledge v9"))
    assert told.said == f"{untried} What it did to drafts is not proven."
    (told,) = await _published(desk, doubted, shown)
    assert told.said == f"{untried} Shown: −4 points edited."


async def test_an_import_of_many_articles_names_some_of_them(desk: Desk, clock: Clock) -> None:
    many = {f"a{number:02}": replace(BEANS, slug=f"a{number:02}", title=f"Beans {number}") for number in range(30)}
    kept = [await desk.knowledge.keep(each) for each in many.values()]  # type: ignore[attr-defined]
    manifest = {each.slug: each.hash for each in kept}
    await desk.store.releases.publish("knowledge", manifest, reason="Import", at=NOON, by=ANA)
    await desk.store.releases.publish("knowledge", dict(list(manifest.items())[2:]), reason="Import", at=after(5))
    first, second = await _published(desk)
    assert (len(first.articles), first.by) == (8, "Ana")
    assert first.said == "22 more articles changed. The evals did not try it before it went live."
    assert second.said.startswith("2 articles were taken out.")


async def test_what_a_manager_let_through_and_what_was_taken_back_says_so(desk: Desk, clock: Clock) -> None:
    await _imported(desk, clock, BEANS, at=NOON - 20 * DAY)
    held = GateResult(Verdict.HELD, "It breaks 1 case.", broken=("case_1",))
    await _went_live(desk, gate=held, overridden=True)
    await desk.store.releases.activate("knowledge", 1)
    back = PolicyChange(
        "back", after(600), "roll back", "knowledge v1", "Too early.", BEN, "knowledge v2", "knowledge v1"
    )
    await desk.store.policy_log.add(back)
    through, taken_back = await _published(desk)
    assert through.said == "It broke 1 eval case: case_1. The evals had held it, and a manager let it through."
    assert (taken_back.release, taken_back.said, taken_back.by) == (1, "Taken back from knowledge v2.", "Ben")


async def test_workflow_releases_and_those_of_other_weeks_are_not_among_the_knowledge_of_this_one(
    desk: Desk, clock: Clock
) -> None:
    await _imported(desk, clock, BEANS, at=NOON - 7 * DAY)
    await _imported(desk, clock, POLICY, at=NOON + 7 * DAY)
    await desk.store.releases.publish("workflow", {"a": "1"}, reason="", at=NOON)
    await desk.store.policy_log.add(
        PolicyChange("w", NOON, "activation", "workflow v1", "why", None, "workflow v0", "workflow v1")
    )
    assert await _published(desk) == ()


# --- wins -------------------------------------------------------------------------------------------------------------


async def _run(desk: Desk, name: str, at: datetime, passed: dict[str, bool], **changes: Any) -> None:
    run = replace(EvalRun(name, 1, 0, tuple(passed), 1, at, finished_at=at), **changes)
    await desk.store.eval_runs.begin(run)
    scores = {True: (Score("facts", 1.0, True),), False: (Score("facts", 0.0, False, "Missing."),)}
    await desk.store.eval_runs.record(name, [CaseResult(each, "f", scores[how]) for each, how in passed.items()])


async def test_a_week_without_anything_better_has_no_wins(desk: Desk) -> None:
    assert await wins(desk, await facts_of(desk, WEEK, managers(desk)), ()) == ()


async def test_only_figures_that_surely_got_better_are_wins(desk: Desk) -> None:
    facts = await facts_of(desk, WEEK, managers(desk))
    value = Value(200, 0.7, 0.6, 0.8)
    better = KeyFigure(
        "approved_unchanged", "Approved unchanged", "share", value, value, "71 % (65–76)", "58 % (52–64)",
        "better by 13 points (6–20)",
        moved=True, better=True,
    )  # fmt: skip
    figures = (better, replace(better, better=False), replace(better, moved=False), replace(better, better=None))
    told = await wins(desk, replace(facts, compared=replace(facts.compared, figures=figures)), ())
    assert told == (Win("Approved unchanged", "better by 13 points (6–20)."),)


async def test_a_release_that_is_shown_to_have_moved_a_share_the_good_way_is_a_win(desk: Desk) -> None:
    up, down, noise = Value(80, 23.0, 11.0, 35.0), Value(80, -23.0, -35.0, -11.0), Value(80)
    worked = Cause(
        "knowledge v2", NOON, "approved unchanged", ("refund",), up, noise, Proof.SHOWN, "At length.", "+23 points"
    )
    fewer = replace(worked, metric="rejected", effect=down, release="workflow v3")
    worse = (replace(worked, effect=down), replace(worked, metric="rejected"), replace(worked, metric="abstained"))
    causes = (worked, fewer, *worse, replace(worked, proof=Proof.NOT_PROVEN))
    told = await wins(desk, await facts_of(desk, WEEK, managers(desk)), causes)
    assert [win.title for win in told] == ["Knowledge v2 worked", "Workflow v3 worked"]
    assert told[0].said == "+23 points."


async def test_what_a_release_did_is_one_win_with_its_figure_and_its_cases(desk: Desk, clock: Clock) -> None:
    await _imported(desk, clock, BEANS, at=NOON - 20 * DAY)
    await _went_live(desk, gate=FIXED)
    facts = await facts_of(desk, WEEK, managers(desk))
    value = Value(200, 0.7, 0.6, 0.8)
    lifted = KeyFigure(
        "approved_unchanged", "Lifted", "share", value, value, "", "", "better by 23 points (11–35)",
        moved=True, better=True, intent="refund",
    )  # fmt: skip
    figures = (lifted, replace(lifted, title="Another", intent="beans"))
    worked = Cause(
        "knowledge v2", NOON, "approved unchanged", ("refund",), Value(80, 23.0, 11.0, 35.0), Value(80), Proof.SHOWN,
        "At length.", "+23 points",
    )  # fmt: skip
    told = await wins(desk, replace(facts, compared=replace(facts.compared, figures=figures)), (worked,))
    assert [win.title for win in told] == ["Knowledge v2 worked", "Another"]
    assert told[0].said == "+23 points; 2 eval cases that failed pass now."


async def test_a_fix_is_a_win_with_the_cases_that_prove_it_and_counts_once(desk: Desk, clock: Clock) -> None:
    await _imported(desk, clock, BEANS, at=NOON - 20 * DAY)
    for name in ("case_1", "case_2", "case_3"):
        await desk.store.cases.save(case(name))
    await _went_live(desk, gate=FIXED)
    await _run(desk, "run-1", NOON - DAY, {"case_1": False, "case_2": False, "case_3": False, "case_4": True})
    await _run(desk, "run-2", NOON + DAY, {"case_1": True, "case_2": True, "case_3": True, "case_4": True})
    mended, again = await wins(desk, await facts_of(desk, WEEK, managers(desk)), ())
    assert mended.title == "“Opened beans” was mended"
    assert mended.said == "2 eval cases that failed pass now, with knowledge v2."
    assert again.said == "1 eval case that failed a week ago passes now, about “where is it” (1)."
    assert SECRET not in repr((mended, again))


async def test_a_quarantined_case_that_passes_for_once_is_no_win(desk: Desk, clock: Clock) -> None:
    await _imported(desk, clock, BEANS, at=NOON - 20 * DAY)
    await desk.store.cases.save(case(quarantined="flaky"))
    await _run(desk, "run-1", NOON - DAY, {"case_1": False})
    await _run(desk, "run-2", NOON + DAY, {"case_1": True})
    assert await wins(desk, await facts_of(desk, WEEK, managers(desk)), ()) == ()


# --- trend ------------------------------------------------------------------------------------------------------------


async def _trend(desk: Desk) -> list[tuple[str, int, float | None]]:
    cases = {each.id: each for each in await desk.store.cases.all()}
    return [(point.release, point.passed.n, point.passed.value) for point in await trend(desk, WEEK, cases)]


async def _releases(desk: Desk, kind: str, *numbers: int) -> None:
    for number in numbers:
        await desk.store.releases.publish(kind, {"a": f"{number}"}, reason="", at=NOON - (9 - number) * DAY)


async def test_each_live_release_is_a_point_and_a_case_that_it_could_not_affect_stands_as_before(desk: Desk) -> None:
    for number in range(1, 5):
        await desk.store.cases.save(case(f"case_{number}", quarantined="flaky" if number == 4 else ""))
    await _releases(desk, "knowledge", 1, 2, 3)
    await _releases(desk, "workflow", 1)
    await _run(desk, "run-1", NOON - 8 * DAY, {"case_1": False, "case_2": True, "case_3": True, "case_4": False})
    await _run(desk, "run-2", NOON - 7 * DAY, {"case_1": True}, knowledge_release=2, label="gate: candidate")
    await _run(desk, "run-3", NOON - 6 * DAY, {"case_2": False}, knowledge_release=2, workflow_release=1)
    assert await _trend(desk) == [("knowledge v1", 3, 2 / 3), ("knowledge v2", 3, 1.0), ("workflow v1", 3, 2 / 3)]


async def test_candidates_that_never_went_live_and_runs_that_were_broken_off_make_no_point(desk: Desk) -> None:
    await desk.store.cases.save(case())
    await _releases(desk, "knowledge", 1)
    held: Release = await desk.store.releases.propose("knowledge", {"a": "x"}, reason="", at=NOON, by=ANA, fix="fix_1")
    await _run(desk, "run-1", NOON, {"case_1": True}, knowledge_release=held.number)
    await _run(desk, "run-2", NOON, {"case_1": True}, finished_at=None)
    await _run(desk, "run-3", NOON + 8 * DAY, {"case_1": True})
    assert await _trend(desk) == []


async def test_only_the_newest_eight_releases_are_told_with_their_interval_in_order_of_time(desk: Desk) -> None:
    await desk.store.cases.save(case())
    await _releases(desk, "knowledge", *range(1, 11))
    for number in range(1, 11):
        await _run(desk, f"run-{number:02}", NOON - DAY, {"case_1": number % 2 == 0}, knowledge_release=number)
    cases = {each.id: each for each in await desk.store.cases.all()}
    points = await trend(desk, WEEK, cases)
    assert [point.release for point in points] == [f"knowledge v{number}" for number in range(3, 11)]
    assert [point.at for point in points] == sorted(point.at for point in points)
    last = points[-1].passed
    assert last.low is not None and last.high is not None and last.low < 0.3 < last.high == 1.0
