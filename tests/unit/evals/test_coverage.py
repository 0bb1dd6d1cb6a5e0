"""Which intents have too few cases."""

from dataclasses import replace

from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.domain.review import Action
from bot.domain.trace import Span, Trace
from bot.ports import Desk
from evals.coverage import IntentCoverage, coverage
from tests.contracts.store_samples import NOON, after, decision, draft, escalation, proposal


def case(said: str, **changes: str) -> EvalCase:
    turns = (CaseTurn(Author.CUSTOMER, said),)
    return replace(EvalCase(case_id(turns), turns), **changes)  # type: ignore[arg-type]


async def asked(desk: Desk, name: str, intent: str, action: Action | None = None, *, abstained: bool = False) -> None:
    """A conversation with its run and its review, decided or not."""
    stored, _ = await desk.store.escalations.receive(escalation(name))
    spans = (Span("triage", NOON, 1.0, output={"intent": intent}),)
    await desk.store.traces.save(Trace(f"run-{name}", "propose", name, after(int(name[4:])), spans))
    review, _ = await desk.store.reviews.open(stored, at=NOON)
    made = proposal(draft=draft("", cited="", citations=(), missing="Nothing.")) if abstained else proposal()
    review = await desk.store.reviews.propose(review.id, made)
    if action is not None:
        await desk.store.reviews.claim(replace(decision(review, action), text="Other words."))


async def test_intents_come_by_how_often_they_are_asked_and_mended_with_the_cases_they_lack(desk: Desk) -> None:
    await asked(desk, "esc_1", "refund", Action.EDIT)
    await asked(desk, "esc_2", "refund", abstained=True)
    for number in (3, 4, 5):
        await asked(desk, f"esc_{number}", "delivery", Action.APPROVE)
    for said, changes in (("A", {}), ("B", {}), ("C", {"quarantined": "It wavers."})):
        await desk.store.cases.save(case(said, intent="refund", **changes))
    await desk.store.cases.save(case("D"))
    found = await coverage(desk)
    assert found == (
        IntentCoverage("refund", conversations=2, mended=2, cases=2),
        IntentCoverage("delivery", conversations=3, mended=0, cases=0),
        IntentCoverage("unknown", conversations=0, mended=0, cases=1),
    )
    assert [each.lacking for each in found] == [3, 5, 4]


async def test_a_conversation_counts_once_however_often_it_was_drafted(desk: Desk) -> None:
    await asked(desk, "esc_1", "refund")
    spans = (Span("triage", NOON, 1.0, output={"intent": "delivery"}),)
    await desk.store.traces.save(Trace("run-again", "propose", "esc_1", after(60), spans))
    assert await coverage(desk) == (IntentCoverage("delivery", conversations=1, mended=0, cases=0),)
