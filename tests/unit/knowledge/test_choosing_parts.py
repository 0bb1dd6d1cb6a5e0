"""Which embedder and reranker the settings choose, and what they must not leave out."""

import pytest

from bot.app.searching import search_embedder, search_reranker
from bot.domain.errors import Misconfigured
from bot.llm.openai.embedding import OpenAIEmbedder
from bot.llm.reranking import EndpointReranker
from bot.ports import Embedder
from bot.settings import Settings
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.embeddings.static import StaticEmbedder

WORDS, MEANINGS = StaticEmbedder(), MiniLmEmbedder()


def chosen(**search: str) -> Embedder:
    return search_embedder(Settings(search=search), WORDS, MEANINGS)


def test_minilm_with_static_beside_it_is_the_default() -> None:
    embedder = chosen()
    assert isinstance(embedder, SideBySide)
    assert embedder.name == f"{MEANINGS.name}+{WORDS.name}"


def test_the_other_embedders_are_a_setting() -> None:
    assert chosen(embedder="static") is WORDS
    remote = chosen(embedder="openai", embedder_model="small", embedder_key="sk-1")
    assert isinstance(remote, OpenAIEmbedder)
    assert remote.name == "openai-small"


def test_there_is_a_reranker_only_where_its_address_is_given() -> None:
    assert search_reranker(Settings()) is None
    given = search_reranker(Settings(search={"reranker_url": "http://127.0.0.1:1/rerank", "reranker_model": "judge"}))
    assert isinstance(given, EndpointReranker)
    assert given.name == "judge"


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"embedder": "openai"}, "RATCHET_SEARCH_EMBEDDER_MODEL is missing"),
        ({"reranker_model": "judge"}, "RATCHET_SEARCH_RERANKER_URL is missing"),
        ({"reranker_key": "k"}, "RATCHET_SEARCH_RERANKER_URL is missing"),
        ({"embedder": "word2vec"}, "RATCHET_SEARCH_EMBEDDER: Input should be 'minilm', 'static' or 'openai'"),
    ],
)
def test_half_a_choice_stops_the_start_and_names_what_is_missing(search: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        Settings(search=search)
