"""The answer makes no claim that it must not make."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from evals.saying import Said, said
from evals.scoring import Scorer, share

NAME = "must_not_say"


def judge(case: EvalCase, proposal: Proposal) -> Score | None:
    """Give the share of the claims that are not made; a claim that is denied is not made."""
    if not case.must_not_say or proposal.draft.abstained:
        return None
    made = [f'"{claim}"' for claim in case.must_not_say if said(claim, proposal.draft.text) is Said.STATED]
    return share(NAME, case.must_not_say, made, "It says what it must not")


SCORER = Scorer(NAME, "Claims that it must not make", judge)
