"""Reads what a customer asks: the needs in it, the kind of answer each wants, and how much each word counts."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.domain.text.asking import is_asking, questions
from bot.domain.text.languages import language_of
from bot.domain.text.smuggling import without_orders
from bot.domain.text.wording import content_words, is_negated, normal, sentences, stem, words
from bot.llm.offline.wanting import FIGURED, Wants, wanted
from bot.ports import TokenEmbedder

_READ = 4_000  # characters of a question that are read
_SENSED = 600  # characters of a need whose meaning is taken: about as many as a sentence of an article may have
_NAMES_ENOUGH = 2  # words that a need must name to be understood without its story
_BESIDE = 0.3  # what a word of the story around the question counts, against one of the question itself
_CLAUSE = 0.6  # what a word of a subordinate clause counts: "How long are invoices kept after I delete my account?"
_BESIDE_LITTLE = 0.8  # the same where the question itself has one word or none: "Where is my parcel?"
_IDENTIFYING = re.compile(r"[A-Za-z]{1,4}-?\d{3,}|\d{4,}|@|https?://")
_EDGES = "?!.,;:()[]\"'“”"
_CODE = re.compile(r"\b[A-Z]{1,3}-?\d{1,2}\b")
_CHATTER = frozenset(
    stem(word)
    for word in """ask asked asking wonder wondering wonders
    question questions trying try tried keep keeps kept say says said
    think thought sorry quick urgent asap hope really actually still yet even already back since ago today yesterday
    morning week weeks day days month months year years guys team support customer service anybody somebody love
    like look looking first last next one two three four five six seven eight nine ten twelve give go going goes
    make made come comes take takes use using used mine somewhere currently find found work works new old long good
    bad right please kind regards greetings cheers lot bit want wanted happen happened happens however maybe sure
    okay ok yes write wrote written reply answer answers eur euro euros usd dollars gbp pounds chf exactly time
    times always later away many much again third fourth fifth must mean means meaning nothing nobody everybody
    absolute absolutely ridiculous unacceptable terrible horrible awful disgrace disgraceful joke shame furious
    angry disappointed frustrated frustrating completely totally simply suddenly recently finally won wouldn couldn
    didn doesn isn aren hasn haven möchte gerne gern habe haben hätte guten tag lange zeit viel mir mich noch schon
    dass kann können soll muss wenn""".split()  # noqa: SIM905
)
_BESIDES = re.compile(
    r"(?:(?<=\s)|^)(?:after|before|when|if|while|because|since|although|though|once|as\s+soon\s+as|nachdem|wenn|falls"
    r"|weil|bevor)\s+(?:i|i'm|we|you|my|our|the|it|this|that|he|she|they|ich|wir|sie|der|die|das|mein\w*)\b[^,?!.]*",
    re.I,
)
_OPEN = re.compile(
    r"^\W*(?:which|what|when|where|how|who|until when|from which|welche\w*|was|wann|wo|wie|bis wann)\b", re.I
)
_TURNED = re.compile(
    r",\s+(?=(?:so\s+|but\s+|then\s+)?(?:how|what|when|where|why|who|which|can|do|is|wie|was|wann|wo|kann)\b)", re.I
)
_LISTING = re.compile(r"^\W*(?:which|what|who|where|welche\w*|was|wer|wo)\b", re.I)
_JOINED = re.compile(
    r"(?:,?\s+(?:and|und)\s+)(?=(?:also\s+)?"
    r"(?:(?:(?:until|till|by|since|from|for|in|at|to|bis|ab|seit)\s+)?(?:how|what|when|where|why|who|which|wie|was|wann|wo)\b"
    r"|(?:can|could|do|does|is|are|will|must|may|kann|ist|muss)\s+(?:i|we|you|it|there|they|the|a|my|ich|es|man)\b))",
    re.I,
)


_TO_DO = re.compile(
    r"\bwhat\s+(?:do|can|should|must)\s+(?:i|we)\s+do\b|\bwhat\s+now\b|\bwas\s+(?:kann|soll|muss)\s+ich\b", re.I
)
_ELLIPTIC = re.compile(r"^\W*(?:and|or|what\s+about|how\s+about|und|oder|was\s+ist\s+mit)\b", re.I)
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|christmas|easter|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is asked: its words' weights, one for each of the question's `roots`.

    `said` is its part of the message, `tokens` what each token of that means, `text` the words in it that ask; `codes`
    are such as E08.
    """

    said: str
    text: str
    wants: Wants
    weights: Any
    tokens: Any
    asking: Any
    codes: frozenset[str]

    @property
    def asks_what_to_do(self) -> bool:
        """Tell whether it asks for what to do ("What do I do now?"), whatever it is about."""
        return _TO_DO.search(self.text) is not None

    @property
    def is_open(self) -> bool:
        """Tell whether it asks what, when or how rather than whether."""
        return _OPEN.search(self.text) is not None

    @property
    def lists(self) -> bool:
        """Tell whether it asks which things there are: what is said not to be is then no answer."""
        return _LISTING.search(self.text) is not None and not is_negated(self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is weighed. `surface` is each root as the customer wrote it, `names` the roots that name
    something (Norway, E08).
    """

    text: str
    roots: tuple[str, ...]
    surface: tuple[str, ...]
    weights: Any
    needs: tuple[Need, ...]
    names: frozenset[str]

    def about(self, n: int) -> "Question":
        """The question as if only this need had been asked."""
        need = self.needs[n]
        return replace(self, text=need.text, weights=need.weights, needs=(need,))


def ask(
    text: str,
    held: Sequence[frozenset[str]],
    meanings: TokenEmbedder,
    *,
    named: frozenset[str] = frozenset(),
    needs: Sequence[str] = (),
) -> Question:
    """Read a question; a word counts for more the fewer units have it, the customer's own ids do not count.

    `held` are the roots of each unit found, `named` those that name a thing (in titles and first cells): only there is
    a number a name. `needs` are the things asked as triage parted them, or none. What orders the machine about is no
    part of the question.
    """
    known = frozenset().union(named, *held)
    bare = _bare(text, known)
    parted = _gathered([part for need in needs or questions(bare) for part in _parts(_bare(need, known))]) or [bare]
    rarity, surface = _weighed(bare, held, named)
    roots = tuple(rarity)
    full = np.array([rarity[root] for root in roots])
    asking = [_asking(part) for part in parted]
    inside = [_inside(part) for part in asking]
    own = np.array([_own(roots, there) for there in inside]).reshape(len(parted), len(roots))
    own = np.where([_apart(i, parted, asking, roots) for i in range(len(parted))], 0.0, own)
    leans = [_leans(i, parted, asking) for i in range(len(parted))]
    told = [f"{parted[i - 1]} {part}" if leans[i] else part for i, part in enumerate(parted)]
    told = told if len(parted) > 1 else [bare]
    _, tokens = meanings.embed_tokens([part[:_SENSED] for part in told])
    _, posed = meanings.embed_tokens(
        [asks[:_SENSED] or part[:_SENSED] for asks, part in zip(asking, told, strict=True)]
    )
    wants: list[Wants] = []
    for asks, leaning in zip(asking, leans, strict=True):
        wants.append(wanted(asks) or (wants[-1] if leaning else Wants.ANY))
    found = tuple(
        Need(part, asking[i], wants[i], full * own[i], tokens[i], posed[i], codes_in(part.upper()))
        for i, part in enumerate(parted)
    )
    shown = tuple(surface[root] for root in roots)
    names = frozenset(root for root in roots if surface[root] in _names(bare))
    return Question(bare, roots, shown, full * own.max(axis=0), found, names)


def codes_in(text: str) -> frozenset[str]:
    """Codes such as E08."""
    return frozenset(_CODE.findall(text))


def _bare(text: str, known: frozenset[str]) -> str:
    """The text without what orders the machine about, and without ids that the articles do not know: the customer's."""
    return re.sub(r"\S+", lambda match: _public(match.group(), known), without_orders(text[:_READ])).strip()


def _public(token: str, known: frozenset[str]) -> str:
    """The token, or what stands around it where it is an address or an id that the articles do not know."""
    core = token.strip(_EDGES)
    if not _IDENTIFYING.search(core) or ("://" not in core and known & set(content_words(core))):
        return token
    return token.replace(core, "")


def _parts(need: str) -> Iterator[str]:
    """The questions that "and" joins; a part that names nothing stays with the one before it."""
    parts: list[str] = []
    for part in _JOINED.split(need):
        if parts and not any(map(_counts, words(part))) and not wanted(part) & FIGURED:
            parts[-1] = f"{parts[-1]} {part}"
        elif part.strip():
            parts.append(part)
    yield from parts


def _gathered(parts: Sequence[str]) -> list[str]:
    """The parts, a wish together with the question about it: "I want to pause it. How long can the pause be?"."""
    gathered: list[str] = []
    for part in parts:
        before = gathered[-1] if gathered else "?"
        if "?" not in before and not wanted(before) and _named(before) & _named(part):
            gathered[-1] = f"{before}\n{part}"
        else:
            gathered.append(part)
    return gathered


def _named(text: str) -> set[str]:
    return {stem(word) for word in words(text) if _counts(word)}


def _asking(part: str) -> str:
    """The sentences of a part that ask; all that name something where those name too little by themselves."""
    spans = [span for a, b in sentences(part) for span in _TURNED.split(part[a:b])]
    for asks in (_is_question, is_asking):
        asked = " ".join(span for span in spans if asks(span))
        if len(_named(asked)) >= _NAMES_ENOUGH or (_named(asked) and wanted(asked) & FIGURED):
            return asked
    return " ".join(span for span in spans if is_asking(span) or _named(span)) or part


def _is_question(sentence: str) -> bool:
    return "?" in sentence or _OPEN.search(sentence) is not None


def _inside(asking: str) -> tuple[set[str], set[str]]:
    """The roots of what a need asks, and of those the ones in its main clause: "after I moved" tells the case."""
    main = {stem(word) for word in words(_BESIDES.sub(" ", asking))}
    return {stem(word) for word in words(asking)}, main


def _own(roots: Sequence[str], inside: tuple[set[str], set[str]]) -> Any:
    """The weight that each root has in a need: less in a subordinate clause, and less again in the story around it."""
    asked, main = inside
    beside = _BESIDE_LITTLE if sum(root in asked for root in roots) <= 1 else _BESIDE
    clause = _CLAUSE if sum(root in main for root in roots) >= _NAMES_ENOUGH else 1.0
    return np.array([1.0 if root in main else clause if root in asked else beside for root in roots])


def _apart(n: int, parted: Sequence[str], asking: Sequence[str], roots: Sequence[str]) -> list[bool]:
    """Which roots only other needs speak of; a need may lean on the one before it."""
    own = _named(parted[n]) | (_named(parted[n - 1]) if _leans(n, parted, asking) else set())
    others = set().union(*map(_named, parted)) - own
    return [root in others for root in roots]


def _leans(n: int, parted: Sequence[str], asking: Sequence[str]) -> bool:
    """Tell whether a need names too little to be understood without the one before it: "And express delivery?"."""
    if not n or codes_in(asking[n].upper()):
        return False
    return len(_named(asking[n])) < _NAMES_ENOUGH or _ELLIPTIC.match(asking[n]) is not None


def _counts(word: str) -> bool:
    """Tell whether a word names something: no small word ("what's" is one), no chatter."""
    return bool(content_words(word.partition("'")[0])) and stem(word) not in _CHATTER


def _weighed(
    bare: str, held: Sequence[frozenset[str]], named: frozenset[str]
) -> tuple[Mapping[str, float], Mapping[str, str]]:
    names = _names(bare)
    weights: dict[str, float] = {}
    surface: dict[str, str] = {}
    for word in words(bare):
        root = stem(word)
        if word.isdecimal() and root not in named:
            continue
        if not _counts(word):
            continue
        spread = sum(root in there for there in held)
        weights[root] = math.log(1 + (len(held) + 1) / (spread + 0.5)) * (1.5 if word in names else 1.0)
        surface.setdefault(root, word)
    return weights, surface


def _names(text: str) -> set[str]:
    """Words with a capital inside a sentence, and codes such as E08: what they name is what the question is about.

    German writes every noun with a capital: there it names nothing.
    """
    found = [] if language_of(text) == "de" else re.findall(r"(?<![.!?:\n\"“(])\s([A-ZÀ-Þ][a-zß-öø-ÿ]{2,})\b", text)
    codes = re.findall(r"\b[A-Za-z]{1,3}-?\d{1,2}\b", text)
    return {normal(word) for word in [*found, *codes] if not _CALENDAR.match(word)}
