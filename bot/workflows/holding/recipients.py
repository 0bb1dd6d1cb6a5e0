"""Whom a holding reply is for: those behind its alert who wait for an answer, in the language of the text."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.domain.answer import Risk
from bot.domain.chat import Person, Role
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.escalation import Author, Escalation, EscalationStatus, thread_of
from bot.domain.holding import Holding, Reach
from bot.domain.review import Action, Review, ReviewState, check_may_decide, needs_second_person
from bot.domain.spike import Alert, AlertState
from bot.ports import Desk
from bot.workflows.behind import behind

_ANSWERING = frozenset({ReviewState.DELIVERING, ReviewState.DELIVERED})


async def alert_now(desk: Desk, cause: str) -> Alert | None:
    """The alert as it stands; None once it is over, or was called a false alarm. Raises NotFound."""
    alert = await desk.store.spikes.get(cause)
    return None if alert.state is AlertState.RESOLVED or alert.false_alarm else alert


async def reached(desk: Desk, holding: Holding, alert: Alert, by: Person | None = None) -> Reach:
    """Whom it would go to now, and who is left out; nobody who got one, or is getting one, is either.

    Those of high risk are only reached by the approval of a senior who neither wrote the text nor asked: `by`.
    """
    everybody = await behind(desk, alert)
    held = await desk.store.holdings.held(everybody)
    role = await desk.people.role(by) if by is not None else None
    watched = await _watched(desk)
    to, risky, elsewhere = [], [], 0
    languages: Counter[str] = Counter()
    for name, (escalation, review) in (await _waiting(desk, [name for name in everybody if name not in held])).items():
        language = _language(escalation, review)
        if not _is_watched(desk, escalation, watched):
            elsewhere += 1
        elif language != holding.language:
            languages[language] += 1
        elif not _may_get(escalation, review, holding, by, role):
            risky.append(name)
        else:
            to.append(name)
    return Reach(tuple(to), tuple(risky), tuple(languages.most_common()), elsewhere)


async def waits(desk: Desk, escalation_id: str) -> tuple[Escalation, Review] | None:
    """The conversation and its newest draft, if its customer waits and nobody has taken it over or is answering."""
    return (await _waiting(desk, [escalation_id])).get(escalation_id)


async def _waiting(desk: Desk, names: Sequence[str]) -> dict[str, tuple[Escalation, Review]]:
    """Those of these that wait, in their order, each with its newest draft."""
    escalations = await desk.store.escalations.several(names)
    reviews = await desk.store.reviews.of_escalations(names)
    found = {}
    for name in names:
        judged = next((review for review in reversed(reviews.get(name, ())) if review.proposal is not None), None)
        if judged is not None and name in escalations and _is_left(escalations[name], reviews[name][-1]):
            found[name] = (escalations[name], judged)
    return found


def _is_left(escalation: Escalation, newest: Review) -> bool:
    """Whether its customer was the last to speak, and nothing of ours is on its way."""
    if escalation.status is not EscalationStatus.OPEN or newest.state in _ANSWERING:
        return False
    said = next((turn for turn in reversed(escalation.turns) if turn.author in (Author.CUSTOMER, Author.AGENT)), None)
    return said is not None and said.author is Author.CUSTOMER


def _language(escalation: Escalation, review: Review) -> str:
    """The language that triage found, else what the customer's system told; "" where neither says."""
    found = review.proposal.triage.language if review.proposal else ""
    return (found if found != "und" else "") or (escalation.language or "").casefold().split("-")[0]


def _may_get(escalation: Escalation, review: Review, holding: Holding, by: Person | None, role: Role | None) -> bool:
    """Whether this person's approval is enough for this conversation; everybody who wrote at the text is an editor."""
    risk = review.proposal.triage.risk if review.proposal else Risk.HIGH
    if by is None or not needs_second_person(risk):
        return not needs_second_person(risk)
    try:
        for writer in holding.writers:
            check_may_decide(Action.APPROVE, risk, role, actor=by, askers=escalation.askers, editor=writer)
    except NotAllowed:
        return False
    return True


async def _watched(desk: Desk) -> frozenset[tuple[str, str]]:
    """The rooms that are watched, by platform and id."""
    found = set()
    for platform in desk.platforms.values():
        for name in desk.policy.rooms:
            try:
                found.add((platform.name, (await platform.room(name)).id))
            except NotFound:
                continue
    return frozenset(found)


def _is_watched(desk: Desk, escalation: Escalation, watched: Iterable[tuple[str, str]]) -> bool:
    """Whether we answer there without being asked; customers' own systems always are such a place."""
    if escalation.surface not in desk.platforms:
        return True
    place = thread_of(escalation)
    return (place.platform, place.room) in watched
