"""The weekly sample by simulation: how often its interval holds the truth, and what another design would give.

Weeks of 60 to 20,000 answers in 6 to 80 intents of very different sizes, of which 60 to 97 in 100 are good, the same in
all intents or from 15 points below to 15 above. Each is drawn and estimated by the product's own code, many times.
`python -m tests.benchmarks.bench_qa`
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt

from rich.progress import track

from bot.domain.digest import Value
from bot.domain.sample import Part
from evals.metrics.reliability import wilson
from evals.qa.estimate import share
from evals.qa.sizing import OTHERS, allocate, parts_for, planned, size
from tests.benchmarks.report import report

ROUNDS, SEED, MARGIN, Z = 1_000, 20261122, 0.1, 1.959964
WEEKS = ((60, 6), (200, 10), (500, 25), (2_000, 25), (20_000, 80))
GOOD = (0.6, 0.8, 0.9, 0.97)
SPREAD = (0.0, 0.15)
WRONG, FAILURES = 0.4, 20  # how good what went wrong is, and how many of it are scored: for pooling all alike
Found = Mapping[str, Sequence[float]]
Interval = tuple[float, float]


@dataclass
class Tally:
    """What one way of estimating did over all rounds of a week."""

    held: int = 0
    width: float = 0.0
    error: float = 0.0

    def add(self, truth: float, value: float, interval: Interval) -> None:
        self.held += interval[0] - 1e-9 <= truth <= interval[1] + 1e-9
        self.width += (interval[1] - interval[0]) / 2 / ROUNDS
        self.error += (value - truth) ** 2 / ROUNDS


def intents(answers: int, count: int) -> dict[str, int]:
    """So many answers, the k-th intent having 1/k of the first one's (Zipf)."""
    weights = [1 / k for k in range(1, count + 1)]
    sizes = {f"i{k}": max(1, int(answers * weight / sum(weights))) for k, weight in enumerate(weights)}
    sizes["i0"] += answers - sum(sizes.values())
    return sizes


def week(sizes: Mapping[str, int], good: Mapping[str, float], chance: random.Random) -> dict[str, list[float]]:
    """A week's answers, good or not, by intent."""
    return {name: [float(chance.random() < good[name]) for _ in range(count)] for name, count in sizes.items()}


def in_parts(answers: Found, parts: Sequence[Part]) -> dict[str, list[float]]:
    own = {part.intent for part in parts}
    found: dict[str, list[float]] = {part.intent: [] for part in parts}
    for name, some in answers.items():
        found[name if name in own else OTHERS] += some
    return found


def scored(answers: Found, parts: Sequence[Part], chance: random.Random) -> dict[str, list[float]]:
    """What is drawn of each part."""
    whole = in_parts(answers, parts)
    return {part.intent: chance.sample(whole[part.intent], part.drawn) for part in parts}


def own_variance(parts: Sequence[Part], found: Found) -> tuple[float, float]:
    """The textbook's stratified mean and variance: each part's own (Cochran 1977, 5.3 and 5.5)."""
    total = sum(part.answers for part in parts)
    value = variance = 0.0
    for part in parts:
        some, weight = found[part.intent], part.answers / total
        mean = sum(some) / len(some)
        spread = sum((each - mean) ** 2 for each in some) / max(1, len(some) - 1)
        value += weight * mean
        variance += weight**2 * (1 - len(some) / part.answers) * spread / len(some)
    return value, variance


def neyman(parts: Sequence[Part], before: Found) -> tuple[Part, ...]:
    """As many answers, shared out by last week's standard deviations (Cochran 1977, 5.5)."""
    wanted = sum(part.drawn for part in parts)
    means = {name: (sum(some) + 0.5) / (len(some) + 1) for name, some in before.items()}
    due = {part.intent: part.answers * sqrt(means[part.intent] * (1 - means[part.intent])) for part in parts}
    factor = wanted / sum(due.values())
    return tuple(
        Part(part.intent, part.answers, min(part.answers, max(2, round(due[part.intent] * factor)))) for part in parts
    )


