import logging
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.embeddings import Vectors, unit
from knowledge.embeddings.static import StaticEmbedder, loaded
from knowledge.keywords import KeywordIndex, stem, tokens_of
from knowledge.vectors import VectorIndex


def test_vectors_have_length_one_and_empty_text_has_length_zero(embedder: StaticEmbedder) -> None:
    vectors = embedder.embed(["", "refund", "a longer text about a refund", "🙂", "x " * 40_000])
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, embedder.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [0, 1, 1, 0, 1], atol=1e-5)
    assert embedder.embed([]).shape == (0, 256)


def test_a_text_has_the_same_vector_in_any_company(embedder: StaticEmbedder) -> None:
    alone = embedder.embed(["where is my parcel"])[0]
    among = embedder.embed([f"text {i} " * i for i in range(70)] + ["where is my parcel"])[-1]
    np.testing.assert_allclose(alone, among, atol=1e-5)


def test_the_model_is_loaded_once_by_many_threads_and_leaves_logging_alone() -> None:
    fresh = StaticEmbedder()
    loaded.cache_clear()  # whatever test came first
    handlers = list(logging.getLogger().handlers)
    threads = [threading.Thread(target=fresh.embed, args=(["refund"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded.cache_info().misses == 1
    assert logging.getLogger().handlers == handlers
    assert "0.4" in fresh.name


def anything(vectors: Vectors) -> NDArray[np.bool_]:
    return np.ones(len(vectors), dtype=np.bool_)


def test_the_nearest_is_found_and_a_text_without_words_is_near_nothing(embedder: StaticEmbedder) -> None:
    vectors = embedder.embed(["refund of money", "parcel delivery", ""])
    index = VectorIndex(vectors)
    (nearest, likeness), *others = index.nearest(vectors[1], 5, anything(vectors))
    assert (nearest, len(others)) == (1, 1)
    assert likeness == pytest.approx(1, abs=1e-4)
    assert index.nearest(vectors[2], 5, anything(vectors)) == []
    assert index.likeness(vectors[1], np.array([1, 2])).tolist() == pytest.approx([1, 0], abs=1e-4)


def test_what_is_not_allowed_is_not_near(embedder: StaticEmbedder) -> None:
    vectors = embedder.embed(["refund of money", "money refunded", "parcel delivery"])
    allowed = np.array([False, True, True])
    for exact in (10, 0):  # compared one by one, and through the graph
        found = VectorIndex(vectors, exact).nearest(vectors[0], 5, allowed)
        assert [position for position, _ in found] == [1, 2]


def test_a_large_index_finds_by_its_graph_what_comparing_everything_finds() -> None:
    vectors = unit(np.random.default_rng(2026).standard_normal((600, 16)).astype(np.float32))
    exact, graph = VectorIndex(vectors), VectorIndex(vectors, exact=100)
    allowed = np.arange(600) % 4 != 0
    few = np.arange(600) % 50 == 0
    for query in vectors[:20]:
        assert graph.nearest(query, 10, allowed) == exact.nearest(query, 10, allowed)
        assert graph.nearest(query, 10, few) == exact.nearest(query, 10, few)


def test_many_graphs_are_alive_at_once(embedder: StaticEmbedder) -> None:
    vectors = embedder.embed(["refund of money", "parcel delivery"])
    first, second = VectorIndex(vectors, exact=0), VectorIndex(vectors[::-1], exact=0)
    del first
    assert second.nearest(vectors[0], 1, anything(vectors))[0][0] == 1


def test_an_empty_index_finds_nothing(embedder: StaticEmbedder) -> None:
    nothing = embedder.embed([])
    assert VectorIndex(nothing).nearest(embedder.embed(["refund"])[0], 5, anything(nothing)) == []
    assert KeywordIndex([]).scores("refund").tolist() == []
    assert KeywordIndex(["", "🙂"]).scores("refund").tolist() == [0, 0]
    assert KeywordIndex(["refund"]).scores("").tolist() == [0]


def test_ids_are_found_whole_and_in_parts() -> None:
    assert tokens_of("Order FH-1042 shows E21") == ["order", "fh1042", "fh", "1042", "show", "e21"]
    assert set(tokens_of("e-mail")) >= set(tokens_of("email"))
    assert tokens_of("the customer's machine doesn't") == ["customer", "machin"]


def test_words_meet_across_endings_accents_and_case() -> None:
    assert len({stem(word) for word in ("refund", "refunds", "refunded", "refunding")}) == 1
    assert len({stem(word) for word in ("cancel", "cancels", "cancelled", "canceling", "cancelling")}) == 1
    assert len({stem(word) for word in ("bill", "billed", "billing", "bills")}) == 1
    assert tokens_of("CAFÉ Größe") == tokens_of("cafe GRÖSSE")


def test_chinese_is_cut_into_pairs() -> None:
    assert tokens_of("退款政策") == ["退款", "款政", "政策"]


def test_the_text_with_the_words_scores_and_the_other_does_not() -> None:
    scores = KeywordIndex(["E21 means that the tank is empty", "parcels arrive"]).scores("what does e21 mean")
    assert scores[0] > 0
    assert scores[1] == 0
