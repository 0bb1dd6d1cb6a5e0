"""Drafts without a network and without a key, in the articles' own sentences; see `OfflineDrafter`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.domain.answer import UNKNOWN_INTENT, Draft, DraftAuthor, Passage, Triage
from bot.domain.message import prose
from bot.llm.choosing import Candidate, candidates, choose
from bot.llm.compose import Piece, compose
from bot.llm.evidence import missing_topic, weigh
from bot.llm.question import Question, ask
from bot.llm.reading import Kind
from bot.llm.shelf import Sheet, Shelf
from bot.llm.voice import Voice
from bot.ports import DraftRequest, Embedder, Progress

_PASSAGES = 8
_WEIGHED = 5  # the best units that the evidence is read from
_ANSWERS_FROM = 0.5  # confidence
_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
          "pt": "Portuguese"}  # fmt: skip


class OfflineDrafter:
    """A Drafter that quotes: every sentence between greeting and closing is an article's own, with its source.

    It says what answers each thing that is asked, with the condition that limits it, or one procedure, and no more.
    It abstains, saying what is missing, when the evidence is weak, when there are no words to answer, and when the
    customer writes in a language that none of the articles is in: it cannot translate, and a match across languages
    is no evidence. Its confidence is provisional (a hand-set function of the evidence), and so is good for ranking
    rather than for reading.
    """

    name = "offline"
    slow = False

    def __init__(self, embedder: Embedder, voice: Voice | None = None) -> None:
        self._embedder = embedder
        self._shelf = Shelf(embedder)
        self._intents: dict[str, Any] = {}  # by title: as many as the taxonomy has
        self._voice = voice or Voice()

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        return self.compose(request)

    def compose(self, request: DraftRequest) -> Draft:
        """Draft in the calling thread: a few ms, some more for each passage that is seen for the first time."""
        asked = prose(request.escalation.asked)
        if not any(character.isalnum() for character in asked):
            return _abstain("The message has no words to answer; open its attachment or ask what it is about.")
        if not request.passages:
            return _abstain("No article was found for this question.")
        sheets = [self._shelf.sheet(passage) for passage in request.passages[:_PASSAGES]]
        sheets, language = _in_language(request.triage.language, sheets)
        if not sheets:
            return _abstain(language)
        question = ask(asked, [line.roots for sheet in sheets for line in sheet.lines], self._embedder)
        if not question.roots:
            return _abstain("The message names nothing that an article could be about; ask what is wanted.")
        return self._answer(request, question, sheets)

    def _intent(self, triage: Triage) -> Any:
        """The embedding of the intent's title, weaker the less it is trusted; zero for an unknown intent."""
        if triage.intent == UNKNOWN_INTENT or not triage.intent_title:
            return np.zeros(self._embedder.dimensions)
        if triage.intent_title not in self._intents:
            embedded = np.asarray(self._embedder.embed([triage.intent_title]))[0]
            self._intents[triage.intent_title] = np.nan_to_num(embedded)
        return self._intents[triage.intent_title] * min(1.0, triage.intent_confidence)

    def _answer(self, request: DraftRequest, question: Question, sheets: Sequence[Sheet]) -> Draft:
        vectors = np.nan_to_num(np.asarray(self._embedder.embed(question.surface)))
        intent = self._intent(request.triage)
        found = candidates(question, sheets, vectors, intent)
        if not found:
            return _abstain("The articles found have no sentence to quote.")
        best = sorted(found, key=lambda c: -max(c.scores))[:_WEIGHED]
        evidence = weigh(question, best, sheets, intent)
        if evidence.confidence < _ANSWERS_FROM:
            nearest = sheets[best[0].sheet].passage.title
            topic = missing_topic(question, evidence.found)
            return _abstain(f'No article covers "{topic}" (nearest: {nearest}).', evidence.confidence)
        passages = {passage.id: passage for passage in request.passages}
        chosen = choose(question, found)
        pieces = _pieces(chosen, [passages[sheet.passage.id] for sheet in sheets])
        done = compose(
            pieces, self._voice, name=request.escalation.customer.name, language=sheets[chosen[0].sheet].language
        )
        return Draft(done.text, done.cited, done.citations, round(evidence.confidence, 4), DraftAuthor.OFFLINE)


def _pieces(chosen: Sequence[Candidate], passages: Sequence[Passage]) -> list[Piece]:
    pieces: list[Piece] = []
    steps = sum(candidate.unit.kind is Kind.STEP for candidate in chosen) > 1
    for position, candidate in enumerate(chosen):
        unit = candidate.unit
        before = chosen[position - 1] if position else None
        apart = before is not None and (before.sheet != candidate.sheet or before.unit.kind is not unit.kind)
        mark = "" if unit.kind is Kind.ROW or (unit.kind is Kind.STEP and not steps) else unit.mark
        pieces.append(Piece(unit.text, (passages[candidate.sheet],), unit.quote, mark, apart))
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


def _abstain(missing: str, confidence: float = 0.0) -> Draft:
    return Draft("", "", (), round(confidence, 4), DraftAuthor.OFFLINE, missing=missing)
