"""A changed workflow goes live if the evals find nothing worse, and is left where it is otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.app.workflows import StoredWorkflows
from bot.domain.answer import Triage
from bot.domain.article import Release
from bot.domain.errors import Unavailable
from bot.domain.escalation import Escalation
from bot.domain.quality import Verdict
from bot.ports import Desk, Workflow
from bot.ports.workflow import TEXTS
from evals.running import run_cases
from evals.workflow_release import Tried, release_workflow
from tests.contracts.store_samples import ANA, NOON
from tests.unit.evals.releasing import Reader, at_work, case

REFUND = case("Refunds take how many working days?", "3 working days", core=True)
PARCEL = case("Parcels travel for how many days inside the country?", "2 days")
REPAIR = case("Repairs of a grinder take how long in the workshop?", "9 days")
KNOWN = "refunds parcels"


class Knowing(Reader):
    """Knows the intents that its taxonomy names; `trouble` is raised instead of a judgement."""

    trouble: Exception | None = None

    async def triage(self, escalation: Escalation) -> Triage:
        if Knowing.trouble:
            raise Knowing.trouble
        judged = await super().triage(escalation)
        return judged if judged.intent in self.name.split() else replace(judged, intent="unknown")


class Maker:
    """Makes workflows whose taxonomy is a line of intents."""

    code: Mapping[str, str] = {}

    def make(self, release: Release, parts: Mapping[str, str]) -> Workflow:
        return Workflow(release.number, Knowing(parts["taxonomy"]), Reader(), (), CALIBRATION[0])


CALIBRATION: list[Any] = []


@pytest.fixture
async def ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk that knows two of its three kinds of case, as workflow v1."""
    monkeypatch.setattr(Knowing, "trouble", None)
    CALIBRATION[:] = [(await desk.workflows.live()).calibration]
    desk = await at_work(desk, Reader())
    desk = replace(desk, workflows=StoredWorkflows(desk.store, desk.clock, Maker()))  # type: ignore[arg-type]
    manifest = await desk.store.workflow_parts.keep(dict.fromkeys(TEXTS, "") | {"taxonomy": KNOWN})
    await desk.store.releases.publish("workflow", manifest, reason="", at=NOON)
    for each in (REFUND, PARCEL, REPAIR):
        await desk.store.cases.save(each)
    return desk


async def tried(desk: Desk, **changes: str) -> Tried:
    beside = await desk.store.releases.live("workflow")
    return await release_workflow(desk, changes, reason="Labels.", by=ANA, fix="labels", beside=beside)


async def live(desk: Desk) -> int:
    return (await desk.workflows.live()).release


async def test_what_makes_answers_better_goes_live_and_the_log_says_who_and_what(ready: Desk) -> None:
    done = await tried(ready, taxonomy=f"{KNOWN} repairs")
    assert (done.live, done.gate.verdict, done.gate.fixed, done.gate.broken) == (True, Verdict.PASSED, (REPAIR.id,), ())
    assert done.gate.skipped == 1  # a parcel is judged as before
    assert (await live(ready), done.release.number, done.release.by) == (2, 2, ANA)
    log = {line.kind: line for line in await ready.store.policy_log.newest(2)}
    assert (log["taxonomy"].before, log["taxonomy"].after, log["taxonomy"].by) == (KNOWN, f"{KNOWN} repairs", ANA)
    assert (log["activation"].before, log["activation"].after) == ("workflow v1", "workflow v2")
    assert "Labels. Nothing gets worse." in log["activation"].why


async def test_what_breaks_a_core_case_is_held_and_nothing_changes(ready: Desk) -> None:
    before = await ready.store.policy_log.newest()
    done = await tried(ready, taxonomy="parcels repairs")
    assert (done.live, done.gate.verdict, done.gate.broken_core) == (False, Verdict.HELD, (REFUND.id,))
    assert (await live(ready), done.release.was_live) == (1, False)
    assert await ready.store.policy_log.newest() == before


async def test_a_part_that_every_answer_goes_through_has_every_case_tried(ready: Desk) -> None:
    done = await tried(ready, voice="kind")
    assert (done.live, done.gate.skipped, set(done.gate.unchanged)) == (True, 0, {REFUND.id, PARCEL.id, REPAIR.id})


async def test_where_another_release_went_live_meanwhile_it_is_not_put_on_top(ready: Desk) -> None:
    beside = await ready.store.releases.live("workflow")
    await tried(ready, taxonomy=f"{KNOWN} repairs")
    done = await release_workflow(ready, {"taxonomy": f"{KNOWN} beans"}, reason="More.", by=ANA, beside=beside)
    assert (done.live, done.gate.verdict, await live(ready)) == (False, Verdict.FAILED, 2)
    assert "workflow v2 is live by now" in done.gate.why


async def test_a_gate_that_cannot_judge_puts_nothing_live(ready: Desk) -> None:
    await live(ready)
    Knowing.trouble = Unavailable("The embedder does not answer.")
    done = await tried(ready, taxonomy=f"{KNOWN} repairs")
    assert (done.live, done.gate.verdict) == (False, Verdict.FAILED)
    assert "The embedder does not answer." in done.gate.why


async def test_again_after_a_crash_it_goes_on_with_the_same_candidate(ready: Desk) -> None:
    beside = await ready.store.releases.live("workflow")
    how: Any = {"reason": "Labels.", "by": ANA, "fix": "labels", "beside": beside}
    first = await release_workflow(ready, {"taxonomy": f"{KNOWN} repairs"}, **how)
    log = await ready.store.policy_log.newest()
    again = await release_workflow(ready, {"taxonomy": f"{KNOWN} repairs"}, **how)
    assert (again.release, again.live) == (first.release, True)
    assert await ready.store.policy_log.newest() == log


async def test_cases_run_on_the_workflow_that_is_named_and_the_run_says_so(ready: Desk) -> None:
    done = await tried(ready, taxonomy=f"{KNOWN} repairs")
    run, (result,) = await run_cases(ready, [REPAIR], workflow=1)
    assert (run.workflow_release, result.intent) == (1, "unknown")
    run, (result,) = await run_cases(ready, [REPAIR])
    assert (run.workflow_release, result.intent) == (done.release.number, "repairs")
