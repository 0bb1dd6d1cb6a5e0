"""Agreement beyond chance: Cohen's kappa (1960), of two people with each other and of a judge with them.

The interval is Bayesian, with Jeffreys' prior: each of the 2 x 2 cells of two verdicts begins with half a case. The
usual large-sample interval (Fleiss, Cohen & Everitt 1969) shrinks to a point where raters nearly always agree: with 50
answers and a true kappa of .95 it holds the truth in 47 to 70 of 100 rounds, this one in 93 to 95.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.judging import Kappa

_PRIOR = 0.25  # for each of the eight cells of three verdicts: half a case for each of the four of two of them
_DRAWS = 20_000
_SEED = 0  # the same verdicts give the same intervals

Verdicts = Sequence[tuple[bool, bool, bool]]
"""The first person's, the second person's and the judge's verdict on each answer."""


@dataclass(frozen=True, slots=True)
class Kappas:
    """`people`: the first against the second. `consensus`: the judge against people who are of one mind. `each`: the
    judge against the one and the other person, the mean of both.
    """

    people: Kappa
    consensus: Kappa
    each: Kappa


def kappas(verdicts: Verdicts) -> Kappas:
    """The three kappas with their 95 % intervals; without any verdict each is 0 and may be anything."""
    counts = np.zeros((2, 2, 2))
    for first, second, judge in verdicts:
        counts[int(not first), int(not second), int(not judge)] += 1
    draws = np.random.default_rng(_SEED).dirichlet(counts.ravel() + _PRIOR, _DRAWS).reshape(-1, 2, 2, 2)
    ways = (_people, _consensus, _each)
    return Kappas(*(_told(way(counts[None]), way(draws)) for way in ways))


def kappa(verdicts: Sequence[tuple[bool, bool]]) -> Kappa:
    """The kappa of two raters with its 95 % interval; without any verdict it is 0 and may be anything."""
    return kappas([(first, second, first) for first, second in verdicts]).people


def _people(tables: Any) -> tuple[Any, ...]:
    return (tables.sum(axis=3),)


def _consensus(tables: Any) -> tuple[Any, ...]:
    return (np.stack([tables[:, 0, 0], tables[:, 1, 1]], axis=1),)


def _each(tables: Any) -> tuple[Any, ...]:
    return tables.sum(axis=2), tables.sum(axis=1)


def _told(counted: tuple[Any, ...], drawn: tuple[Any, ...]) -> Kappa:
    value = float(np.mean([_kappa(table)[0] for table in counted]))
    low, high = np.quantile(np.mean([_kappa(tables) for tables in drawn], axis=0), [0.025, 0.975])
    both = sum(table[0] for table in counted).astype(int)
    table = ((int(both[0, 0]), int(both[0, 1])), (int(both[1, 0]), int(both[1, 1])))
    return Kappa(value, float(low), float(high), int(counted[0].sum()), table)


def _kappa(tables: Any) -> Any:
    """Kappa of each table: the share of agreement above chance, of what is possible above chance; 0 where none is."""
    shares = tables / np.maximum(tables.sum(axis=(1, 2), keepdims=True), 1e-12)
    agreed = shares[:, 0, 0] + shares[:, 1, 1]
    chance = (shares.sum(axis=2) * shares.sum(axis=1)).sum(axis=1)
    possible = 1 - chance
    return np.where(possible > 1e-12, (agreed - chance) / np.maximum(possible, 1e-12), 0.0)
