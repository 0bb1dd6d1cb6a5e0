"""The card of a knowledge fix tells whether the question that it was made for is answered now."""

from dataclasses import replace

from bot.cards.fix import fix_card
from bot.domain.article import Revision
from bot.domain.escalation import Author
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.quality import CaseTurn, EvalCase, GateResult, Verdict
from tests.contracts.store_samples import ANA, BEN, NOON

PROOF = EvalCase("case_1", (CaseTurn(Author.CUSTOMER, "How long does it travel?"),), core=True, escalation="esc_1")
OTHER = replace(PROOF, id="case_2", escalation="esc_2")
REVISION = Revision("delivery/parcels", "", "Parcels", "Your parcel travels for 5 days.\n")


def live(gate: GateResult) -> str:
    fix = KnowledgeFix(
        "fix_1", FixState.LIVE, REVISION, "", ANA, NOON, escalation="esc_1", decided_by=BEN, decided_at=NOON,
        gate=gate, release=2,
    )  # fmt: skip
    return str(fix_card(fix, None, {case.id: case for case in (PROOF, OTHER)}))


def test_a_fix_that_is_proven_says_that_its_case_is_in_the_core_set() -> None:
    said = live(GateResult(Verdict.PASSED, "Nothing gets worse.", fixed=("case_1",)))
    assert "The case that proves it is in the core set now" in said


def test_a_fix_that_does_not_answer_its_own_question_says_so() -> None:
    said = live(GateResult(Verdict.PASSED, "Nothing gets worse.", unchanged=("case_1",), failing=("case_1",)))
    assert "still not answered as the team answered it" in said
    assert "1 unchanged (1 of them not passing before or after)" in said


def test_the_failing_case_of_another_conversation_is_no_matter_of_this_fix() -> None:
    said = live(GateResult(Verdict.PASSED, "Nothing gets worse.", unchanged=("case_2",), failing=("case_2",)))
    assert "still not answered" not in said
