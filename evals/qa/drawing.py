"""Drawing a week's sample: the same answers in every process, because chance is a digest of the week and the answer.

The first so many of a part in the order of that digest are a simple random sample of it (permanent random numbers:
Ohlsson 1995). They are given out spread over all parts, so that whatever is scored when people stop is one too.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from bot.domain.sample import Part, Sampled, Stratum, Wrong
from evals.qa.frame import Candidate
from evals.qa.sizing import OTHERS

Chance = Callable[[str, str], float]
"""What chance gives an answer, for a purpose: a number from 0 to below 1."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The parts of a week's answers, and those that were drawn, in the order in which they are given out."""

    parts: tuple[Part, ...]
    items: tuple[Sampled, ...]


def chance_of(workspace: str, week: str) -> Chance:
    """The week's chance in this workspace."""

    def chance(purpose: str, answer: str) -> float:
        told = "\x1f".join((workspace, week, purpose, answer)).encode("utf-8", "replace")
        return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest()) / 2**64

    return chance


def intents(frame: Iterable[Candidate]) -> Mapping[str, int]:
    """How many answers were sent, by intent."""
    return Counter(each.intent for each in frame if each.sent)


def draw(frame: Sequence[Candidate], parts: Sequence[Part], *, failures: int, double: float, chance: Chance) -> Drawn:
    """Draw of the answers that were sent as the parts say, and so many more of what went wrong.

    `double` of the former are scored by two people.
    """
    sent = [each for each in frame if each.sent]
    wanted = {part.intent: part.drawn for part in parts}
    chosen: dict[str, list[Candidate]] = {intent: [] for intent in wanted}
    for each in sorted(sent, key=lambda one: chance("draw", one.id)):
        part = each.intent if each.intent in wanted else OTHERS
        if len(chosen.get(part, ())) < wanted.get(part, 0):
            chosen[part].append(each)
    drawn = {each.id for some in chosen.values() for each in some}
    wrong = _wrong([each for each in frame if each.wrong and each.id not in drawn], failures, chance)
    pairs = sorted(drawn, key=lambda each: chance("double", each))[: _at_least_one(double * len(drawn))]
    items = [_item(each, part, Stratum.CHANCE, each.id in pairs) for part, some in chosen.items() for each in some]
    items += [_item(each, OTHERS, Stratum.FAILURE, False) for each in wrong]
    return Drawn(tuple(parts), _spread(items, chance))


def _at_least_one(share: float) -> int:
    return max(1, round(share)) if share > 0 else 0


def _wrong(failed: Sequence[Candidate], most: int, chance: Chance) -> list[Candidate]:
    """Some of what went wrong, each way of it in turn, so that what is frequent hides nothing."""
    ways = [
        sorted((each for each in failed if each.wrong[0] is way), key=lambda one: chance("wrong", one.id))
        for way in Wrong
    ]
    in_turn = [each for some in zip_longest(*ways) for each in some if each is not None]
    return in_turn[:most]


def _item(of: Candidate, part: str, stratum: Stratum, twice: bool) -> Sampled:
    return Sampled(of.id, of.review, stratum, of.intent, part, 0, 2 if twice else 1, wrong=of.wrong)


def _spread(items: Sequence[Sampled], chance: Chance) -> tuple[Sampled, ...]:
    """The items in an order in which the beginning has of each part and stratum as much as the whole."""
    groups: dict[tuple[Stratum, str], list[Sampled]] = {}
    for item in sorted(items, key=lambda each: chance("order", each.id)):
        groups.setdefault((item.stratum, item.part), []).append(item)
    placed = [
        ((rank + chance("start", f"{stratum} {part}")) / len(group), item)
        for (stratum, part), group in groups.items()
        for rank, item in enumerate(group)
    ]
    ordered = sorted(placed, key=lambda each: (each[0], each[1].id))
    return tuple(replace(item, position=at) for at, (_, item) in enumerate(ordered))
