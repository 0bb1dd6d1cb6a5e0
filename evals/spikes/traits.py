"""What conversations have in common that others do not, told without a word that could tell a customer. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb

from bot.domain.text.masking import is_personal_field, names_one
from bot.domain.text.naming import telling_words
from bot.workflows.capture import Thread, stand_ins

Trait = tuple[str, str]
"""What a conversation has beside its words, such as ("language", "de")."""

_FEWEST = 3  # customers who must have a trait, and a word, so that it tells nobody
_MOST_HAVE = 0.5  # of the conversations
_SURE = 0.01  # the chance of being misled by any trait of all
_MOST_TRAITS = 4
_LONGEST = 40  # characters of a value that is a category and no sentence
_PREFIX = re.compile(r"[A-Za-z]{1,6}[-#_ ]?(?=\d)")
_UNTOLD = frozenset({"date", "time", "amount"})  # what is different for everybody


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation as it is compared: its words without what is personal, and its traits.

    `asker` is the customer, where the surface tells who that is. `cites` are the titles of the articles that its newest
    draft rests on, by slug, `release` the knowledge that it was drafted from, `instead_of` a drafter that another one
    stood in for, `undelivered_to` the host that did not take the reply.
    """

    id: str
    asker: str
    text: str
    traits: tuple[Trait, ...] = ()
    cites: Mapping[str, str] = field(default_factory=dict)
    release: int = 0
    instead_of: str = ""
    undelivered_to: str = ""


def traits_of(thread: Thread, room: str) -> tuple[Trait, ...]:
    """What is known of a conversation beside its words; `room` is where a chat's customer wrote."""
    escalation, proposal = thread.escalation, thread.review.proposal
    found: list[Trait] = [("surface", escalation.surface), ("room", room), ("channel", escalation.channel)]
    if proposal is not None:
        language = proposal.triage.language
        found.append(("language", "" if language == "und" else language))
        found += [(each.name, each.value) for each in proposal.triage.fields]
    found += list(escalation.metadata.items())
    hide = stand_ins(thread)
    traits = (_trait(name, value) for name, value in found)
    return tuple(dict.fromkeys(trait for trait in traits if trait and not hide.hides(trait[1])))


def _trait(name: str, value: str) -> Trait | None:
    """The value as a category: of what numbers one thing only the letters before its digits."""
    value, called = " ".join(str(value).split()), name.replace("_", " ").casefold()
    if not value or len(value) > _LONGEST or name in _UNTOLD or is_personal_field(name):
        return None
    if not names_one(name, value):
        return called, value
    prefix = _PREFIX.match(value)
    return (called, f"{prefix.group()}…") if prefix else None


def words_shared(inside: Sequence[Asked], outside: Sequence[Asked]) -> tuple[str, ...]:
    """The words that these have and others have not; what one customer says, however often, is said once."""
    said: dict[str, list[str]] = {}
    for asked in inside:
        said.setdefault(asked.asker, []).append(asked.text)
    if len(said) < _FEWEST:
        return ()
    return telling_words(["\n".join(texts) for texts in said.values()], [asked.text for asked in outside])


def traits_shared(inside: Sequence[Asked], outside: Sequence[Asked]) -> tuple[tuple[str, str, float], ...]:
    """The traits that most of these have and that are commoner in them than chance explains, with their share.

    Fisher's exact test (1922), one-sided, corrected for the number of traits (Bonferroni).
    """
    having = Counter(trait for asked in inside for trait in asked.traits)
    elsewhere = Counter(trait for asked in outside for trait in asked.traits)
    told = []
    for trait, count in having.items():
        share = count / len(inside)
        askers = {asked.asker for asked in inside if trait in asked.traits}
        sure = chance(count, len(inside), elsewhere[trait], len(outside)) * len(having) < _SURE
        if share >= _MOST_HAVE and len(askers) >= _FEWEST and sure:
            told.append((share * (1 - elsewhere[trait] / max(1, len(outside))), (*trait, round(share, 3))))
    return tuple(trait for _, trait in sorted(told, key=lambda each: (-each[0], each[1]))[:_MOST_TRAITS])


def chance(here: int, inside: int, there: int, outside: int) -> float:
    """The chance that as many of those inside have it, or more, if having it did not depend on being inside."""
    having, everybody = here + there, inside + outside
    ways = sum(comb(having, k) * comb(everybody - having, inside - k) for k in range(here, min(having, inside) + 1))
    return ways / comb(everybody, inside)
