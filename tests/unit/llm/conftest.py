import pytest

from bot.ports import Embedder, TokenEmbedder
from tests.embedders import MEANINGS, WORDS


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return WORDS


@pytest.fixture(scope="session")
def meanings() -> TokenEmbedder:
    return MEANINGS
