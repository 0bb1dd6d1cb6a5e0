"""A model as a judge: measured by people's double ratings, and only then allowed to gate."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from bot.domain.answer import Proposal
from bot.domain.judging import Agreement, Kappa, Rating
from bot.domain.quality import EvalCase, Score
from bot.ports import Desk, Judge
from evals.metrics.agreement import kappas

NAME = "judge"
ENOUGH = 50
"""Answers that two people must have rated: with fewer, the interval of a kappa is wider than the bands it decides."""
OF_EACH = 10
"""Answers that both passed, and that both failed: with one verdict alone, agreement means nothing."""
SUBSTANTIAL, MODERATE = 0.6, 0.4
"""Where "substantial" and "moderate" agreement begin (Landis & Koch 1977): for a judge with people, and people with
each other. The lower end of the interval must lie above it.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer with two people's verdicts on it."""

    case: str
    answer: str
    first: bool
    second: bool


def doubly_rated(ratings: Iterable[Rating]) -> tuple[Pair, ...]:
    """The answers that at least two people rated, with the verdicts of the first two by name."""
    found = []
    ordered = sorted(ratings, key=lambda rating: (rating.case, rating.hash, rating.rater))
    for _, group in groupby(ordered, key=lambda rating: (rating.case, rating.hash)):
        some = list(group)
        if len(some) > 1:
            found.append(Pair(some[0].case, some[0].answer, some[0].passed, some[1].passed))
    return tuple(found)


async def measure(
    judge: Judge,
    pairs: Sequence[Pair],
    cases: Iterable[EvalCase],
    *,
    at: datetime,
    progress: Callable[[int, int, str], None] | None = None,
) -> Agreement:
    """Let the judge say of each answer what it thinks, without the people's verdicts, and hold both side by side.

    Answers to cases that are gone are left out. Raises Unavailable where the judge cannot say: an answer that it
    cannot judge is never left out.
    """
    by_id = {case.id: case for case in cases}
    known = [pair for pair in pairs if pair.case in by_id]
    verdicts = []
    for number, pair in enumerate(known, 1):
        opinion = await judge.judge(by_id[pair.case], pair.answer)
        verdicts.append((pair.first, pair.second, opinion.passed))
        if progress:
            progress(number, len(known), pair.case)
    found = kappas(verdicts)
    return Agreement(judge.name, at, found.people, found.consensus, found.each)


def why_not(agreement: Agreement | None) -> str:
    """Why a judge with this agreement may not gate; "" where it may."""
    if agreement is None:
        return "it was never measured with this model, rubric and prompt: `ratchet eval judge` does"
    people, consensus = agreement.people, agreement.consensus
    (both, _), (_, neither) = people.table
    if people.count < ENOUGH:
        return f"two people rated {people.count} answers, and {ENOUGH} are needed"
    if min(both, neither) < OF_EACH:
        return f"people agree on {both} passes and {neither} failures, and {OF_EACH} of each are needed"
    if people.low < MODERATE:
        return f"people agree too little with each other ({told(people)}; its lower end must reach {MODERATE})"
    if consensus.low < SUBSTANTIAL:
        return f"it agrees too little with people ({told(consensus)}; its lower end must reach {SUBSTANTIAL})"
    if agreement.each.value < people.low:
        return f"it agrees less with people ({told(agreement.each)}) than they do with each other ({told(people)})"
    return ""


def told(kappa: Kappa) -> str:
    """A kappa in figures."""
    return f"kappa {kappa.value:.2f}, 95 % interval {kappa.low:.2f} to {kappa.high:.2f}, n = {kappa.count}"


async def standing(desk: Desk) -> str:
    """Why the desk's judge may not gate; "" where it may."""
    return why_not(await desk.store.ratings.agreement(desk.judge.name)) if desk.judge else "there is none"


async def with_trusted_judge(desk: Desk) -> Desk:
    """The desk with its judge only if that one may gate: an opinion that decides nothing is not waited for."""
    return replace(desk, judge=None) if desk.judge and await standing(desk) else desk


async def opinion(judge: Judge, case: EvalCase, proposal: Proposal, *, gates: bool) -> Score:
    """What the judge says of the answer, as a score. Raises Unavailable where it cannot say."""
    found = await judge.judge(case, proposal.draft.text)
    value = sum(found.points.values()) / max(1, len(found.points))
    reason = "" if found.passed else f"The judge: {found.reason or 'it does not meet the rubric.'}"
    return Score(NAME, round(value, 4), found.passed, reason, gates)
