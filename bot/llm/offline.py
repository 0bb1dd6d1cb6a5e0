"""Drafts without a network and without a key, in the articles' own sentences; see `OfflineDrafter`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.answer import Draft, DraftAuthor, Passage
from bot.domain.wording import content_words, figures, words
from bot.llm.compose import Piece, compose
from bot.llm.evidence import Evidence, Question, WordLikeness, ask, covered, likeness, missing_topic
from bot.llm.reading import Kind, Unit, language_of, units
from bot.llm.voice import Voice
from bot.ports import DraftRequest, Embedder

_PASSAGES = 8
_UNITS = 200
_SOURCES = 3
_WORDS = 120
_PROCEDURE_WORDS = 220  # a procedure is told whole or not at all
_ANSWERS_FROM = 0.5  # confidence
_NEARLY = 0.62  # of the best unit's score: a unit of the same passage that belongs to the answer
_ELSEWHERE = 0.8  # the same for a unit of another passage
_MOST_UNITS = 6
_SAME = 0.75  # the share of words from which two units say the same
_LONG = 1_500  # characters of question and passages together above which the work leaves the event loop
_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
          "pt": "Portuguese"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: int
    index: int
    unit: Unit
    score: float
    roots: frozenset[str]  # the question's words that it has


class OfflineDrafter:
    """A Drafter that quotes: every sentence between greeting and closing is an article's own, with its source.

    It abstains, saying what is missing, when the evidence is weak, when there are no words to answer, and when the
    customer writes in a language that none of the articles is in: it cannot translate, and a match across languages
    is no evidence. Its confidence is provisional (a hand-set function of the evidence), and so is good for ranking
    rather than for reading.
    """

    name = "offline"

    def __init__(self, embedder: Embedder, voice: Voice | None = None) -> None:
        self._embedder = embedder
        self._likeness = WordLikeness(embedder)
        self._voice = voice or Voice()

    async def draft(self, request: DraftRequest) -> Draft:
        return await asyncio.to_thread(self.compose, request)

    def compose(self, request: DraftRequest) -> Draft:
        """Draft in the calling thread: about 5 to 20 ms."""
        asked = request.escalation.question
        if not any(character.isalnum() for character in asked):
            return _abstain("The message has no words to answer; open its attachment or ask what it is about.")
        passages = request.passages[:_PASSAGES]
        if not passages:
            return _abstain("No article was found for this question.")
        passages, language = _in_language(request, passages)
        if not passages:
            return _abstain(language)
        question = ask(asked, [f"{p.title} {p.heading} {p.text}" for p in passages], self._embedder)
        if not question.weights:
            return _abstain("The message names nothing that an article could be about; ask what is wanted.")
        return self._answer(request, question, passages)

    def _answer(self, request: DraftRequest, question: Question, passages: Sequence[Passage]) -> Draft:
        candidates = self._candidates(question, passages)
        if not candidates:
            return _abstain("The articles found have no sentence to quote.")
        chosen = _choose(candidates)
        found = self._found(question, passages, chosen)
        evidence = self._evidence(question, passages, chosen, found)
        nearest = passages[max(candidates, key=lambda c: c.score).passage].title
        if evidence.confidence < _ANSWERS_FROM:
            topic = missing_topic(question, found)
            return _abstain(f'No article covers "{topic}" (nearest: {nearest}).', evidence.confidence)
        pieces = _pieces(chosen, passages)
        language = language_of(" ".join(piece.passages[0].text for piece in pieces))
        done = compose(pieces, self._voice, name=request.escalation.customer.name, language=language)
        return Draft(done.text, done.cited, done.citations, round(evidence.confidence, 4), DraftAuthor.OFFLINE)

    def _candidates(self, question: Question, passages: Sequence[Passage]) -> list[_Candidate]:
        """Score every unit: words in common (rare ones weigh more), likeness, heading, its passage's rank."""
        read = [(number, units(passage.text[:8_000])) for number, passage in enumerate(passages)]
        flat = [(number, index, unit) for number, found in read for index, unit in enumerate(found)][:_UNITS]
        if not flat:
            return []
        alike = likeness(question, self._embedder.embed([unit.text for _, _, unit in flat]))
        total = sum(question.weights.values())
        scored = []
        for (number, index, unit), cosine in zip(flat, alike, strict=True):
            own = set(content_words(unit.text))
            above = set(content_words(_above(passages[number], unit)))
            shared = sum(weight for root, weight in question.weights.items() if root in own) / total
            headed = sum(weight for root, weight in question.weights.items() if root in above) / total
            score = 0.45 * shared + 0.35 * float(cosine) + 0.3 * headed + 0.1 / (number + 1)
            scored.append(_Candidate(number, index, unit, score, frozenset(own & question.weights.keys())))
        return scored

    def _found(self, question: Question, passages: Sequence[Passage], chosen: Sequence[_Candidate]) -> dict[str, float]:
        """How well the chosen units (with their headings, at a little less) stand for each word of the question."""
        wanted = list(question.surface.values())
        own = [word for candidate in chosen for word in words(candidate.unit.text) if content_words(word)]
        headings = " ".join(_above(passages[c.passage], c.unit) for c in chosen)
        found = self._likeness.cover(wanted, own)
        above = self._likeness.cover(wanted, [word for word in words(headings) if content_words(word)])
        return {word: max(found[word], 0.9 * above[word]) for word in wanted}

    def _evidence(
        self,
        question: Question,
        passages: Sequence[Passage],
        chosen: Sequence[_Candidate],
        found: dict[str, float],
    ) -> Evidence:
        used = sorted({candidate.passage for candidate in chosen})
        texts = [candidate.unit.text for candidate in chosen]
        texts += [f"{passages[n].title}. {passages[n].heading}. {passages[n].text[:2_000]}" for n in used]
        alike = likeness(question, self._embedder.embed(texts))
        heading = self._covers(question, passages, chosen, headings_only=True)
        together = max(self._covers(question, passages, [c]) for c in chosen)
        return Evidence(covered(question, found), float(np.max(alike)), heading, together)

    def _covers(
        self, question: Question, passages: Sequence[Passage], chosen: Sequence[_Candidate], headings_only: bool = False
    ) -> float:
        text = " ".join(_above(passages[c.passage], c.unit) for c in chosen)
        text += "" if headings_only else " ".join(["", *(c.unit.text for c in chosen)])
        there = [word for word in words(text) if content_words(word)]
        return covered(question, self._likeness.cover(list(question.surface.values()), there))


