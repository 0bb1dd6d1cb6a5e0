"""Examples that say nearly the same under two intents: whoever learns from them can only be unsure."""

from dataclasses import dataclass

import numpy as np

from bot.ports import Embedder
from bot.triage.taxonomy import Taxonomy

_NEARLY_THE_SAME = 0.9  # cosine from which two texts differ in a word or a sign, hardly in what is asked
_AT_ONCE = 256  # examples that are compared with all others


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two examples of two intents, with the cosine of their embeddings."""

    text: str
    intent: str
    other_text: str
    other_intent: str
    likeness: float


def contradictions(taxonomy: Taxonomy, embedder: Embedder) -> tuple[Contradiction, ...]:
    """The pairs of examples that are nearly the same under different intents, the most alike first.

    Exactly the same text under two intents never gets this far: `load_taxonomy` refuses it.
    """
    examples = [(text, intent.name) for intent in taxonomy.intents for text in intent.examples]
    vectors = np.nan_to_num(np.asarray(embedder.embed([text for text, _ in examples]), dtype=np.float32))
    names = np.array([name for _, name in examples])
    found = []
    for start in range(0, len(examples), _AT_ONCE):
        block = slice(start, start + _AT_ONCE)
        alike = vectors[block] @ vectors.T
        alike[names[block, None] == names[None, :]] = -1.0
        for i, j in zip(*np.nonzero(alike >= _NEARLY_THE_SAME), strict=True):
            if start + i < j:
                (text, intent), (other_text, other) = examples[start + i], examples[j]
                found.append(Contradiction(text, intent, other_text, other, round(float(alike[i, j]), 3)))
    return tuple(sorted(found, key=lambda pair: (-pair.likeness, pair.text, pair.other_text)))
