"""Reads what a customer asks: the needs in it, the kind of answer each wants, and how much each word counts."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any

import numpy as np

from bot.domain.smuggling import without_orders
from bot.domain.wording import MONEY, content_words, figures, normal, sentences, stem, words
from bot.ports import Embedder

_READ = 4_000  # characters of a question that are read
_MOST_NEEDS = 4
_STORY_WORDS = 4
_BESIDE = 0.3  # what a word of the story around the question counts, against one of the question itself
_BESIDE_LITTLE = 0.8  # the same where the question itself has one word or none: "Where is my parcel?"
_IDENTIFIER = re.compile(r"\b\S*(?:[A-Za-z]{1,4}-?\d{3,}|\d{4,})\S*|\S+@\S+|https?://\S+")
_CODE = re.compile(r"\b[A-Z]{1,3}-?\d{1,2}\b")
_CHATTER = frozenset(
    stem(word)
    for word in """ask asked asking wonder wondering wonders question questions trying try tried keep keeps kept say
    says said think thought sorry quick urgent asap hope really actually still yet even already back since ago today
    yesterday morning week weeks day days month months year years guys team support customer service anybody somebody
    love like look looking first last next two three give go going goes make made come comes take takes use using used
    mine somewhere currently find found work works new old long good bad right please kind regards greetings cheers lot
    bit want wanted happen happened happens however maybe sure okay ok yes write wrote written reply answer
    answers eur euro euros usd dollars gbp pounds chf
    exactly time times always later away many much again third fourth fifth must mean means meaning nothing nobody
    everybody absolute absolutely ridiculous unacceptable terrible horrible awful disgrace disgraceful joke shame
    furious angry disappointed frustrated frustrating
    möchte gerne gern habe haben hätte guten tag lange zeit viel mir mich noch schon dass kann können
    soll muss wenn""".split()  # noqa: SIM905
)
_ASKS = re.compile(
    r"\?|^\W*(?:how|what|when|where|why|who|whose|which|can|could|do|does|did|is|are|am|may|will|would|should"
    r"|wie|was|wann|wo|warum|wer|welche\w*|kann|können|darf|muss|gibt|ist|sind|bis wann)\b|\bwhats\b"
    r"|\b(?:tell|explain|know|wonder\w*)\b.{0,30}\b(?:how|what|when|where|why|which|if|whether)\b",
    re.I,
)
_OPEN = re.compile(
    r"^\W*(?:which|what|when|where|how|who|until when|from which|welche\w*|was|wann|wo|wie|bis wann)\b", re.I
)
_JOINED = re.compile(
    r"(?:,?\s+(?:and|or|also|und|oder)\s+|,\s+)(?=(?:how|what|when|where|why|who|wie|was|wann|wo)\b)", re.I
)


class Wants(Flag):
    """The kinds of answer that a question may want."""

    ANY = 0
    TIME = auto()
    AMOUNT = auto()
    STEPS = auto()


_WANTED = {
    Wants.TIME: r"how\s+(?:long|soon|fast|often|quickly|many\s+(?:days|weeks|hours|months|years))"
    r"|(?:until|by|since)\s+when|(?<!\w)when\b(?!\s+(?:i|we|my|it)\b)|deadline|wie\s+(?:lange|oft|schnell|viele\s+tage)|bis\s+wann|(?<!\w)wann\b",
    Wants.AMOUNT: r"how\s+much|\bcosts?\b|\bprices?\b|\bfees?\b|\bdiscount|\bwhat\s+amount|from\s+which\s+amount"
    r"|who\s+pays"
    r"|\bkostet\b|\bkosten\b|wie\s?viel\s+(?!tage)|\bpreis|\bgebühr|\brabatt",
    Wants.STEPS: r"how\s+(?:do|can|could|to|would|should)\b|what\s+(?:do|can|should|must)\s+(?:i|we)\s+do|what\s+now"
    r"|wie\s+(?:kann|können|mache|gehe|geht|funktioniert)|steps\b",
}
_WANTING = {kind: re.compile(pattern, re.I) for kind, pattern in _WANTED.items()}
_FIGURED = Wants.TIME | Wants.AMOUNT
_TIMES = frozenset({"day", "working day", "calendar day", "hour", "minute", "second", "week", "month", "year", "date"})
_TIMED = re.compile(
    r"\b\d+\s+(?:tage?n?|werktage?n?|wochen?|monate?n?|jahre?n?|stunden?|minuten?)\b|\b\d{1,2}:\d{2}\b", re.I
)
_SPOKEN_TIME = re.compile(r"\b(?:the same day|am selben tag)\b|\bevery (?:week|month|year|day)\b", re.I)
_FREE = re.compile(r"\b(?:free|no (?:\w+ ){0,2}fee|kostenlos|gratis|gebührenfrei)\b", re.I)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is asked: its words' weights (one for each of the question's `roots`) and its embedding."""

    text: str
    wants: Wants
    weights: Any
    embedding: Any

    @property
    def is_open(self) -> bool:
        """Tell whether it asks what, when or how rather than whether."""
        return _OPEN.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is weighed. `surface` is each root as the customer wrote it, `codes` are such as E08.

    `embeddings` are of the whole, of its needs and of the other sentences, in that order.
    """

    text: str
    roots: tuple[str, ...]
    surface: tuple[str, ...]
    weights: Any
    embeddings: Any
    needs: tuple[Need, ...]
    codes: frozenset[str]
    figures: frozenset[tuple[str, str]]


def ask(text: str, held: Sequence[frozenset[str]], embedder: Embedder) -> Question:
    """Read a question; a word counts for more the fewer passages have it, the customer's own ids do not count.

    `held` are the roots of each passage. What orders the machine about is no part of the question.
    """
    whole = without_orders(text[:_READ])
    bare = _IDENTIFIER.sub(" ", whole)
    spans = [bare[a:b] for a, b in sentences(bare)]
    asking = [part for span in spans for part in _JOINED.split(span) if _ASKS.search(part)]
    asking = [part for part in asking if any(map(_counts, words(part))) or _wants(part) & _FIGURED][:_MOST_NEEDS]
    rarity, surface = _weighed(bare, held)
    roots = tuple(rarity)
    inside = [{stem(word) for word in words(part)} for part in asking]
    little = _BESIDE_LITTLE if sum(root in own for own in inside for root in roots) <= 1 else _BESIDE
    said = np.array([1.0 if not inside or any(root in own for own in inside) else little for root in roots])
    full = np.array([rarity[root] for root in roots])
    parts = asking or [bare]
    story = [span for span in spans if span not in parts and len(span.split()) >= _STORY_WORDS][:_MOST_NEEDS]
    embeddings = np.nan_to_num(np.asarray(embedder.embed([bare, *parts, *story]), dtype=np.float64))
    needs = tuple(
        Need(part, _wants(part), full * _own(roots, inside[i] if inside else None), embeddings[i + 1])
        for i, part in enumerate(parts)
    )
    shown = tuple(surface[root] for root in roots)
    told = frozenset((figure.value, figure.unit) for figure in figures(bare) if figure.unit)
    return Question(bare, roots, shown, full * said, embeddings, needs, codes_in(bare.upper()), told)


def codes_in(text: str) -> frozenset[str]:
    """Codes such as E08."""
    return frozenset(_CODE.findall(text))


def satisfies(text: str, wants: Wants) -> bool:
    """Tell whether the text has a figure of the kind that is wanted: a time, an amount."""
    found = figures(text)
    timed = any(f.unit in _TIMES for f in found) or _TIMED.search(text) or _SPOKEN_TIME.search(text)
    priced = any(f.unit in MONEY or f.unit == "%" for f in found) or _FREE.search(text)
    if Wants.TIME in wants and Wants.AMOUNT in wants:
        return bool(timed or priced)
    return bool(timed) if Wants.TIME in wants else bool(priced) if Wants.AMOUNT in wants else False


def _own(roots: Sequence[str], inside: set[str] | None) -> Any:
    """The weight that each root has in a need whose own roots are `inside`."""
    if inside is None:
        return np.ones(len(roots))
    beside = _BESIDE_LITTLE if sum(root in inside for root in roots) <= 1 else _BESIDE
    return np.array([1.0 if root in inside else beside for root in roots])


def _wants(text: str) -> Wants:
    wants = Wants.ANY
    for kind, pattern in _WANTING.items():
        if pattern.search(text):
            wants |= kind
    return wants & ~Wants.STEPS if wants & (Wants.TIME | Wants.AMOUNT) else wants


def _counts(word: str) -> bool:
    return bool(content_words(word)) and stem(word) not in _CHATTER


def _weighed(bare: str, held: Sequence[frozenset[str]]) -> tuple[Mapping[str, float], Mapping[str, str]]:
    names = _names(bare)
    weights: dict[str, float] = {}
    surface: dict[str, str] = {}
    for word in words(bare):
        root = stem(word)
        if not _counts(word) or word.isdecimal():
            continue
        spread = sum(root in there for there in held)
        weights[root] = math.log(1 + (len(held) + 1) / (spread + 0.5)) * (1.5 if word in names else 1.0)
        surface.setdefault(root, word)
    return weights, surface


def _names(text: str) -> set[str]:
    """Words with a capital inside a sentence, and codes such as E08: what they name is what the question is about."""
    found = re.findall(r"(?<![.!?:\n\"“(])\s([A-ZÀ-Þ][a-zß-öø-ÿ]{2,})\b", text)
    return {normal(word) for word in [*found, *re.findall(r"\b[A-Za-z]{1,3}-?\d{1,2}\b", text)]}
