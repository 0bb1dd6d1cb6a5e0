"""The answer is no longer than it needs to be. It informs and never gates."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from evals.scoring import Scorer

NAME = "length"
_AT_MOST = 250  # words, where no reference shows how many it takes
_TIMES, _MORE = 2, 40  # a draft may have twice the reference's words, and greeting and closing


def judge(case: EvalCase, proposal: Proposal) -> Score | None:
    """Give 1 up to the length that the reference makes reasonable, and less in proportion above it."""
    if proposal.draft.abstained:
        return None
    count = len(proposal.draft.text.split())
    limit = _TIMES * len(case.reference.split()) + _MORE if case.reference.strip() else _AT_MOST
    reason = f"It has {count} words; {limit} would do." if count > limit else ""
    return Score(NAME, round(min(1.0, limit / max(1, count)), 4), count <= limit, reason, gates=False)


SCORER = Scorer(NAME, "Length", judge)
