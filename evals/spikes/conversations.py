"""What is read of the conversations behind an alert, and of others, to compare them."""

import hashlib
import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from bot.domain.escalation import Escalation, thread_of
from bot.domain.history import Conversation
from bot.domain.review import Review, ReviewState
from bot.domain.spike import Alert, Series, What
from bot.domain.watching import events, matter_of
from bot.ports import Desk
from bot.workflows.capture import Thread
from bot.workflows.new_topics import impersonal
from bot.workflows.room_readers import RoomReaders
from evals.spikes.traits import Asked, traits_of

BEFORE = timedelta(days=14)
"""How far back others are looked for to compare with."""
_FEWEST = 30  # earlier conversations of the same intent from which they are what to compare with
_FAULTS = frozenset({ReviewState.FAILED, ReviewState.DELIVERING})


async def others(desk: Desk, alert: Alert, among: Collection[str], limit: int) -> tuple[str, ...]:
    """A sample of the two weeks before the alert: of the same intent where there are enough of it, else of all.

    The same conversations whenever it is asked.
    """
    matter = matter_of(alert)
    about = matter if matter.what is What.INTENT else None
    same, every = _Sample(limit), _Sample(limit)
    async for some in desk.store.history.between(alert.since - BEFORE, alert.since, previous=False):
        for conversation in some:
            if conversation.id not in among and alert.since - BEFORE <= conversation.opened_at < alert.since:
                every.add(conversation.id)
                if about and _is_about(conversation, about):
                    same.add(conversation.id)
    return same.chosen() if same.seen >= _FEWEST else every.chosen()


def _is_about(conversation: Conversation, series: Series) -> bool:
    return any(event.series == series for event in events(conversation))


@dataclass(slots=True)
class _Sample:
    """Chooses so many by chance that depends on nothing but their names."""

    size: int
    seen: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.seen += 1
        lot = -int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())
        push = heapq.heappush if len(self.kept) < self.size else heapq.heappushpop
        push(self.kept, (lot, name))

    def chosen(self) -> tuple[str, ...]:
        return tuple(name for _, name in sorted(self.kept, reverse=True))


class Reader:
    """Reads conversations to be compared, each once; `told_in` is the room that will be told what they share.

    What a private room was asked is told there alone, so those of other private rooms are left out.
    """

    def __init__(self, desk: Desk, told_in: str) -> None:
        self._desk = desk
        self._readers = RoomReaders(desk, told_in)

    async def read(self, conversations: Iterable[str]) -> list[Asked]:
        wanted = tuple(conversations)
        escalations = await self._desk.store.escalations.several(wanted)
        reviews = await self._desk.store.reviews.of_escalations(wanted)
        known = [name for name in wanted if name in escalations and name in reviews]
        read = [await self._one(escalations[name], reviews[name]) for name in known]
        return [asked for asked in read if asked is not None]

    async def _one(self, escalation: Escalation, reviews: tuple[Review, ...]) -> Asked | None:
        if not await self._readers.may_hear_of(escalation.place):
            return None
        in_chat = escalation.surface in self._desk.platforms
        room = await self._readers.room(thread_of(escalation)) if in_chat else None
        return _asked(Thread(escalation, _telling(reviews)), f"#{room.name}" if room else "")


def _telling(reviews: tuple[Review, ...]) -> Review:
    return next((each for each in reversed(reviews) if each.proposal is not None), reviews[-1])


def _asked(thread: Thread, room: str) -> Asked:
    escalation, review = thread.escalation, thread.review
    proposal, customer = review.proposal, escalation.customer.id
    return Asked(
        id=escalation.id,
        asker=f"{escalation.surface}:{customer}" if customer not in ("", "unknown") else escalation.id,
        text=impersonal(thread),
        traits=traits_of(thread, room),
        cites={passage.slug: passage.title for _, passage in proposal.cited_passages()} if proposal else {},
        release=proposal.knowledge_release if proposal else 0,
        instead_of=proposal.draft.instead_of if proposal else "",
        undelivered_to=_undelivered_to(escalation, review),
    )


def _undelivered_to(escalation: Escalation, review: Review) -> str:
    failed = review.state in _FAULTS and review.decision is not None and review.problem
    if not failed or not escalation.reply_url:
        return ""
    try:
        return urlsplit(escalation.reply_url).hostname or ""
    except ValueError:
        return ""


def titles(asked: Iterable[Asked]) -> Mapping[str, str]:
    """The titles of the articles that these rest on, by slug."""
    return {slug: title for each in asked for slug, title in each.cites.items()}
