"""Web pages as Markdown: what a reader of the page would read, with its headings, lists, tables and links."""

import re
from collections.abc import Iterable, Iterator

from bs4 import BeautifulSoup, Comment
from bs4.element import NavigableString, PageElement, Tag

_UNREAD_TAGS = """
head title script style noscript template nav footer aside form button select input textarea svg iframe object canvas
video audio img picture
"""
_INLINE_TAGS = """
a abbr b bdi bdo big br cite code data del dfn em font i ins kbd label mark q s samp small span strong sub sup time tt u
var wbr
"""
_UNREAD = frozenset(_UNREAD_TAGS.split())
_INLINE = frozenset(_INLINE_TAGS.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SAFE_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


def read_html(source: str) -> tuple[dict[str, str], str]:
    """Read a page: its meta tags (lower-case names; "title" is the page's own) and its main content as Markdown."""
    soup = BeautifulSoup(source, "html.parser")
    meta: dict[str, str] = {}
    if soup.title is not None:
        meta["title"] = _squeezed(soup.title.get_text())
    for tag in soup.find_all("meta"):
        name, content = tag.get("name"), tag.get("content")
        if isinstance(name, str) and isinstance(content, str):
            meta[name.strip().lower()] = content.strip()
    return meta, "\n\n".join(_blocks(_main_content(soup))) + "\n"


def plain_text(source: str) -> str:
    """Give the readable words of a piece of HTML, without any tag."""
    soup = BeautifulSoup(source, "html.parser")
    for tag in soup.find_all(_unread):
        tag.decompose()
    return _squeezed(soup.get_text(" "))


def _main_content(soup: BeautifulSoup) -> Tag:
    found = soup.find("main") or soup.find(True, {"role": "main"})
    articles = soup.find_all("article")
    if found is None and len(articles) == 1:
        found = articles[0]
    if found is not None:
        return found
    for tag in soup.find_all("header"):
        tag.decompose()
    return soup.body or soup


def _unread(tag: Tag) -> bool:
    style = str(tag.get("style") or "").replace(" ", "").lower()
    hidden = tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or "display:none" in style
    return hidden or tag.name in _UNREAD


def _blocks(parent: Tag) -> Iterator[str]:
    """Yield the Markdown blocks of an element; loose text between blocks is a paragraph of its own."""
    loose: list[PageElement] = []
    for child in parent.children:
        if not isinstance(child, Tag):
            loose.append(child)
        elif _unread(child):
            continue
        elif child.name in _INLINE and not child.find(_is_block):
            loose.append(child)
        else:
            yield from _paragraph(loose)
            loose = []
            yield from _block(child)
    yield from _paragraph(loose)


def _is_block(tag: Tag) -> bool:
    return tag.name not in _INLINE and tag.name not in _UNREAD


def _paragraph(elements: Iterable[PageElement]) -> Iterator[str]:
    text = _inline(elements)
    if text:
        yield "\n".join(re.sub(r"^(#|>|[-+=~](?=\s|[-=~])|\d+(?=[.)]\s))", _escaped, line) for line in text.split("\n"))


def _escaped(match: re.Match[str]) -> str:
    mark = match.group()
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


def _block(tag: Tag) -> Iterator[str]:
    if tag.name in _HEADINGS:
        title = _inline(tag.children).replace("\n", " ")
        if title:
            yield f"{'#' * _HEADINGS[tag.name]} {title}"
    elif tag.name in {"ul", "ol", "menu"}:
        yield _list(tag)
    elif tag.name == "table":
        yield _table(tag)
    elif tag.name == "pre":
        yield f"````\n{tag.get_text().strip(chr(10))}\n````"
    elif tag.name == "blockquote":
        inner = "\n\n".join(_blocks(tag))
        yield "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    else:
        yield from _blocks(tag)


def _list(tag: Tag) -> str:
    items = []
    start = str(tag.get("start") or "1")
    number = int(start) if start.isascii() and start.isdigit() and len(start) < 8 else 1
    for child in tag.find_all("li", recursive=False):
        marker = f"{number}. " if tag.name == "ol" else "- "
        lines = "\n\n".join(_blocks(child)).split("\n")
        items.append(marker + "\n".join([lines[0], *(" " * len(marker) + line if line else "" for line in lines[1:])]))
        number += 1
    return "\n".join(items)


def _table(tag: Tag) -> str:
    rows = [
        [
            _inline(cell.children).replace("\n", " ").replace("|", "\\|")
            for cell in row.find_all(["th", "td"], recursive=False)
        ]
        for row in tag.find_all("tr")
        if row.find_parent("table") is tag
    ]
    rows = [row for row in rows if any(row)]
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    caption = _inline(tag.caption.children) + "\n\n" if tag.caption else ""
    return caption + "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _inline(elements: Iterable[PageElement]) -> str:
    text = "".join(_words(element) for element in elements)
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _words(element: PageElement) -> str:
    if isinstance(element, Comment):
        return ""
    if isinstance(element, NavigableString):
        return _escape(re.sub(r"\s+", " ", element))
    if not isinstance(element, Tag) or _unread(element):
        return ""
    if element.name == "br":
        return "\n"
    if element.name in {"code", "kbd", "samp", "tt"}:
        code = _squeezed(element.get_text()).replace("`", "'")
        return f"`{code}`" if code else ""
    inner = "".join(_words(child) for child in element.children)
    href = element.get("href")
    if element.name == "a" and isinstance(href, str) and _SAFE_LINK.match(href.strip()) and inner.strip():
        address = re.sub(r"[<>\s]", "", href)
        return f"[{inner.strip()}](<{address}>)"
    return inner if element.name in _INLINE else f" {inner} "


def _escape(text: str) -> str:
    """Keep the page's own characters from being read as Markdown."""
    return re.sub(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)", lambda found: "\\" + found.group(), text)


def _squeezed(text: str) -> str:
    return " ".join(text.split())
