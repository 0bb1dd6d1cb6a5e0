from pathlib import Path

import pytest

from bot.ports import Embedder
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.triage import TaxonomyTriager
from knowledge.embeddings.static import StaticEmbedder

CONTENT = Path(__file__).parents[3] / "knowledge" / "content"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return StaticEmbedder()


@pytest.fixture(scope="session")
def triager(embedder: Embedder) -> TaxonomyTriager:
    triager = TaxonomyTriager(
        load_taxonomy(CONTENT / "taxonomy.yaml"), load_tone(CONTENT / "tone.yaml"), embedder, phone_region="NL"
    )
    triager.warm()
    return triager
