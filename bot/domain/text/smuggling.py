"""Orders to a machine that hide in a customer's text: how to see them, and the text without them. Pure."""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator

from bot.domain.text.orders import ORDERS, TRAITS
from bot.domain.text.plain import comment_spans
from bot.domain.text.wording import normal, sentences

_LOOKALIKES = str.maketrans("аесіорѕхујԁԛɡһӏκмтвнοαεινρτυηωχγꞓʏɑɩпгк", "aeciopsxyjdqghlkmtbhoaeivptunwxycyainrk")
_LEET = (str.maketrans("013457@$!|", "oieastasil"), str.maketrans("013457@$!|", "oleastasil"))
_LEETED = re.compile(r"\b(?=\w*[a-z])(?=\w*[0-9@$])[\w@$]{2,24}", re.I)
_SPREAD = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,40}\w(?!\w)")
_INNER = re.compile(r"(?<=\w)[.\-_*·|](?=\w)")
_BASE64 = re.compile(r"(?<![\w+/=.-])[A-Za-z0-9+/_-]{16,4000}={0,2}(?![\w+/=])")
_HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}[ :]?){10,2000}(?![0-9a-f])", re.I)
_READABLE = re.compile(r"[A-Za-z' ,.!?-]+")
_MARKDOWN_COMMENT = re.compile(r"^\[//\]: # [(\"'](.{1,2000})[)\"']\s*$", re.M)
_FEWEST_WORDS = 3
_TRAITS_OF_AN_ORDER = 3.0
_LONGEST_PAIR = 500
_MOST_SENTENCES = 60
_READ = 6_000  # characters of a text in which disguises are looked for
_MOST_BLOCKS = 20


def order_in(text: str) -> tuple[str, str]:
    """Find the first order, as it is written or under a disguise; return its words and how they were hidden ("")."""
    folded = normal(text)
    if match := ORDERS.search(folded):
        return _around(folded, match), ""
    for how, revealed in disguised(text):
        if match := ORDERS.search(revealed):
            return _around(revealed, match), how
    return "", ""


def sounds_like_order(text: str) -> str:
    """Find two sentences side by side that have several traits of an order, if no known wording; "" for none."""
    folded = normal(text[:_READ])
    spans = sentences(folded)[:_MOST_SENTENCES]
    for (start, _), (_, end) in zip(spans, [*spans[1:], *spans[-1:]], strict=True):
        said = folded[start : min(end, start + _LONGEST_PAIR)]
        if sum(weight for weight, trait in TRAITS if trait.search(said)) >= _TRAITS_OF_AN_ORDER:
            return " ".join(said.split())[:200]
    return ""


def disguised(text: str) -> Iterator[tuple[str, str]]:
    """What a text says when its letters are read as a person would, each reading with the name of its disguise."""
    text = text[:_READ]
    folded = normal(text)
    if not folded.isascii() and (latin := folded.translate(_LOOKALIKES)) != folded:
        yield "letters of another alphabet", latin
    if _LEETED.search(folded):
        for table in _LEET:
            yield "digits for letters", _respelt(folded, table)
    if _SPREAD.search(folded):
        yield "letters set apart", re.sub(r"\s{2,}", " ", _joined(folded))
    if _INNER.search(folded):
        yield "signs inside words", _INNER.sub("", folded)
    for block in _decoded(text):
        yield "an encoded block", normal(block)
    yield "letters shifted", codecs.encode(folded, "rot13")
    yield "written backwards", folded[::-1]


def _respelt(text: str, table: dict[int, int]) -> str:
    """Read the digits and signs inside words as the letters that they resemble."""
    return _LEETED.sub(lambda match: match.group().translate(table), text)


def _joined(text: str) -> str:
    """Join letters that stand apart; two spaces and more between them end a word."""
    pieces = re.split(r"(\s{2,})", text)
    return "".join(_SPREAD.sub(lambda match: re.sub(r"[ .\-_*]", "", match.group()), piece) for piece in pieces)


def _decoded(text: str) -> Iterator[str]:
    """The blocks that decode to words: base64, hexadecimal, tag characters of Unicode."""
    tags = "".join(chr(ord(c) - 0xE0000) for c in text if 0xE0020 <= ord(c) <= 0xE007E)
    if tags:
        yield tags
    for index, match in enumerate(_BASE64.finditer(text)):
        if index >= _MOST_BLOCKS:
            break
        block = match.group().rstrip("=").replace("-", "+").replace("_", "/")
        try:
            raw = base64.b64decode(block + "=" * (-len(block) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if (said := _words_of(raw)) is not None:
            yield said
    for index, match in enumerate(_HEX.finditer(text)):
        if index >= _MOST_BLOCKS:
            break
        bare = re.sub(r"[ :]", "", match.group())
        if (said := _words_of(bytes.fromhex(bare[: len(bare) // 2 * 2]))) is not None:
            yield said


def _words_of(raw: bytes) -> str | None:
    """The text of decoded bytes, if it reads as words; None for a key, a picture or chance."""
    said = raw.decode("utf-8", "replace")
    letters = sum(len(run) for run in _READABLE.findall(said))
    return said if letters >= 0.9 * len(said) and len(said.split()) >= 2 else None


def comments(text: str) -> list[str]:
    """What stands in the hidden comments of HTML and Markdown, as far as it says something.

    One or two words are a developer's ("<!-- price -->"), unless nobody closed the comment: then it goes on to the end.
    """
    found: list[str] = []
    for begins, ends, closed in comment_spans(text):
        said = text[begins + 4 : ends - 3 if closed else ends][:2_000]
        if len(found) < _MOST_BLOCKS and (not closed or len(said.split()) >= _FEWEST_WORDS):
            found.append(said)
    found.extend(match.group(1) for match in _MARKDOWN_COMMENT.finditer(text))
    return [" ".join(comment.split()) for comment in found if comment.strip()]


def without_orders(text: str) -> str:
    """The text without its hidden comments and without every sentence that gives orders to a machine.

    What is left is what a person may be asking; it is never judged by what was smuggled in beside it.
    """
    text = " ".join(_outside_comments(text))
    if not ORDERS.search(normal(text)):
        return text
    return "\n".join(text[a:b] for a, b in sentences(text) if not ORDERS.search(normal(text[a:b])))


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 20) : match.end() + 60].split())[:200]


def _outside_comments(text: str) -> Iterator[str]:
    """Yield what stands around the comments; one that nobody closed goes on to the end."""
    at = 0
    for begins, ends, _ in comment_spans(text):
        yield text[at:begins]
        at = ends
    yield text[at:]
