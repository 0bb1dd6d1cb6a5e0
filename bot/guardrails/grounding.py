"""Every sentence of a draft must be supported by the passage that it cites."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import DraftAuthor, Finding, Level, Passage
from bot.domain.text.claims import Clause, read
from bot.domain.text.lexicon import GENERIC
from bot.domain.text.quantities import roots, spelt
from bot.domain.text.wording import figures, is_negated, sentences, words
from bot.guardrails.comparing import differences
from bot.guardrails.sources import Source, is_copied, is_verbatim, source_of
from bot.ports import GuardInput, Guardrail

NAME = "grounding"
_MARKER = re.compile(r"\[\d{1,3}\]")
_MARKERS = re.compile(r"\[\d{1,3}\](?:\s*\[\d{1,3}\])*")
_STRANGE = 0.5  # the share of a sentence's own words that its passages may lack
_MOST_OF_A_SENTENCE = 2
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
    yield from _judge(_claims(given), sources, worst, offline=draft.author is DraftAuthor.OFFLINE)


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
    for match in _MARKERS.finditer(cited):
        markers = tuple(int(number) for number in re.findall(r"\d+", match.group()))
        marked = cited[end : match.start()]
        spans = [marked[a:b] for a, b in sentences(marked)]
        claims.extend((part, ()) for part in spans[:-1])
        if spans:
            claims.append((spans[-1], markers))
        end = match.end()
    claims.extend((cited[end:][a:b], ()) for a, b in sentences(cited[end:]))
    return claims[:_MOST_SENTENCES]


def _judge(
    claims: list[tuple[str, tuple[int, ...]]], sources: dict[int, list[Passage]], worst: Level, *, offline: bool
) -> Iterator[Finding]:
    everything = [passage for passages in sources.values() for passage in passages]
    whole = "\n".join(text for text, _ in claims)
    draft = read(whole)
    told = frozenset(root for clause in draft for root in clause.about)
    values = spelt(whole).union(quantity.number for clause in draft for quantity in clause.quantities)
    for text, markers in claims:
        passages = [passage for marker in markers for passage in sources.get(marker, [])] or everything
        if is_verbatim(text, passages) or (offline and is_copied(text, passages)):
            continue
        if not markers and _is_courtesy(text):
            continue
        clauses = read(text)
        source = source_of(passages)
        found = differences(clauses, source, told, values)
        if found:
            grave = [difference for difference in found if difference.grave]
            for difference in (grave or found)[:_MOST_OF_A_SENTENCE]:
                yield Finding(
                    NAME, worst if difference.grave else Level.WARN, difference.message, difference.words[:200]
                )
        elif lacking := _lacking(clauses, source):
            message = f"The cited passage does not bear this out; it lacks: {', '.join(lacking[:8])}."
            yield Finding(NAME, Level.WARN, message, text[:200])
        elif not markers and not _is_said(clauses, source):
            yield Finding(NAME, Level.WARN, "This sentence carries no source of its own.", text[:200])


def _lacking(clauses: tuple[Clause, ...], source: Source) -> list[str]:
    """The words that the source lacks, where they are most of what is said."""
    own = {root for clause in clauses for root in clause.roots} - GENERIC
    strange = own - source.known
    if len(strange) < 2 or len(strange) < _STRANGE * len(own):
        return []
    said = " ".join(clause.text for clause in clauses)
    return list(dict.fromkeys(word for word in words(said) if set(roots(word)) & strange))


def _is_said(clauses: tuple[Clause, ...], source: Source) -> bool:
    return {root for clause in clauses for root in clause.roots} <= source.known | GENERIC


def _is_courtesy(text: str) -> bool:
    """A greeting, thanks or a closing: short, without figures."""
    return len(text.split()) <= _COURTESY_WORDS and not figures(text) and not is_negated(text)


GUARDRAIL = Guardrail(name=NAME, title="Supported by its sources", check=check)
