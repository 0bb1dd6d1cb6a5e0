"""What a platform must remember to reach people later: conversations, the cards shown there, forms that are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.cards.elements import Card, Form
from bot.domain.chat import MessageRef, Person, Place


class Kind(StrEnum):
    CHANNEL = "channel"
    GROUP = "group"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Conversation:
    """How a room or a chat is reached: where its messages are sent to, and what it is called.

    `id` is the platform's own; `team` and `group` are the ids of the team that a channel is in, as the chat service and
    the directory name it; `person` is whose personal chat it is. `gone` tells that the platform no longer knows it.
    """

    platform: str
    id: str
    kind: Kind
    service_url: str
    tenant: str
    seen_at: datetime
    name: str = ""
    team: str = ""
    group: str = ""
    person: str = ""
    private: bool = False
    shared: bool = False
    gone: bool = False


class Conversations(Protocol):
    """The conversations that the bot has been in."""

    async def keep(self, conversation: Conversation) -> None:
        """Remember it, or what is new of it."""
        ...

    async def get(self, platform: str, conversation_id: str) -> Conversation | None: ...

    async def personal(self, platform: str, person: str) -> Conversation | None:
        """The chat with this person alone."""
        ...

    async def channels(self, platform: str) -> tuple[Conversation, ...]:
        """The channels that are still there."""
        ...


class ShownCards(Protocol):
    """The cards as they were shown last, for platforms that ask for them again in the name of one reader."""

    async def keep(self, message: MessageRef, card: Card, now: datetime) -> None: ...

    async def get(self, message: MessageRef) -> Card | None: ...


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that is open at somebody's: what it was made of, where, and what had been typed when it was sent."""

    id: str
    form: Form
    place: Place | None
    person: Person


class OpenForms(Protocol):
    """The forms that are open, so that nothing of what they stand for must be trusted to the one who sends them."""

    async def keep(self, opened: OpenForm, now: datetime) -> None:
        """Remember it for a day."""
        ...

    async def get(self, form_id: str, person: Person) -> OpenForm | None:
        """The form, if it was opened by this person and is not too old."""
        ...


class Accounts(Protocol):
    """Which accounts, on several platforms, are one person's."""

    async def person_of(self, account: Person) -> Person | None:
        """The account that this one's person is known by in the records; None for one that was never linked."""
        ...

    async def link(self, account: Person, email: str, now: datetime) -> Person:
        """Note the account's e-mail address; gives the account that its person is known by: the first one noted."""
        ...

    async def of_person(self, person: Person) -> Mapping[str, Person]:
        """All accounts of this person, by platform."""
        ...
