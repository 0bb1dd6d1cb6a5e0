import pytest

from bot.ports import Embedder
from knowledge.embeddings.static import StaticEmbedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return StaticEmbedder()
