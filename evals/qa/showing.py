"""The card of a sample, kept true: how far the scoring is, and which answers were found weak."""

import logging
from collections.abc import Iterable, Sequence

from bot.cards.sample import Weak, sample_card
from bot.domain.errors import NotFound
from bot.domain.escalation import EscalationStatus
from bot.domain.sample import Mark, Sample, Sampled, Score, progress, scores_of
from bot.ports import Desk, Run
from bot.workflows.capture import case_of, of_review
from bot.workflows.relabel import brief
from bot.workflows.showing import own_place, repaint, through_outages, wait_after
from evals.qa.words import sample_in_words

log = logging.getLogger(__name__)

_LISTED = 5  # weak answers on the card


async def show_later(desk: Desk, sample: Sample) -> None:
    """Have the card brought up to date by a run that outlasts outages."""
    await desk.runtime.start("show_sample", f"show:sample:{sample.id}:{sample.version}", sample=sample.id)


async def show_sample(run: Run, desk: Desk, *, sample: str) -> None:
    """Post or repaint the sample's card."""
    await through_outages(run, desk, "show", paint, sample)


async def paint(desk: Desk, sample_id: str) -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again."""
    painting = repaint(lambda: desk.store.samples.get(sample_id), lambda sample: _paint_once(desk, sample))
    return await wait_after(painting, sample_id)


async def _paint_once(desk: Desk, sample: Sample) -> None:
    items, marks = await desk.store.samples.items(sample.id), await desk.store.samples.marks(sample.id)
    far = progress(items, marks)
    over = far.done or sample.closed_at is not None
    told = await sample_in_words(desk, sample) if over and far.scored else ()
    card = sample_card(sample, far, await weak_ones(desk, items, marks), told)
    if sample.card is not None:
        await desk.platforms[sample.card.place.platform].update(sample.card, card)
        return
    asked = desk.policy.sample.room if desk.policy.sample else ""
    place = await own_place(desk, [asked, desk.policy.home_room])
    if place is not None:
        message = await desk.platforms[place.platform].post(place, card, key=f"sample:{sample.id}")
        await desk.store.samples.set_card(sample.id, message)
        return
    log.error("The sample of %s is on no card: %s is archived, or I am not in it.", sample.id, asked)


async def weak_ones(desk: Desk, items: Iterable[Sampled], marks: Iterable[Mark]) -> tuple[Weak, ...]:
    """The answers found weak that no eval case was made of, once everybody who shall has scored them.

    Without those of private rooms: the card's room is another one.
    """
    scores = scores_of(marks)
    found = [item for item in items if is_weak(item, scores.get(item.id, ())) and not item.room]
    if not found:
        return ()
    known = {case.escalation for case in await desk.store.cases.all()}
    weak: list[Weak] = []
    for item in found:
        if item.id not in known and len(weak) < _LISTED and (asked := await _asked(desk, item)):
            weak.append(Weak(item.id, asked, lacking(scores[item.id])))
    return tuple(weak)


def is_weak(item: Sampled, scores: Sequence[Score]) -> bool:
    """Whether somebody found it not good enough, and nobody is still to score it blind."""
    return not item.gone and len(scores) >= item.scorers and not all(score.passed for score in scores)


def lacking(scores: Iterable[Score]) -> tuple[str, ...]:
    """The points that somebody did not find fully met."""
    points = (name for score in scores for name, met in score.points.items() if met < max(type(met)))
    return tuple(dict.fromkeys(points))


async def _asked(desk: Desk, item: Sampled) -> str:
    """What the answer was sent to; what a customer wrote after it is another matter."""
    try:
        thread = await of_review(desk, item.review)
    except NotFound:
        return ""
    return brief(case_of(thread).question) if thread.escalation.status is not EscalationStatus.WITHDRAWN else ""
