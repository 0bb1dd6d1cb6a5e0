"""What deliveries tell: the conversations that the bot is in, and what people there are called."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.platforms.teams.activities import ROOT, TEAMS, Own, actor_of, part, parts, tenants_of, word
from bot.ports import Clock
from bot.ports.reaching import Conversation, Conversations, Kind

Json = dict[str, Any]
T = TypeVar("T")

REMEMBERED = timedelta(minutes=5)
MOST = 10_000  # accounts and conversations that are kept in mind
LONGEST = 500  # characters of a conversation's id
KINDS = {"personal": Kind.PERSONAL, "groupChat": Kind.GROUP, "channel": Kind.CHANNEL}
CHANGES = ("conversationUpdate", "installationUpdate")
"""Deliveries that tell of teams and channels that came, went or were renamed."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's name, and what the chat service calls them."""

    name: str
    id: str


class Known:
    """Keeps what each delivery tells; what is known already is written down again every five minutes only."""

    def __init__(self, conversations: Conversations, clock: Clock, own: Own) -> None:
        self.conversations = conversations
        self.accounts: OrderedDict[str, Account] = OrderedDict()
        """By the person's id."""
        self.written_in: set[str] = set()
        """Personal chats where their person wrote after our last page there."""
        self._clock = clock
        self._own = own
        self._noted: OrderedDict[str, Conversation] = OrderedDict()

    async def noted(self, activity: Json) -> Conversation | None:
        """Remember where an authenticated delivery came from, and who acted."""
        told = conversation_of(activity, self._own, self._clock.now())
        if told is None:
            return None
        self._note_actor(activity)
        if told.kind is Kind.PERSONAL and activity.get("type") == "message":
            self.written_in.add(told.id)
        known = self._noted.get(told.id)
        if known is None or told.seen_at - known.seen_at >= REMEMBERED or replace(told, seen_at=known.seen_at) != known:
            await self.conversations.keep(told)
            remember(self._noted, told.id, told)
        return told

    async def there(self, conversation: Conversation, *, gone: bool) -> None:
        """Note that the platform knows a conversation, or does not know it any more, whatever was believed."""
        self._noted.pop(conversation.id, None)
        if conversation.gone is not gone:
            await self.conversations.keep(replace(conversation, gone=gone, seen_at=self._clock.now()))

    def _note_actor(self, activity: Json) -> None:
        person, account = actor_of(activity), word(part(activity, "from").get("id"))
        if person.id and account and not self._own.is_us(activity.get("from"), activity):
            known = self.accounts.get(person.id)
            remember(self.accounts, person.id, Account(person.name or (known.name if known else ""), account))


def conversation_of(activity: Json, own: Own, now: datetime) -> Conversation | None:
    """Where a delivery came from; None where it does not say."""
    conversation, about = part(activity, "conversation"), part(activity, "channelData")
    channel, team = part(about, "channel"), part(about, "team")
    kind = KINDS.get(word(conversation.get("conversationType"))) or (Kind.CHANNEL if team else Kind.GROUP)
    room = word(conversation.get("id")).partition(ROOT)[0]
    whose = "" if own.is_us(activity.get("from"), activity) else actor_of(activity).id
    if kind is Kind.CHANNEL:
        room = word(channel.get("id")) or room
    if not room or len(room) > LONGEST:
        return None
    private, shared = privacy(word(channel.get("type")) or word(channel.get("membershipType")))
    return Conversation(
        platform=TEAMS,
        id=room,
        kind=kind,
        service_url=word(activity.get("serviceUrl")),
        tenant=word(conversation.get("tenantId")) or next(iter(sorted(tenants_of(activity))), ""),
        seen_at=now,
        team=word(team.get("id")),
        group=word(team.get("aadGroupId")),
        person=whose if kind is Kind.PERSONAL else "",
        private=private,
        shared=shared,
        gone=_is_goodbye(activity, own),
    )


def privacy(membership: str) -> tuple[bool, bool]:
    """Whether only its members read a channel of this type, and whether other organisations may be among them."""
    kind = membership.lower()
    return kind in ("private", "shared"), kind == "shared"


def _is_goodbye(activity: Json, own: Own) -> bool:
    event = word(part(activity, "channelData").get("eventType"))
    removed = any(own.is_us(one, activity) for one in parts(activity.get("membersRemoved")))
    uninstalled = activity.get("type") == "installationUpdate" and activity.get("action") == "remove"
    return removed or uninstalled or event in ("channelDeleted", "teamDeleted")


def remember(kept: OrderedDict[str, T], key: str, value: T) -> None:
    """Keep it in mind; of too many the ones that were not heard of for longest are forgotten."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
