"""What is said of a release: that it moved its intents where that is shown, and else why not."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.article import Revision
from bot.domain.digest import Cause, Proof
from bot.domain.fix import PolicyChange
from bot.domain.quality import EvalCase
from bot.ports import Desk
from bot.settings import CONTENT
from evals.digest.releases.affected import touched
from evals.digest.releases.causes import causes
from evals.went_live import went_live
from tests.benchmarks.desks import LIVELY, PLAIN, WEEK, Kind, Rollout, desk, make
from tests.contracts.store_samples import ANA
from tests.unit.evals.digest.made_up_desk import write

DAY = timedelta(days=1)
TUESDAY = WEEK.start + DAY
RETURNS = Revision("returns", "h1", "Refund windows", "Thirty days.")
Told = tuple[Cause, ...]


async def _told(weekly: float, rollout: Rollout, seed: int = 3, kind: Kind = LIVELY, **how: Any) -> Told:
    return await causes(desk(make(kind, weekly, seed, rollout=rollout, weeks=4), rollout=rollout, **how), WEEK)


async def test_a_release_that_did_something_is_shown_with_both_sides_and_an_interval() -> None:
    first, *_ = await _told(3000, Rollout(TUESDAY, (1, 4), added=1.0))
    assert (first.proof, first.release, first.metric) == (Proof.SHOWN, "knowledge v2", "approved unchanged")
    assert first.intents == ("intent_1", "intent_4")
    assert first.effect.low is not None and 5 < first.effect.low < 24 < (first.effect.high or 0)
    assert first.pretrend.low is not None and first.pretrend.low < 0 < (first.pretrend.high or 0)
    assert first.said.startswith("Knowledge v2") and first.said.endswith("more than chance explains.")
    assert "of drafts about “intent 1” and “intent 4” " in first.said
    assert " since, of drafts about what it did not touch " in first.said
    assert first.in_short.endswith(" of drafts about “intent 1” and “intent 4” approved unchanged")
    assert "points (" in first.said


async def test_no_interval_is_wider_than_a_share_can_have_changed() -> None:
    made = make(LIVELY, 200, 3, rollout=Rollout(TUESDAY, (1, 4), added=9.0), weeks=4)
    first, *_ = await causes(desk(made, rollout=Rollout(TUESDAY, (1, 4), added=9.0)), WEEK)
    assert first.effect.value is not None and first.effect.high is not None
    assert first.effect.value < first.effect.high <= 100


async def test_a_release_that_made_it_worse_is_shown_as_well() -> None:
    first, *_ = await _told(3000, Rollout(TUESDAY, (1, 4), added=-1.0))
    assert first.proof is Proof.SHOWN and (first.effect.high or 0) < 0
    assert " to −" in first.said


async def test_of_a_release_that_did_nothing_nothing_is_shown() -> None:
    for seed in range(300, 306):
        (told,) = await _told(700, Rollout(TUESDAY, (1, 4)), seed)
        assert told.proof is Proof.NOT_PROVEN and told.in_short == ""
        assert told.said.startswith("Not proven: Knowledge v2") and told.said.endswith("within noise.")


async def test_what_was_under_way_before_is_not_the_releases_doing() -> None:
    for seed in range(300, 303):
        for told in await _told(3000, Rollout(TUESDAY, (1, 4), a_week=0.7), seed):
            assert told.proof is Proof.NOT_PROVEN
            assert "the week before" in told.said or "within noise" in told.said


async def test_too_few_drafts_prove_nothing_and_say_how_few() -> None:
    (told,) = await _told(150, Rollout(WEEK.end - DAY, (1, 4), added=2.0))
    assert told.proof is Proof.NOT_PROVEN and "too few drafts" in told.said
    assert told.effect.value is None


async def test_a_release_of_the_last_night_has_nothing_after_it() -> None:
    (told,) = await _told(1000, Rollout(WEEK.end - timedelta(minutes=1), (1, 4), added=2.0))
    assert told.proof is Proof.NOT_PROVEN and "too few drafts" in told.said


async def test_without_other_intents_there_is_nothing_to_hold_it_against() -> None:
    kind = replace(LIVELY, intents=3)
    (everything,) = await _told(1000, Rollout(TUESDAY, (0, 1, 2), added=2.0), kind=kind)
    assert everything.proof is Proof.NOT_PROVEN and "too few drafts" in everything.said
    (two,) = await _told(1000, Rollout(TUESDAY, (0, 1), added=2.0), kind=kind)
    assert two.proof is Proof.NOT_PROVEN and "how they move without a release" in two.said


async def test_a_desk_that_began_with_the_release_has_no_week_before() -> None:
    rollout = Rollout(TUESDAY, (1, 4), added=1.5)
    made = make(PLAIN, 2000, 3, rollout=rollout, weeks=4)
    kept = [each for each in made.conversations if each.opened_at >= TUESDAY - 7 * DAY]
    (told,) = await causes(desk(replace(made, conversations=kept), rollout=rollout), WEEK)
    assert told.proof is Proof.NOT_PROVEN


async def test_only_releases_of_the_week_and_of_the_half_week_before_it_are_told_of() -> None:
    for at, many in ((WEEK.start - 4 * DAY, 0), (WEEK.start - 3 * DAY, 1), (WEEK.end, 0)):
        assert len(await _told(200, Rollout(at, (1,)))) == many


async def test_without_any_record_nothing_is_proven() -> None:
    rollout = Rollout(TUESDAY, ())
    (told,) = await causes(desk(make(PLAIN, 0, 1, weeks=4), rollout=rollout), WEEK)
    assert told.said == "Not proven: Knowledge v2 (1 taken out): no answers are known to be made from what it changed."
    assert await causes(desk(make(PLAIN, 0, 1, weeks=4)), WEEK) == ()


# --- on the real store ------------------------------------------------------------------------------------------------


@pytest.fixture
def week(desk: Desk, store_file: Path) -> Desk:
    """A desk on which answers about two intents cite the article that is changed."""
    rollout = Rollout(TUESDAY, (1, 4), added=1.2)
    write(store_file, make(PLAIN, 700, 3, rollout=rollout, weeks=4), cites=("intent_1", "intent_4"))
    desk.clock.at = WEEK.end + timedelta(hours=8)  # type: ignore[attr-defined]
    return desk


async def _publish(desk: Desk, at: datetime, *articles: tuple[str, str], kind: str = "knowledge") -> None:
    await desk.store.releases.publish(kind, dict(articles), reason="Import", at=at)


async def test_a_knowledge_release_touches_the_intents_whose_answers_cite_what_it_changed(week: Desk) -> None:
    await week.store.articles.add(RETURNS, ())
    await _publish(week, WEEK.start - 60 * DAY, ("returns", "h0"), ("shipping", "s1"))
    await _publish(week, TUESDAY, ("returns", "h1"), ("shipping", "s1"))
    first, *_ = await causes(week, WEEK)
    assert first.said.startswith("Knowledge v2 (Refund windows): of drafts about “intent 1” and “intent 4” ")
    assert (first.proof, first.intents) == (Proof.SHOWN, ("intent_1", "intent_4"))


async def test_eval_cases_tell_of_intents_without_answers(week: Desk) -> None:
    await week.store.cases.save(EvalCase("case_1", (), sources=("returns",), intent="refund_by_cheque"))
    await _publish(week, WEEK.start - 60 * DAY, ("returns", "h0"))
    await _publish(week, TUESDAY, ("returns", "h1"))
    (live,) = await went_live(week, WEEK.start, WEEK.end)
    found = await touched(week, live, WEEK.end)
    assert found.intents == frozenset({"intent_1", "intent_4", "refund_by_cheque"})


async def test_two_releases_of_the_same_article_cannot_be_told_apart(week: Desk) -> None:
    await _publish(week, WEEK.start - 60 * DAY, ("returns", "h0"))
    await _publish(week, TUESDAY, ("returns", "h1"))
    await _publish(week, TUESDAY + DAY, ("returns", "h2"))
    told = await causes(week, WEEK)
    assert [each.release for each in told] == ["knowledge v2", "knowledge v3"]
    assert all(each.proof is Proof.NOT_PROVEN and "cannot be told apart" in each.said for each in told)


async def test_a_release_that_was_taken_back_cannot_be_told_from_the_taking_back(week: Desk) -> None:
    for at, version in ((WEEK.start - 60 * DAY, "h0"), (TUESDAY, "h1")):
        await _publish(week, at, ("returns", version))
    line = PolicyChange("p1", TUESDAY + DAY, "roll back", "knowledge v1", "Wrong", ANA, "knowledge v2", "knowledge v1")
    await week.store.policy_log.add(line)
    _, back = await causes(week, WEEK)
    assert back.release == "knowledge v1" and "Knowledge v1, taken back to" in back.said
    assert "cannot be told apart" in back.said


async def test_a_workflow_release_that_may_have_changed_everything_proves_nothing(week: Desk) -> None:
    await _publish(week, WEEK.start - 60 * DAY, ("prompt", "p0"), kind="workflow")
    await _publish(week, TUESDAY, ("prompt", "p1"), kind="workflow")
    (told,) = await causes(week, WEEK)
    assert told.said == (
        "Not proven: Workflow v2 (prompt): it may have changed the answers to everything, so there is nothing to hold "
        "it against."
    )


async def test_a_workflow_release_with_another_taxonomy_touches_the_intents_that_it_has_otherwise(week: Desk) -> None:
    text = (CONTENT / "taxonomy.yaml").read_text(encoding="utf-8")
    name = week.teacher.intents(text)[0].name
    taught = week.teacher.with_examples(text, {name: ["I would like to do that thing again."]})
    for at, said in ((WEEK.start - 60 * DAY, text), (TUESDAY, taught)):
        manifest = await week.store.workflow_parts.keep({"taxonomy": said})
        await week.store.releases.publish("workflow", manifest, reason="Labels", at=at)
    (live,) = await went_live(week, WEEK.start, WEEK.end)
    found = await touched(week, live, WEEK.end)
    assert found.intents == frozenset({name})
