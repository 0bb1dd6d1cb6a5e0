"""The conversation gets the intent that the team gave it."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from bot.domain.review import FailureMode
from evals.scoring import Scorer

NAME = "intent"


def judge(case: EvalCase, proposal: Proposal) -> Score | None:
    """Give 1 for the intent of the case; it gates only where the case was kept because the intent was ambiguous.

    A right answer under a neighbouring intent is still right for the customer: routing is the team's own matter.
    """
    if not case.intent:
        return None
    right = proposal.triage.intent == case.intent
    reason = "" if right else f"Its intent is {proposal.triage.intent}, not {case.intent}."
    return Score(NAME, float(right), right, reason, gates=case.mode is FailureMode.AMBIGUOUS_INTENT)


SCORER = Scorer(NAME, "Intent", judge)
