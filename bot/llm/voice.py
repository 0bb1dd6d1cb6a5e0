"""The team's voice: tone, length, greeting and signature, what it never says, where it may link to, and examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.errors import Misconfigured
from bot.domain.text.names import addressee


class _Wording(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str = ""
    greeting_unknown: str = ""
    closing: str = ""
    signature: str = ""


class Length(StrEnum):
    """How much a reply says: what answers, that with its conditions, or all there is to it."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class _Example(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    customer: str = Field(min_length=1, max_length=2_000)
    reply: str = Field(min_length=1, max_length=2_000)


class _VoiceFile(_Wording):
    version: int = 1
    languages: dict[str, _Wording] = Field(default_factory=dict)
    tone: list[str] = Field(default_factory=list)
    length: Length = Length.MEDIUM
    style: list[str] = Field(default_factory=list)
    examples: list[_Example] = Field(default_factory=list, max_length=5)
    banned_phrases: list[str] = Field(default_factory=list)
    allowed_link_hosts: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wording:
    """The frame of a reply in one language. `{name}` in the greeting is the customer's name.

    `greeting_unknown` greets whoever has no name; without one, such a reply has no greeting.
    """

    greeting: str = ""
    greeting_unknown: str = ""
    closing: str = ""
    signature: str = ""

    def framed(self, text: str, name: str = "") -> str:
        """The text between greeting and closing, each a paragraph of its own."""
        addressed = addressee(name)
        greeting = self.greeting.format(name=addressed) if addressed and self.greeting else self.greeting_unknown
        ending = "\n".join(filter(None, (self.closing, self.signature)))
        return "\n\n".join(filter(None, (greeting, text, ending)))

    @property
    def frame(self) -> tuple[str, str]:
        """What stands before and after a text that is for nobody by name."""
        return self.greeting_unknown, "\n".join(filter(None, (self.closing, self.signature)))


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the team's reply to it: it teaches how the team sounds, and is no source of facts."""

    customer: str
    reply: str


@dataclass(frozen=True, slots=True)
class Voice:
    """How the team sounds; `default` is used for a language that has no wording of its own.

    `tone` are words for it, `style` rules, and `length` how much a reply says.
    """

    default: Wording = Wording()
    languages: Mapping[str, Wording] = field(default_factory=dict)
    tone: tuple[str, ...] = ()
    length: Length = Length.MEDIUM
    style: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    banned_phrases: tuple[str, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()

    @property
    def frames(self) -> dict[str, tuple[str, str]]:
        """The frame of a text that is for nobody by name, by language; "" for any other."""
        return {"": self.default.frame, **{language: each.frame for language, each in self.languages.items()}}

    def framed(self, text: str, *, name: str = "", language: str = "") -> str:
        """The text as a whole reply in that language (ISO 639-1, "" where it is not known)."""
        return self.languages.get(language, self.default).framed(text, name)


def load_voice(path: Path) -> Voice:
    """Read the voice file. Raises Misconfigured with a sentence that names the file and the key."""
    try:
        return parse_voice(path.read_text(encoding="utf-8"), f"The voice file {path}")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Misconfigured(f"The voice file {path} cannot be read: {why}.") from error


def parse_voice(text: str, name: str) -> Voice:
    """Read the voice from its text; `name` is what complaints call it. Raises Misconfigured as `load_voice`."""
    try:
        document = _VoiceFile.model_validate(yaml.safe_load(text) or {})
        wordings = {language: _wording(entry) for language, entry in document.languages.items()}
        default = _wording(document)
    except yaml.YAMLError as error:
        raise Misconfigured(f"{name} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Misconfigured(f"{name}: {where}: {first['msg']}.") from error
    return Voice(
        default,
        wordings,
        tone=tuple(document.tone),
        length=document.length,
        style=tuple(document.style),
        examples=tuple(Example(example.customer, example.reply) for example in document.examples),
        banned_phrases=tuple(document.banned_phrases),
        allowed_hosts=frozenset(host.lower() for host in document.allowed_link_hosts),
    )


def _wording(entry: _Wording) -> Wording:
    try:
        entry.greeting.format(name="")
    except (KeyError, IndexError, ValueError) as error:
        raise Misconfigured(f"The greeting {entry.greeting!r} may contain {{name}} and no other braces.") from error
    return Wording(entry.greeting, entry.greeting_unknown, entry.closing, entry.signature)
