"""What the gate tries before a release, and what it says of it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.article import Revision
from bot.domain.errors import Unavailable
from bot.domain.quality import GateResult, Verdict
from bot.llm.fallback import WithFallback
from bot.ports import Desk
from evals import runner
from evals.gate import judge
from evals.scoring import Scorer
from evals.selecting import select
from tests.unit.evals.releasing import ARTICLES, Reader, at_work, case
from tests.unit.scripted import working_with

REFUND = case("Refunds take how many working days?", "3 working days", core=True, sources=("refunds",))
CARD = case("Refunds go to which card?", "the same card")
PARCEL = case("Parcels travel for how many days inside the country?", "2 days")
REPAIR = case("Repairs of a grinder take how long in the workshop?", "9 days")


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def ready(desk: Desk, reader: Reader) -> Desk:
    desk = await at_work(desk, reader)
    for each in (REFUND, CARD, PARCEL, REPAIR):
        await desk.store.cases.save(each)
    return desk


async def candidate(desk: Desk, slug: str, body: str, expires: date | None = None) -> int:
    live = await desk.store.releases.live("knowledge")
    revision = Revision(slug, "", slug.title(), body + "\n", expires=expires)
    return (await desk.knowledge.propose(revision, beside=live, reason="", by=None, fix="fix_1")).number


async def verdict(desk: Desk, slug: str, body: str, expires: date | None = None) -> GateResult:
    live = (await desk.store.releases.live("knowledge")).number
    return await judge(desk, candidate=await candidate(desk, slug, body, expires), live=live, slug=slug)


async def test_only_what_could_change_is_tried_and_the_core_set(ready: Desk) -> None:
    number = await candidate(ready, "repairs", "A repair of the grinder takes 4 days in our workshop.")
    every = (REFUND, CARD, PARCEL, REPAIR)
    chosen = (await select(ready, every, candidate=number, live=3, slug="repairs")).tried
    assert REFUND in chosen and REPAIR in chosen
    answers = {}
    for release in (3, number):
        answers[release] = [(await runner.run_case(ready, each, release=release)).answer for each in every]
    changed = {each.id for each, was, now in zip(every, answers[3], answers[number], strict=True) if was != now}
    assert changed <= {each.id for each in chosen}
    by_intent = await select(ready, (PARCEL,), candidate=3, live=3, slug="repairs", intent="parcels")
    assert by_intent.tried == (PARCEL,)
    assert (await select(ready, (PARCEL,), candidate=3, live=3, slug="repairs")).tried == ()


async def test_a_case_that_finds_the_article_only_with_the_candidate_is_tried(ready: Desk) -> None:
    number = await candidate(ready, "gifts", "Parcels with a gift travel for 8 days inside the country.")
    chosen = await select(ready, (PARCEL,), candidate=number, live=3, slug="gifts")
    assert (chosen.tried, chosen.alike) == ((PARCEL,), frozenset())


async def test_a_case_that_finds_the_same_on_both_is_answered_once_and_counted_on_both(
    ready: Desk, reader: Reader
) -> None:
    passed = await verdict(ready, "offers", "Beans cost half the price.", expires=date(2025, 12, 31))
    assert (passed.verdict, passed.unchanged, passed.skipped) == (Verdict.PASSED, (REFUND.id,), 3)
    assert reader.asked == [REFUND.question]
    live, tried = [await ready.store.eval_runs.get(run) for run in passed.runs]
    assert [run.label for run, _ in (live, tried)] == ["gate: live v3", "gate: candidate v4"]
    assert live[1][0].answer == tried[1][0].answer
    assert live[1][0].fingerprint != tried[1][0].fingerprint
    await ready.store.releases.activate("knowledge", 4)
    await verdict(ready, "offers", "Beans cost a third of the price.", expires=date(2025, 12, 31))
    assert reader.asked == [REFUND.question]  # what was found out about the candidate is known of the live one


async def test_a_candidate_that_breaks_a_core_case_is_held_and_the_case_is_named(ready: Desk) -> None:
    found = await verdict(ready, "refunds", ARTICLES["refunds"].replace("3 working days", "a while"))
    assert (found.verdict, found.broken, found.broken_core) == (Verdict.HELD, (REFUND.id,), (REFUND.id,))
    assert "It breaks 1 case of the core set." in found.why
    assert "95 % interval" in found.why


async def test_a_candidate_that_fixes_a_case_passes(ready: Desk) -> None:
    wanted = case("Repairs of a grinder take how many days?", "4 days", sources=("repairs",))
    await ready.store.cases.save(wanted)
    await ready.store.cases.replace(replace(REPAIR, quarantined="It wavers."))
    found = await verdict(ready, "repairs", ARTICLES["repairs"].replace("9 days", "4 days"))
    assert (found.verdict, found.fixed, found.broken) == (Verdict.PASSED, (wanted.id,), ())
    assert REPAIR.id in found.flaky and REPAIR.id not in found.unchanged


async def test_more_cases_broken_than_fixed_hold_a_candidate_too(ready: Desk) -> None:
    found = await verdict(ready, "repairs", ARTICLES["repairs"].replace("9 days", "4 days"))
    assert (found.verdict, found.broken, found.broken_core) == (Verdict.HELD, (REPAIR.id,), ())


async def test_a_system_that_wavers_breaks_nothing(ready: Desk, reader: Reader) -> None:
    reader.slips = ["Ask us for more."]
    found = await verdict(ready, "refunds", ARTICLES["refunds"] + "\n\nAsk us for more.")
    assert (found.verdict, found.broken_core) == (Verdict.PASSED, ())
    assert not reader.slips


async def test_a_drafter_that_is_down_passes_nothing(ready: Desk, reader: Reader) -> None:
    reader.troubles = [Unavailable("The model does not answer.")]
    found = await verdict(ready, "refunds", ARTICLES["refunds"] + "\n\nAsk us for more.")
    assert found.verdict is Verdict.FAILED
    assert "The model does not answer." in found.why


async def test_a_model_that_falls_back_is_never_judged_by_what_stood_in_for_it(ready: Desk, reader: Reader) -> None:
    down = Reader("model", troubles=[Unavailable("The model does not answer.")] * 9)
    with_model = await working_with(ready, drafter=WithFallback(down, reader))
    found = await verdict(with_model, "refunds", f"{ARTICLES['refunds']}\n\nAsk us.")
    assert (found.verdict, found.fixed, found.broken) == (Verdict.FAILED, (), ())
    assert "It was answered by the fallback. The model does not answer" in found.why
    again = await verdict(ready, "refunds", f"{ARTICLES['refunds']}\n\nAsk us.")
    assert again.verdict is Verdict.PASSED


async def test_a_store_that_fails_in_the_midst_passes_nothing(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(type(ready.store.eval_runs), "record", fails)
    with pytest.raises(Unavailable):
        await verdict(ready, "refunds", ARTICLES["refunds"] + "\n\nAsk us for more.")


async def test_a_scorer_that_raises_passes_nothing(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(runner, "scorers", lambda: (Scorer("odd", "Odd", broken),))
    found = await verdict(ready, "refunds", ARTICLES["refunds"] + "\n\nAsk us for more.")
    assert found.verdict is Verdict.FAILED
    assert "The scorer odd failed" in found.why


async def test_without_a_case_nothing_is_measured_and_that_is_said(desk: Desk, reader: Reader) -> None:
    found = await verdict(await at_work(desk, reader), "refunds", "A refund takes 5 days.")
    assert (found.verdict, found.skipped) == (Verdict.PASSED, 0)
    assert "nothing was measured" in found.why
