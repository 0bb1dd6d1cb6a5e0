"""Drafts without a network and without a key, in the articles' own sentences; see `OfflineDrafter`."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.answer import UNKNOWN_INTENT, Draft, DraftAuthor, Passage, Triage
from bot.domain.article import ArticleKind
from bot.domain.text.message import prose
from bot.domain.text.plain import shortened
from bot.llm.compose import Piece, compose
from bot.llm.offline.choosing import Chosen, choose
from bot.llm.offline.evidence import BIAS_COVERED, BIAS_RIGHT, BY_CODE, SIGNS, Evidence, rankings
from bot.llm.offline.matching import WEIGHTS, Candidate, candidates, narrowed
from bot.llm.offline.missing import missing_topic
from bot.llm.offline.question import Question, ask
from bot.llm.offline.reading import Kind
from bot.llm.offline.rivals import rival
from bot.llm.offline.shelf import Sheet, Shelf
from bot.llm.voice import Voice
from bot.ports import DraftRequest, Embedder, Progress, TokenEmbedder

_PASSAGES = 20
_GLANCE = 120  # characters
_MOST_SHOWN = 400  # characters of what was found and is not good enough to be a draft
_ANSWERS_FROM = 0.3  # that the matter is covered, were it so for half of what is asked: it is for most
_LEAST, _SURE_FROM = 0.2, 0.5  # confidence below which nothing is answered, and from which without a warning
_LEAST_BESIDE = 0.35  # the confidence that an answer beside a sure one must have
_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
          "pt": "Portuguese"}  # fmt: skip


def _version() -> str:
    bars = f"{_ANSWERS_FROM} {_LEAST} {_LEAST_BESIDE} {BY_CODE}"
    weighed = f"{sorted(WEIGHTS.items())} {sorted(SIGNS.items())} {BIAS_COVERED} {BIAS_RIGHT} {bars}"
    return hashlib.sha256(weighed.encode()).hexdigest()[:12]


class OfflineDrafter:
    """A Drafter that quotes: every sentence between greeting and closing is an article's own, with its source.

    It says what answers each thing that is asked, with the condition that limits it, or one procedure, and no more.
    It abstains, saying what is missing, when the evidence is weak, when there are no words to answer, and when the
    customer writes in a language that none of the articles is in: it cannot translate, and a match across languages
    is no evidence. Its confidence is that of the least sure need: see `Evidence`.
    """

    name = "offline"
    slow = False
    version = _version()
    """Names the weights that decide what is quoted and when nothing is."""

    def __init__(self, words: Embedder, meanings: TokenEmbedder, voice: Voice | None = None) -> None:
        """`words` embeds single words, `meanings` sentences in context: give one that remembers, it is asked often.

        The weights were fitted with wordllama and MiniLM.
        """
        self._embedder = words
        self._shelf = Shelf(words)
        self._meanings = meanings
        self._intents: dict[str, Any] = {}  # by title: as many as the taxonomy has
        self._voice = voice or Voice()

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        return await asyncio.to_thread(self.compose, request)

    def compose(self, request: DraftRequest) -> Draft:
        """Draft in the calling thread: some ms, and some 100 ms where the sentences are seen for the first time."""
        read = self._read(request)
        return read if isinstance(read, Draft) else self._answer(request, read)

    def evidence(self, request: DraftRequest) -> tuple[Evidence, ...]:
        """What the decision to answer rests on, for each need; nothing where there is nothing to weigh."""
        read = self._read(request)
        return () if isinstance(read, Draft) else read.evidence

    def _read(self, request: DraftRequest) -> "_Read | Draft":
        """The question, what was found for it and how well that answers; or why there is nothing to weigh."""
        asked = prose(request.escalation.asked)
        if not any(character.isalnum() for character in asked):
            return _abstain("The message has no words to answer; open its attachment or ask what it is about.")
        if not request.passages:
            return _abstain("No article was found for this question.")
        telling = [passage for passage in request.passages[:_PASSAGES] if passage.kind is not ArticleKind.RUNBOOK]
        sheets = [self._shelf.sheet(passage) for passage in telling]
        sheets, language = _in_language(request.triage.language, sheets)
        if not sheets:
            return _abstain(language)
        question = ask(
            asked,
            [line.roots for sheet in sheets for line in sheet.lines],
            self._meanings,
            named=frozenset().union(*(sheet.named for sheet in sheets)),
            needs=[need.text for need in request.triage.needs],
        )
        if not question.roots:
            return _abstain("The message names nothing that an article could be about; ask what is wanted.")
        vectors = np.nan_to_num(np.asarray(self._embedder.embed(question.surface)))
        found = candidates(question, sheets, vectors, self._intent(request.triage), self._meanings)
        if not found:
            return _abstain("The articles found have no sentence to quote.")
        by_id = {passage.id: passage for passage in telling}
        passages = [by_id[sheet.passage.id] for sheet in sheets]
        judges = rankings(question, asked, sheets, passages, self._meanings)
        weighed = (judges.weigh(question, n, found) for n in range(len(question.needs)))
        return _Read(question, passages, found, tuple(weighed))

    def _intent(self, triage: Triage) -> Any:
        """The embedding of the intent's title, weaker the less it is trusted; zero for an unknown intent."""
        if triage.intent == UNKNOWN_INTENT or not triage.intent_title:
            return np.zeros(self._embedder.dimensions)
        if triage.intent_title not in self._intents:
            embedded = np.asarray(self._embedder.embed([triage.intent_title]))[0]
            self._intents[triage.intent_title] = np.nan_to_num(embedded)
        return self._intents[triage.intent_title] * min(1.0, triage.intent_confidence)

    def _answer(self, request: DraftRequest, read: "_Read") -> Draft:
        question, weighed = read.question, read.evidence
        answered = _answerable(weighed)
        if not answered:
            return _abstain(
                f"No article covers {read.topic(0)} (nearest: {weighed[0].nearest}).",
                weighed[0].confidence,
                notes=(f'The nearest that was found: "{_nearest(weighed[0])}"',),
            )
        chosen = choose(question, read.found, read.passages, answered)
        first = read.passages[chosen[0].candidate.sheet]
        name, language = request.escalation.customer.name, self._shelf.sheet(first).language
        done = compose(_pieces(chosen, question, read.passages), self._voice, name=name, language=language)
        confidence = round(min(evidence.confidence for evidence in weighed), 4)
        notes = _notes(read, answered, [each.candidate for each in chosen])
        return Draft(done.text, done.cited, done.citations, confidence, DraftAuthor.OFFLINE, notes=notes)


