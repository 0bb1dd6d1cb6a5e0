"""The promise of a Reranker, on a real endpoint that can be in trouble."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.answer import Passage
from bot.domain.errors import Unavailable
from bot.llm.reranking import EndpointReranker
from tests.local_models import SearchPeer, searching_peer


def passage(text: str) -> Passage:
    return Passage(id=text[:9], slug="a", revision="r", title="Help", heading="", text=text, owner="")


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[SearchPeer]:
    async with searching_peer() as running:
        yield running


def reranker(peer: SearchPeer, deadline: float = 5.0) -> EndpointReranker:
    return EndpointReranker(f"{peer.url}/rerank", api_key="sk-2", model="judge-1", deadline_seconds=deadline)


async def test_every_passage_has_its_own_score_and_the_better_the_higher(peer: SearchPeer) -> None:
    passages = [passage("parcels arrive tomorrow"), passage("a refund takes five days"), passage("nothing")]
    first, second, third = await reranker(peer).rerank("how many days does a refund take", passages)
    assert second > first
    assert second > third
    (asked,) = peer.requests
    assert (asked["model"], asked["top_n"], peer.keys) == ("judge-1", 3, ["Bearer sk-2"])
    assert asked["documents"][0] == "Help\nparcels arrive tomorrow"


async def test_a_customer_s_personal_data_is_not_sent(peer: SearchPeer) -> None:
    await reranker(peer).rerank("the refund of dana@example.org, please", [passage("refund")])
    assert peer.requests[0]["query"] == "the refund of [[EMAIL_1]], please"


async def test_no_passages_are_not_asked_about(peer: SearchPeer) -> None:
    assert list(await reranker(peer).rerank("refund", [])) == []
    assert peer.requests == []


async def test_any_text_is_survived_and_long_ones_are_cut(peer: SearchPeer) -> None:
    scores = await reranker(peer).rerank("x\ud800\x00" * 50_000, [passage("\ud800 refund " * 50_000)])
    assert len(scores) == 1
    assert len(peer.requests[0]["query"]) == 2_000
    assert len(peer.requests[0]["documents"][0]) == 4_000


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("disconnect", "cannot be reached; check RATCHET_SEARCH_RERANKER_URL"),
        ("slow", "did not answer in 0.3 s"),
        ("garbage", "could not be read"),
        ("short", "did not judge every passage"),
        ("401", "refused our key"),
        ("503", "status 503"),
    ],
)
async def test_an_endpoint_in_trouble_is_unavailable_in_a_sentence(peer: SearchPeer, fault: str, sentence: str) -> None:
    peer.fault = fault
    with pytest.raises(Unavailable, match=sentence):
        await reranker(peer, deadline=0.3).rerank("refund", [passage("refund"), passage("parcel")])
