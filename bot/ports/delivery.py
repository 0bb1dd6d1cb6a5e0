"""The edges that face people: platforms where the team works, surfaces where the customer is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.cards.elements import Card, Form
from bot.domain.chat import FormErrors, MessageRef, Person, Place, Role, Room, RoomMessage, Stimulus, Toast
from bot.domain.escalation import Customer, Escalation, Outcome, Turn
from bot.domain.review import Receipt

Answer = Toast | Form | FormErrors | None
"""What a handler gives back to whoever acted."""


class Platform(Protocol):
    """A chat platform where the team works. Raises DeliveryFailed when the platform refuses for good."""

    name: str

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        """Post a card once per key, even when an earlier try was cut off after the platform accepted it."""
        ...

    async def reply(self, place: Place, text: str, *, key: str) -> MessageRef:
        """Post plain text, once per key: no formatting, mention or unfurling comes out of it."""
        ...

    async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
        """Take a picture that cards may show from then on; gives what `Picture.file` wants.

        Raises DeliveryFailed where the platform refuses it: a card without its picture is still a card.
        """
        ...

    async def update(self, message: MessageRef, card: Card) -> None:
        """Replace a card that was posted before."""
        ...

    async def tell(self, place: Place, person: Person, said: str | Card) -> None:
        """Say something, or show a card, that only this person sees."""
        ...

    async def publish_home(self, person: Person, card: Card) -> None:
        """Show the card as this person's own page."""
        ...

    async def permalink(self, message: MessageRef) -> str:
        """The address of a message, or an empty string where it has none."""
        ...

    def message_of(self, link: str) -> MessageRef | None:
        """The message that an address as `permalink` gives it leads to, its thread with it; None for any other text."""
        ...

    async def room(self, room: str) -> Room:
        """Describe a room given by id or "#name". Raises NotFound."""
        ...

    async def sees(self, person: Person, room: str) -> bool:
        """Tell whether this person can read the room, given by id. Raises NotFound."""
        ...

    async def thread(self, place: Place) -> tuple[RoomMessage, ...]:
        """What people and bots wrote in the thread, oldest first, our own messages left out. Raises NotFound."""
        ...

    async def name_of(self, person: Person) -> str:
        """The name that colleagues know this person by."""
        ...


class Intake(Protocol):
    """What a platform hands its stimuli to."""

    def immediate(self, stimulus: Stimulus) -> bool:
        """Tell whether this one must be answered within the acknowledgement (it opens a form, or sends one)."""
        ...

    async def accept(self, stimulus: Stimulus) -> None:
        """Return once the stimulus is durable; it is handled afterwards, and its answer shown with `Platform.tell`."""
        ...

    async def answer(self, stimulus: Stimulus) -> Answer:
        """Handle the stimulus now. Raises no RatchetError: those come back as a Toast."""
        ...


class People(Protocol):
    """Knows who may do what."""

    async def role(self, person: Person) -> Role | None:
        """The person's highest role, or None for an outsider. Raises Unavailable rather than guess."""
        ...


class Directory(Protocol):
    """Knows a platform's accounts by their e-mail addresses: those of our own people, never of guests or bots."""

    async def email_of(self, account: Person) -> str:
        """The address, or an empty string for who is no colleague and where the platform does not tell it."""
        ...

    async def with_email(self, email: str) -> Person | None:
        """The account with this address."""
        ...


class Identity(Protocol):
    """Knows which accounts are one person's, where the team works on several platforms."""

    async def person(self, account: Person) -> Person:
        """The account that its person is known by in the records; itself, for most."""
        ...

    async def accounts(self, person: Person) -> Mapping[str, Person]:
        """The person's accounts by platform, this one among them."""
        ...


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a surface's request asks for: turns of a conversation, or an outcome of one."""

    external_id: str
    customer: Customer | None = None
    turns: tuple[Turn, ...] = ()
    outcome: Outcome | None = None
    channel: str = ""
    language: str | None = None
    reply_url: str | None = None
    metadata: Mapping[str, str] | None = None


class Surface(Protocol):
    """Where the customer is: reads the inbound request and delivers the approved reply.

    `receives` tells whether customers' systems may post to it over HTTP.
    """

    name: str
    receives: bool

    def parse(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Read a request. Raises Unauthenticated for a bad signature and Rejected, naming the field, for a bad body."""
        ...

    async def deliver(self, escalation: Escalation, text: str, *, key: str) -> Receipt:
        """Deliver the reply under a key that the receiver can tell repeats by. Raises DeliveryFailed."""
        ...
