"""Slack as the platform where the team works."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.block_kit import render_card, render_form, render_home, render_reply
from bot.cards.elements import Card, Form
from bot.cards.words import clean, head
from bot.domain.chat import MessageRef, Person, Place, Room, RoomMessage, addressed
from bot.domain.errors import NotFound
from bot.platforms.afterwards import Afterwards
from bot.platforms.patience import Refused
from bot.platforms.slack.calls import SlackCalls
from bot.platforms.slack.events import SLACK, WRITTEN, Own, room_message
from bot.platforms.slack.fallback import shown
from bot.platforms.slack.links import linked_message
from bot.platforms.slack.pace import Pace
from bot.ports import Clock, Outbox

Json = dict[str, Any]

log = logging.getLogger(__name__)

REMEMBERED = timedelta(minutes=5)
MISSED = timedelta(minutes=1)
UPLOAD_ALT = 1000  # characters
EXPIRED = ("expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged", "invalid_trigger_id")
NOT_THERE = ("channel_not_found", "thread_not_found", "message_not_found", "not_in_channel")
WHISPER_FAILS = ("user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived", "no_permission")


class SlackPlatform(Afterwards):
    """Posts, updates and looks things up in one workspace.

    A message is posted once per key: the key travels in the message's metadata, and a post whose answer was lost, in
    this process or in one before it, is looked for in the room before it is posted again.
    """

    name = SLACK

    def __init__(
        self, client: AsyncWebClient, outbox: Outbox, clock: Clock, *, own: Own, calls: SlackCalls | None = None,
        per_second: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.own = own
        self._calls = calls or SlackCalls(client)
        self._outbox = outbox
        self._clock = clock
        self._pace = Pace(per_second)
        self._rooms: dict[str, tuple[datetime, Room]] = {}
        self._missing: dict[str, tuple[datetime, str]] = {}
        self._names: dict[str, tuple[datetime, str]] = {}
        self._direct: dict[str, str] = {}

    # -- messages -------------------------------------------------------------------------------------------------

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        """Post a card once per key."""
        return await self._post(place, render_card(card), key)

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        """Post plain text once per key; text beyond 12,000 characters continues in further messages."""
        first, *others = render_reply(text)
        posted = await self._post(place, first, key)
        for number, message in enumerate(others, 2):
            await self._post(place, message, f"{key}/{number}")
        return posted

    async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
        """Take a picture that cards may show from then on; give its file id."""
        return await self._calls.upload(png, name=name, title=clean(title), alt=head(clean(alt), UPLOAD_ALT))

    async def update(self, message: MessageRef, card: Card) -> None:
        """Replace a card. Raises DeliveryFailed (permanent) when the message was deleted meanwhile."""
        target = {"channel": message.place.room, "ts": message.message, "parse": "none", "link_names": False}

        async def send(content: Json) -> None:
            await self._calls.call("chat.update", **target, **content)

        await shown(render_card(card), send, pause=self._calls.pause)

    async def tell(self, place: Place, person: Person, said: str | Card) -> None:
        """Say it in the room or thread so that only this person sees it; where that cannot be, in a direct message."""
        content = render_reply(said)[0] if isinstance(said, str) else render_card(said)
        try:
            if not place.room.startswith(("U", "W")):
                where = {"channel": place.room, "user": person.id, "thread_ts": place.thread}
                await self._calls.call("chat.postEphemeral", **where, **content)
                return
        except Refused as problem:
            if problem.error not in WHISPER_FAILS:
                raise
        await self._calls.call("chat.postMessage", channel=person.id, unfurl_links=False, unfurl_media=False, **content)

    async def permalink(self, message: MessageRef) -> str:
        """The address of a message, or an empty string where it has none."""
        try:
            answer = await self._calls.call("chat.getPermalink", channel=message.place.room, message_ts=message.message)
        except Refused as problem:
            if problem.error in NOT_THERE:
                return ""
            raise
        return str(answer.get("permalink") or "")

    def message_of(self, link: str) -> MessageRef | None:
        """The message that a link leads to. Which workspace it names does not matter: the room's id does."""
        return linked_message(link)

    # -- pages and forms --------------------------------------------------------------------------------------------

    async def publish_home(self, person: Person, card: Card) -> None:
        """Show the card as this person's Home tab."""
        await self._calls.call("views.publish", user_id=person.id, view=render_home(card))

    def view(self, form: Form, place: Place | None) -> Json:
        """Give the form as Slack shows it in place of the one that was sent."""
        return render_form(form, place)

    async def open_form(self, trigger: str, form: Form, place: Place | None, *, over: bool = False) -> bool:
        """Open a form for whoever just acted, `over` the one they are in; False when Slack did not wait for it."""
        try:
            method = "views.push" if over else "views.open"
            await self._calls.call(method, trigger_id=trigger, view=render_form(form, place))
        except Refused as problem:
            if problem.error in EXPIRED:
                return False
            log.error("slack refused the form %s: %s %s", form.name, problem.error, problem.details)
            raise
        return True

    async def change_form(self, view: str, form: Form, place: Place | None) -> None:
        """Show the form in place of the open one of this id. Raises Refused where that is closed."""
        await self._calls.call("views.update", view_id=view, view=render_form(form, place))

    # -- looking things up ------------------------------------------------------------------------------------------

    async def room(self, room: str) -> Room:
        """Describe a room given by id or "#name", remembered for five minutes. Raises NotFound, for a minute."""
        here = addressed(room, SLACK)
        if here is None:
            raise NotFound(f"{room} is not in Slack.")
        return await self._room(here)

    async def _room(self, room: str) -> Room:
        known = self._rooms.get(room)
        if known and self._clock.now() - known[0] < REMEMBERED:
            return known[1]
        missed = self._missing.get(room)
        if missed and self._clock.now() - missed[0] < MISSED:  # every message asks for every room of the settings
            raise NotFound(missed[1])
        try:
            found = await (self._room_by_name(room[1:]) if room.startswith("#") else self._room_by_id(room))
        except NotFound as problem:
            self._missing[room] = (self._clock.now(), str(problem))
            raise
        self._rooms[room] = self._rooms[found.id] = (self._clock.now(), found)
        return found

    async def sees(self, person: Person, room: str) -> bool:
        """Everybody of the workspace reads an open room; a private one is read by its members, looked up now."""
        if not (await self.room(room)).private:
            return True
        async for page in self._calls.pages("conversations.members", channel=room, limit=1000):
            if person.id in (page.get("members") or ()):
                return True
        return False

    async def thread(self, place: Place) -> tuple[RoomMessage, ...]:
        """What people and bots wrote in the thread, oldest first, our own messages left out. Raises NotFound."""
        written: list[RoomMessage] = []
        try:
            async for page in self._replies(place):
                others = (message for message in page.get("messages") or () if not self.own.wrote(message))
                written += [self._in_thread(one, place) for one in others if one.get("subtype") in WRITTEN]
        except Refused as problem:
            if problem.error in NOT_THERE:
                raise NotFound("There is no such thread, or Ratchet is not in its room.") from problem
            raise
        return tuple(written)

    async def name_of(self, person: Person) -> str:
        """The name that colleagues know this person by, remembered for five minutes."""
        known = self._names.get(person.id)
        if known and self._clock.now() - known[0] < REMEMBERED:
            return known[1]
        try:
            user = (await self._calls.call("users.info", user=person.id)).get("user") or {}
        except Refused:
            return person.name or person.id
        profile = user.get("profile") or {}
        name = str(profile.get("real_name") or user.get("real_name") or profile.get("display_name") or person.id)
        self._names[person.id] = (self._clock.now(), name)
        return name

    # -- within -----------------------------------------------------------------------------------------------------

    async def _post(self, place: Place, content: Json, key: str) -> MessageRef:
        begun = await self._outbox.begin(key)
        if isinstance(begun, MessageRef):
            return begun
        room = await self._channel(place.room)
        message = await self._calls.patiently.unless_done(
            lambda: self._send(room, place.thread, content, key),
            lambda: self._find(room, place.thread, key),
            look_first=bool(begun),
        )
        posted = MessageRef(Place(SLACK, room, place.thread), message)
        await self._outbox.done(key, posted)
        return posted

    async def _send(self, room: str, thread: str | None, content: Json, key: str) -> str:
        await self._pace.turn(room)
        metadata = {"event_type": "ratchet_message", "event_payload": {"key": key}}
        around: Json = {"channel": room, "thread_ts": thread, "metadata": metadata, "parse": "none"}
        around |= {"unfurl_links": False, "unfurl_media": False}

        async def send(content: Json) -> str:
            told = content if content["blocks"] else {"text": content["text"], "mrkdwn": False}
            return str((await self._calls.once("chat.postMessage", **around, **told))["ts"])

        return await shown(content, send, pause=self._calls.pause)

    async def _find(self, room: str, thread: str | None, key: str) -> str | None:
        """Look for our message with this key: in the whole thread, or among the newest messages of the room."""
        method, most = ("conversations.replies", 20) if thread else ("conversations.history", 3)
        pages = self._calls.pages(method, most, channel=room, ts=thread, limit=200, include_all_metadata=True)
        async for page in pages:
            for message in page.get("messages") or ():
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == key and self.own.wrote(message):
                    return str(message["ts"])
        return None

    async def _channel(self, room: str) -> str:
        """A person's id stands for the direct message with them, and a room may be given by its "#name"."""
        if room.startswith("#"):
            return (await self.room(room)).id
        if not room.startswith(("U", "W")):
            return room
        if room not in self._direct:
            self._direct[room] = str((await self._calls.call("conversations.open", users=room))["channel"]["id"])
        return self._direct[room]

    async def _room_by_id(self, room: str) -> Room:
        try:
            return _described((await self._calls.call("conversations.info", channel=room))["channel"])
        except Refused as problem:
            if problem.error in NOT_THERE:
                raise NotFound(f"There is no room {room}, or Ratchet was not invited to it.") from problem
            raise

    async def _room_by_name(self, name: str) -> Room:
        kinds = "public_channel,private_channel"
        async for page in self._calls.pages("conversations.list", types=kinds, exclude_archived=True, limit=1000):
            for channel in page.get("channels") or ():
                if channel.get("name") == name:
                    return _described(channel)
        raise NotFound(f"There is no room #{name}, or Ratchet was not invited to it.")

    def _replies(self, place: Place) -> AsyncIterator[Json]:
        return self._calls.pages("conversations.replies", channel=place.room, ts=place.thread or "", limit=200)

    def _in_thread(self, message: Json, place: Place) -> RoomMessage:
        return replace(room_message(message, self.own, key=f"{place.room}:{message['ts']}"), place=place)


def _described(channel: Json) -> Room:
    shared = bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))
    name = str(channel.get("name") or channel.get("user") or channel["id"])
    direct = bool(channel.get("is_im"))
    private = direct or bool(channel.get("is_private") or channel.get("is_mpim"))
    return Room(channel["id"], name, shared, bool(channel.get("is_member")) or direct, private)
