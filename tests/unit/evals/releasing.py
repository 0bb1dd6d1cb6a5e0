"""A desk whose answers are what its knowledge says, word for word, so that a release decides which cases pass."""

from dataclasses import dataclass, field, replace

from bot.domain.answer import Citation, Draft, DraftAuthor, Triage
from bot.domain.article import Release, Revision
from bot.domain.chat import Person, Role
from bot.domain.escalation import Author, Escalation
from bot.domain.fix import FixState, KnowledgeFix, fix_id
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.ports import Desk, DraftRequest, Progress
from knowledge.embeddings.static import StaticEmbedder
from knowledge.retriever import HybridRetriever
from tests.contracts.store_samples import ANA, NOON, proposal
from tests.unit.scripted import LiveRun, working_with

SUE, MAE = Person("slack", "U_SUE", "Sue"), Person("slack", "U_MAE", "Mae")
ARTICLES = {
    "refunds": "A refund to a card takes 3 working days.\n\nIt goes to the same card.",
    "parcels": "A parcel travels for 2 days inside the country.",
    "repairs": "A repair of the grinder takes 9 days in our workshop.",
}


class Team:
    """Ana is a rep, Sue a senior, Mae a manager."""

    async def role(self, person: Person) -> Role | None:
        return {ANA.id: Role.REP, SUE.id: Role.SENIOR, MAE.id: Role.MANAGER}.get(person.id)


@dataclass
class Reader:
    """Triages by the first word, and drafts the best passage as it stands; `troubles` are raised in turn.

    On a passage with the words of `slips` it fails once for each of them.
    """

    name: str = "reader"
    version: str = "1"
    slow: bool = False
    troubles: list[Exception] = field(default_factory=list)
    slips: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """What was drafted, by its question."""

    async def triage(self, escalation: Escalation) -> Triage:
        return replace(proposal().triage, intent=escalation.question.split()[0].casefold(), intent_confidence=0.0)

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        if self.troubles:
            raise self.troubles.pop(0)
        self.asked.append(request.escalation.question)
        passage = request.passages[0]
        text = passage.text
        if self.slips and self.slips[0] in text:
            self.slips.pop(0)
            text = "I do not know."
        return Draft(text, f"{text} [1]", (Citation(1, passage.id, passage.text),), 0.9, DraftAuthor.OFFLINE)


async def at_work(desk: Desk, reader: Reader) -> Desk:
    """The desk with three articles live as knowledge v1."""
    retriever = HybridRetriever(desk.store.articles, desk.store.releases, StaticEmbedder())
    desk = replace(await working_with(desk, triager=reader, drafter=reader), people=Team(), retriever=retriever)
    release = Release("knowledge", 0, {})
    for slug, body in ARTICLES.items():
        revision = Revision(slug, "", slug.title(), body + "\n")
        release = await desk.knowledge.propose(revision, beside=release, reason="", by=None, fix="")
    await desk.store.releases.activate("knowledge", release.number)
    return desk


def case(asked: str, *must_say: str, core: bool = False, sources: tuple[str, ...] = ()) -> EvalCase:
    turns = (CaseTurn(Author.CUSTOMER, asked),)
    return EvalCase(case_id(turns), turns, must_say, sources=sources, intent=asked.split()[0].casefold(), core=core)


async def fix_of(desk: Desk, slug: str, old: str, new: str, *, by: Person = ANA, ref: str = "1") -> KnowledgeFix:
    """A proposed change of the live article."""
    live = await desk.store.releases.live("knowledge")
    (revision,) = await desk.store.articles.revisions({slug: live.manifest[slug]})
    assert old in revision.body
    changed = replace(revision, body=revision.body.replace(old, new))
    return KnowledgeFix(fix_id(slug, ref), FixState.OPEN, changed, revision.hash, by, NOON, place=None)


def live_run(desk: Desk, name: str) -> LiveRun:
    return LiveRun(name, desk.clock)  # type: ignore[arg-type]
