"""Reads what a message asks: its questions and requests, each with the story that leads to it. Pure, total."""

import re
from collections.abc import Iterator, Sequence

from bot.domain.text.wording import content_words, sentences

MOST = 10
"""Questions of one message that are told apart; further ones stay with the last."""

_TOLD = 3  # sentences of the story that go with a question: its first, and those right before the question
_LONGEST = 2_000  # characters of a sentence in which cues are looked for
_CLAUSE = (
    r"how|what|why|can|could|do|does|is|are|will|would|should"
    r"|(?:when|where|which|who)(?!\s+(?:i|i'm|we|my|it|the|you|he|she|they|our)\b)"  # "When I press it, ..." tells
)
_ASKING = re.compile(
    rf"""[?？؟]
    | ^\W*(?:and\s|or\s|also,?\s|but\s|so\s|then\s|hi,?\s|hello,?\s|hey,?\s)*(?:{_CLAUSE}|did|am|may|whose|whom)\b(?!\s+(?:one|thing)\b)
    | ^\W*(?:und\s|oder\s|auch\s)*(?:wie|was|wann|wo|warum|wieso|wer|welche\w*|kann|können|könnt|darf|muss|gibt|ist|sind|bis\ wann)\b
    | ^\W*(?:et\s|y\s|e\s|en\s)*(?:comment|quand|où|pourquoi|combien|quel\w*|est-ce|puis-je|pouvez|cómo|cuándo|dónde|cuánto\w*|qué|puedo|pueden
        |come|quando|dove|quanto|perché|posso|hoe|wanneer|waar|waarom|hoeveel|welke|kan|kunnen|como|onde|posso)\b
    | \b(?:tell|explain|know|wonder\w*|wissen|savoir|saber|weten|sapere)\b.{{0,30}}\b(?:how|what|when|where|why|which|if|whether|wie|was|wann|wo|ob|si|comment|cómo|of|hoe)\b
    """,  # noqa: E501
    re.I | re.X,
)
_REQUEST = re.compile(
    r"""\b(?:please|pls|kindly)\s+(?!find\b|see\b|note\b|be\s+aware\b)\w+ | \bhelp\s+me\b | \bbitte\s+\w+
    | \b(?:merci\s+de|veuillez|por\s+favor|per\s+favore|alstublieft)\b""",
    re.I | re.X,
)
_WISH = re.compile(
    r"""\b(?:i|we)(?:'d|\ would)?\s+(?:need|want|like|wish|request|demand)\s+(?:you\s+)?
        (?:to|a|an|my|our|the|some|help)\b
    | \b(?:ich|wir)\s+(?:möchte\w*|will|wollen|brauche\w*|hätte\w*\s+gern\w*)\b
    | \b(?:je\s+(?:voudrais|veux|souhaite)|quiero|quisiera|necesito|vorrei|ik\s+(?:wil|zou)|graag|gostaria|quero
        |preciso)\b""",
    re.I | re.X,
)
_BESIDES = re.compile(
    r"""^\W*(?:(?:and|oh|anyway|ok|okay|und|et)\W+)?(?:also|besides|additionally|another|by\s+the\s+way|btw|separately|second(?:ly)?
        |one\s+more|außerdem|zudem|übrigens|noch\s+eine?|par\s+ailleurs|aussi|además|también|inoltre|ook|verder)\b""",
    re.I | re.X,
)
_JOINED = re.compile(
    r"(?:,?\s+(?:and|or|also|plus|und|oder|et|ou|y|en|e)\s+|,\s+|;\s+)(?=(?:also\s+|then\s+)?"
    r"(?:(?:until|till|by|since|from|for|in|at|to|bis|ab|seit)\s+)?"
    r"(?:how|what|when|where|why|who|which|wie|was|wann|wo|warum|comment|quand|où|cómo|cuándo|dónde|hoe|wanneer|waar)\b)",
    re.I,
)
_ITEM = re.compile(r"^\s*(?:\(?\d{1,2}[.):]|[-*•–])\s+\S")


def is_asking(sentence: str) -> bool:
    """Tell whether a sentence asks or requests something, in the languages that the lists know."""
    read = sentence[:_LONGEST]
    return any(cues.search(read) for cues in (_ASKING, _REQUEST, _WISH))


def questions(text: str) -> list[str]:
    """Cut a message into the things that it asks, in order, each with the sentences that lead to it.

    A wish that a question follows ("I want to return it. How long do I have?") leads to that question. A question that
    names nothing of its own ("Can you help?") stays with the one before it. A message that asks nothing is one thing.
    Of a long story only the beginning and the end go with a question.
    """
    groups: list[str] = []
    story: list[str] = []
    parts = list(_parts(text))
    for sentence, following in zip(parts, [*parts[1:], ""], strict=False):
        if _leads_on(sentence, following):
            story.append(sentence)
            continue
        whole = " ".join([*_told(story), sentence])
        if groups and (len(groups) >= MOST or _says_nothing_new(sentence)):
            groups[-1] += f" {whole}"
        else:
            groups.append(whole)
        story = []
    if story and groups:
        groups[-1] += " " + " ".join(_told(story))
    return groups or ([" ".join(_told(story))] if story else [])


def _told(story: Sequence[str]) -> Sequence[str]:
    return story if len(story) <= _TOLD else [story[0], *story[1 - _TOLD :]]


def _leads_on(sentence: str, following: str) -> bool:
    """Tell whether a sentence asks nothing by itself but leads to what follows; "Also ..." begins another matter."""
    if _ITEM.match(sentence) or _BESIDES.search(following):
        return False
    return not is_asking(sentence) or (_is_wish(sentence) and _ASKING.search(following[:_LONGEST]) is not None)


def _says_nothing_new(question: str) -> bool:
    """Tell whether it asks about what stands before it: "Can you check?", but not "Also I need an invoice"."""
    return len(content_words(question)) < 2 and not _BESIDES.search(question) and not _is_wish(question)


def _is_wish(sentence: str) -> bool:
    read = sentence[:_LONGEST]
    return _WISH.search(read) is not None and _ASKING.search(read) is None and _REQUEST.search(read) is None


def _parts(text: str) -> Iterator[str]:
    """The sentences, and the questions that one sentence joins."""
    for start, end in sentences(text):
        sentence = text[start:end]
        pieces: Sequence[str] = _JOINED.split(sentence) if len(sentence) <= _LONGEST else [sentence]
        asked = [piece for piece in pieces if len(content_words(piece)) >= 1]
        yield from asked if len(asked) > 1 and is_asking(asked[0]) else [sentence]
