"""The answer cites the articles that it must cite."""

from bot.domain.answer import Proposal
from bot.domain.quality import EvalCase, Score
from evals.scoring import Scorer, share

NAME = "cited_sources"


def judge(case: EvalCase, proposal: Proposal) -> Score | None:
    """Give the share of the articles that are cited; others may be cited too."""
    if not case.sources or proposal.draft.abstained:
        return None
    cited = {passage.slug for _, passage in proposal.cited_passages()}
    return share(NAME, case.sources, [slug for slug in case.sources if slug not in cited], "It does not cite")


SCORER = Scorer(NAME, "Sources that it must cite", judge)
