"""Microsoft Teams as the platform where the team works."""

import asyncio
import base64
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bot.cards.adaptive import render_card
from bot.cards.elements import Actions, Button, Card
from bot.cards.reader import for_reader
from bot.domain.chat import MessageRef, Person, Place, Room, RoomMessage
from bot.domain.errors import DeliveryFailed, NotFound, RatchetError
from bot.platforms.afterwards import Afterwards
from bot.platforms.patience import Refused
from bot.platforms.teams.activities import HOME, TEAMS, Own
from bot.platforms.teams.connector import NO_MESSAGE, TOO_BIG
from bot.platforms.teams.links import link_to, linked_message
from bot.platforms.teams.outgoing import card_activity, smaller, text_activities
from bot.platforms.teams.posting import Poster, thread_id
from bot.platforms.teams.rooms import Rooms
from bot.platforms.teams.services import Services
from bot.platforms.teams.threads import is_own, room_message
from bot.ports import Clock, People, Store
from bot.ports.reaching import Conversation, Kind
from bot.settings.edges import Teams

Json = dict[str, Any]
T = TypeVar("T")

log = logging.getLogger(__name__)

KEPT_SECONDS = 0.5
"""Within this a card that was posted is kept."""
ROLE_SECONDS = 3.0  # of the ten that Teams waits for a card
PICTURE = 1024 * 1024  # bytes
MISFIT = (*TOO_BIG, "BadSyntax", "BadArgument")
"""A card that Teams does not take as it is."""


