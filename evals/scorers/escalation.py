"""It answers what it should answer, and abstains where a person must take over."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from evals.scoring import Scorer

NAME = "escalation"


def judge(case: EvalCase, proposal: Proposal) -> Score:
    """Give 1 where it abstained if and only if it should."""
    if proposal.draft.abstained == case.escalates:
        return Score(NAME, 1.0, True)
    if case.escalates:
        return Score(NAME, 0.0, False, "It answers, and should have left this to a person.")
    missing = f": {proposal.draft.missing}" if proposal.draft.missing else "."
    return Score(NAME, 0.0, False, f"It abstains, and should have answered{missing}")


SCORER = Scorer(NAME, "Answers or escalates rightly", judge)
