"""How articles are found, as the settings say: the embedder of the search, and its reranker if there is one."""

from bot.llm.reranking import EndpointReranker
from bot.ports import Embedder, Reranker
from bot.settings import Settings
from knowledge.embeddings.side_by_side import SideBySide


def search_embedder(settings: Settings, words: Embedder, meanings: Embedder) -> Embedder:
    """The embedder of the search alone: only this one may be behind a network. `words` and `meanings` are local."""
    section = settings.search
    if section.embedder == "static":
        return words
    if section.embedder == "minilm":
        return SideBySide(meanings, words)
    from bot.llm.openai.embedding import OpenAIEmbedder  # 1.3 s, which installations without it need not wait for

    key = section.embedder_key.get_secret_value() or settings.openai.api_key.get_secret_value()
    return OpenAIEmbedder(
        api_key=key,
        model=section.embedder_model,
        base_url=section.embedder_url or settings.openai.base_url,
        deadline_seconds=section.deadline_seconds,
        max_retries=settings.openai.max_retries,
    )


def search_reranker(settings: Settings) -> Reranker | None:
    """The reranker of the search, where one is set."""
    section = settings.search
    if not section.reranker_url:
        return None
    return EndpointReranker(
        section.reranker_url,
        api_key=section.reranker_key.get_secret_value(),
        model=section.reranker_model,
        deadline_seconds=section.deadline_seconds,
    )
