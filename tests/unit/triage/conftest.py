from pathlib import Path

import pytest

from bot.ports import Embedder
from bot.settings import Settings
from bot.triage.embedding import question_embedder
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.triage import TaxonomyTriager
from tests.embedders import MEANINGS, WORDS

CONTENT = Path(__file__).parents[3] / "knowledge" / "content"


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return WORDS


@pytest.fixture(scope="session")
def reading(embedder: Embedder) -> Embedder:
    """What the product's triage reads with, and what it read in an earlier run."""
    reading, kept = question_embedder(MEANINGS, embedder), Settings().core.cache / "questions.npz"
    reading.recall(kept)
    return reading


@pytest.fixture(scope="session")
def triager(reading: Embedder) -> TaxonomyTriager:
    triager = TaxonomyTriager(
        load_taxonomy(CONTENT / "taxonomy.yaml"), load_tone(CONTENT / "tone.yaml"), reading, phone_region="NL"
    )
    triager.warm()
    return triager