def intervals(parts: Sequence[Part], found: Found, told: Value) -> Iterator[tuple[str, float, Interval]]:
    """The estimate and interval of each method, of the same scores."""
    if told.value is None or told.low is None or told.high is None:
        raise ValueError("the simulated weeks are large enough for a figure")
    yield "ours", told.value, (told.low, told.high)
    value, variance = own_variance(parts, found)
    reach = Z * sqrt(variance)
    yield "normal", value, (value - reach, value + reach)
    effective = value * (1 - value) / variance if variance > 0 else inf
    yield "wilson, own variances", value, wilson(value * effective, effective) if effective < inf else (value, value)
    n = sum(map(len, found.values()))
    yield "wilson, endless week", value, wilson(value * n, n)


def simulate(answers: int, count: int, good: float, spread: float) -> tuple[dict[str, Tally], float, float]:
    """The tallies of one kind of week, the answers scored, and the share of rounds within the margin asked for."""
    chance = random.Random(f"{SEED} {answers} {count} {good} {spread}")
    sizes = intents(answers, count)
    tallies = {name: Tally() for name in (*METHODS, "neyman", "pooled")}
    n = within = 0.0
    for _ in range(ROUNDS):
        likely = {name: min(0.995, max(0.02, good + chance.uniform(-spread, spread))) for name in sizes}
        before, now = week(sizes, likely, chance), week(sizes, likely, chance)
        truth = sum(map(sum, now.values())) / answers
        first = allocate(sizes, size(answers, MARGIN))
        earlier = scored(before, first, chance)
        reckoned = planned(sum(map(sum, earlier.values())), sum(map(len, earlier.values())))
        parts = parts_for(sizes, MARGIN, reckoned)
        found = scored(now, parts, chance)
        told = share(parts, found)
        for name, value, interval in intervals(parts, found, told):
            tallies[name].add(truth, value, interval)
        other = neyman(parts, scored(before, parts, chance))
        tallies["neyman"].add(truth, own_variance(other, scored(now, other, chance))[0], (0, 0))
        wrong = [float(chance.random() < WRONG) for _ in range(FAILURES)]
        every = [each for some in found.values() for each in some] + wrong
        tallies["pooled"].add(truth, sum(every) / len(every), wilson(sum(every), len(every)))
        n += sum(part.drawn for part in parts) / ROUNDS
        within += ((told.high or 0) - (told.low or 0) <= 2 * MARGIN) / ROUNDS
    return tallies, n, within


METHODS = ("ours", "normal", "wilson, own variances", "wilson, endless week")


def main() -> None:
    kinds = [(*each, good, spread) for each in WEEKS for good in GOOD for spread in SPREAD]
    results = [simulate(*kind) for kind in track(kinds, "simulating weeks")]
    figures = {}
    for name in (*METHODS, "pooled"):
        held = [tallies[name].held / ROUNDS for tallies, _, _ in results]
        figures[name] = {
            "coverage": sum(held) / len(held),
            "worst coverage": min(held),
            "half width": sum(tallies[name].width for tallies, _, _ in results) / len(results),
        }
    errors = [tallies["neyman"].error / max(1e-9, tallies["ours"].error) for tallies, _, _ in results]
    within = [share_within for _, _, share_within in results]
    saved = [1 - n / size(answers, MARGIN) for (answers, *_), (_, n, _) in zip(kinds, results, strict=True)]
    ours = figures.pop("ours") | {
        "within the margin": sum(within) / len(within),
        "least within the margin": min(within),
        "scored of 20,000 (90 % good)": results[-4][1],
        "forms saved by planning": sum(saved) / len(saved),
    }
    baselines = figures | {"neyman": {"squared error over ours": sum(errors) / len(errors), "at most": max(errors)}}
    ours |= {"squared error over ours": 1.0, "at most": 1.0}
    aims = {
        "the interval holds the truth in 94 of 100 rounds on average": ours["coverage"] >= 0.94,
        "in 92 of 100 in the worst kind of week": ours["worst coverage"] >= 0.92,
        "it is within the margin asked for in 9 of 10 weeks": ours["within the margin"] >= 0.9,
    }
    report("qa", ours, baselines, aims, digits=3, rounds=ROUNDS, kinds=len(kinds), margin=MARGIN, seed=SEED)


if __name__ == "__main__":
    main()
