"""The embedders that a process's tests share: what one test had read, the next need not read again."""

from bot.ports import Embedder
from bot.triage.embedding import RememberingEmbedder
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.static import StaticEmbedder

WORDS: Embedder = StaticEmbedder()
MEANINGS: Embedder = RememberingEmbedder(MiniLmEmbedder())
