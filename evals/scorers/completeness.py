"""The answer leaves out nothing that the customer asked and the reference answers. It informs and never gates."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from bot.domain.text.asking import questions
from bot.domain.text.claims import Clause, read
from evals.scoring import Scorer, share

NAME = "completeness"
_ANSWERED = 0.4  # the share of what the reference says to a need that the answer must speak of, in whatever words
_MOST_NEEDS = 6


def judge(case: EvalCase, proposal: Proposal) -> Score | None:
    """Give the share of the things asked to which the answer speaks of what the reference says to them."""
    reference, draft = read(case.reference), read(proposal.draft.text)
    if not reference or proposal.draft.abstained:
        return None
    needs = {need: _answer_to(need, reference) for need in questions(case.question)[:_MOST_NEEDS]}
    answered = {need: about for need, about in needs.items() if about}
    if not answered:
        return None
    told = frozenset(root for clause in draft for root in clause.about)
    lacking = [f'"{need[:80]}"' for need, about in answered.items() if len(about & told) < _ANSWERED * len(about)]
    return share(NAME, tuple(answered), lacking, "It does not answer", gates=False)


def _answer_to(need: str, reference: tuple[Clause, ...]) -> frozenset[str]:
    """What the reference's nearest clause says to the need beyond the need's own words; nothing where none is near."""
    asked = frozenset(root for clause in read(need) for root in clause.about)
    best = max(reference, key=lambda clause: len(asked & clause.about))
    return best.about - asked if asked & best.about else frozenset()


SCORER = Scorer(NAME, "Answers all that was asked", judge)
