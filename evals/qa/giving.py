"""What is kept of a drawn answer beside it: who may not score it, who may read it, what the machine made of it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.answer import Level
from bot.domain.quality import EvalCase
from bot.domain.review import Action, Review
from bot.domain.sample import Sampled, key_of
from bot.ports import Desk
from bot.workflows.room_readers import Rooms
from evals.scorers import citation_support, length, tone

_SCORERS = (citation_support.SCORER, length.SCORER, tone.SCORER)
"""Those that judge an answer by itself: they need no reference."""


async def as_people_get_it(desk: Desk, item: Sampled, room: str) -> Sampled:
    """The item with who may not score it, and with the machine's own opinion where its text was sent as it was."""
    review = await desk.store.reviews.get(item.review)
    escalation = await desk.store.escalations.get(item.id)
    deciders = [review.decision.by] if review.decision else []
    people = [*deciders, *([review.editor] if review.editor else []), *escalation.askers]
    told = replace(item, authors=tuple(dict.fromkeys(map(key_of, people))), room=room)
    if review.proposal is None or not _sent_as_it_was(review):
        return told
    return replace(told, checks=checks(review), confidence=review.proposal.confidence)


def _sent_as_it_was(review: Review) -> bool:
    made = review.decision
    return made is not None and made.action is Action.APPROVE and review.editor is None and not made.text


def checks(review: Review) -> Mapping[str, bool]:
    """What passed of the checks that need no reference: that no guardrail found anything, and scorers of that kind."""
    if review.proposal is None:
        return {}
    found = {"guardrails": all(finding.level is Level.PASS for finding in review.proposal.findings)}
    for scorer in _SCORERS:
        if (score := scorer.judge(EvalCase("", ()), review.proposal)) is not None:
            found[scorer.name] = score.passed
    return found


async def private(rooms: Rooms, room: str) -> str | None:
    """The room's id if only its members read it, "" if all do, None where that cannot be told."""
    if not room:
        return ""
    found = await rooms.anywhere(room)
    return None if found is None else found.id if found.private else ""
