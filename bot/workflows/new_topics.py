"""What customers ask that fits no intent, gathered into topics and put before the team once a week."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.answer import UNKNOWN_INTENT, Risk
from bot.domain.escalation import EscalationStatus
from bot.domain.intents import ALIKE, FEWEST, TopicProposal, TopicState
from bot.domain.text.naming import name_of
from bot.domain.text.plain import shortened
from bot.ports import Desk, FoundTopic, KnownIntent, Run
from bot.workflows.capture import Thread, stand_ins
from bot.workflows.relabel import brief
from bot.workflows.room_readers import RoomReaders
from bot.workflows.topics import show_topic, taxonomy_of

WEEKS = 4
"""How far back conversations are looked at."""
MOST_A_WEEK = 5
"""Topics that are put before the team in a week, the largest; more would not be read."""

_KEPT, _TITLE = 10, 60  # examples of a topic, characters of a title
_FAIR = 0.25  # the share of the members that must have a risk or a room for it to be suggested
_SAME = 0.2  # the share of the smaller one's members from which two topics are one: new ones split and join old ones
_GROWN = 2  # how many times its size a dismissed topic must have before it comes back
_REMEMBERED = 50  # members of a dismissed topic by which it is known again
_WEEK = "%G-W%V"
_ENDED = frozenset({TopicState.ACCEPTED, TopicState.MERGED})


async def propose_weekly(desk: Desk) -> None:
    """Start this week's proposal of topics; again in the same week starts nothing."""
    await desk.runtime.start("propose_topics", f"topics:{desk.clock.now():{_WEEK}}")


async def propose_topics(run: Run, desk: Desk) -> None:
    """Find the topics and put each before the team on a card of its own; those that wait already grow on theirs."""
    found = await run.step("find topics", find, desk)
    for topic in found:
        await run.step("keep", keep, desk, topic)
        await show_topic(run, desk, topic=topic.id)


async def keep(desk: Desk, topic: TopicProposal) -> None:
    """Keep a new topic, or what one that still waits has grown to."""
    stored = await desk.store.topics.open(topic)
    if stored != topic and (stored.version, stored.state) == (topic.version, TopicState.PROPOSED):
        await desk.store.topics.change(topic)


async def find(desk: Desk) -> tuple[TopicProposal, ...]:
    """The topics that are new, largest first and no more than this week has room for, and those that have grown."""
    told = await desk.store.topics.newest()
    recent, before = await unfit(desk, told), await _remembered(desk, told)
    asked = sorted([*before, *recent], key=lambda thread: thread.review.opened_at)
    known = desk.teacher.intents(await taxonomy_of(desk))
    clusters = await desk.topics.find([thread.escalation.asked for thread in asked], known)
    ids = {thread.escalation.id for thread in recent}
    return await asyncio.to_thread(_proposals, desk.clock.now(), told, clusters, asked, ids, known)  # of 3,000: seconds


def _proposals(
    now: datetime,
    told: Sequence[TopicProposal],
    clusters: Sequence[FoundTopic],
    asked: Sequence[Thread],
    recent: Collection[str],
    known: Sequence[KnownIntent],
) -> tuple[TopicProposal, ...]:
    """What the clusters of what was asked come to, beside what the team was told before."""
    new: list[TopicProposal] = []
    grown: list[TopicProposal] = []
    texts = [thread.escalation.asked for thread in asked]
    for cluster in clusters:
        gathered = [asked[place] for place in cluster.members]
        members = [thread for thread in gathered if thread.escalation.id in recent]
        same = same_as(told, {thread.escalation.id for thread in gathered})
        if len(members) < FEWEST or not _is_news(same, len(members)):
            continue
        topic = _topic(now, members, cluster, known, texts)
        waiting = next((each for each in same if each.state is TopicState.PROPOSED), None)
        if waiting is None:
            new.append(topic)
        elif set(waiting.members) != set(topic.members) or waiting.card is None:
            grown.append(_grown(waiting, topic))
    return (*_of_this_week(new, told, now), *grown)


async def unfit(desk: Desk, told: Sequence[TopicProposal], weeks: int = WEEKS) -> tuple[Thread, ...]:
    """The conversations of the last weeks that fit no intent, oldest first: by judgement, or by label.

    Without those that were given an intent since, by a label or with their topic.
    """
    since = desk.clock.now() - timedelta(weeks=weeks)
    labels = {label.escalation: label for label in await desk.store.labels.all() if label.escalation}
    taught = {member for topic in told if topic.state in _ENDED for member in topic.members}
    taught |= {name for name, label in labels.items() if label.intent != UNKNOWN_INTENT}
    judged = [review.escalation_id for review in await desk.store.reviews.of_intent(UNKNOWN_INTENT, since)]
    told_so = [name for name, label in labels.items() if label.intent == UNKNOWN_INTENT and label.at >= since]
    return await _asking(desk, [name for name in dict.fromkeys([*judged, *told_so]) if name not in taught])


async def _remembered(desk: Desk, told: Sequence[TopicProposal]) -> tuple[Thread, ...]:
    """Conversations of dismissed topics that are older than what is looked at: those topics are known again by them."""
    since = desk.clock.now() - timedelta(weeks=WEEKS)
    dismissed = (topic for topic in told if topic.state is TopicState.DISMISSED)
    members = dict.fromkeys(member for topic in dismissed for member in topic.members[:_REMEMBERED])
    return tuple(thread for thread in await _asking(desk, members) if thread.review.opened_at < since)


