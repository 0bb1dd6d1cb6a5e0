"""Which eval cases ask the same."""

import pytest

from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase
from bot.triage.embedding import question_embedder
from bot.workflows.likeness import near
from knowledge.embeddings.minilm import MiniLmEmbedder
from knowledge.embeddings.remembering import RememberingEmbedder
from knowledge.embeddings.static import StaticEmbedder


@pytest.fixture(scope="module")
def questions() -> RememberingEmbedder:
    return question_embedder(MiniLmEmbedder(), StaticEmbedder())


def asks(name: str, text: str) -> EvalCase:
    return EvalCase(name, (CaseTurn(Author.CUSTOMER, text),))


KNOWN = (
    asks("opened", "How do I return beans that I opened myself?"),
    asks("beans", "Can I return a bag of beans after I opened it?"),
    asks("invoice", "Where is my invoice?"),
    asks("E08", "My machine shows E08, what should I do?"),
)


async def named(text: str, questions: RememberingEmbedder) -> list[str]:
    mine = asks("mine", text)
    return [found.case.id for found in await near(mine, [*KNOWN, mine], questions)]


async def test_cases_that_ask_the_same_are_found_the_most_alike_first(questions: RememberingEmbedder) -> None:
    assert await named("How can I return opened beans?", questions) == ["opened", "beans"]


async def test_the_same_question_in_other_words_is_found(questions: RememberingEmbedder) -> None:
    assert await named("I cannot find the bill for what I bought. Where's my invoice?", questions) == ["invoice"]


async def test_what_nobody_has_asked_is_near_nothing(questions: RememberingEmbedder) -> None:
    assert await named("Do you engrave names on the grinder?", questions) == []
    assert await named("", questions) == []


async def test_another_code_is_another_question(questions: RememberingEmbedder) -> None:
    assert await named("My machine shows E08 again, what should I do?", questions) == ["E08"]
    assert await named("My machine shows E15, what should I do?", questions) == []


async def test_hostile_text_is_compared_like_any_other(questions: RememberingEmbedder) -> None:
    assert await named("\x00\ud800‮" * 40_000, questions) == []
