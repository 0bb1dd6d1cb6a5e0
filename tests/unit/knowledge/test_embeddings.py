import hashlib
from pathlib import Path

import numpy as np
import pytest

from bot.domain.errors import Misconfigured
from knowledge.embeddings import minilm
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.embeddings.static import StaticEmbedder


@pytest.fixture(scope="module")
def meanings() -> MiniLmEmbedder:
    return MiniLmEmbedder()


def test_meaning_is_nearer_than_words(meanings: MiniLmEmbedder) -> None:
    asked, same, other = meanings.embed(
        ["When do I get my money back?", "Refunds take five days.", "We sell money boxes in the back."]
    )
    assert asked @ same > asked @ other


def test_the_end_of_a_long_text_counts(meanings: MiniLmEmbedder) -> None:
    story = "On Monday I went to the park and then home, and the weather was fine all day. " * 25
    asked, without, with_end = meanings.embed(
        ["The coffee grinder makes a loud noise.", story, story + "The coffee grinder makes a loud noise. " * 20]
    )
    assert asked @ with_end > asked @ without + 0.1


def test_a_text_of_any_length_is_read_in_bounded_windows(meanings: MiniLmEmbedder) -> None:
    vectors = meanings.embed(["word " * 40_000, "x" * 100_000, "\x00\ud800 a"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_changed_model_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = hashlib.sha256(b"another model").hexdigest()
    monkeypatch.setattr(minilm, "MODEL", (*minilm.MODEL[:2], wrong))
    with pytest.raises(Misconfigured, match="is not the file that Ratchet was built with; run make setup"):
        MiniLmEmbedder().embed(["refund"])


def test_side_by_side_likeness_is_the_mean_of_two_opinions(meanings: MiniLmEmbedder, embedder: StaticEmbedder) -> None:
    texts = ["When do I get my money back?", "Refunds take five days."]
    both = SideBySide(meanings, embedder)
    of_both, of_one, of_other = both.embed(texts), meanings.embed(texts), embedder.embed(texts)
    assert of_both.shape == (2, both.dimensions)
    opinions = (of_one[0] @ of_one[1] + of_other[0] @ of_other[1]) / 2
    assert of_both[0] @ of_both[1] == pytest.approx(opinions, abs=1e-5)
    assert both.name == f"{meanings.name}+{embedder.name}"


def test_side_by_side_opinions_can_be_weighed(meanings: MiniLmEmbedder, embedder: StaticEmbedder) -> None:
    texts = ["When do I get my money back?", "Refunds take five days."]
    both = SideBySide(meanings, embedder, shares=(0.7, 0.3))
    of_both, of_one, of_other = both.embed(texts), meanings.embed(texts), embedder.embed(texts)
    opinions = 0.7 * (of_one[0] @ of_one[1]) + 0.3 * (of_other[0] @ of_other[1])
    assert of_both[0] @ of_both[1] == pytest.approx(opinions, abs=1e-5)
    assert both.name == f"0.7 {meanings.name}+0.3 {embedder.name}"
