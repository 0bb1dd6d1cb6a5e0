"""Which intents have too few cases, those first that many customers ask about and that give the team most to mend."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.quality import EvalCase
from bot.domain.review import Action, Review
from bot.domain.trace import Trace
from bot.ports import Desk

ENOUGH = 5
"""Cases of an intent below which a pass says little: of five that all pass, at least 57 % would (Wilson, 95 %)."""
_RUNS = 1_000  # the newest runs that are looked at


@dataclass(frozen=True, slots=True)
class IntentCoverage:
    """One intent: how many conversations had it, how many of them needed mending, and how many cases it has.

    Mended are those whose draft was edited or rejected, and those for which there was none.
    """

    intent: str
    conversations: int
    mended: int
    cases: int

    @property
    def lacking(self) -> int:
        return max(0, ENOUGH - self.cases)


async def coverage(desk: Desk, top: int = 20) -> tuple[IntentCoverage, ...]:
    """The top intents by conversations and mended drafts together, of the newest runs; then those with cases alone."""
    newest: dict[str, str] = {}
    for trace in await desk.store.traces.newest(_RUNS):
        intent = _intent(trace)
        if intent and trace.escalation_id:
            newest.setdefault(trace.escalation_id, intent)
    reviews = {name: await desk.store.reviews.of_escalation(name) for name in newest}
    mended = [name for name, found in reviews.items() if any(map(needed_mending, found))]
    return ranked(newest.values(), [newest[name] for name in mended], await desk.store.cases.all(), top)


def ranked(
    asked: Iterable[str], mended: Iterable[str], cases: Iterable[EvalCase], top: int
) -> tuple[IntentCoverage, ...]:
    """Count by intent, the ones with most weight first: a mended conversation counts twice."""
    volume, pain = Counter(asked), Counter(mended)
    held = Counter(case.intent or UNKNOWN_INTENT for case in cases if not case.quarantined)
    names = sorted({*volume, *held}, key=lambda name: (-volume[name] - pain[name], name))
    return tuple(IntentCoverage(name, volume[name], pain[name], held[name]) for name in names[:top])


def needed_mending(review: Review) -> bool:
    """Tell whether the draft was edited, rejected, or not there."""
    if review.editor is not None or (review.decision and review.decision.action in (Action.EDIT, Action.REJECT)):
        return True
    return review.proposal is not None and review.proposal.draft.abstained


def _intent(trace: Trace) -> str:
    found = next((span.output for span in trace.spans if span.name == "triage" and isinstance(span.output, dict)), {})
    return str(found.get("intent", ""))
