"""The answer states every fact that it must state."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from evals.saying import Said, said
from evals.scoring import Scorer, share

NAME = "must_say"


def judge(case: EvalCase, proposal: Proposal) -> Score | None:
    """Give the share of the facts that are stated; one that the answer denies is named as denied."""
    if not case.must_say or proposal.draft.abstained:
        return None
    answers = {fact: said(fact, proposal.draft.text) for fact in case.must_say}
    lacking = [
        f'"{fact}"{" (it says the opposite)" if answer is Said.DENIED else ""}'
        for fact, answer in answers.items()
        if answer is not Said.STATED
    ]
    return share(NAME, tuple(answers), lacking, "It does not say")


SCORER = Scorer(NAME, "Facts that it must say", judge)
