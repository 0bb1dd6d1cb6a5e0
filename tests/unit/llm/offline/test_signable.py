"""Whether a rep would sign what the offline drafter writes, on questions that were labelled by hand."""

import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from bot.domain.answer import Draft
from bot.domain.article import Audience
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.llm.offline.drafter import OfflineDrafter
from bot.ports import DraftRequest, Embedder, TokenEmbedder
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.triage import TaxonomyTriager
from bot.workflows.answer import search_query
from knowledge.embeddings.side_by_side import SideBySide
from knowledge.library import Library
from knowledge.retriever import HybridRetriever
from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases, StandingClock

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CONTENT = Path(__file__).parents[4] / "knowledge" / "content"
QUESTIONS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("signable.yaml").read_text(encoding="utf-8"))


@dataclass
class Desk:
    triager: TaxonomyTriager
    retriever: HybridRetriever
    drafter: OfflineDrafter

    async def draft(self, asked: str) -> Draft:
        """The body of a reply alone: no voice frames it."""
        turn = Turn("1", Author.CUSTOMER, asked, NOW)
        escalation = Escalation("esc_1", "webhook", "1", Customer("c"), (turn,), NOW)
        triage = await self.triager.triage(escalation)
        found = await self.retriever.retrieve(search_query(escalation, triage), at=NOW, audience=Audience.CUSTOMER)
        return await self.drafter.draft(DraftRequest(escalation, triage, found.passages))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(embedder: Embedder, meanings: TokenEmbedder) -> Desk:
    articles, releases = MemoryArticles(), MemoryReleases()
    searching = SideBySide(meanings, embedder)
    await Library(articles, releases, searching, StandingClock()).import_folder(CONTENT / "articles")
    triager = TaxonomyTriager(load_taxonomy(CONTENT / "taxonomy.yaml"), load_tone(CONTENT / "tone.yaml"), embedder)
    return Desk(triager, HybridRetriever(articles, releases, searching), OfflineDrafter(embedder, meanings=meanings))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drafts(desk: Desk) -> list[tuple[dict[str, Any], Draft]]:
    """Each question that an article answers, with its draft."""
    return [(case, await desk.draft(case["ask"])) for part in ("tuned", "held") for case in QUESTIONS[part]]


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def signable(case: dict[str, Any], draft: Draft) -> bool:
    """All that must be said, some of it in the first sentence, and nothing that must not be."""
    body, first = folded(draft.text), folded(draft.cited.split(" [", 1)[0])
    return (
        all(folded(said) in body for said in case["says"])
        and any(folded(said) in first for said in case.get("first", case["says"]))
        and not any(folded(said) in body for said in case.get("never", ()))
    )


async def test_most_drafts_are_what_a_rep_would_sign(drafts: list[tuple[dict[str, Any], Draft]]) -> None:
    assert sum(signable(case, draft) for case, draft in drafts) / len(drafts) >= 0.7


async def test_what_no_article_answers_is_mostly_not_answered(desk: Desk) -> None:
    for part in ("unanswered", "unanswered_held"):
        abstained = [(await desk.draft(asked)).abstained for asked in QUESTIONS[part]]
        assert sum(abstained) / len(abstained) >= 0.75


async def test_drafts_are_short(drafts: list[tuple[dict[str, Any], Draft]]) -> None:
    sizes = [len(draft.text.split()) for _, draft in drafts if draft.text]
    assert statistics.median(sizes) < 60
    assert max(sizes) <= 120
