"""The parts that cards and forms are made of. They say what to show; a renderer decides how a platform shows it.

Every plain string is untrusted text: renderers escape it, so that it can neither mention, link nor format. What shall
be more than text is said with a piece: Strong, Link, Mention, When.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.chat import Person, Role


@dataclass(frozen=True, slots=True)
class Strong:
    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    text: str


@dataclass(frozen=True, slots=True)
class Struck:
    """What a change takes away."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link that we made ourselves; customer text never becomes one."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mention:
    person: Person


@dataclass(frozen=True, slots=True)
class When:
    """A moment, shown in the reader's own time zone where the platform can."""

    at: datetime


Piece = str | Strong | Emphasis | Struck | Code | Link | Mention | When
Text = tuple[Piece, ...]


class Tone(StrEnum):
    """What a notice is about, told by a sign and never by colour alone."""

    GOOD = "good"
    INFO = "info"
    WARNING = "warning"
    STOP = "stop"

    @property
    def sign(self) -> str:
        return {Tone.GOOD: "✅", Tone.INFO: "ℹ️", Tone.WARNING: "⚠️", Tone.STOP: "⛔"}[self]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, set apart from ours. Long ones are cut by the renderer, and it says so."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled short values, side by side where there is room."""

    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    tone: Tone
    text: Text


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    text: Text


@dataclass(frozen=True, slots=True)
class Divider:
    pass


class Style(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it sends a Click with this action and subject. `url` makes it open a page instead.

    `role` is the least that may press it, None for whoever reads it: a platform that shows each reader a card of their
    own leaves it out for others. That only spares a refusal: who may do what is decided when the press arrives.
    """

    action: str
    label: str
    subject: str
    style: Style = Style.PLAIN
    confirm: str = ""
    url: str = ""
    role: Role | None = Role.REP


@dataclass(frozen=True, slots=True)
class Actions:
    """Buttons side by side; `more` are offered behind a menu, out of the way."""

    buttons: tuple[Button, ...]
    more: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the columns in `numeric` (from 0) are aligned to the right.

    Where a platform shows fewer tables than a card has (Slack: one a message), the later ones become lines of text.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that `Platform.upload` took, by what it gave; `alt` says what it shows to those who cannot see it.

    Without a file, because the upload was refused, `alt` is shown in its place.
    """

    file: str
    alt: str
    title: str = ""


Element = Heading | Paragraph | Quote | Facts | Notice | Note | Divider | Actions | Table | Picture


@dataclass(frozen=True, slots=True)
class Card:
    """A message made of elements. `summary` is what notifications and screen readers get."""

    summary: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class TextInput:
    name: str
    label: str
    initial: str = ""
    multiline: bool = False
    optional: bool = False
    hint: str = ""
    max_length: int = 3000


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several options, each (value, label); with `radio` a handful of them is shown at once, for one click."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    initial: str = ""
    optional: bool = False
    hint: str = ""
    radio: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """A single box to tick; its value is "yes" or empty."""

    name: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PersonInput:
    name: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DateInput:
    """A day; its value is ISO 8601 ("2026-11-22"), empty for none."""

    name: str
    label: str
    initial: date | None = None
    hint: str = ""


Input = TextInput | Choice | Tick | PersonInput | DateInput


@dataclass(frozen=True, slots=True)
class Form:
    """A dialog. Sending it makes a Submission with this name and subject; without `submit` it is for reading only."""

    name: str
    title: str
    subject: str
    elements: tuple[Element | Input, ...]
    submit: str = ""
