"""Every sentence of a draft must be supported by the passage that it cites."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bot.domain.answer import DraftAuthor, Finding, Level, Passage
from bot.domain.wording import Figure, content_words, figures, is_negated, sentences, words
from bot.ports import GuardInput, Guardrail

NAME = "grounding"
_MARKER = re.compile(r"\s*\[(\d{1,3})\]")
_CLAIM = re.compile(r"(?P<text>[^\[\]]*(?:\[(?!\d{1,3}\])[^\[\]]*)*?)(?P<markers>(?:\s*\[\d{1,3}\])+)")
_SUPPORTED = 0.6  # the share of a sentence's own words that its passage must have
_COURTESY_WORDS = 30
_MOST_SENTENCES = 60


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold figures that no cited passage has and text that cites nothing; warn of words that the passages lack.

    What a person wrote is only warned of.
    """
    draft = given.draft
    if not draft.text.strip():
        return
    person = draft.author is DraftAuthor.PERSON
    worst = Level.WARN if person else Level.BLOCK
    by_id = {passage.id: passage for passage in given.passages}
    if not draft.citations:
        yield Finding(NAME, worst, "This draft cites no article, so nothing backs it.")
        return
    sources: dict[int, list[Passage]] = {}
    for citation in draft.citations:
        if citation.passage_id not in by_id:
            yield Finding(
                NAME, worst, f"Source [{citation.marker}] is none of the passages found.", citation.quote[:200]
            )
        else:
            sources.setdefault(citation.marker, []).append(by_id[citation.passage_id])
    if draft.author is DraftAuthor.OFFLINE:
        yield from _misquotes(given, by_id)
    yield from _judge(_claims(given), sources, worst)


def _misquotes(given: GuardInput, by_id: dict[str, Passage]) -> Iterator[Finding]:
    for citation in given.draft.citations:
        passage = by_id.get(citation.passage_id)
        if passage is not None and citation.quote.strip() not in passage.text:
            message = f'The quote is not in "{passage.name}" as it stands; draft again.'
            yield Finding(NAME, Level.BLOCK, message, citation.quote[:200])


def _claims(given: GuardInput) -> list[tuple[str, tuple[int, ...]]]:
    """Each sentence of the draft with the markers it carries; none where the marked text is not what is sent."""
    cited, text = given.draft.cited, given.draft.text
    claims: list[tuple[str, tuple[int, ...]]] = []
    if "".join(_MARKER.sub("", cited).split()) != "".join(text.split()):
        claims.extend((text[start:end], ()) for start, end in sentences(text))
        return claims[:_MOST_SENTENCES]
    end = 0
    for match in _CLAIM.finditer(cited):
        markers = tuple(int(number) for number in re.findall(r"\d+", match["markers"]))
        spans = [match["text"][a:b] for a, b in sentences(match["text"])]
        claims.extend((part, ()) for part in spans[:-1])
        if spans:
            claims.append((spans[-1], markers))
        end = match.end()
    claims.extend((cited[end:][a:b], ()) for a, b in sentences(cited[end:]))
    return claims[:_MOST_SENTENCES]


def _judge(
    claims: list[tuple[str, tuple[int, ...]]], sources: dict[int, list[Passage]], worst: Level
) -> Iterator[Finding]:
    everything = [passage for passages in sources.values() for passage in passages]
    for text, markers in claims:
        passages = [passage for marker in markers for passage in sources.get(marker, [])] or everything
        said = "\n".join(f"{passage.title}\n{passage.heading}\n{passage.text}" for passage in passages)
        if " ".join(text.split()) in " ".join(said.split()):
            continue
        strange = [text[f.start : f.end].strip() for f in _unsupported_figures(text, said)]
        if strange:
            message = f"{_listed(strange)} is in no passage that this sentence cites."
            yield Finding(
                NAME, worst, message.replace(" is in", " are in") if len(strange) > 1 else message, text[:200]
            )
        elif not markers and _is_courtesy(text):
            continue
        elif (support := _support(text, said)) < _SUPPORTED:
            missing = [
                word for word in words(text) if content_words(word) and content_words(word)[0] not in _stems(said)
            ]
            message = f"The cited passage does not bear this out; it lacks: {', '.join(dict.fromkeys(missing[:8]))}."
            yield Finding(NAME, Level.WARN, message, text[:200])
        elif is_negated(text) != is_negated(_closest(text, said)):
            message = 'The cited passage says it without the same "not"; read both before you send it.'
            yield Finding(NAME, Level.WARN, message, text[:200])
        elif not markers and support < 1.0:
            yield Finding(NAME, Level.WARN, "This sentence carries no source of its own.", text[:200])


def _unsupported_figures(text: str, said: str) -> tuple[Figure, ...]:
    known = figures(said)
    exact = {(figure.value, figure.unit) for figure in known}
    bare = {figure.value for figure in known}
    return tuple(
        figure
        for figure in figures(text)
        if (figure.value, figure.unit) not in exact
        and not (figure.unit == "date" and any(_same_day(figure, other) for other in known))
        and not (not figure.unit and figure.value in bare)
    )


def _same_day(figure: Figure, other: Figure) -> bool:
    """Tell whether two dates name the same day, where one of them leaves the year out."""
    yearless = "----" in (figure.value[:4], other.value[:4])
    return other.unit == "date" and yearless and figure.value[4:] == other.value[4:]


def _stems(text: str) -> set[str]:
    return set(content_words(text))


def _support(text: str, said: str) -> float:
    """The share of the sentence's content words that the passage has, pairs of neighbours counting once more."""
    own = content_words(text)
    if not own:
        return 1.0
    there = content_words(said)
    have, pairs = set(there), set(pairwise(there))
    single = sum(word in have for word in own) / len(own)
    own_pairs = list(pairwise(own))
    if not own_pairs:
        return single
    return 0.8 * single + 0.2 * sum(pair in pairs for pair in own_pairs) / len(own_pairs)


def _closest(text: str, said: str) -> str:
    """The sentence of the passage that is most like the draft's, by the words they share of all that either has."""
    own = _stems(text)
    best, closest = -1.0, ""
    for start, end in sentences(said[:8_000])[:80]:
        there = _stems(said[start:end])
        alike = len(own & there) / len(own | there) if own | there else 0.0
        if alike > best:
            best, closest = alike, said[start:end]
    return closest


def _is_courtesy(text: str) -> bool:
    """A greeting, thanks or a closing: short, without figures."""
    return len(text.split()) <= _COURTESY_WORDS and not figures(text) and not is_negated(text)


def _listed(items: list[str]) -> str:
    return ", ".join(f'"{item}"' for item in dict.fromkeys(items[:5]))


GUARDRAIL = Guardrail(name=NAME, title="Supported by its sources", check=check)
