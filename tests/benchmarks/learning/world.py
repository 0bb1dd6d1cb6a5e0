"""What is true in the benchmark's bank, what of it the knowledge lacks or has wrong, and what its customers write."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

import numpy as np
import yaml

from bot.domain.answer import Proposal
from tests.benchmarks.public import data, rows

BANK = Path(__file__).with_name("bank.yaml")
GAPS, STALE = 0.36, 0.28
"""The shares of the facts that the knowledge lacks, and that it has as they were before."""
_SKEW = 0.5  # customers ask for the n-th intent n**-0.5 times as often as for the first
_STEPS = 2016  # five minutes each in a week
_FRONT = (
    "title: {title}\nowner: '#support'\neffective: 2026-01-05\nreview_by: 2027-12-31\naudience: customer\nkind: article"
)


class Planted(StrEnum):
    """What the knowledge says of a fact when the first week begins."""

    TOLD = "told"
    GAP = "gap"
    STALE = "stale"


class Outcome(StrEnum):
    """How a draft is, for somebody who knows the truth."""

    RIGHT = "correct and cited"
    PARTLY = "beside the point"
    WRONG = "wrongly answered"
    HONEST = "rightly abstained"
    SHY = "needlessly abstained"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is true of one intent: the sentence that tells it, with a figure that an answer has to say."""

    intent: str
    title: str
    article: str
    article_title: str
    section: str
    tells: str
    says: str
    now: str
    was: str
    slip: str
    asks: tuple[str, ...]

    @property
    def true(self) -> str:
        return self._with(self.now)

    @property
    def old(self) -> str:
        return self._with(self.was)

    @property
    def slipped(self) -> str:
        return self._with(self.slip)

    @property
    def key(self) -> str:
        """The words that an answer must say."""
        return self.says.format(self.now)

    def told_in(self, text: str) -> bool:
        return _says(text, self.key)

    def denied_in(self, text: str) -> bool:
        """Tell whether a text has the old figure, or the mistyped one."""
        return _says(text, self.says.format(self.was)) or _says(text, self.says.format(self.slip))

    def _with(self, figure: str) -> str:
        return self.tells.format(self.says.format(figure))


def _says(text: str, words: str) -> bool:
    return re.search(rf"(?<![\w.,]){re.escape(words)}(?!\w)", " ".join(text.split())) is not None


@dataclass(frozen=True, slots=True)
class World:
    """The facts by intent, and what was planted for each."""

    facts: Mapping[str, Fact]
    planted: Mapping[str, Planted]

    def judge(self, intent: str, proposal: Proposal, bodies: Iterable[str]) -> Outcome:
        """Say how a draft to a customer of this intent is; `bodies` are the live articles.

        It is right if it says the true figure and not the old one, and cites a passage that says so. An abstention is
        right while no article tells the truth. An answer with neither the true nor an old figure is beside the point
        where the truth is told in an article, and wrong where it is not: then it should have abstained.
        """
        fact, draft = self.facts[intent], proposal.draft
        known = any(fact.told_in(body) and not fact.denied_in(body) for body in bodies)
        if draft.abstained:
            return Outcome.SHY if known else Outcome.HONEST
        if fact.denied_in(draft.text) or not (known or fact.told_in(draft.text)):
            return Outcome.WRONG
        cited = any(fact.told_in(passage.text) for _, passage in proposal.cited_passages())
        return Outcome.RIGHT if cited and fact.told_in(draft.text) else Outcome.PARTLY


def facts() -> dict[str, Fact]:
    """The bank's facts by intent."""
    found = {}
    for article in yaml.safe_load(BANK.read_text(encoding="utf-8")):
        for section in article["sections"]:
            place = {"article": article["article"], "article_title": article["title"], "section": section["heading"]}
            for entry in section["facts"]:
                fields = {name: str(value) for name, value in entry.items() if name != "asks"}
                found[entry["intent"]] = Fact(**place, **fields, asks=tuple(entry["asks"]))
    return found


