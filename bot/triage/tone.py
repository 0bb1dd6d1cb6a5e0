"""How a customer feels and how soon they must be helped, each with a probability, learned from the tone's examples."""

from dataclasses import dataclass
from typing import Any

from bot.domain.answer import Sentiment, Urgency
from bot.ports import Embedder
from bot.triage.classifier import FewShotClassifier, Prediction
from bot.triage.taxonomy import Tone
from bot.triage.tone_marks import sentiment_marks, urgency_marks

_LIKELIER = 0.6  # the probability from which a tone other than the plain one is believed
_RULED_OUT = 0.1  # the probability of the plain one up to which the likeliest other is believed, however it is split
_NO_WORDS = 0.5
_READ = 2_000  # characters of a text that are judged


@dataclass(frozen=True, slots=True)
class Mood:
    """Sentiment and urgency; each confidence is the probability of the label beside it."""

    sentiment: Sentiment = Sentiment.NEUTRAL
    sentiment_confidence: float = _NO_WORDS
    urgency: Urgency = Urgency.NORMAL
    urgency_confidence: float = _NO_WORDS


class ToneClassifier:
    """Judges the tone of a text by the team's examples and by the words that carry tone; deterministic.

    A text is neutral, and of normal urgency, unless another label is clearly likelier: a false alarm costs the
    team's trust in the true ones.
    """

    def __init__(self, tone: Tone, embedder: Embedder) -> None:
        sentiments = [(text, label.value) for label, texts in tone.sentiment.items() for text in texts]
        urgencies = [(text, label.value) for label, texts in tone.urgency.items() for text in texts]
        self._embedder = embedder
        self._sentiment = FewShotClassifier(embedder, sentiments, marks=sentiment_marks)
        self._urgency = FewShotClassifier(embedder, urgencies, marks=urgency_marks)

    def judge(self, text: str, embedding: Any = None) -> Mood:
        """Judge one text; never fails on any. `embedding`, where the caller has it, is of shape (1, dimensions)."""
        text = text[:_READ]
        if not any(character.isalpha() for character in text):
            return Mood()
        embedding = self._embedder.embed([text]) if embedding is None else embedding
        sentiment = _believed(self._sentiment.predict([text], embeddings=embedding)[0], Sentiment.NEUTRAL)
        urgency = _believed(self._urgency.predict([text], embeddings=embedding)[0], Urgency.NORMAL)
        return Mood(Sentiment(sentiment[0]), sentiment[1], Urgency(urgency[0]), urgency[1])


def _believed(prediction: Prediction, plain: str) -> tuple[str, float]:
    told = dict(prediction.probabilities)
    plainly = told.get(plain, max(0.0, 1 - sum(told.values())))
    if prediction.label == plain or prediction.probability >= _LIKELIER or plainly <= _RULED_OUT:
        return prediction.label, prediction.probability
    return plain, plainly
