"""Which of a taxonomy's intents a text has, as far as its examples tell, and whether that is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.text.smuggling import without_orders
from bot.ports import Embedder
from bot.triage.classifier import FewShotClassifier, Prediction
from bot.triage.fields import FieldFinder
from bot.triage.taxonomy import Intent, Taxonomy


@dataclass(frozen=True, slots=True)
class IntentAnswer:
    """The believed intent ("unknown" where none is), and the probability of each intent and of none of them."""

    intent: str
    likely: Mapping[str, float]

    @property
    def likeliest(self) -> str:
        """The likeliest intent, believed or not."""
        return max((name for name in self.likely if name != UNKNOWN_INTENT), key=lambda name: self.likely[name])


class IntentReader:
    """Reads intents after the taxonomy's examples. Made once (it is fitted then), read often; deterministic.

    Identifiers and what was smuggled in to give orders have no say in what an example teaches; who asks takes them out
    of the text with `bare`.
    """

    def __init__(self, taxonomy: Taxonomy, embedder: Embedder, fields: FieldFinder) -> None:
        self._taxonomy = taxonomy
        self._fields = fields
        examples = [
            (self.bare(without_orders(text)) or text, intent.name)
            for intent in taxonomy.intents
            for text in intent.examples
        ]
        titles = {intent.name: intent.title for intent in taxonomy.intents}
        self._classifier = FewShotClassifier(embedder, examples, titles=titles)

    def bare(self, text: str) -> str:
        """The words to be classified: without identifiers."""
        return " ".join(self._fields.masked(text).split())

    def predict(self, texts: Sequence[str], embeddings: Any = None) -> list[Prediction]:
        """The likeliest intent of each bare text, believed or not."""
        return self._classifier.predict(texts, embeddings=embeddings)

    def believed(self, prediction: Prediction) -> Intent | None:
        """The intent, if its trust reaches its threshold and the text is like its examples; None for "unknown"."""
        intent = self._taxonomy.intent(prediction.label)
        if intent is None or not prediction.familiar:
            return None
        threshold = self._taxonomy.unknown_below if intent.threshold is None else intent.threshold
        return intent if prediction.trust >= threshold else None

    def answers(self, texts: Sequence[str]) -> list[IntentAnswer]:
        """What is made of each text, with how likely everything else would have been."""
        bare = [self.bare(text) for text in texts]
        if not bare:
            return []
        answers = []
        for prediction, row in zip(self.predict(bare), self._classifier.probabilities(bare), strict=True):
            likely = {name: float(p) * prediction.known for name, p in zip(self._classifier.labels, row, strict=True)}
            intent = self.believed(prediction)
            answers.append(
                IntentAnswer(intent.name if intent else UNKNOWN_INTENT, likely | {UNKNOWN_INTENT: 1 - prediction.known})
            )
        return answers
