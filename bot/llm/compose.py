"""Puts a draft together: greeting, cited pieces, closing; once as the customer reads it, once with its markers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import Citation, Passage


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


def compose(pieces: Sequence[Piece], *, greeting: str = "", closing: str = "", name: str = "") -> Composed:
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
    opening, ending = greeted(greeting, name), closing.strip()
    return Composed(
        "\n\n".join(part for part in (opening, text, ending) if part),
        "\n\n".join(part for part in (opening, cited, ending) if part),
        tuple(citations),
    )


def greeted(greeting: str, name: str) -> str:
    """Fill {name} in, or drop it with the space before it where the name is unknown."""
    first = " ".join(name.split())[:60]
    return (
        greeting.replace("{name}", first) if first else greeting.replace(" {name}", "").replace("{name}", "")
    ).strip()


def _gap(before: Piece, piece: Piece) -> str:
    if piece.mark and (before.mark or before.text.endswith(":")):
        return "\n"
    if piece.mark or before.mark or piece.new_paragraph:
        return "\n\n"
    return " "
