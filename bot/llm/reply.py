"""What a language model replies, and what of it the team may see: what cites, and neither leaks nor invents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from bot.domain.answer import Passage
from bot.domain.text.languages import language_of
from bot.domain.text.masking import Mask
from bot.domain.text.wording import content_words, figures, sentences, words
from bot.llm.compose import Piece
from bot.ports import DraftRequest

_RUN = 8  # words in a row that only somebody who copies the instructions has in common with them
_MOST_QUESTIONS = 3
_QUESTION_WORDS = 30
_TOLD = 300  # characters of what is told to the team
_SENTENCE = 1_000
_BLOCK = re.compile(r"</?\s*(?:passages|history|guidance|needs|customer|example)\b[^>\n]{0,80}>", re.I)
_HALF = re.compile(r"\[{1,2}[^\]\n]{0,40}\]?$")  # a placeholder that is still being written
_MARKER = re.compile(r"\s?\[[0-9]{1,3}\]")  # added by us, where they belong
_LINK = re.compile(r"https?://|www\.", re.I)
_UNCITED = "cited no passage"
_INVENTED = "had a placeholder that stands for nothing"
_LEAKED = "repeated what only the model was told"


class Sentence(BaseModel):
    """One sentence of the reply with the numbers of the passages that state it."""

    model_config = ConfigDict(extra="forbid")
    text: str
    passages: list[int]
    need: int = Field(description="Number of the listed need that it answers; 1 where none are listed.")


class Reply(BaseModel):
    """What the model returns."""

    model_config = ConfigDict(extra="forbid")
    sentences: list[Sentence]
    questions: list[str] = Field(description="Short questions to the customer, each ending in '?', stating nothing.")
    missing: str = Field(description="Which document the knowledge lacks, in one sentence for the team; empty if none.")
    needs_human: bool
    reason: str = Field(description="Why a person must decide, in one sentence for the team; empty otherwise.")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What of a reply may be used. `notes` say to the team what was left out and what the model asks of them.

    `confidence` is a raw estimate: the share of the sentences kept, times how far their passages have their words,
    halved for each doubt (something is missing, a need unanswered, a person asked for). It ranks drafts of one model;
    what it means as a probability, past decisions tell.
    """

    pieces: tuple[Piece, ...]
    questions: tuple[str, ...]
    missing: str
    notes: tuple[str, ...]
    confidence: float


