"""The case that proves a fix: the question that it was made for, and what the answer to it must say from now on."""

from dataclasses import replace

from bot.domain.article import Audience
from bot.domain.fix import KnowledgeFix
from bot.domain.learning import approved_reply
from bot.domain.quality import EvalCase
from bot.domain.text.changes import misquoted
from bot.ports import Desk
from bot.workflows.capture import Thread, case_of, of_escalation, stand_ins
from evals.saying import Said, said

TAG = "proof"


async def prove(desk: Desk, fix: KnowledgeFix) -> EvalCase | None:
    """Keep the case that proves the fix, and return it; the one that somebody made of the thread already counts.

    None where the fix comes from no conversation or is not for customers, and where the conversation holds something
    personal that no stand-in hides, or nothing that an answer could be held to.
    """
    thread = await of_escalation(desk, fix.escalation) if fix.escalation else None
    if thread is None:
        return None
    known = next((case for case in await desk.store.cases.all() if case.escalation == fix.escalation), None)
    case = known or proof_of(thread, fix)
    if case is not None and known is None:
        case, _ = await desk.store.cases.save(replace(case, by=(fix.by,), created_at=desk.clock.now()))
    return case


def proof_of(thread: Thread, fix: KnowledgeFix) -> EvalCase | None:
    """The thread's question, which the fixed article must answer, with those facts of the reply that it speaks of.

    A fact that the fix gives with another figure stays: with it the case fails, which tells that one of them is wrong.
    """
    case, hiding = case_of(thread), stand_ins(thread)
    kept = (case.reference, *case.must_say, *(turn.text for turn in case.turns))
    if fix.revision.audience is not Audience.CUSTOMER or not case.question.strip() or any(map(hiding.hides, kept)):
        return None
    slips = {hiding.hide(fact.text) for fact, _ in misquoted(approved_reply(thread.review), fix.revision.body)}
    facts = tuple(fact for fact in case.must_say if fact in slips or said(fact, fix.revision.body) is Said.STATED)
    claims = tuple(claim for claim in case.must_not_say if said(claim, fix.revision.body) is not Said.STATED)
    if not facts and not case.reference:
        return None
    sources = (fix.revision.slug,)
    return replace(case, must_say=facts, must_not_say=claims, sources=sources, escalates=False, tags=(TAG,))
