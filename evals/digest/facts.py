"""The facts of a week and of today that the parts of the digest share, read once for all of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress

from bot.domain.answer import UNKNOWN_INTENT, Risk
from bot.domain.calendar import Week
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.intents import TopicProposal
from bot.domain.quality import EvalCase
from bot.domain.radar import Concern
from bot.ports import Desk
from bot.ports.history import Cited
from bot.workflows.radar import look_around
from bot.workflows.room_readers import RoomReaders
from evals.digest.changes.key_figures import Compared, key_figures
from evals.digest.failures import Wrong, gone_wrong
from evals.digest.names import Titles, known_intents, titles_of
from evals.digest.releases.published import Released, released

WAITING = (FixState.OPEN, FixState.TESTING, FixState.HELD)
"""The states of a fix that is on its way."""
_TOPICS = 100  # the newest that are looked at


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record: `wrong` in the week and `wrong_before` in the week before it, the rest as it stands `now`.

    `fixes` are on their way, each with its intent in `intent_of`; `cases` and `risks` are by id and by intent.
    """

    week: Week
    now: datetime
    compared: Compared
    titles: Titles
    risks: Mapping[str, Risk]
    wrong: tuple[Wrong, ...]
    wrong_before: tuple[Wrong, ...]
    cited: Cited
    releases: tuple[Released, ...]
    cases: Mapping[str, EvalCase]
    fixes: tuple[KnowledgeFix, ...]
    intent_of: Mapping[str, str]
    topics: tuple[TopicProposal, ...]
    concerns: tuple[Concern, ...]


async def facts_of(desk: Desk, week: Week, readers: RoomReaders) -> Facts:
    """Read it."""
    store, start, end = desk.store, week.start, week.end
    compared = await key_figures(desk, week)
    intents = await known_intents(desk)
    cases = await store.cases.all()
    fixes = await store.fixes.in_state(*WAITING)
    return Facts(
        week=week,
        now=desk.clock.now(),
        compared=compared,
        titles=titles_of(intents),
        risks={intent.name: intent.risk for intent in intents},
        wrong=await gone_wrong(desk, start, end),
        wrong_before=await gone_wrong(desk, week.previous.start, start),
        cited=await store.history.cited(start, end),
        releases=await released(desk, week),
        cases={case.id: case for case in cases},
        fixes=fixes,
        intent_of={fix.id: await _intent_of(desk, fix, cases) for fix in fixes},
        topics=await _topics(desk, readers),
        concerns=await look_around(desk),
    )


async def _intent_of(desk: Desk, fix: KnowledgeFix, cases: Sequence[EvalCase]) -> str:
    """What the conversation was about that the fix comes from; else what most cases are about that need its article."""
    reviews = await desk.store.reviews.of_escalation(fix.escalation) if fix.escalation else ()
    for review in reversed(reviews):
        if review.proposal:
            return review.proposal.triage.intent
    citing = Counter(case.intent for case in cases if fix.revision.slug in case.sources and case.intent)
    return min(citing, key=lambda intent: (-citing[intent], intent), default=UNKNOWN_INTENT)


async def _topics(desk: Desk, readers: RoomReaders) -> tuple[TopicProposal, ...]:
    """The newest topics that were put before the team in a room of which the managers may hear."""
    newest = await desk.store.topics.newest(_TOPICS)
    told = [await readers.may_hear_of(topic.card.place) if topic.card else not desk.platforms for topic in newest]
    return tuple(compress(newest, told))