def plant(known: Mapping[str, Fact], seed: int) -> World:
    """Choose what is lacking and what is out of date; every seed chooses others."""
    names = sorted(known)
    random.Random(f"planted {seed}").shuffle(names)
    gaps, stale = round(GAPS * len(names)), round(STALE * len(names))
    kinds = [Planted.GAP] * gaps + [Planted.STALE] * stale + [Planted.TOLD] * (len(names) - gaps - stale)
    return World(known, dict(zip(names, kinds, strict=True)))


# --- what the desk begins with ----------------------------------------------------------------------------------------


def write_articles(world: World, folder: Path) -> None:
    """Write the knowledge of the first day: without the gaps, and with the old figures."""
    told = [fact for fact in world.facts.values() if world.planted[fact.intent] is not Planted.GAP]
    for slug, of_article in groupby(told, key=lambda fact: fact.article):
        parts = list(of_article)
        lines = [f"---\n{_FRONT.format(title=parts[0].article_title)}\n---"]
        for section, of_section in groupby(parts, key=lambda fact: fact.section):
            lines.append(f"## {section}")
            lines += [_first(fact, world.planted[fact.intent]) for fact in of_section]
        file = folder / f"{slug}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def _first(fact: Fact, planted: Planted) -> str:
    return fact.old if planted is Planted.STALE else fact.true


def write_taxonomy(known: Mapping[str, Fact], path: Path) -> None:
    """Write the intents with our own three examples each; nothing is learned from the customers' public phrasings."""
    intents = [
        {
            "name": fact.intent, "title": fact.title, "description": fact.title, "risk": "low", "room": "#support",
            "examples": list(fact.asks),
        }
        for fact in known.values()
    ]  # fmt: skip
    path.write_text(yaml.safe_dump({"version": 1, "unknown_below": 0.4, "intents": intents}), encoding="utf-8")


# --- what customers write ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A customer's words, and what they are about."""

    intent: str
    text: str


def phrasings(split: str, known: Iterable[str]) -> dict[str, list[str]]:
    """BANKING77's phrasings by intent, of the intents that our bank has facts of."""
    found: dict[str, list[str]] = {intent: [] for intent in known}
    for row in rows(data("banking77") / f"{split}.csv"):
        if (intent := row["category"].lower()) in found:
            found[intent].append(" ".join(row["text"].split()))
    return {intent: list(dict.fromkeys(texts)) for intent, texts in found.items()}


def arriving(by_intent: Mapping[str, list[str]], counts: Iterable[int], seed: int) -> Iterator[list[Asked]]:
    """Each week's conversations, until all phrasings have come: none comes twice, and some intents come more often."""
    chance = np.random.default_rng([seed, 1])
    names = sorted(by_intent)
    weights = chance.permutation(np.arange(1, len(names) + 1) ** -_SKEW)
    left = {name: list(chance.permutation(by_intent[name])) for name in names}
    for count in counts:
        week = []
        for _ in range(count):
            open_ones = np.array([bool(left[name]) for name in names]) * weights
            if not open_ones.any():
                break
            name = names[chance.choice(len(names), p=open_ones / open_ones.sum())]
            week.append(Asked(name, str(left[name].pop())))
        yield week


def weekly_counts(weeks: int, mean: int, seed: int) -> list[int]:
    """How many conversations each week brings: the weeks of a real curve of mentions, scaled to the mean."""
    files = sorted(data("nab_tweets").glob("*.csv"))
    counts = [float(row["value"]) for row in rows(files[seed % len(files)])]
    whole = np.array(counts[: len(counts) // _STEPS * _STEPS]).reshape(-1, _STEPS).sum(axis=1)
    curve = np.resize(whole if len(whole) else np.ones(1), weeks)
    return [max(1, round(each)) for each in curve / curve.mean() * mean]


def probes(by_intent: Mapping[str, list[str]], each: int, seed: int) -> list[Asked]:
    """The fixed questions that every week's end is measured by; none of them ever arrives."""
    chance = random.Random(f"probes {seed}")
    return [
        Asked(name, text)
        for name in sorted(by_intent)
        for text in chance.sample(by_intent[name], min(each, len(by_intent[name])))
    ]
