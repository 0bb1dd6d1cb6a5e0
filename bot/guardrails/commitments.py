"""A draft promises nothing that no article promises: refunds, credits, deadlines, guarantees, amounts."""

import re
from collections.abc import Iterable

from bot.domain.answer import DraftAuthor, Finding, Level
from bot.domain.wording import MONEY, content_words, figures, sentences
from bot.ports import GuardInput, Guardrail

NAME = "commitments"

_PROMISE = re.compile(
    r"""\b(?:
      (?P<guarantee>guarantee[sd]?|promise[sd]?|rest\ assured|you\ have\ (?:my|our)\ word|garantieren|versprechen)
    | (?P<refund>(?:we(?:'ll|\ will|\ can|\ have|\ are\ going\ to)?|i(?:'ll|\ will|\ have|'ve)|you(?:'ll|\ will|\ are\ going\ to))\b[^.!?\n]{0,40}
        \b(?:refund|reimburse|compensat\w+|credit(?:ed)?|waive|discount|voucher|money\ back|free\ of\ charge|for\ free|replac\w+))
    | (?P<deadline>(?:within|in|by|inside|no\ later\ than)\s+(?:the\ next\ )?(?:\d+|one|two|three|five|seven|ten|fourteen|thirty|a\ few|an?)\s+
        (?:(?:working|business)\s+)?(?:minutes?|hours?|days?|weeks?|months?)
        |by\ (?:tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|the\ end\ of\ (?:the\ )?(?:day|week|month)|today))
    | (?P<liability>(?:we\ (?:accept|admit|take)|it\ (?:is|was)\ our)\ (?:full\ )?(?:fault|liability|responsibility)|our\ fault)
    | (?P<exception>(?:make|made|as)\ an\ exception|just\ this\ once|one[- ]time\ (?:credit|exception|courtesy)|as\ a\ (?:courtesy|goodwill\ gesture))
    )\b""",  # noqa: E501
    re.I | re.X,
)
_KINDS = {
    "guarantee": "a guarantee", "refund": "money or goods", "deadline": "a deadline", "liability": "liability",
    "exception": "an exception",
}  # fmt: skip
_BACKED = 0.6  # the share of a promise's words that one cited sentence must have
_MOST = 5


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold a promise or an amount that no cited passage makes; in a person's own words, warn of it."""
    draft = given.draft
    level = Level.WARN if draft.author is DraftAuthor.PERSON else Level.BLOCK
    cited = {citation.passage_id for citation in draft.citations}
    backing = [f"{passage.heading}\n{passage.text}" for passage in given.passages if passage.id in cited]
    backed = [set(content_words(text[a:b])) for text in backing for a, b in sentences(text[:8_000])]
    known = {(figure.value, figure.unit) for text in backing for figure in figures(text)}
    told = 0
    for start, end in sentences(draft.text[:12_000]):
        sentence = draft.text[start:end]
        for message in _unbacked(sentence, backed, known):
            if told < _MOST:
                told += 1
                yield Finding(NAME, level, message, sentence[:200])


def _unbacked(sentence: str, backed: list[set[str]], known: set[tuple[str, str]]) -> Iterable[str]:
    for figure in figures(sentence):
        if figure.unit in MONEY and (figure.value, figure.unit) not in known:
            yield f'The amount "{sentence[figure.start : figure.end].strip()}" is in no cited article.'
    for match in _PROMISE.finditer(sentence):
        kind = next(name for name, value in match.groupdict().items() if value)
        words = match.group().strip()
        stated = figures(words)
        wrong_figure = any((figure.value, figure.unit) not in known for figure in stated)
        own = set(content_words(sentence))
        covered = max((len(own & there) / len(own) for there in backed), default=0.0) if own else 0.0
        if wrong_figure or covered < _BACKED:
            yield f'"{words}" promises {_KINDS[kind]} that no cited article promises.'


GUARDRAIL = Guardrail(name=NAME, title="No promise of its own", check=check)
