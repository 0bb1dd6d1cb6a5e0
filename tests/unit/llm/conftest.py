import pytest

from bot.ports import Embedder
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.static import StaticEmbedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return StaticEmbedder()


@pytest.fixture(scope="session")
def meanings() -> Embedder:
    return MiniLmEmbedder()
