"""Revisions cut into passages: pieces that are small enough to cite and large enough to be understood alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.answer import Passage
from bot.domain.article import Revision
from knowledge.markdown import Block, Shape, blocks

TARGET = 200
"""Words that a passage aims at: from TARGET_LEAST to here."""
TARGET_LEAST = 120
LONGEST = 350
"""Words that no passage exceeds; lists and tables stay whole up to here."""
LEAD_IN = 60
"""A text shorter than this stays with what follows it: "Follow these steps:" belongs to its list."""
CRUMB = 40
"""A passage's end shorter than this joins the passage before it."""

_CUT = 300
_LONGEST_WORD = 600


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that stays together, below the headings that lead to it."""

    path: tuple[str, ...]
    text: str
    words: int


_Pieces = tuple[_Piece, ...]


def split(revision: Revision) -> tuple[Passage, ...]:
    """Cut a revision into passages in reading order; the same revision always gives the same passages and ids.

    Sections keep together where they can. No two passages have the same heading: it leads to where the passage begins,
    numbered where a section goes on. Sentences are never cut unless one alone is longer than a passage may be.
    """
    passages: list[Passage] = []
    begun: Counter[tuple[str, ...]] = Counter()
    for ordinal, group in enumerate(_gathered(_packed(_pieces(revision)))):
        place = _place(group)
        begun[place] += 1
        heading = " › ".join(place)
        if begun[place] > 1:
            heading = f"{heading} ({begun[place]})".lstrip()
        passages.append(_passage(revision, ordinal, group, heading, place))
    return tuple(passages)


def searchable(passage: Passage) -> str:
    """Give the text that search reads: the passage with the title and the headings that lead to it."""
    return f"{passage.name}\n{passage.text}"


def word_count(text: str) -> int:
    """Count words; scripts without spaces count two characters as one, and nothing counts as less than its length."""
    unspaced = sum(1 for c in text if "\u3040" <= c <= "\u9fff") // 2
    return max(len(text.split()) + unspaced, len(text) // 12)


def _pieces(revision: Revision) -> Iterator[_Piece]:
    path: list[tuple[int, str]] = []
    for block in blocks(revision.body):
        if block.shape is Shape.HEADING:
            path = [(level, name) for level, name in path if level < block.level]
            path.append((block.level, block.render()))
            continue
        names = tuple(name for _, name in path)
        if names and names[0].casefold() == revision.title.casefold():
            names = names[1:]
        for text in _cut(block):
            yield _Piece(names, text, word_count(text))


def _cut(block: Block) -> Iterator[str]:
    """Cut a block that is too long between its parts, repeating a table's header; a giant part is cut by words."""
    whole = block.render()
    longest = TARGET if block.shape is Shape.TEXT else LONGEST
    if word_count(whole) <= longest:
        yield whole
        return
    around = word_count(f"{block.head} {block.tail}") if block.head or block.tail else 0
    if around > _CUT // 2:
        yield from _by_words(whole)
        return
    most = min(longest, _CUT)
    cuts = -(-word_count(whole) // max(1, most - around))
    even = word_count(whole) / cuts  # rather three equal pieces than two full ones and a crumb
    taken: list[str] = []
    count = around
    for part in (bit for whole_part in block.parts for bit in _fitting(whole_part, _CUT - around)):
        size = word_count(part)
        if taken and (count + size > most or count >= even):
            yield block.render(taken)
            taken, count = [], around
        taken.append(part)
        count += size
    yield block.render(taken)


def _fitting(part: str, most: int) -> Iterator[str]:
    if word_count(part) <= most:
        yield part
    else:
        yield from _by_words(part, most)


def _by_words(text: str, most: int = _CUT) -> Iterator[str]:
    taken: list[str] = []
    count = 0
    for word in text.split():
        for start in range(0, len(word), _LONGEST_WORD):
            bit = word[start : start + _LONGEST_WORD]
            size = word_count(bit) + 1
            if taken and count + size > most:
                yield " ".join(taken)
                taken, count = [], 0
            taken.append(bit)
            count += size
    if taken:
        yield " ".join(taken)


def _packed(pieces: Iterator[_Piece]) -> Iterator[_Pieces]:
    """Fill groups from the pieces of one section each."""
    group: _Pieces = ()
    for piece in pieces:
        total = _size(group) + piece.words
        same = bool(group) and group[-1].path == piece.path
        if group and (not same or total > LONGEST or (total > TARGET and _size(group) >= LEAD_IN)):
            yield group
            group = ()
        group += (piece,)
    if group:
        yield group


def _gathered(groups: Iterator[_Pieces]) -> list[_Pieces]:
    """Join neighbouring groups that are short: a short article is one group."""
    every = list(groups)
    if _size([piece for group in every for piece in group]) <= TARGET:
        return [tuple(piece for group in every for piece in group)] if every else []
    joined: list[_Pieces] = []
    for group in every:
        before, size = (_size(joined[-1]), _size(group)) if joined else (0, 0)
        fills = before < TARGET_LEAST and before + size <= TARGET
        crumb = size < CRUMB and before + size <= LONGEST and joined and _related(joined[-1], group)
        if joined and (fills or crumb):
            joined[-1] += group
        else:
            joined.append(group)
    return joined


def _related(before: _Pieces, group: _Pieces) -> bool:
    """Tell whether the group continues the section before it or lies below it."""
    path = before[-1].path
    return group[0].path[: len(path)] == path


def _size(pieces: Sequence[_Piece]) -> int:
    """Count the words of the pieces and of the headings between them."""
    headings = sum(
        word_count(" ".join(piece.path)) for i, piece in enumerate(pieces) if i and piece.path != pieces[i - 1].path
    )
    return sum(piece.words for piece in pieces) + headings


def _passage(revision: Revision, ordinal: int, pieces: _Pieces, heading: str, told: tuple[str, ...]) -> Passage:
    return Passage(
        id=f"{revision.hash[:12]}-{ordinal}",
        slug=revision.slug,
        revision=revision.hash,
        title=revision.title,
        heading=heading,
        text=_written(pieces, told),
        owner=revision.owner,
        kind=revision.kind,
        audience=revision.audience,
        effective=revision.effective,
        review_by=revision.review_by,
        expires=revision.expires,
        url=revision.url,
    )


def _place(pieces: _Pieces) -> tuple[str, ...]:
    """Where in the article the pieces are: the headings that they share, or else those that the first one is below."""
    return _shared_path([piece.path for piece in pieces]) or pieces[0].path


def _shared_path(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shared = paths[0]
    for path in paths[1:]:
        same = 0
        while same < min(len(shared), len(path)) and shared[same] == path[same]:
            same += 1
        shared = shared[:same]
    return shared


def _written(pieces: _Pieces, told: tuple[str, ...]) -> str:
    """Write the pieces one below the other, with the headings that the passage's own heading does not say."""
    lines: list[str] = []
    shown = told
    base = len(_shared_path([told, *(piece.path for piece in pieces)]))
    for piece in pieces:
        same = len(_shared_path([shown, piece.path])) if shown else 0
        lines += [f"{'#' * min(6, depth - base + 2)} {piece.path[depth]}" for depth in range(same, len(piece.path))]
        lines.append(piece.text)
        shown = piece.path
    return "\n\n".join(lines)
