"""The answer neither shouts nor blames, and uses no phrase that the team has banned. It informs and never gates."""

from bot.domain.answer import Level, Proposal
from bot.domain.quality import EvalCase, Score
from evals.scoring import Scorer

NAME = "tone"
_GUARDRAILS = frozenset({"tone", "banned_phrases"})


def judge(_: EvalCase, proposal: Proposal) -> Score | None:
    """Give 1 without a finding, a half with one, a third with two."""
    if proposal.draft.abstained:
        return None
    heard = [f for f in proposal.findings if f.guardrail in _GUARDRAILS and f.level is not Level.PASS]
    reason = " ".join(finding.message for finding in heard[:2])
    return Score(NAME, round(1 / (1 + len(heard)), 4), not heard, reason, gates=False)


SCORER = Scorer(NAME, "Tone", judge)
