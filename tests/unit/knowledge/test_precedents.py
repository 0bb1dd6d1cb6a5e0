"""Which approved answers are found for a question: only to the same one, and only while they hold."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.answer import UNKNOWN_INTENT, Need, Triage
from bot.domain.chat import Person
from bot.domain.precedent import Precedent
from bot.ports import Store
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from bot.triage.embedding import question_embedder
from knowledge.precedents import PrecedentIndex
from tests.contracts.store_samples import proposal
from tests.embedders import MEANINGS, WORDS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TRIAGE = replace(proposal().triage, intent="refunds", needs=())
EMBEDDER = question_embedder(MEANINGS, WORDS)
ASKED, AGAIN = "How long does a refund take to reach my account?", "When will the refund reach my account?"


def precedent(id: str = "esc_1/1", question: str = ASKED, **changes: Any) -> Precedent:  # noqa: A002
    base: dict[str, Any] = {"answer": "Five days.", "intent": "refunds", "sources": {"refunds": "h1"}}
    ends = NOW + timedelta(days=30)
    return Precedent(id, question, by=Person("slack", "U1", "Ana"), at=NOW, **{"expires": ends} | base | changes)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "ratchet.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
async def store(empty_store: Path, tmp_path: Path) -> AsyncIterator[Store]:
    engine = create_engine(f"sqlite+aiosqlite:///{shutil.copy(empty_store, tmp_path / 'ratchet.db')}")
    opened = open_store(engine, "main")
    await opened.releases.publish("knowledge", {"refunds": "h1", "parcels": "p1"}, reason="", at=NOW)
    yield opened
    await engine.close()


@pytest.fixture
def index(store: Store) -> PrecedentIndex:
    return PrecedentIndex(store.precedents, store.releases, EMBEDDER, patience=30)


async def found(
    index: PrecedentIndex, question: str = AGAIN, triage: Triage = TRIAGE, *, at: datetime = NOW, release: int = 1
) -> list[str]:
    return [each.id for each in await index.find(question, triage, at=at, release=release)]


async def test_the_same_question_in_other_words_finds_its_answer_and_another_finds_none(
    store: Store, index: PrecedentIndex
) -> None:
    await store.precedents.save(precedent())
    assert await found(index) == ["esc_1/1"]
    for other in ("How do I clean the milk nozzle?", "", "\x00 \udcff ?!", "ريثما " * 20_000):
        assert await found(index, other) == []


async def test_an_answer_is_gone_once_its_article_says_something_else_and_back_in_the_release_before(
    store: Store, index: PrecedentIndex
) -> None:
    await store.precedents.save(precedent())
    await store.releases.publish("knowledge", {"refunds": "h2", "parcels": "p1"}, reason="", at=NOW)
    assert await found(index, release=2) == []
    assert await found(index, release=1) == ["esc_1/1"]


async def test_an_answer_is_gone_once_its_article_is(store: Store, index: PrecedentIndex) -> None:
    await store.precedents.save(precedent(sources={"refunds": "h1", "gone": "g1"}))
    assert await found(index) == []


async def test_an_answer_is_gone_once_it_expired(store: Store, index: PrecedentIndex) -> None:
    await store.precedents.save(precedent())
    assert await found(index, at=NOW + timedelta(days=29)) == ["esc_1/1"]
    assert await found(index, at=NOW + timedelta(days=30)) == []


async def test_what_was_saved_and_withdrawn_since_is_known_at_the_next_question(
    store: Store, index: PrecedentIndex
) -> None:
    assert await found(index) == []
    await store.precedents.save(precedent())
    assert await found(index) == ["esc_1/1"]
    await store.precedents.save(precedent("esc_2/1", "How long does a refund take, until it is on my account?"))
    assert len(await found(index)) == 2
    await store.precedents.withdraw("esc_1")
    assert await found(index) == ["esc_2/1"]


async def test_another_intent_is_another_question_and_the_same_intent_helps(
    store: Store, index: PrecedentIndex
) -> None:
    await store.precedents.save(precedent())
    assert await found(index, triage=replace(TRIAGE, intent="parcels")) == []
    assert await found(index, triage=replace(TRIAGE, intent=UNKNOWN_INTENT)) == ["esc_1/1"]
    distant = "I sent it back, when do I get my money on the account?"
    assert await found(index, distant, replace(TRIAGE, intent=UNKNOWN_INTENT)) == []
    assert await found(index, distant) == ["esc_1/1"]


async def test_another_code_is_another_question(store: Store, index: PrecedentIndex) -> None:
    await store.precedents.save(precedent(question="The display shows E08, what does it mean?"))
    assert await found(index, "What does it mean that the display shows E08?") == ["esc_1/1"]
    assert await found(index, "The display shows E21, what does it mean?") == []


async def test_each_thing_that_is_asked_finds_its_answer(store: Store, index: PrecedentIndex) -> None:
    await store.precedents.save(precedent())
    parts = "My parcel was crushed by the carrier and the jug is in pieces, can I have another one?", AGAIN
    needs = (Need(parts[0], "parcels"), Need(parts[1], "refunds"))
    assert await found(index, " ".join(parts), replace(TRIAGE, intent="parcels")) == []
    assert await found(index, " ".join(parts), replace(TRIAGE, intent="parcels", needs=needs)) == ["esc_1/1"]


async def test_three_are_shown_at_most_the_most_alike_first(store: Store, index: PrecedentIndex) -> None:
    for number, word in enumerate(("please", "Anna", "Berta", "soon", "Cleo")):
        await store.precedents.save(precedent(f"esc_{number}/1", f"{AGAIN[:-1]}, {word}?"))
    assert len(await found(index)) == 3
    assert (await found(index, f"{AGAIN[:-1]}, Berta?"))[0] == "esc_2/1"


class Slow:
    """An embedder that waits to be told before it reads many texts."""

    name, dimensions = EMBEDDER.name, EMBEDDER.dimensions

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.loop = asyncio.get_running_loop()

    def embed(self, texts: Sequence[str]) -> Any:
        if len(texts) > 1:
            asyncio.run_coroutine_threadsafe(self.waiting.wait(), self.loop).result(timeout=10)
        return EMBEDDER.embed(texts)


async def test_a_question_does_not_wait_while_many_are_read(store: Store) -> None:
    slow = Slow()
    index = PrecedentIndex(store.precedents, store.releases, slow, patience=0.01)
    await store.precedents.save(precedent())
    await store.precedents.save(precedent("esc_2/1", "Where is my parcel?"))
    assert await found(index) == []
    slow.waiting.set()
    await index.warm()
    assert await found(index) == ["esc_1/1"]
