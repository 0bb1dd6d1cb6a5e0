"""What the played weeks come to: shares by week with their intervals, and what became of fixes and releases."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.fix import FixState
from tests.benchmarks.learning.weeks import Condition, Played, Week
from tests.benchmarks.learning.world import Outcome, Planted

_DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def curve(played: Sequence[Played], outcome: Outcome) -> list[Share]:
    """The share of the probes that have this outcome, at each week's end from before the first week on."""
    return [_interval(column) for column in _by_intent(played, outcome).T]


def gain(played: Sequence[Played], against: Sequence[Played], outcome: Outcome) -> Share:
    """How much larger the last share of the probes is than under another condition with the same seeds."""
    return _interval((_by_intent(played, outcome) - _by_intent(against, outcome))[:, -1])


def _by_intent(played: Sequence[Played], outcome: Outcome) -> np.ndarray:
    """A row for each seed and intent, a column for each week: the share of its probes with the outcome."""
    lines = []
    for each in played:
        intents = np.array([asked.intent for asked in each.plan.probes])
        hits = np.array([[found is outcome for found in week.probed] for week in each.weeks], dtype=float)
        lines += [hits[:, intents == intent].mean(axis=1) for intent in sorted(set(intents.tolist()))]
    return np.array(lines)


def _interval(values: np.ndarray) -> Share:
    """Mean and percentile bootstrap over the rows: what one intent's probes share is drawn together."""
    chance = np.random.default_rng(0)
    means = values[chance.integers(0, len(values), (_DRAWS, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Share(float(values.mean()), float(low), float(high))


def arrived(played: Sequence[Played], week: int) -> dict[str, float]:
    """What became of a week's conversations: shares by outcome, and of those that went out unchanged."""
    weeks = [each.weeks[week] for each in played]
    total = sum(len(each.arrived) for each in weeks)
    counts = Counter(outcome for each in weeks for _, outcome in each.arrived)
    unchanged = sum(each.unchanged for each in weeks) / total
    return {"approved unchanged": unchanged} | {outcome.value: counts[outcome] / total for outcome in Outcome}


def after_a_fix(played: Sequence[Played], planted: Planted) -> tuple[int, int, int, int]:
    """Of intents planted so, in the week after a sound fix went live: conversations right and all; then probes."""
    talked: list[Outcome] = []
    probed: list[Outcome] = []
    for each in played:
        for sent in each.sent:
            if sent.state is not FixState.LIVE or sent.mistake or each.plan.world.planted[sent.intent] is not planted:
                continue
            if sent.week + 1 < len(each.weeks):
                talked += [outcome for intent, outcome in each.weeks[sent.week + 1].arrived if intent == sent.intent]
            asked = zip(each.plan.probes, each.weeks[sent.week].probed, strict=True)
            probed += [outcome for probe, outcome in asked if probe.intent == sent.intent]
    return talked.count(Outcome.RIGHT), len(talked), probed.count(Outcome.RIGHT), len(probed)


def fixes(played: Sequence[Played]) -> dict[str, Counter[str]]:
    """What became of the fixes, by the mistake in them ("" for sound ones)."""
    found: dict[str, Counter[str]] = {"": Counter(), "figure": Counter(), "neighbour": Counter()}
    for each in played:
        for sent in each.sent:
            found[sent.mistake][sent.state.value] += 1
    return found


def summed(played: Sequence[Played], count: Callable[[Week], float]) -> float:
    """The sum over all weeks of all seeds."""
    return sum(count(week) for each in played for week in each.weeks)


def figures(played: Sequence[Played]) -> dict[str, float]:
    """The figures that are compared between conditions; of probes at the end of the last week."""
    last = {outcome: curve(played, outcome)[-1].value for outcome in Outcome}
    told = {f"probes {outcome.value}": value for outcome, value in last.items()}
    week = len(played[0].weeks) - 1
    ends = [each.weeks[week] for each in played]
    answering = sum(each.answering for each in ends) / sum(len(each.arrived) for each in ends)
    return told | {
        "approved unchanged, last week": arrived(played, week)["approved unchanged"],
        "minutes to answer a conversation, last week": answering,
        "releases": summed(played, lambda week: week.releases),
        "probes broken by releases": summed(played, lambda week: len(week.broken)),
        "core cases broken by releases": summed(played, lambda week: len(week.broken_core)),
        "minutes of fixing a week": summed(played, lambda week: week.spent) / (week * len(played)),
    }


Results = Mapping[Condition, Sequence[Played]]