class TeamsPlatform(Afterwards):
    """Posts, updates and looks things up in the teams that the app was added to.

    A message is posted once per key: a card carries its key, and a text is known by its words; see `Poster`.
    """

    name = TEAMS

    def __init__(
        self, services: Services, settings: Teams, store: Store, clock: Clock, *, people: People,
        opens: Callable[[str], bool],
    ) -> None:  # fmt: skip
        super().__init__()
        self.own = Own(settings.app_id)
        self._connector = services.connector
        self._graph = services.graph
        self._tokens = services.tokens
        self._store = store
        self._clock = clock
        self._people = people
        self._opens = opens
        self._rooms = Rooms(store.conversations, services.connector, settings, clock, self.own)
        self._poster = Poster(services, store.outbox, self._rooms, self.own)
        self._lanes: WeakValueDictionary[MessageRef | str, asyncio.Lock] = WeakValueDictionary()
        self._newest: dict[MessageRef, Card] = {}

    # -- messages -------------------------------------------------------------------------------------------------

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        """Post a card once per key."""
        shown = card

        async def send(conversation: Conversation) -> str:
            nonlocal shown
            shown, message = await self._taken(
                card, lambda one: self._poster.into(conversation, place.thread, one), key
            )
            return message

        posted = await self._poster.once(place, key, self._activity(card, key), send)
        if await self._store.shown_cards.get(posted) is None:  # else it was posted before, and may show more by now
            await self._store.shown_cards.keep(posted, shown, self._clock.now())
        return posted

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        """Post plain text once per key; text beyond 12,000 characters continues in further messages."""
        first, *others = text_activities(text)
        posted = await self._poster.once(place, key, first)
        for number, activity in enumerate(others, 2):
            await self._poster.once(place, f"{key}/{number}", activity)
        return posted

    async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
        """Give the picture as an address that holds it whole: such pictures do not count towards a message's size."""
        if len(png) > PICTURE:
            raise DeliveryFailed("The picture is larger than Teams shows (1 MB).", permanent=True)
        return "data:image/png;base64," + base64.b64encode(png).decode()

    async def update(self, message: MessageRef, card: Card) -> None:
        """Replace a card; of several that wait for the same message only the newest is shown.

        Raises DeliveryFailed (permanent) when the message was deleted meanwhile.
        """
        await self._store.shown_cards.keep(message, card, self._clock.now())  # clients ask for it as soon as it changed
        self._newest[message] = card
        try:
            async with self._lanes.setdefault(message, asyncio.Lock()):
                if self._newest.get(message) is card:
                    await self._repaint(message, card)
        finally:
            if self._newest.get(message) is card:
                del self._newest[message]

    async def _repaint(self, message: MessageRef, card: Card) -> None:
        conversation = await self._rooms.conversation(message.place.room)
        where = thread_id(conversation.id, message.place.thread)

        async def send(activity: Json) -> None:
            await self._connector.update(conversation.service_url, where, message.message, activity)

        try:
            shown, _ = await self._taken(card, send)
        except Refused as problem:
            raise await self._rooms.missed(conversation, message.place.thread, problem) from problem
        if shown is not card and self._newest.get(message) is card:
            await self._store.shown_cards.keep(message, shown, self._clock.now())

    async def tell(self, place: Place, person: Person, said: str | Card) -> None:
        """Say it in the channel or thread so that only this person sees it; where that cannot be, in their own chat."""
        activity = text_activities(said)[0] if isinstance(said, str) else self._activity(said, changes=False)
        try:
            if await self._whispered(place, person, activity):
                return
        except (Refused, NotFound) as problem:
            log.info("%s is told in their own chat: %s", person.id, problem)
        chat = await self._rooms.conversation(person.id)
        await self._connector.patiently(lambda: self._poster.into(chat, None, activity))

    async def permalink(self, message: MessageRef) -> str:
        """The address of a message, or an empty string where it has none."""
        known = await self._store.conversations.get(TEAMS, message.place.room)
        return link_to(message, tenant=known.tenant if known else "", group=known.group if known else "")

    def message_of(self, link: str) -> MessageRef | None:
        """The message that a link leads to."""
        return linked_message(link)

    # -- a person's own page, and a card for one reader -----------------------------------------------------------

    async def publish_home(self, person: Person, card: Card) -> None:
        """Show the card in this person's chat: in place of the one before, or below what they wrote since then."""
        card = replace(card, elements=(*card.elements, Actions((Button(HOME, "Refresh", person.id),))))
        key = f"home:{person.id}"
        async with self._lanes.setdefault(key, asyncio.Lock()):  # a page that two begin at once would be two pages
            await self._show_page(await self._rooms.conversation(person.id), key, card)

    async def _show_page(self, chat: Conversation, key: str, card: Card) -> None:
        before = await self._store.outbox.begin(key)
        page = before if isinstance(before, MessageRef) and before.place.room == chat.id else None
        if page is not None and chat.id not in self._rooms.known.written_in:
            try:
                await self.update(page, card)
            except Refused as problem:
                if problem.error not in NO_MESSAGE:
                    raise
            else:
                return
        await self._store.outbox.done(key, await self._new_page(chat, card))
        if page is not None:
            with contextlib.suppress(RatchetError):
                await self._connector.delete(chat.service_url, chat.id, page.message)

    async def _new_page(self, chat: Conversation, card: Card) -> MessageRef:
        async def send(activity: Json) -> str:
            return await self._connector.patiently(lambda: self._poster.into(chat, None, activity))

        self._rooms.known.written_in.discard(chat.id)
        try:
            shown, message = await self._taken(card, send)
        except Refused as problem:
            raise await self._rooms.missed(chat, None, problem) from problem
        page = MessageRef(Place(TEAMS, chat.id), message)
        await self._store.shown_cards.keep(page, shown, self._clock.now())
        return page

    async def refreshed(self, message: MessageRef, person: Person) -> Json | None:
        """The card as it was shown last, with the buttons that this reader may press; None for one not known."""
        card = await self._store.shown_cards.get(message)
        if card is None:  # it may have been looked at before it was kept
            await asyncio.sleep(KEPT_SECONDS)
            card = await self._store.shown_cards.get(message)
        if card is None:
            return None
        try:
            async with asyncio.timeout(ROLE_SECONDS):
                role = await self._people.role(person)
        except (RatchetError, TimeoutError):  # who presses is asked again, so everybody's buttons do no harm
            return render_card(card, opens=self._opens)
        return render_card(for_reader(card, role), opens=self._opens)

    # -- looking things up ------------------------------------------------------------------------------------------

    async def noted(self, activity: Json) -> None:
        """Remember where an authenticated delivery came from, so that people can be reached there later."""
        await self._rooms.noted(activity)

    async def room(self, room: str) -> Room:
        """Describe a room given by id, "#Team/Channel" or "#Channel", remembered for five minutes. Raises NotFound."""
        return await self._rooms.room(room)

    async def sees(self, person: Person, room: str) -> bool:
        """Tell whether this person is in the channel or chat, looked up now. Raises NotFound."""
        return await self._rooms.sees(person, room)

    async def thread(self, place: Place) -> tuple[RoomMessage, ...]:
        """What people and bots wrote in the thread, oldest first, our own messages left out. Raises NotFound."""
        conversation = await self._poster.readable(place.room)
        told = await self._graph.thread(
            conversation.group, conversation.id, place.thread or "", tenant=conversation.tenant
        )
        there = Place(TEAMS, conversation.id, place.thread)
        seen = (room_message(one, there) for one in told if not is_own(one, self.own))
        return tuple(one for one in seen if one is not None)

    async def name_of(self, person: Person) -> str:
        """The name that colleagues know this person by."""
        return self._rooms.name_of(person.id) or person.name or await self._rooms.any_name(person.id) or person.id

    # -- afterwards -------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Finish what was begun after acknowledgements."""
        await super().close()
        await self._tokens.close()

    # -- within -----------------------------------------------------------------------------------------------------

    def _activity(self, card: Card, key: str = "", *, changes: bool = True) -> Json:
        return card_activity(card, render_card(card, opens=self._opens, key=key, changes=changes))

    async def _taken(self, card: Card, send: Callable[[Json], Awaitable[T]], key: str = "") -> tuple[Card, T]:
        """Send the card as Teams takes it: whole, else smaller and smaller; give what was sent, and its answer."""
        less = smaller(card)
        while True:
            try:
                return card, await send(self._activity(card, key))
            except Refused as problem:
                following = next(less, None) if problem.error in MISFIT else None
                if following is None:
                    raise
                log.error("teams refused the card “%.200s”: %s %.500s", card.summary, problem.error, problem.details)
                card = following

    async def _whispered(self, place: Place, person: Person, activity: Json) -> bool:
        conversation = await self._rooms.conversation(place.room)
        if conversation.kind is Kind.PERSONAL:
            return False
        account = await self._rooms.account(conversation, person.id)
        if account is None:
            return False
        told = activity | {"recipient": {"id": account.id, "name": account.name}}
        where = thread_id(conversation.id, place.thread)
        await self._connector.patiently(
            lambda: self._connector.send(conversation.service_url, where, told, targeted=True)
        )
        return True
