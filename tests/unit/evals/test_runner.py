"""Running one case through the live answer."""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.answer import Draft
from bot.domain.article import Revision
from bot.domain.errors import Unavailable
from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.ports import Desk, DraftRequest, Progress
from evals import runner
from evals.conditions import conditions, fingerprint
from evals.runner import run_case
from evals.scoring import Scorer
from tests.contracts.store_samples import NOON, draft
from tests.unit.scripted import Clock, Judge, working_with

TURNS = (CaseTurn(Author.CUSTOMER, "Where is my parcel?"),)
CASE = EvalCase(case_id(TURNS), TURNS, must_say=("on its way",), sources=("shipping",), intent="where_is_it")


async def test_a_case_is_answered_as_the_bot_would_and_scored(desk: Desk) -> None:
    result = await run_case(desk, CASE, trial=2)
    assert result.passed, result.why
    assert (result.case, result.trial, result.answer, result.cited) == (CASE.id, 2, draft().text, ("shipping",))
    assert {"must_say", "cited_sources", "escalation", "intent"} <= {score.scorer for score in result.scores}


async def test_why_a_case_fails_is_told_in_a_line(desk: Desk) -> None:
    result = await run_case(desk, replace(CASE, must_say=("3 days",)))
    assert not result.passed
    assert result.why == 'It does not say: "3 days".'


async def test_an_answer_that_could_not_be_made_neither_passes_nor_raises(desk: Desk, judge: Judge) -> None:
    judge.trouble = Unavailable("The model does not answer.")
    result = await run_case(desk, CASE)
    assert (result.passed, result.error) == (False, "It could not be answered: The model does not answer.")


def test_a_scorer_that_raises_makes_a_result_that_never_passes() -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such column")

    scores, error = runner.judged(CASE, None, (Scorer("odd", "Odd", broken),))  # type: ignore[arg-type]
    assert (scores, error) == ((), "The scorer odd failed: ValueError: no such column")


class Counting(Judge):
    def __init__(self) -> None:
        self.seen: list[DraftRequest] = []

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        self.seen.append(request)
        return draft()


async def test_the_whole_conversation_reaches_the_drafter(desk: Desk) -> None:
    turns = (*TURNS, CaseTurn(Author.AGENT, "It is late."), CaseTurn(Author.CUSTOMER, "How late?"))
    judge = Counting()
    await run_case(await working_with(desk, drafter=judge), EvalCase(case_id(turns), turns))
    assert [turn.text for turn in judge.seen[0].escalation.turns] == [turn.text for turn in turns]
    assert judge.seen[0].escalation.question == "How late?"


def article(slug: str, effective: date | None = None) -> Revision:
    return Revision(slug, f"hash of {slug}", slug.title(), "Text.", "ops", effective=effective)


async def publish(desk: Desk, *revisions: Revision) -> int:
    for revision in revisions:
        await desk.store.articles.add(revision, ())
    manifest = {revision.slug: revision.hash for revision in revisions}
    release, _ = await desk.store.releases.publish("knowledge", manifest, reason="test", at=NOON)
    return release.number


async def test_the_same_articles_under_another_number_are_the_same_conditions(desk: Desk) -> None:
    fees = article("fees")
    first = await publish(desk, fees)
    before = await conditions(desk)
    await publish(desk, fees, article("times"))
    assert (await conditions(desk)).digest != before.digest
    assert await conditions(desk, first) == before
    again = await publish(desk, fees)
    assert await conditions(desk) == replace(before, release=again)


async def test_an_article_that_came_into_force_makes_other_conditions_and_a_mere_day_does_not(
    desk: Desk, clock: Clock
) -> None:
    tomorrow = NOON.date() + timedelta(days=1)
    await publish(desk, article("fees", tomorrow))
    today = await conditions(desk)
    clock.pass_by(days=1)
    then = await conditions(desk)
    clock.pass_by(days=1)
    assert today != then
    assert then == await conditions(desk)


async def test_what_changes_no_answer_changes_no_fingerprint(desk: Desk) -> None:
    under = await conditions(desk)
    filed = replace(CASE, tags=("vip",), core=True, created_at=NOON, escalation="esc_1")
    assert fingerprint(CASE, under, 0) == fingerprint(filed, under, 0)
    assert fingerprint(CASE, under, 0) != fingerprint(replace(CASE, must_say=("3 days",)), under, 0)
    assert fingerprint(CASE, under, 0) != fingerprint(CASE, under, 1)
