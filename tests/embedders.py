"""The embedders that a process's tests share: what one test had read, the next need not read again."""

from bot.ports import Embedder, TokenEmbedder
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingTokenEmbedder
from knowledge.embeddings.static import StaticEmbedder

WORDS: Embedder = StaticEmbedder()
MEANINGS: TokenEmbedder = RememberingTokenEmbedder(MiniLmEmbedder())
