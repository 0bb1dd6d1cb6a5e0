"""Puts a draft together: cited pieces in the team's voice; once as the customer reads it, once with its markers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import Citation, Passage
from bot.llm.voice import Voice


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence of a reply with the passages that it rests on. `mark`: "2." or "-" where it starts a line."""

    text: str
    passages: tuple[Passage, ...]
    quote: str
    mark: str = ""
    new_paragraph: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    text: str
    cited: str
    citations: tuple[Citation, ...]


def compose(pieces: Sequence[Piece], voice: Voice, *, name: str = "", language: str = "") -> Composed:
    """Number the sources in the order of their first use; the text differs from the marked one by the markers alone."""
    numbers: dict[str, int] = {}
    citations: list[Citation] = []
    text, cited = "", ""
    for index, piece in enumerate(pieces):
        gap = _gap(pieces[index - 1], piece) if index else ""
        shown = f"{piece.mark} {piece.text}" if piece.mark else piece.text
        markers = ""
        for passage in piece.passages:
            number = numbers.setdefault(passage.id, len(numbers) + 1)
            citations.append(Citation(number, passage.id, piece.quote))
            markers += f" [{number}]"
        text += gap + shown
        cited += gap + shown + markers
    return Composed(
        voice.framed(text, name=name, language=language),
        voice.framed(cited, name=name, language=language),
        tuple(citations),
    )


def _gap(before: Piece, piece: Piece) -> str:
    if piece.mark and (before.mark or before.text.endswith(":")):
        return "\n"
    if piece.mark or before.mark or piece.new_paragraph:
        return "\n\n"
    return " "
