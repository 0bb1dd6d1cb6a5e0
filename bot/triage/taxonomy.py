"""The team's taxonomy (intents, risks, rooms, identifiers) and tone examples, read from YAML and checked."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bot.domain.answer import UNKNOWN_INTENT, Risk, Sentiment, Urgency
from bot.domain.errors import Misconfigured
from bot.triage.patterns import objection

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
_Share = Annotated[float, Field(ge=0, le=1)]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's reads 20 times as quickly; every start waits for it


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that customers want. Below `threshold` (a probability) it is not believed; None: the taxonomy's own."""

    name: str
    title: str
    description: str
    risk: Risk
    room: str
    examples: tuple[str, ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class FieldPattern:
    """An identifier of the team's own, such as an order number."""

    name: str
    regex: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What the team distinguishes. `hash` is of the content, so that a release can name it."""

    intents: tuple[Intent, ...]
    fields: tuple[FieldPattern, ...]
    unknown_below: float
    hash: str

    def intent(self, name: str) -> Intent | None:
        """The intent of that name, or None (as for "unknown")."""
        return next((intent for intent in self.intents if intent.name == name), None)


@dataclass(frozen=True, slots=True)
class Tone:
    """Example utterances by sentiment and by urgency."""

    sentiment: Mapping[Sentiment, tuple[str, ...]]
    urgency: Mapping[Urgency, tuple[str, ...]]
    hash: str


def load_taxonomy(path: Path) -> Taxonomy:
    """Read the taxonomy. Raises Misconfigured with a sentence that names the file, the intent and the field."""
    return parse_taxonomy(_read(path), path.name)


def parse_taxonomy(text: str, name: str) -> Taxonomy:
    """Read the taxonomy from its text; `name` is what complaints call it. Raises Misconfigured as `load_taxonomy`."""
    document = _document(text, name)
    parsed = _check(_TaxonomyFile, document, name)
    intents = tuple(
        Intent(i.name, i.title, i.description, i.risk, i.room, tuple(i.examples), i.threshold) for i in parsed.intents
    )
    fields = tuple(FieldPattern(f.name, f.regex, f.description) for f in parsed.fields)
    return Taxonomy(intents, fields, parsed.unknown_below, _hash(document))


def load_tone(path: Path) -> Tone:
    """Read the tone examples. Raises Misconfigured with a sentence that names the file and the field."""
    return parse_tone(_read(path), path.name)


def parse_tone(text: str, name: str) -> Tone:
    """Read the tone examples from their text; `name` is what complaints call it. Raises Misconfigured."""
    document = _document(text, name)
    parsed = _check(_ToneFile, document, name)
    sentiment = {label: tuple(texts) for label, texts in parsed.sentiment.items()}
    urgency = {label: tuple(texts) for label, texts in parsed.urgency.items()}
    return Tone(sentiment, urgency, _hash(document))


# --- the files' shape -------------------------------------------------------------------------------------------------


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _distinct(texts: list[str]) -> list[str]:
    times = Counter(text.casefold() for text in texts)
    for text in texts:
        if times[text.casefold()] > 1:
            raise ValueError(f'the example "{text}" is there twice')
    return texts


_Examples = Annotated[list[_Text], Field(min_length=1), AfterValidator(_distinct)]


class _IntentEntry(_Strict):
    name: _Name
    title: _Text
    description: str = ""
    risk: Risk
    room: str = ""
    examples: _Examples
    threshold: _Share | None = None


class _FieldEntry(_Strict):
    name: _Name
    regex: _Text
    description: str = ""
    example: str = ""

    @model_validator(mode="after")
    def usable(self) -> "_FieldEntry":
        if problem := objection(self.regex):
            raise ValueError(problem)
        if self.example and not re.search(self.regex, self.example):
            raise ValueError(f'its regex does not match its own example "{self.example}"')
        return self


class _TaxonomyFile(_Strict):
    version: int
    unknown_below: _Share = 0.45
    fields: list[_FieldEntry] = []
    intents: list[_IntentEntry] = Field(min_length=1)

    @model_validator(mode="after")
    def unambiguous(self) -> "_TaxonomyFile":
        seen: dict[str, str] = {}
        names = [intent.name for intent in self.intents]
        for intent in self.intents:
            if names.count(intent.name) > 1 or intent.name == UNKNOWN_INTENT:
                raise ValueError(f'the intent name "{intent.name}" is taken')
            for text in intent.examples:
                if (other := seen.setdefault(text.casefold(), intent.name)) != intent.name:
                    raise ValueError(f'the example "{text}" is in both "{other}" and "{intent.name}"')
        return self


class _ToneFile(_Strict):
    version: int
    sentiment: dict[Sentiment, _Examples] = Field(min_length=2)
    urgency: dict[Urgency, _Examples] = Field(min_length=2)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read.") from error


def _document(text: str, name: str) -> Any:
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  both are safe loaders
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark else ""
        raise Misconfigured(f"{name} is not valid YAML{where}.") from error


_M = Any


def _check(model: type[_M], document: Any, name: str) -> _M:
    if not isinstance(document, dict):
        raise Misconfigured(f"{name} must hold keys and values; it holds none.")
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = [_sentence(problem, document) for problem in error.errors()[:5]]
        raise Misconfigured(f"{name}: {'; '.join(problems)}.") from error


def _sentence(problem: Any, document: Any) -> str:
    """Say where and what: 'intent "refund", field risk: Input should be ...'."""
    where: list[str] = []
    at = document
    for key in problem["loc"]:
        at = at[key] if isinstance(at, dict | list) and _has(at, key) else None
        if isinstance(key, int) and isinstance(at, dict) and where:
            where[-1] = f'{where[-1].removesuffix("s")} "{at.get("name", f"number {key + 1}")}"'
        elif isinstance(key, int):
            where.append(f"entry {key + 1}")
        elif key != "[key]":
            where.append(str(key))
    said = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        said = "is not a known key"
    return f"{', '.join(where)}: {said}" if where else said


def _has(at: Any, key: Any) -> bool:
    return key in at if isinstance(at, dict) else isinstance(key, int) and key < len(at)


def _hash(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()[
        :16
    ]