def _above(passage: Passage, unit: Unit) -> str:
    """The headings that lead to a unit."""
    return f"{passage.title} {passage.heading} {unit.heading}"


def _choose(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Pick a small coherent set: around the best unit first, then what another passage says as strongly."""
    ranked = sorted(candidates, key=lambda c: -c.score)
    best = ranked[0]
    chosen: list[_Candidate] = []
    _add(chosen, _with_company(best, candidates), best)
    for candidate in ranked[1:]:
        sources = {c.passage for c in chosen}
        same = candidate.passage in sources
        if not same and len(sources) >= _SOURCES:
            continue
        if len(chosen) >= _MOST_UNITS or candidate in chosen:
            continue
        if candidate.score < best.score * (_NEARLY if same else _ELSEWHERE):
            continue
        if not same and not candidate.roots - {root for c in chosen for root in c.roots}:
            continue
        _add(chosen, _with_company(candidate, candidates), candidate)
    order = {number: position for position, number in enumerate(dict.fromkeys(c.passage for c in chosen))}
    return sorted(chosen, key=lambda c: (order[c.passage], c.index))


def _with_company(candidate: _Candidate, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The unit with what it cannot be told without: its procedure, its lead-in, the condition beside it."""
    passage = [c for c in candidates if c.passage == candidate.passage]
    if candidate.unit.kind is Kind.STEP:
        company = [c for c in passage if c.unit.block == candidate.unit.block]
    else:
        company = [candidate]
    first, last = company[0].index, company[-1].index
    before = next((c for c in passage if c.index == first - 1), None)
    after = next((c for c in passage if c.index == last + 1), None)
    if before and (before.unit.leads_in or (_beside(before, company[0]) and before.unit.is_condition)):
        company = [before, *company]
    if after and after.unit.is_condition and (_beside(after, company[-1]) or company[-1].unit.kind is Kind.STEP):
        company = [*company, after]
    return company


def _beside(one: _Candidate, other: _Candidate) -> bool:
    return one.unit.block == other.unit.block and one.unit.kind is other.unit.kind is Kind.SENTENCE


def _add(chosen: list[_Candidate], company: Sequence[_Candidate], wanted: _Candidate) -> None:
    """Add what is new and fits; the unit itself before its company, a procedure whole."""
    kept = [c for c in company if c not in chosen]
    step = wanted.unit.kind is Kind.STEP
    new = [c for c in kept if (step and c.unit.kind is Kind.STEP) or not any(_repeats(c.unit, o.unit) for o in chosen)]
    if wanted not in new:
        return
    size = sum(len(c.unit.text.split()) for c in chosen)
    added = sum(len(c.unit.text.split()) for c in new)
    limit = _PROCEDURE_WORDS if step else _WORDS
    if not chosen or size + added <= limit:
        chosen.extend(new)


def _repeats(unit: Unit, other: Unit) -> bool:
    """Tell whether the one says nothing that the other does not: nearly the same words, no figure of its own."""
    own, there = set(content_words(unit.text)), set(content_words(other.text))
    if not own:
        return True
    new_figures = {(f.value, f.unit) for f in figures(unit.text)} - {(f.value, f.unit) for f in figures(other.text)}
    return len(own & there) / len(own) >= _SAME and not new_figures


def _pieces(chosen: Sequence[_Candidate], passages: Sequence[Passage]) -> list[Piece]:
    pieces: list[Piece] = []
    for position, candidate in enumerate(chosen):
        unit = candidate.unit
        before = chosen[position - 1] if position else None
        apart = before is not None and (before.passage != candidate.passage or before.unit.kind is not unit.kind)
        mark = unit.mark or ("-" if unit.kind is Kind.ROW else "")
        pieces.append(Piece(unit.text, (passages[candidate.passage],), unit.quote, mark, apart))
    return pieces


def _in_language(request: DraftRequest, passages: tuple[Passage, ...]) -> tuple[tuple[Passage, ...], str]:
    """Keep the passages in the customer's language; none and a sentence where the knowledge has only others."""
    theirs = request.triage.language
    if theirs in {"", "und"}:
        return passages, ""
    told = [language_of(f"{passage.title}. {passage.text}") for passage in passages]
    kept = tuple(p for p, language in zip(passages, told, strict=True) if language in {"", theirs})
    if any(language == theirs for language in told) or all(language == "" for language in told):
        return kept, ""
    others = " and ".join(sorted({_NAMES.get(language, language) for language in told if language}))
    sentence = (
        f"The customer writes in {_NAMES.get(theirs, theirs)}, the articles found are in {others}, and the offline "
        f"drafter cannot translate (nearest: {passages[0].title})."
    )
    return (), sentence


def _abstain(missing: str, confidence: float = 0.0) -> Draft:
    return Draft("", "", (), round(confidence, 4), DraftAuthor.OFFLINE, missing=missing)