class Gate:
    """Judges the sentences of replies to one request. `secret` is what no sentence may repeat: the call's boundary."""

    def __init__(self, request: DraftRequest, mask: Mask, *, secret: str, rules: frozenset[tuple[str, ...]]) -> None:
        self._request = request
        self._mask = mask
        self._secret = secret
        self._rules = rules

    def accepted(self, reply: Reply) -> Accepted:
        """Take what may be used of a whole reply."""
        judged = [self._judged(sentence) for sentence in reply.sentences if sentence.text.strip()]
        pieces = tuple(piece for piece in judged if isinstance(piece, Piece))
        questions = tuple(filter(None, map(self._question, reply.questions)))[:_MOST_QUESTIONS]
        missing, reason = self._told(reply.missing), self._told(reply.reason)
        notes = list(_left_out([why for why in judged if isinstance(why, str)]))
        unanswered = self._unanswered(reply) if pieces and not missing else []
        notes += [f"Nothing in this draft answers: “{need}”" for need in unanswered]
        if unfit := sum(bool(asked.strip()) for asked in reply.questions) - len(questions):
            notes.append(f"{unfit} of the model's questions stated something or could not be asked and {_were(unfit)}.")
        if missing:
            notes.append(f"Not covered: {missing}")
        if reply.needs_human:
            notes.append(f"The model proposes that a person decides this one{f': {reason}' if reason else '.'}")
        doubts = bool(missing) + bool(unanswered) + reply.needs_human
        return Accepted(pieces, questions, missing, tuple(notes), self._confidence(pieces, len(judged), doubts))

    def so_far(self, partial: str) -> str:
        """The text of a reply that is still being written, without what is known to be left out."""
        try:
            read = from_json(partial, allow_partial="trailing-strings")
        except ValueError:
            return ""
        found = read.get("sentences") if isinstance(read, dict) else None
        entries = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
        shown = []
        for entry in entries:
            finished = entry is not entries[-1] or "need" in entry
            text = str(entry.get("text", ""))
            text = text if finished else _HALF.sub("", text)
            if not self._unfit(text) and (not finished or self._cited(entry.get("passages"))):
                shown.append(self._mask.restore(" ".join(text.split())))
        return " ".join(filter(None, shown))

    def _judged(self, sentence: Sentence) -> Piece | str:
        """The sentence with those of its passages that exist, or why it is left out."""
        if why := self._unfit(sentence.text):
            return why
        text = self._mask.restore(" ".join(_MARKER.sub("", sentence.text).split()))[:_SENTENCE]
        cited = self._cited(sentence.passages)
        return Piece(text, cited, text) if cited else _UNCITED

    def _unfit(self, text: str) -> str:
        if self._leaks(text):
            return _LEAKED
        return _INVENTED if self._mask.invented(text) else ""

    def _leaks(self, text: str) -> bool:
        if self._secret in text or _BLOCK.search(text):
            return True
        return not self._rules.isdisjoint(runs(text[:_SENTENCE]))

    def _cited(self, numbers: object) -> tuple[Passage, ...]:
        passages = self._request.passages
        asked = [number for number in numbers if isinstance(number, int)] if isinstance(numbers, list) else []
        return tuple(passages[number - 1] for number in dict.fromkeys(asked) if 1 <= number <= len(passages))

    def _question(self, text: str) -> str:
        """The question, if it asks and states nothing that could be wrong; otherwise nothing."""
        asked = " ".join(text.split())
        one = asked.endswith("?") and len(asked.split()) <= _QUESTION_WORDS and len(sentences(asked)) == 1
        if not one or self._unfit(asked) or _LINK.search(asked):
            return ""
        asked = self._mask.restore(asked)
        theirs = {figure.value for figure in figures(self._request.escalation.question)}
        return asked if all(figure.value in theirs for figure in figures(asked)) else ""

    def _told(self, text: str) -> str:
        """What the model says to the team, on one line; nothing where it repeats what only it was told."""
        return "" if self._leaks(text) else self._mask.restore(" ".join(text.split()))[:_TOLD]

    def _unanswered(self, reply: Reply) -> list[str]:
        """The listed needs that no sentence answers which may be used."""
        needs = self._request.triage.needs
        answered = {sentence.need for sentence in reply.sentences if isinstance(self._judged(sentence), Piece)}
        return [_shortened(need.text) for n, need in enumerate(needs, 1) if len(needs) > 1 and n not in answered]

    @staticmethod
    def _confidence(pieces: tuple[Piece, ...], written: int, doubts: int) -> float:
        if not pieces:
            return 0.0
        support = sum(_support(piece) for piece in pieces) / len(pieces)
        return round(len(pieces) / written * support * 0.5**doubts, 4)


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every run of words in a text that is long enough to tell whose words they are."""
    said = words(text)
    return frozenset(tuple(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1))


def _support(piece: Piece) -> float:
    """The share of a sentence's content words that its passages have; half, unread, across languages."""
    own = content_words(piece.text)
    source = "\n".join(f"{passage.name}\n{passage.text}" for passage in piece.passages)
    theirs, ours = language_of(source), language_of(piece.text)
    if theirs and ours and theirs != ours:
        return 0.5
    there = set(content_words(source))
    return sum(word in there for word in own) / len(own) if own else 0.5


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _TOLD else f"{words[: _TOLD - 2]} …"


def _left_out(reasons: list[str]) -> Iterator[str]:
    for reason in dict.fromkeys(reasons):
        count = reasons.count(reason)
        yield f"{count} of the model's sentences {reason} and {_were(count)}."


def _were(count: int) -> str:
    return f"{'was' if count == 1 else 'were'} left out"
