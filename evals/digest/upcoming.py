"""What the next release will hold, as it stands today: fixes on their way, topics, labels to be learned."""

from bot.domain.digest import Upcoming
from bot.domain.fix import FixState
from bot.domain.intents import TopicState
from bot.domain.refit import FEWEST
from bot.domain.text.phrases import counted
from evals.digest.facts import Facts
from evals.digest.names import fix_named, named

MOST = 25
_FIXES = {
    FixState.TESTING: "approved, being tried on the eval cases",
    FixState.OPEN: "waits for approval",
    FixState.HELD: "held by the evals",
}
_TOPICS = {
    TopicState.TRYING: "decided, being tried on the eval cases",
    TopicState.HELD: "held by the evals",
}


def upcoming(facts: Facts, labels: int) -> tuple[Upcoming, ...]:
    """What is nearest to going live first; `labels` is how many no release has learned from."""
    fixes = [
        Upcoming(f"{called[:1].upper()}{called[1:]}", said)
        for state, said in _FIXES.items() for called in (fix_named(fix) for fix in facts.fixes if fix.state is state)
    ]  # fmt: skip
    topics = [
        Upcoming(f"New topic {named(topic.title, 'without a name')}", said)
        for state, said in _TOPICS.items() for topic in facts.topics if topic.state is state
    ]  # fmt: skip
    return (*fixes[:MOST], *topics[:MOST], *_to_learn(labels))


def _to_learn(labels: int) -> tuple[Upcoming, ...]:
    if not labels:
        return ()
    said = "learned tonight if that makes triage better" if labels >= FEWEST else f"learned from {FEWEST} on"
    return (Upcoming(counted(labels, "label"), said),)
