"""Which of a taxonomy's intents a text has, as far as its examples tell, and whether that is believed."""

from collections.abc import Sequence
from typing import Any

from bot.domain.text.smuggling import without_orders
from bot.ports import Embedder
from bot.triage.classifier import FewShotClassifier, Prediction
from bot.triage.fields import FieldFinder
from bot.triage.taxonomy import Intent, Taxonomy


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

    def likelihoods(self, texts: Sequence[str]) -> tuple[tuple[str, ...], Any]:
        """The names of the intents, and for each bare text a row with the probability of each of them."""
        return self._classifier.labels, self._classifier.probabilities(texts)

    def believed(self, prediction: Prediction) -> Intent | None:
        """The intent, if its trust reaches its threshold and the text is like its examples; None for "unknown"."""
        intent = self._taxonomy.intent(prediction.label)
        if intent is None or not prediction.familiar:
            return None
        threshold = self._taxonomy.unknown_below if intent.threshold is None else intent.threshold
        return intent if prediction.trust >= threshold else None
