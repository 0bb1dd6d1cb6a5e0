"""What happens on a chat platform, in words that every platform shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum


class Role(IntEnum):
    """What a person may do; each role may do all that the ones before it may."""

    REP = 1
    SENIOR = 2
    MANAGER = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform, by that platform's own id."""

    platform: str
    id: str
    name: str = ""

    def same_as(self, other: "Person | None") -> bool:
        """Tell whether both are the same account, whatever name each was seen under."""
        return other is not None and (self.platform, self.id) == (other.platform, other.id)


@dataclass(frozen=True, slots=True)
class Place:
    """A room on a platform, or a thread in it when `thread` is given."""

    platform: str
    room: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that a platform has accepted: enough to update it or to link to it."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room as the platform describes it. `shared` tells that another organisation can read it.

    `member` tells that we are in it, `private` that only its members can read it.
    """

    id: str
    name: str
    shared: bool = False
    member: bool = True
    private: bool = False


class Origin(StrEnum):
    """Who or what wrote a message."""

    PERSON = "person"
    BOT = "bot"
    WORKFLOW = "workflow"
    FORWARDED = "forwarded"


@dataclass(frozen=True, slots=True)
class RoomMessage:
    """A message seen in a room. `key` is the platform's id of the event, equal for redeliveries.

    `attachments` names what came along without text (pictures, files). `asked` tells that somebody called the bot on
    purpose (a mention, a shortcut), so the room need not be a watched one; `whispered`, that nobody but the author and
    the bot sees it.
    """

    key: str
    place: Place
    message: str
    author: Person
    text: str
    at: datetime
    origin: Origin = Origin.PERSON
    attachments: tuple[str, ...] = ()
    asked: bool = False
    asked_by: Person | None = None
    whispered: bool = False


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The text of an earlier message was changed."""

    key: str
    place: Place
    message: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """An earlier message was removed."""

    key: str
    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody pressed a button or chose from a menu. `subject` names what the button was about."""

    key: str
    action: str
    subject: str
    actor: Person
    place: Place
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Somebody sent a form. `values` are the inputs by name; an empty one is an empty string."""

    key: str
    form: str
    subject: str
    actor: Person
    values: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody gave a command, through whichever door the platform offers."""

    key: str
    name: str
    text: str
    actor: Person
    place: Place
    message: MessageRef | None = None
    acknowledged: bool = False
    """Whoever gave it was told already that it is being worked on."""


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody opened the bot's own page on the platform."""

    key: str
    actor: Person


Stimulus = RoomMessage | MessageEdited | MessageDeleted | Click | Submission | Command | HomeOpened


def addressed(room: str, platform: str) -> str | None:
    """What a room is called on this platform; None where the name says that it is on another one.

    Where a team works on two platforms a name may say which: "teams:#Support/Escalations", "slack:#escalations".
    """
    named, colon, rest = room.partition(":")
    if not colon or len(named) < 2 or not (named.isalpha() and named.islower()):  # "a:1x" is the id of a chat
        return room
    return rest if named == platform else None


@dataclass(frozen=True, slots=True)
class Toast:
    """A short message that only the person who acted can see."""

    text: str


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What is wrong with a form's inputs, by input name; the form stays open."""

    errors: Mapping[str, str]
