# ruff: noqa: E501  (patterns and word lists read better whole)
"""A draft promises nothing that no article promises: money, dates, guarantees, exceptions, liability, favours."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import DraftAuthor, Finding, Level
from bot.domain.text.claims import Clause, read
from bot.domain.text.lexicon import GENERIC
from bot.domain.text.quantities import FREE, quantities, roots, same_amount
from bot.domain.text.wording import MONEY, sentences
from bot.guardrails import READ
from bot.guardrails.sources import Source, is_copied, is_verbatim, source_of
from bot.ports import GuardInput, Guardrail

NAME = "commitments"

_PROMISE = re.compile(
    r"""(?:
      (?P<guarantee>\b(?:guarantee[sd]?|promise[sd]?|rest\ assured|you\ have\ (?:my|our)\ word|100\ ?%\ (?:sure|certain)|garantier\w+|garanti\w*
        |versprech\w+|promett\w+|garantiz\w+|prometemos|garandeer\w*|garanderen|beloven|beloofd?))\b
    | (?P<liability>\b(?:(?:we\ (?:accept|admit|take)|it\ (?:is|was)\ our)\ (?:full\ )?(?:fault|liability|responsibility)|our\ fault
        |(?:legally\ )?entitled\ to|legal(?:ly)?\ (?:right|claim|obliged)|have\ a\ right\ to|haften\ wir|rechtlich|responsabilité|responsabilidad
        |aansprakelijk))\b
    | (?P<exception>\b(?:(?:make|made|as)\ an\ exception|just\ this\ once|this\ (?:one\ )?time\ only|one[- ]time\ (?:credit|exception|courtesy)
        |as\ a\ (?:courtesy|goodwill\ gesture|gesture\ of\ goodwill)|out\ of\ goodwill|aus\ kulanz|ausnahmsweise
        |à\ titre\ (?:exceptionnel|commercial)|como\ excepción|bij\ wijze\ van\ uitzondering|uit\ coulance))\b
    | (?P<deadline>\b(?:by|until|before|on|bis|d'ici|avant|para|el|voor|tegen)?\s*(?:tomorrow|tonight|today|(?:next|this|coming)\ (?:week|month)
        |(?:by|on|until|next)\ (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:by\ )?the\ end\ of\ (?:the\ |this\ )?(?:day|week|month)
        |within\ the\ (?:hour|day|week)|morgen|heute|demain|aujourd'hui|mañana|hoy|vandaag))\b
    | (?P<favour>\b(?:we|i|wir|ich|nous|wij|we)(?:'ll|'ve|\ will|\ have|\ am\ going\ to|\ are\ going\ to|\ can\ offer|\ could\ offer|\ offer
        |\ werden|\ erstatten|\ schenken|\ vous\ (?:offrons|rembours\w+)|\ geven|\ vergoeden|\ zullen)\b(?!\ (?:be|been|received?|got)\ (?:able|your))
        |\b(?:le|les|te)\ (?:devolveremos|regalamos|ofrecemos|reembolsaremos)\b
        |\byou(?:'ll|\ will|\ are\ going\ to|'re\ going\ to)\ (?:get|receive|have)\b
        |\b(?:your|the)\ [\w\ ]{2,40}\ will\ (?:(?:be|have\ been)\ (?:\w+ed|free|paid|sent|back|given|fixed)|win|reimburse|cover|call|visit)\b|\bwe'?ll\ let\ you\b)
    )""",
    re.I | re.X,
)
_KINDS = {
    "guarantee": "a guarantee", "liability": "a right or liability", "exception": "an exception", "deadline": "a deadline",
    "favour": "something",
}  # fmt: skip
_DETERMINERS = re.compile(r"^(?:(?:by|until|before|on|the|this|bis|el|la|le)\s+)+")
_WITHIN = r"\b(?:within|in|inside|no later than) (?:the next )?"
_BACKED = 0.7  # the share of a promise's own words that one sentence of its sources must have
_COURTESIES = re.compile(
    r"\b(?:look(?:ed|ing)? into|check(?:ed)?|forward(?:ed)?|get back to|let you know|be happy|be glad|pass(?:ed)? (?:it|this|your)"
    r"|received your|understand|apologi[sz]e|write to you|need)\b", re.I)  # fmt: skip
_MOST = 5
_MOST_SENTENCES = 60


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold a promise or an amount that no cited passage makes; in a person's own words, warn of it."""
    draft = given.draft
    level = Level.WARN if draft.author is DraftAuthor.PERSON else Level.BLOCK
    cited = {citation.passage_id for citation in draft.citations}
    passages = [passage for passage in given.passages if passage.id in cited]
    source = source_of(passages)
    told = 0
    text = draft.text[:READ]
    for start, end in sentences(text)[:_MOST_SENTENCES]:
        sentence = text[start:end]
        copied = draft.author is DraftAuthor.OFFLINE and is_copied(sentence, passages)
        if copied or is_verbatim(sentence, passages):
            continue
        for message, words in _unbacked(sentence, source):
            if told < _MOST:
                told += 1
                yield Finding(NAME, level, message, words[:200])


def _unbacked(sentence: str, source: Source) -> Iterator[tuple[str, str]]:
    yield from _amounts(sentence, source)
    for clause in read(sentence):
        match = _PROMISE.search(clause.text)
        if match is None or clause.text.endswith("?"):
            continue
        kind = next(name for name, value in match.groupdict().items() if value)
        courtesy = kind == "favour" and _COURTESIES.search(clause.text)
        if not courtesy and not _backed(clause, kind, match.group(), source):
            yield f'"{match.group().strip()}" promises {_KINDS[kind]} that no cited article promises.', clause.text


def _amounts(sentence: str, source: Source) -> Iterator[tuple[str, str]]:
    """Money, gifts and deadlines that are in no source."""
    stated = [other for _, other in source.quantities]
    for quantity in quantities(sentence):
        if any(same_amount(quantity, other) for other in stated):
            continue
        if quantity.unit in MONEY:
            yield f'The amount "{quantity.text}" is in no cited article.', quantity.text
        elif quantity.unit == FREE:
            yield f'"{quantity.text}" promises something for nothing that no cited article gives away.', quantity.text
        elif quantity.kind == "duration" and (match := re.search(_WITHIN + re.escape(quantity.text), sentence, re.I)):
            yield f'"{match.group()}" promises a deadline that no cited article promises.', match.group()


def _backed(clause: Clause, kind: str, words: str, source: Source) -> bool:
    """Tell whether one sentence of the sources has most of what is promised, and does not deny it."""
    own = {root for root in clause.about if root not in GENERIC}
    if kind != "favour" and not set(roots(words)) - GENERIC <= source.known:
        return False
    if kind == "deadline":
        core = _DETERMINERS.sub("", words.strip().casefold())
        return any(core in there.sentence.casefold() for there in source.clauses)
    if not own:
        return True
    for there in source.clauses:
        covered = len(own & (there.about | source.named)) / len(own)
        if covered >= _BACKED and (clause.negative or not there.negative):
            return True
    return False


GUARDRAIL = Guardrail(name=NAME, title="No promise of its own", check=check)
