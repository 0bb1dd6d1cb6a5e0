"""What people do with the weekly sample: take an answer, score it, leave it to others, make an eval case of it."""

from dataclasses import replace

from bot.cards import sample as cards
from bot.cards.capture import of_place
from bot.cards.elements import Form
from bot.domain.chat import Click, Person, Submission, Toast
from bot.domain.errors import RatchetError
from bot.ports import Answer, Desk
from bot.workflows import capture
from evals.qa import scoring
from evals.qa.showing import lacking
from evals.rubric import load_rubric
from handlers.capture import case_form
from handlers.people import named
from handlers.refusing import refused


async def score_one(desk: Desk, click: Click) -> Answer:
    """Give the answer that whoever presses scores next."""
    given = await scoring.give(desk, click.subject, await named(desk, click.actor))
    if given is None:
        return Toast(await scoring.why_none(desk, click.subject))
    return cards.score_form(given, load_rubric())


async def leave(desk: Desk, click: Click) -> Answer:
    """Have it given to somebody else, and go on with the next one."""
    sample, item = cards.sample_and_item(click.subject)
    await scoring.leave(desk, sample, item, await named(desk, click.actor))
    return await _next(desk, sample, click.actor)


async def make_case(desk: Desk, click: Click) -> Answer:
    """Open the form of an eval case of a scored answer, with what was said of it."""
    sample, item = cards.sample_and_item(click.subject)
    review, case, scores = await scoring.weak_case(desk, sample, item, click.actor)
    form = await case_form(desk, await capture.thread_for(desk, click.actor, review), case)
    said = cards.said_elements(lacking(scores), [score.note for score in scores if score.note])
    return replace(form, elements=(*said, *form.elements))


async def send_score(desk: Desk, sent: Submission) -> Answer:
    """Keep the score and give the next answer; what cannot be kept is said in the form."""
    sample, item = cards.sample_and_item(sent.subject)
    try:
        done = await scoring.score(desk, sample, item, await named(desk, sent.actor), sent.values)
    except RatchetError as problem:
        return refused(problem, of_place(load_rubric().points[0].name, item), sent)
    return await _next(desk, sample, sent.actor, done)


async def _next(desk: Desk, sample: str, actor: Person, done: cards.Sent | None = None) -> Form:
    """The next answer's form; where there is none, or none can be given now, the reason."""
    try:
        given = await scoring.give(desk, sample, await named(desk, actor))
        why = "" if given else await scoring.why_none(desk, sample)
    except RatchetError as problem:  # the score is kept all the same
        given, why = None, str(problem)
    return cards.score_form(given, load_rubric(), done) if given else cards.ended_form(why, done)


OPENERS = {cards.SCORE: score_one, cards.LEAVE: leave, cards.CASE: make_case}
FORMS = {cards.SCORE: send_score}
