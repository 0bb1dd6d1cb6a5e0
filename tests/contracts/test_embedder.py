"""The promise of an Embedder, kept by all: those inside a package, two side by side, and one behind a network."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest
import pytest_asyncio

from bot.domain.errors import Unavailable
from bot.llm.openai.embedding import OpenAIEmbedder
from bot.ports import Embedder
from knowledge.embeddings import Vectors
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.embeddings.static import StaticEmbedder
from tests.local_models import SearchPeer, searching_peer

LOCAL: dict[str, Embedder] = {"static": StaticEmbedder(), "minilm": MiniLmEmbedder()}
LOCAL["side by side"] = SideBySide(LOCAL["minilm"], LOCAL["static"])


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[SearchPeer]:
    async with searching_peer() as running:
        yield running


def remote(peer: SearchPeer, deadline: float = 5.0) -> OpenAIEmbedder:
    return OpenAIEmbedder(api_key="sk-1", model="small", base_url=peer.url, deadline_seconds=deadline, max_retries=0)


@pytest.fixture(params=[*LOCAL, "openai"])
def each(request: pytest.FixtureRequest, peer: SearchPeer) -> Embedder:
    return LOCAL.get(request.param) or remote(peer)


async def embedded(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    vectors: Vectors = await asyncio.to_thread(embedder.embed, texts)
    return vectors


async def test_vectors_have_length_one_and_a_text_without_words_length_zero(each: Embedder) -> None:
    vectors = await embedded(each, ["refund", "", "a longer text about a refund", "🙂 …"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, each.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1, 0], atol=1e-5)


async def test_likeness_is_the_inner_product(each: Embedder) -> None:
    asked, same, other = await embedded(
        each, ["where is my parcel", "my parcel where is it", "the grinder makes no coffee"]
    )
    assert asked @ same > asked @ other


async def test_a_text_has_the_same_vector_in_any_company(each: Embedder) -> None:
    (alone,) = await embedded(each, ["where is my parcel"])
    *_, among = await embedded(each, [*(f"text {i} of many" for i in range(110)), "where is my parcel"])
    np.testing.assert_allclose(alone, among, atol=1e-5)


async def test_any_text_is_survived_and_nothing_gives_nothing(each: Embedder) -> None:
    vectors = await embedded(each, ["refund " * 15_000, "NUL \x00 half \ud800 right \u202e left", "x" * 100_000])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1], atol=1e-5)
    assert (await embedded(each, [])).shape == (0, each.dimensions)


async def test_the_name_is_the_same_again_and_no_others(each: Embedder, peer: SearchPeer) -> None:
    names = [embedder.name for embedder in (*LOCAL.values(), remote(peer))]
    assert len(set(names)) == len(names)
    assert each.name in names


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("disconnect", "cannot be reached; check RATCHET_SEARCH_EMBEDDER_URL"),
        ("slow", "did not answer in 0.3 s"),
        ("garbage", "could not be read"),
        ("short", "could not be read"),
        ("401", "refused our key; check RATCHET_SEARCH_EMBEDDER_KEY"),
        ("404", 'no model "small".*RATCHET_SEARCH_EMBEDDER_MODEL'),
        ("429", "over its rate limit"),
        ("500", "trouble of its own"),
    ],
)
async def test_an_endpoint_in_trouble_is_unavailable_in_a_sentence(peer: SearchPeer, fault: str, sentence: str) -> None:
    peer.fault = fault
    with pytest.raises(Unavailable, match=sentence):
        await embedded(remote(peer, deadline=0.3), ["refund", "parcel"])


async def test_the_endpoint_is_asked_in_batches_and_never_for_texts_without_words(peer: SearchPeer) -> None:
    embedder = remote(peer)
    assert embedder.dimensions == 0
    vectors = await embedded(embedder, ["", *(f"text {i}" for i in range(100))])
    assert (vectors.shape, [len(asked["input"]) for asked in peer.requests]) == ((101, 32), [96, 4])
    assert (peer.keys[0], peer.requests[0]["model"]) == ("Bearer sk-1", "small")


async def test_a_customer_s_personal_data_is_not_sent(peer: SearchPeer) -> None:
    await embedded(remote(peer), ["the refund of dana@example.org, please"])
    assert peer.requests[0]["input"] == ["the refund of [[EMAIL_1]], please"]
    await embedded(remote(peer), [f"{'word ' * 1_598}dana@example.org"])  # the address stands where the text is cut
    assert peer.requests[1]["input"][0].endswith("word")
