"""Which eval would have caught this: an answer that turned out wrong, before the nearest case."""

import asyncio
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from bot.domain.answer import UNKNOWN_INTENT, Proposal, Sentiment
from bot.domain.escalation import Author
from bot.domain.escaped import Escape, EscapedError, Seen, asks_for
from bot.domain.quality import CaseResult, CaseTurn, EvalCase
from bot.domain.review import Action, Review, escalation_of
from bot.ports import Desk, Run
from bot.workflows import showing
from bot.workflows.capture import Thread, case_of, of_review
from bot.workflows.likeness import near
from bot.workflows.review import edited, judge_edit
from evals.judging import with_trusted_judge
from evals.runner import judged, run_case, scorers

_GATE = "gate:"  # begins the label of a run that a gate made
_SHOWN = 200  # characters of a question
_CROSS, _SURE = frozenset({Sentiment.UNHAPPY, Sentiment.ANGRY}), 0.6  # the moods of a complaint, and how sure


async def find_escape(run: Run, desk: Desk, *, review: str, how: str, again: str = "") -> None:
    """Keep what the evals have to say of the review's answer, and say it on its card; once a review.

    `again` is the review of what the customer wrote after the answer; where that is no complaint, nothing escaped.
    """
    error = await run.step("nearest", look, desk, review, Escape(how), again)
    if error is not None:
        await run.step("keep", keep, desk, error)
        await showing.show(run, desk, review)


async def keep(desk: Desk, error: EscapedError) -> EscapedError:
    if error.how is not Escape.REJECTED:  # it was sent, so it may be an example for others by now
        await desk.store.precedents.withdraw(escalation_of(error.review))
    return await desk.store.escapes.keep(error)


async def look(desk: Desk, review_id: str, how: Escape, again: str = "") -> EscapedError | None:
    """Try the nearest case on the very answer that escaped; None where nothing was said, or nobody complains of it."""
    thread = await of_review(desk, review_id)
    answered = await _answer(desk, thread.review)
    if answered is None or (again and not await _complains(desk, thread, again)):
        return None
    mine, cases = case_of(thread), await desk.store.cases.all()
    intent = answered.triage.intent
    error = EscapedError(
        review_id, how, desk.clock.now(), Seen.UNCOVERED,
        question=" ".join(mine.question.split())[:_SHOWN], intent="" if intent == UNKNOWN_INTENT else intent,
    )  # fmt: skip
    own = next((case for case in cases if case.id == mine.id or case.escalation == thread.escalation.id), None)
    if own is not None:
        error = replace(error, case=own.id, likeness=1.0, of_thread=True)
        if _knows(own, error, thread):
            return replace(error, seen=Seen.CAPTURED)
        return await _tried(desk, error, own, answered)
    for nearest in (await near(mine, cases, desk.questions))[:1]:
        error = replace(error, case=nearest.case.id, likeness=nearest.likeness)
        return await _tried(desk, error, nearest.case, answered)
    return error


async def _answer(desk: Desk, review: Review) -> Proposal | None:
    """What the customer got, or would have got, as a scorer reads it."""
    if review.proposal is None or review.decision is None:
        return None
    if review.decision.action is not Action.EDIT:
        return review.proposal
    text = review.decision.text
    return replace(review.proposal, draft=edited(review, text), findings=await judge_edit(desk, review, text))


async def _complains(desk: Desk, thread: Thread, again: str) -> bool:
    """Whether the customer asks the same once more, is unhappy, or was misunderstood; a follow-up is no complaint."""
    proposal = (await desk.store.reviews.get(again)).proposal
    if proposal is None:
        return False
    mood = proposal.triage
    if mood.flags or (mood.sentiment in _CROSS and mood.sentiment_confidence >= _SURE):
        return True
    said = EvalCase("again", (CaseTurn(Author.CUSTOMER, thread.escalation.question),))
    return bool(await near(said, [case_of(thread)], desk.questions))


def _knows(own: EvalCase, error: EscapedError, thread: Thread) -> bool:
    """Whether the thread's own case was made of this very rejection; one that was made before cannot know of it."""
    decided = thread.review.decision
    made = own.created_at
    return error.how is Escape.REJECTED and bool(decided and made and made >= decided.at)


async def _tried(desk: Desk, error: EscapedError, case: EvalCase, answered: Proposal) -> EscapedError:
    scores, fault = await asyncio.to_thread(judged, case, answered, scorers())
    then = CaseResult(case.id, "", scores, error=fault)
    if fault:
        return replace(error, seen=Seen.UNTRIED, said=fault)
    if then.passed:
        return replace(error, seen=Seen.MISSED, said=asks_for(case))
    today = await run_case(await with_trusted_judge(desk), case)
    if today.error:
        return replace(error, seen=Seen.UNTRIED, said=today.error)
    if today.passed:
        return replace(error, seen=Seen.CAUGHT, said=then.why)
    return replace(error, seen=Seen.KNOWN, said=then.why, since=await _since(desk, case))


async def _since(desk: Desk, case: EvalCase) -> datetime | None:
    """When the case began to fail, as far as runs tell; half of what a gate ran was never live."""
    told = await desk.store.eval_runs.of_case(case.id)
    live = [(run, result) for run, result in told if not run.label.startswith(_GATE) and not result.error]
    failing = [run.started_at for run, _ in takewhile(lambda each: not each[1].passed, live)]
    return min(failing, default=None)
