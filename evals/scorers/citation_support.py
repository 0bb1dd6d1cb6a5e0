"""What the answer says is borne out by what it cites: the grounding guardrail's findings, as a share of sentences."""

from bot.domain.answer import Level, Proposal
from bot.domain.quality import EvalCase, Score
from bot.domain.text.wording import sentences
from evals.scoring import Scorer

NAME = "citation_support"
_GUARDRAIL = "grounding"


def judge(_: EvalCase, proposal: Proposal) -> Score | None:
    """Give the share of sentences without a finding; a finding that holds the draft fails, a warning only lowers it."""
    if proposal.draft.abstained:
        return None
    findings = [finding for finding in proposal.findings if finding.guardrail == _GUARDRAIL]
    doubted = [finding for finding in findings if finding.level is not Level.PASS]
    held = any(finding.level is Level.BLOCK for finding in findings)
    count = max(1, len(sentences(proposal.draft.text)))
    value = max(0.0, 1 - len({finding.quote for finding in doubted}) / count)
    return Score(NAME, round(value, 4), not held, " ".join(finding.message for finding in doubted[:2]))


SCORER = Scorer(NAME, "Supported by what it cites", judge)
