"""A short name for texts that are about the same, in their own words. Pure, total on any text.

What tells of them is weighed as in c-TF-IDF (Grootendorst 2022), by the share of the texts that have a word instead of
its count, so that one long text does not name them all.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.text.wording import STOP, content_words, normal, stem

_LONGEST = 4  # words of a name
_READ = 2_000  # characters of a text
_SHARE = 0.25  # the share of the texts that must have a word which names them, or _LEAST of them
_LEAST = 2
_FAINT = 0.2  # the share of the strongest word's weight that each further word must add to a name
_PRIOR = 10.0  # texts that the rate in both together counts as
_SURE = 2.58
_BREAK = re.compile(r"\S*[\d@/\\\[\]{}<>|_]\S*|[^\w\s'’-]+|[\r\n]+")
"""Numbers, addresses and placeholders name nothing, and no name reaches over them or over punctuation."""

_Phrase = tuple[str, ...]


def name_of(texts: Sequence[str], background: Sequence[str]) -> str:
    """Name the texts, the most typical first, against what else is asked; empty where they share no word."""
    read = [list(_stretches(text)) for text in texts]
    having = Counter(word for stretches in read for word in {stem(w) for part in stretches for w in part if _tells(w)})
    elsewhere = Counter(word for text in background for word in set(content_words(text[:_READ])))
    weights = _weights(having, elsewhere, len(texts), len(background))
    if not weights:
        return ""
    phrases = Counter(phrase for stretches in read for part in stretches for phrase in _phrases(part, weights))
    faint = _FAINT * max(weights.values())

    def worth(phrase: _Phrase) -> float:
        told = {stem(word) for word in phrase}
        return sum(weights.get(word, 0.0) for word in told) - faint * len(phrase)

    order = {phrase: at for at, phrase in enumerate(phrases)}
    best = max(phrases, key=lambda phrase: (round(worth(phrase), 9), phrases[phrase], -order[phrase]))
    said = " ".join(best)
    return said[:1].upper() + said[1:]


def telling_words(texts: Sequence[str], background: Sequence[str], *, most: int = 5) -> tuple[str, ...]:
    """The words that tell most of the texts, as they are mostly written: only those that are surely commoner in them.

    A word of one text alone is none. Surely: its log-odds are beyond those of the background by 2.58 standard errors,
    with a prior of its own rate in both (Monroe, Colaresi & Quinn 2008, with texts in the place of words).
    """
    if not texts or not background:
        return ()
    forms: Counter[tuple[str, str]] = Counter()
    having: Counter[str] = Counter()
    for text in texts:
        said = {w for part in _stretches(text) for w in part if _tells(w)}
        forms.update((stem(word), word) for word in said)
        having.update({stem(word) for word in said})
    elsewhere = Counter(word for text in background for word in set(content_words(text[:_READ])))
    inside, outside = len(texts), len(background)
    weights = {
        word: _weight(count, elsewhere[word], inside, outside)
        for word, count in having.items()
        if count >= _LEAST and _standard_errors(count, inside, elsewhere[word], outside) >= _SURE
    }
    order = sorted(weights, key=lambda word: (-weights[word], word))[:most]
    return tuple(max((n, w) for (root, w), n in forms.items() if root == word)[1] for word in order)


def _standard_errors(here: int, inside: int, there: int, outside: int) -> float:
    """How far apart the log-odds of a word are in the two, in standard errors."""
    usual = _PRIOR * (here + there + 0.5) / (inside + outside + 1)
    has, lacks = here + usual, inside - here + _PRIOR - usual
    had, lacked = there + usual, outside - there + _PRIOR - usual
    return (math.log(has / lacks) - math.log(had / lacked)) / math.sqrt(1 / has + 1 / had)


def _weights(having: Mapping[str, int], elsewhere: Mapping[str, int], inside: int, outside: int) -> dict[str, float]:
    """How much each word tells that is in enough of the texts."""
    least = max(_LEAST, math.ceil(_SHARE * inside)) if inside > 1 else 1
    return {
        word: _weight(count, elsewhere.get(word, 0), inside, outside)
        for word, count in having.items()
        if count >= least
    }


def _weight(here: int, there: int, inside: int, outside: int) -> float:
    return here / inside * math.log(1 + (inside + outside) / (here + there))


def _stretches(text: str) -> Iterator[list[str]]:
    """The words that stand together, folded."""
    for part in _BREAK.split(normal(text[:_READ])):
        if words := [word.strip("'’-") for word in part.split()]:
            yield [word for word in words if word]


def _phrases(words: Sequence[str], weights: Mapping[str, float]) -> Iterator[_Phrase]:
    """What could be a name: a few words in a row that begin and end with telling ones."""
    telling = [_tells(word) and stem(word) in weights for word in words]
    for start, begins in enumerate(telling):
        if begins:
            for end in range(start, min(start + _LONGEST, len(words))):
                if telling[end]:
                    yield tuple(words[start : end + 1])


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in STOP
