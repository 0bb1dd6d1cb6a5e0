"""Markdown as blocks of clean text: headings, paragraphs, lists, tables and code, without images and HTML tags."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from knowledge.html import plain_text

_SAFE_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_STOP = re.compile(r"(?:(?<![.!?…])[.!?…]+[\"'”’)\]]*\s+)|(?<=[。！？])")
_ABBREVIATED = "e.g. i.e. mr. mrs. ms. dr. st. no. nr. vs. etc. approx. min. max. incl. excl. art. fig."
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())


class Shape(Enum):
    HEADING = auto()
    TEXT = auto()
    LIST = auto()
    TABLE = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document. `parts` are where it may be cut: sentences, items, rows, lines.

    `head` and `tail` belong to every cut (a table's header, a code block's fences). `level` is a heading's, from 1.
    """

    shape: Shape
    parts: tuple[str, ...]
    head: str = ""
    tail: str = ""
    level: int = 0

    def render(self, parts: Iterable[str] | None = None) -> str:
        """Write the block, or only some of its parts, as Markdown."""
        between = " " if self.shape in {Shape.TEXT, Shape.HEADING} else "\n"
        middle = between.join(self.parts if parts is None else parts)
        return "\n".join(piece for piece in (self.head, middle, self.tail) if piece)


def blocks(text: str) -> tuple[Block, ...]:
    """Read Markdown (CommonMark with tables) into its blocks, in reading order."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # _link decides; otherwise it stays as source
    tree = SyntaxTreeNode(parser.parse(text))
    return tuple(block for node in tree.children for block in _block(node) if any(part.strip() for part in block.parts))


def sentences(text: str) -> tuple[str, ...]:
    """Split a paragraph after its full stops, not after abbreviations or before a lower-case word."""
    found, start = [], 0
    for stop in _STOP.finditer(text):
        said = text[start : stop.end()].rstrip()
        following = text[stop.end() : stop.end() + 1]
        last_word = said.rsplit(None, 1)[-1].lower().lstrip("([\"'“‘") if said else ""
        if following and not following.islower() and last_word not in _ABBREVIATIONS:
            found.append(said)
            start = stop.end()
    found.append(text[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def _block(node: SyntaxTreeNode) -> Iterator[Block]:
    match node.type:
        case "heading":
            yield Block(Shape.HEADING, (_inline(node).replace("\n", " "),), level=int(node.tag[1:]))
        case "paragraph":
            yield Block(Shape.TEXT, sentences(_inline(node)))
        case "html_block":
            yield Block(Shape.TEXT, sentences(plain_text(node.content)))
        case "bullet_list" | "ordered_list":
            yield Block(Shape.LIST, tuple(_items(node)))
        case "table":
            yield _table(node)
        case "fence" | "code_block":
            lines = tuple(node.content.rstrip("\n").split("\n"))
            yield Block(Shape.CODE, lines, head="```", tail="```")
        case "blockquote":
            for child in node.children:
                for block in _block(child):
                    quoted = tuple(f"> {line}" for line in block.render().split("\n"))
                    yield Block(Shape.LIST, quoted)
        case _:
            return


def _items(node: SyntaxTreeNode) -> Iterator[str]:
    number = int(node.attrs.get("start", 1))
    for item in node.children:
        marker = f"{number}. " if node.type == "ordered_list" else "- "
        inner = "\n".join(block.render() for child in item.children for block in _block(child))
        if inner.strip():
            yield marker + inner.replace("\n", "\n" + " " * len(marker))
        number += 1


def _table(node: SyntaxTreeNode) -> Block:
    rows = [
        [_inline(cell).replace("\n", " ").replace("|", "\\|") for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|" + " --- |" * len(rows[0])
    if len(lines) == 1:
        return Block(Shape.TABLE, (lines[0], rule))
    return Block(Shape.TABLE, tuple(lines[1:]), head=f"{lines[0]}\n{rule}")


def _inline(node: SyntaxTreeNode) -> str:
    text = "".join(_span(child) for child in node.children)
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "text_special":
            return node.content
        case "code_inline":
            return f"`{node.content}`"
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline":
            return " " if node.content.lower().startswith("<br") else ""
        case "image":
            return ""
        case "link":
            return _link(node)
        case _:
            return "".join(_span(child) for child in node.children)


def _link(node: SyntaxTreeNode) -> str:
    """Keep links that a reader can follow from anywhere; of the others keep the words."""
    words = "".join(_span(child) for child in node.children)
    href = str(node.attrs.get("href", ""))
    if not words.strip() or not _SAFE_LINK.match(href):
        return words
    if words in {href, href.removeprefix("mailto:")}:
        return words
    return f"[{words}]({href})"