@dataclass(frozen=True, slots=True)
class _Read:
    """A request as it was read: `passages` are those that the candidates' sheets are from."""

    question: Question
    passages: Sequence[Passage]
    found: Sequence[Candidate]
    evidence: tuple[Evidence, ...]

    def topic(self, n: int) -> str:
        """What is missing where nothing answers a need, in the customer's words."""
        return f'"{missing_topic(self.question.about(n), self.evidence[n].found)}"'


def _answerable(weighed: Sequence[Evidence]) -> list[int]:
    """The needs that are answered, by number: beside a sure answer none that is hardly more than a guess."""
    covered = [n for n, each in enumerate(weighed) if each.covered >= _ANSWERS_FROM and each.confidence >= _LEAST]
    if not any(weighed[n].confidence >= _SURE_FROM for n in covered):
        return covered
    return [n for n in covered if weighed[n].confidence >= _LEAST_BESIDE]


def _notes(read: _Read, answered: Sequence[int], told: Sequence[Candidate]) -> tuple[str, ...]:
    """What the rep should know before approving: what is not covered, what is weak, what else it could be."""
    needs = read.question.needs
    lacking = [
        f'Not covered: "{shortened(needs[n].text, _GLANCE)}" (nearest: {evidence.nearest}).'
        for n, evidence in enumerate(read.evidence)
        if n not in answered
    ]
    doubtful = [
        f"Weak evidence: check that this answers the question about {read.topic(n)}."
        for n in answered
        if read.evidence[n].confidence < _SURE_FROM
    ]
    others = [other for n in answered if (other := rival(n, read.found, told)) is not None]
    found = [
        f'Also found: "{shortened(each.unit.text, _GLANCE)}" ({read.passages[each.sheet].title}).' for each in others
    ]
    return tuple(dict.fromkeys((*lacking, *doubtful, *found)))


def _pieces(chosen: Sequence[Chosen], question: Question, passages: Sequence[Passage]) -> list[Piece]:
    """The reply's sentences, each need's answer a paragraph; steps are numbered, rows cut to what is asked."""
    steps = sum(each.candidate.unit.kind is Kind.STEP for each in chosen) > 1
    pieces: list[Piece] = []
    before: Chosen | None = None
    for each in chosen:
        unit, passage = each.candidate.unit, passages[each.candidate.sheet]
        apart = before is not None and (
            before.need != each.need
            or before.candidate.sheet != each.candidate.sheet
            or before.candidate.unit.kind is not unit.kind
        )
        mark = "" if unit.kind is Kind.ROW or (unit.kind is Kind.STEP and not steps) else unit.mark
        pieces.append(Piece(narrowed(each.candidate, question, passage), (passage,), unit.quote, mark, apart))
        before = each
    return pieces


def _in_language(theirs: str, sheets: list[Sheet]) -> tuple[list[Sheet], str]:
    """Keep the passages in the customer's language; none and a sentence where the knowledge has only others."""
    if theirs in {"", "und"}:
        return sheets, ""
    told = [sheet.language for sheet in sheets]
    if theirs in told or not any(told):
        return [sheet for sheet in sheets if sheet.language in {"", theirs}], ""
    others = " and ".join(sorted({_NAMES.get(language, language) for language in told if language}))
    sentence = (
        f"The customer writes in {_NAMES.get(theirs, theirs)}, the articles found are in {others}, and the offline "
        f"drafter cannot translate (nearest: {sheets[0].passage.title})."
    )
    return [], sentence


def _nearest(evidence: Evidence) -> str:
    return " ".join(each.unit.text for each in evidence.told)[:_MOST_SHOWN]


def _abstain(missing: str, confidence: float = 0.0, notes: tuple[str, ...] = ()) -> Draft:
    return Draft("", "", (), round(confidence, 4), DraftAuthor.OFFLINE, missing=missing, notes=notes)