async def _asking(desk: Desk, escalations: Iterable[str]) -> tuple[Thread, ...]:
    """These conversations with their newest review, oldest first, without those that ask nothing any more.

    What a private room is asked is told there alone; what cannot be told now is left to the next week's look.
    """
    threads = []
    readers = RoomReaders(desk, desk.policy.home_room)
    for name in escalations:
        escalation = await desk.store.escalations.get(name)
        asks = escalation.status is not EscalationStatus.WITHDRAWN and escalation.asked.strip()
        if asks and await readers.may_hear_of(escalation.place):
            threads.append(Thread(escalation, (await desk.store.reviews.of_escalation(name))[-1]))
    return tuple(sorted(threads, key=lambda thread: (thread.review.opened_at, thread.review.id)))


# --- topics that were told before -------------------------------------------------------------------------------------


def same_as(told: Sequence[TopicProposal], members: Collection[str]) -> list[TopicProposal]:
    """Those that were told before of which this is one, or a part, newest first."""

    def shared(topic: TopicProposal) -> int:
        return sum(member in members for member in topic.members)

    return [topic for topic in told if shared(topic) >= max(2, _SAME * min(len(topic.members), len(members)))]


def _is_news(same: Sequence[TopicProposal], size: int) -> bool:
    """Whether there is something to decide: not while the evals have the topic, nor where it was dismissed of late."""
    waits = any(topic.state in (TopicState.TRYING, TopicState.HELD) for topic in same)
    dismissed = max((len(topic.members) for topic in same if topic.state is TopicState.DISMISSED), default=0)
    return not waits and size >= _GROWN * dismissed


def _grown(waiting: TopicProposal, now: TopicProposal) -> TopicProposal:
    """The topic that waits with the members and examples of today, under the name that people have seen."""
    return replace(
        waiting,
        members=now.members,
        examples=now.examples,
        weekly=now.weekly,
        risk=now.risk,
        nearest=now.nearest,
        nearest_title=now.nearest_title,
        likeness=now.likeness,
    )


def _of_this_week(new: list[TopicProposal], told: Sequence[TopicProposal], now: datetime) -> list[TopicProposal]:
    """The largest that this week still has room for; the last one says how many are left."""
    week = f"{now:{_WEEK}}"
    room = max(0, MOST_A_WEEK - sum(f"{topic.at:{_WEEK}}" == week for topic in told))
    shown = sorted(new, key=lambda topic: -len(topic.members))[:room]
    if shown and len(new) > len(shown):
        shown[-1] = replace(shown[-1], others=len(new) - len(shown))
    return shown


# --- what a topic is --------------------------------------------------------------------------------------------------


def _topic(
    now: datetime, members: Sequence[Thread], found: FoundTopic, known: Sequence[KnownIntent], asked: Sequence[str]
) -> TopicProposal:
    """The proposal of these conversations, the most typical first."""
    ids = tuple(thread.escalation.id for thread in members)
    oldest = min(members, key=lambda thread: (thread.review.opened_at, thread.escalation.id)).escalation.id
    examples = _examples(members)
    nearest = next((intent for intent in known if intent.name == found.nearest), None)
    own = {thread.escalation.asked for thread in members}
    others = [text for text in asked if text not in own] + [text for intent in known for text in intent.examples]
    return TopicProposal(
        id=f"topic_{hashlib.sha256(f'{now:{_WEEK}} {oldest}'.encode()).hexdigest()[:12]}",
        state=TopicState.PROPOSED,
        members=ids,
        examples=examples,
        at=now,
        weekly=_weekly(now, members),
        risk=_risk(members),
        title=name_of([impersonal(thread) for thread in members], others)[:_TITLE]
        or shortened(" ".join(examples[:1]), _TITLE),
        room=_room(members) or (nearest.room if nearest and found.likeness >= ALIKE else ""),
        nearest=found.nearest,
        nearest_title=nearest.title if nearest else "",
        likeness=found.likeness,
    )


def _examples(members: Sequence[Thread]) -> tuple[str, ...]:
    """What the first members asked, each once."""
    said: dict[str, str] = {}
    for thread in members:
        if example := example_of(thread):
            said.setdefault(example.casefold(), example)
        if len(said) == _KEPT:
            break
    return tuple(said.values())


def example_of(thread: Thread) -> str:
    """What the thread asks, as it may be kept and shown: in a line, with stand-ins for people and numbers."""
    line = brief(stand_ins(thread).hide(thread.escalation.asked))
    return " ".join("".join(one if one.isprintable() else " " for one in line).split())


def impersonal(thread: Thread) -> str:
    """The question without what is personal in it: a stand-in would be a word that many of them share."""
    text, kept, at = thread.escalation.asked, [], 0
    for start, end, _ in stand_ins(thread).personal_in(text):
        kept.append(text[at:start])
        at = end
    return "\n".join([*kept, text[at:]])


def _weekly(now: datetime, members: Sequence[Thread]) -> tuple[int, ...]:
    ages = Counter(min((now - thread.review.opened_at).days // 7, WEEKS - 1) for thread in members)
    return tuple(ages[week] for week in reversed(range(WEEKS)))


def _risk(members: Sequence[Thread]) -> Risk:
    """The highest risk that a fair share of the conversations has."""
    risks = Counter(thread.review.proposal.triage.risk for thread in members if thread.review.proposal)
    fair = _FAIR * len(members)
    return next((risk for risk in (Risk.HIGH, Risk.MEDIUM) if risks[risk] >= fair), Risk.LOW)


def _room(members: Sequence[Thread]) -> str:
    """The room that a fair share of the conversations went to."""
    rooms = Counter(thread.review.proposal.triage.owner for thread in members if thread.review.proposal)
    del rooms[""]
    room, count = next(iter(rooms.most_common(1)), ("", 0))
    return room if count >= _FAIR * len(members) else ""
