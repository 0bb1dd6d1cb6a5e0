import pytest

from bot.ports import Embedder
from knowledge.embeddings import StaticEmbedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return StaticEmbedder()
