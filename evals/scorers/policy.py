"""No guardrail holds the answer: what cannot be approved as it stands is no good answer."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from evals.scoring import Scorer

NAME = "policy"
_SCORED_APART = "grounding"  # see `citation_support`


def judge(_: EvalCase, proposal: Proposal) -> Score | None:
    """Give 0 where a guardrail other than grounding holds the draft."""
    if proposal.draft.abstained:
        return None
    held = [finding for finding in proposal.blocks if finding.guardrail != _SCORED_APART]
    return Score(NAME, float(not held), not held, " ".join(finding.message for finding in held[:2]))


SCORER = Scorer(NAME, "Keeps the rules", judge)
