"""What triage reads with."""

from bot.ports import Embedder
from knowledge.embeddings.remembering import RememberingEmbedder
from knowledge.embeddings.side_by_side import SideBySide


def question_embedder(meanings: Embedder, words: Embedder) -> RememberingEmbedder:
    """What triage reads with: the meaning above all, its words as well (better than either alone, bench-intent)."""
    return RememberingEmbedder(SideBySide(meanings, words, shares=(0.7, 0.3)))
