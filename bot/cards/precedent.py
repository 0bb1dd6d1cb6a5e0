"""What people see of a precedent: who answered the same question before, when, and what."""

from collections.abc import Sequence

from bot.cards.capture import short
from bot.cards.elements import Element, Heading, Input, Note, Paragraph, Piece, Quote, Strong, When
from bot.domain.precedent import Precedent

_QUESTION, _ANSWER = 150, 300  # characters on the card; the whole of it is behind "Why"


def precedent_elements(precedents: Sequence[Precedent], drafted: str) -> list[Element]:
    """The one that is most like the question, in short; what the draft says word for word is not said twice."""
    if not precedents:
        return []
    first, *others = precedents
    more = f" {len(others)} more under “Why”." if others else ""
    same = " ".join(first.answer.split()) in " ".join(drafted.split())
    asked = f"\n“{short(first.question, _QUESTION)}”{', in the words of this draft' if same else ''}"
    return [
        Paragraph((Strong("Answered before"), *_told(first), asked)),
        *([] if same else [Quote(short(first.answer, _ANSWER))]),
        Note((f"{_standing(first)}{more}",)),
    ]


def precedent_reasons(precedents: Sequence[Precedent]) -> list[Element | Input]:
    """All that were found, in full."""
    if not precedents:
        return []
    elements: list[Element | Input] = [Heading("Answered before")]
    for each in precedents:
        elements += [Paragraph((f"“{each.question}”", *_told(each))), Quote(each.answer), Note((_standing(each),))]
    return elements


def _told(precedent: Precedent) -> list[Piece]:
    """Who answered and when: by name, because a mention would call them each time that somebody asks it again."""
    how = "edited and approved" if precedent.edited else "approved as drafted"
    risk = [" · high risk"] if precedent.high_risk else []
    return [f" · {how} by {precedent.by.name or precedent.by.id} ", When(precedent.at), *risk]


def _standing(precedent: Precedent) -> str:
    """What it is worth beside the articles."""
    if not precedent.sources:
        return "A precedent, not a policy. It cites no article, so check it before you use it."
    return f"A precedent, not a policy: the articles decide. It rests on {', '.join(sorted(precedent.sources))}."
