"""Judges an escalation by the team's taxonomy: intent, risk, tone, language, fields, owner, and why."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.domain.answer import UNKNOWN_INTENT, Need, Risk, Sentiment, Triage, Urgency
from bot.domain.escalation import ASKED, Escalation
from bot.domain.text.asking import is_asking, questions
from bot.domain.text.message import prose
from bot.domain.text.smuggling import without_orders
from bot.domain.text.wording import sentences
from bot.ports import Embedder
from bot.triage.classifier import Prediction
from bot.triage.cues import Cue, high_risk
from bot.triage.fields import FieldFinder
from bot.triage.flags import flags
from bot.triage.intents import IntentReader
from bot.triage.language import UNDETERMINED, LanguageDetector
from bot.triage.summary import summarise
from bot.triage.taxonomy import Intent, Taxonomy, Tone
from bot.triage.tone import ToneClassifier

_CLASSIFIED = 2_000  # characters of a question that are judged: the head says what is wanted
_HEAD = 160  # characters of a long question that are judged by themselves as well
_WORDED = 4  # words from which a question tells its language
_TOLD_BY_SURFACE = 0.6  # how far a surface's own language tag is believed where the text is too short to tell


@dataclass(frozen=True, slots=True)
class _Models:
    intents: IntentReader
    tone: ToneClassifier


class TaxonomyTriager:
    """A Triager that learned from the taxonomy's and the tone's examples; local, deterministic, a few ms a call.

    An intent is believed when its trust (its calibrated probability, less where the text is unlike its examples)
    reaches its threshold; else it is "unknown", of medium risk. Identifiers, addresses and what was smuggled in to give
    orders have no say in it. A cue of a legal threat, of danger to people or of a stolen account makes the risk high,
    known intent or not; anger makes low risk medium. Prompt injection is no matter of triage: a guardrail judges it.
    """

    def __init__(self, taxonomy: Taxonomy, tone: Tone, embedder: Embedder, *, phone_region: str | None = None) -> None:
        self._taxonomy = taxonomy
        self._tone = tone
        self._embedder = embedder
        self._fields = FieldFinder(taxonomy.fields, phone_region=phone_region)
        self._language = LanguageDetector()
        self._lock = threading.Lock()
        self._ready = False

    def warm(self) -> None:
        """Fit and load everything now (some seconds), so that the first call is as quick as the others."""
        with self._lock:
            if not self._ready:
                _ = self._models
                self.judge("warm up: where is my parcel?")
                self._fields.find("call +31 20 794 0800")
                self._ready = True

    async def triage(self, escalation: Escalation) -> Triage:
        if not self._ready:
            await asyncio.to_thread(self.warm)
        return await asyncio.to_thread(self._triage, escalation)  # a long message takes tens of ms to embed

    def _triage(self, escalation: Escalation) -> Triage:
        judged = self.judge(escalation.asked, escalation.language)
        fields = self._fields.find(escalation.question, _asked_at(escalation))
        raised = flags(escalation)
        if raised:
            judged = replace(judged, urgency=Urgency.HIGH)
        return replace(judged, fields=fields, summary=summarise(escalation), flags=raised)

    def judge(self, question: str, told_language: str | None = None) -> Triage:
        """Judge the words alone, without fields, summary and flags; never fails on any text."""
        asked = without_orders(question[:ASKED].replace("\x00", " "))
        said = prose(asked)
        text = self._models.intents.bare(said)[:_CLASSIFIED]
        cue = high_risk(" ".join(question[:ASKED].split()))
        embedding = self._embedder.embed([text])
        mood = self._models.tone.judge(text, embedding)
        language, language_p = self._language.detect(self._models.intents.bare(_asking(said)) or text or said)
        if language == UNDETERMINED and told_language:
            language, language_p = told_language.split("-")[0].lower(), _TOLD_BY_SURFACE
        whole = self._need(said, text, self._intent(text, embedding))
        needs = self._needs(said, whole)
        main = _main(whole, needs)
        return Triage(
            intent=main.intent,
            intent_title=main.intent_title,
            intent_confidence=main.confidence,
            risk=_risk(main, needs, cue, mood.sentiment),
            sentiment=mood.sentiment,
            sentiment_confidence=round(mood.sentiment_confidence, 4),
            urgency=Urgency.HIGH if cue else mood.urgency,
            urgency_confidence=round(max(mood.urgency_confidence, 0.8) if cue else mood.urgency_confidence, 4),
            language=language,
            language_confidence=language_p,
            owner=main.owner,
            because=_because(main, needs, cue, mood.sentiment),
            needs=needs,
        )

    def _intent(self, text: str, embedding: Any) -> Prediction:
        """The intent of the whole text or of its beginning, whichever is trusted more: a long story dilutes it."""
        whole = self._models.intents.predict([text], embedding)[0]
        if len(text) <= _HEAD * 2:
            return whole
        return max(whole, self._models.intents.predict([text[:_HEAD]])[0], key=lambda prediction: prediction.trust)

    def _needs(self, said: str, whole: Need) -> tuple[Need, ...]:
        """Each thing asked, judged by itself. One that is too short to tell is taken for what the whole is about."""
        parts = questions(said)
        if len(parts) < 2:
            return tuple(replace(whole, text=part) for part in parts)
        bare = [self._models.intents.bare(part)[:_CLASSIFIED] for part in parts]
        predictions = self._models.intents.predict(bare)
        judged = []
        for part, text, prediction in zip(parts, bare, predictions, strict=True):
            need = self._need(part, text, prediction)
            if need.intent == UNKNOWN_INTENT and prediction.label == whole.intent and prediction.familiar:
                need = replace(whole, text=part)
            judged.append(need)
        return tuple(judged)

    def _need(self, said: str, text: str, prediction: Prediction) -> Need:
        intent = self._models.intents.believed(prediction) if any(c.isalnum() for c in text) else None
        return Need(
            text=said,
            intent=intent.name if intent else UNKNOWN_INTENT,
            intent_title=intent.title if intent else "Unknown",
            confidence=round(prediction.trust if text else 0.0, 4),
            risk=intent.risk if intent else Risk.MEDIUM,
            owner=intent.room if intent else "",
            because=_likeness(text, prediction, intent),
            likely=tuple(name for name, _ in prediction.probabilities),
        )

    @cached_property
    def _models(self) -> _Models:
        return _Models(
            IntentReader(self._taxonomy, self._embedder, self._fields), ToneClassifier(self._tone, self._embedder)
        )


def _asking(said: str) -> str:
    """The sentences that ask: a greeting in another language does not tell in which the answer should be."""
    spans = (said[a:b] for a, b in sentences(said[:_CLASSIFIED]))
    return " ".join(sentence for sentence in spans if is_asking(sentence) and len(sentence.split()) >= _WORDED)


def _asked_at(escalation: Escalation) -> datetime:
    """When the customer wrote last: what "tomorrow" is counted from."""
    return escalation.customer_turns[-1].at if escalation.customer_turns else escalation.opened_at


def _main(whole: Need, needs: Sequence[Need]) -> Need:
    """What the message is about above all: the first of the riskiest needs, because approval and routing go by it."""
    known = [need for need in needs if need.intent != UNKNOWN_INTENT]
    return max(known, key=lambda need: _RISKS.index(need.risk), default=whole)


def _risk(main: Need, needs: Sequence[Need], cue: Cue | None, sentiment: Sentiment) -> Risk:
    if cue is not None:
        return Risk.HIGH
    risk = max((main.risk, *(need.risk for need in needs)), key=_RISKS.index)
    return Risk.MEDIUM if risk is Risk.LOW and sentiment is Sentiment.ANGRY else risk


def _likeness(text: str, prediction: Prediction, intent: Intent | None) -> str:
    """Say in a line which examples a judgement rests on."""
    nearest = prediction.nearest[0]
    if not text:
        return "there are no words to judge"
    if intent is not None:
        alike = [n.text for n in prediction.nearest if n.label == prediction.label][:2] or [nearest.text]
        return "like " + " and ".join(f"“{example}”" for example in alike)
    if not prediction.familiar:
        return f"unlike every example; the nearest is “{nearest.text}”"
    ranked = ", ".join(f"{name} {p:.0%}" for name, p in prediction.probabilities[:2])
    return f"not sure: {ranked}; the nearest example is “{nearest.text}”"


def _because(main: Need, needs: Sequence[Need], cue: Cue | None, sentiment: Sentiment) -> str:
    """Say in a line what the judgement of the whole rests on."""
    said = main.because
    if cue is not None:
        said += f"; risk is high because “{cue.words}” speaks of {cue.name}"
    elif sentiment is Sentiment.ANGRY and all(need.risk is Risk.LOW for need in (main, *needs)):
        said += "; risk is raised because the customer is angry"
    return said


_RISKS = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)
