"""Teams' HTML and text as the plain text that a person reads: in linear time, whatever was written."""

import html
import re
from collections.abc import Collection

_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]*+)([^<>]*+)>")
_MENTIONED = re.compile(r"<at\b[^<>]*+>([^<>]*+)</at>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([\w:-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#39|#160);")
_BLOCKS = frozenset(
    ("p", "div", "ul", "ol", "table", "tr", "blockquote", "pre", "codeblock", "hr", *(f"h{n}" for n in range(1, 7)))
)
_SILENT = frozenset(("script", "style", "attachment", "systemeventmessage"))
_KEPT = frozenset(("pre", "codeblock"))
_MENTION = "http://schema.skype.com/Mention"
_US = "\0"


def plain_text(text: str, ours: Collection[str] = ()) -> str:
    """Give a message's plain text; `ours` are the names that we are mentioned by, which are taken out."""
    spelled = _MENTIONED.sub(lambda found: _named(found[1], ours), text.replace(_US, ""))
    return _tidy(_ENTITY.sub(lambda found: html.unescape(found[0]), spelled))


def html_text(content: str, ours: Collection[str] = ()) -> str:
    """Give what HTML says, a line a paragraph; quoted lines begin with "> ", and links tell where they lead."""
    return _tidy(_Reader(ours).read(_without_comments(content.replace(_US, ""))))


class _Reader:
    """Reads HTML tag by tag. What is open is counted, so that no nesting is too deep."""

    def __init__(self, ours: Collection[str]) -> None:
        self._ours = ours
        self._said: list[str] = []
        self._quotes = 0
        self._silent = 0
        self._kept = 0
        self._mentioned: tuple[str, int] | None = None
        self._link: tuple[str, int] | None = None

    def read(self, content: str) -> str:
        """Give the text."""
        at = 0
        for tag in _TAG.finditer(content):
            self._says(html.unescape(content[at : tag.start()]))
            at = tag.end()
            if tag[1]:
                self._closes(tag[2].lower())
            else:
                self._opens(tag[2].lower(), _attributes(tag[3]), alone=tag[3].endswith("/"))
        self._says(html.unescape(content[at:]))
        return "".join(self._said)

    def _says(self, text: str) -> None:
        if self._silent or not text:
            return
        if not self._kept:
            text = re.sub(r"\s+", " ", text)
            text = text.lstrip() if self._said and self._said[-1].startswith("\n") else text
        self._said.append(text)

    def _opens(self, name: str, attributes: dict[str, str], *, alone: bool) -> None:
        if name in _SILENT:
            self._silent += not alone
        elif name == "br":
            self._line()
        elif name in _BLOCKS:
            self._kept += name in _KEPT and not alone
            self._quotes += name == "blockquote" and not alone
            self._line()
        elif name == "li":
            self._line()
            self._said.append("- ")
        elif name in ("td", "th"):
            self._cell()
        elif name in ("img", "emoji") and (name == "emoji" or "emoji" in attributes.get("itemtype", "").lower()):
            self._says(attributes.get("alt", ""))
        elif name == "a":
            self._link = (attributes.get("href", ""), len(self._said))
        elif name == "at" or attributes.get("itemtype") == _MENTION:
            self._mentioned = (name, len(self._said))

    def _closes(self, name: str) -> None:
        if name in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif name in _BLOCKS:
            self._kept = max(0, self._kept - (name in _KEPT))
            self._quotes = max(0, self._quotes - (name == "blockquote"))
            self._line()
        elif name == "a" and self._link is not None:
            url, begin = self._link
            self._link = None
            self._said[begin:] = [_linked(url, "".join(self._said[begin:]))]
        elif self._mentioned is not None and name == self._mentioned[0]:
            begin = self._mentioned[1]
            self._mentioned = None
            self._said[begin:] = [_named("".join(self._said[begin:]), self._ours)]

    def _line(self) -> None:
        self._said.append("\n" + "> " * min(self._quotes, 3))

    def _cell(self) -> None:
        if self._said and not self._said[-1].startswith("\n"):
            self._said.append(" | ")


def _attributes(written: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(written)}


def _without_comments(content: str) -> str:
    parts, at = [], 0
    while (begin := content.find("<!--", at)) >= 0 and (end := content.find("-->", begin)) >= 0:
        parts.append(content[at:begin])
        at = end + 3
    return "".join((*parts, content[at:]))


def _named(name: str, ours: Collection[str]) -> str:
    bare = " ".join(html.unescape(name).split())
    return _US if bare in ours or not bare else "@" + bare.lstrip("@")


def _linked(url: str, label: str) -> str:
    address = re.sub(r"^(?:mailto|tel):", "", url)
    if not url.startswith(("http://", "https://", "mailto:", "tel:")):
        return label
    bare = label.strip()
    same = re.sub(r"^https?://", "", address).rstrip("/") == re.sub(r"^https?://", "", bare).rstrip("/")
    return address if same or not bare else f"{label} ({address})"


def _tidy(text: str) -> str:
    """Take out where we were mentioned, white space at the ends of lines, and of empty lines all but one."""
    if text.lstrip().startswith(_US):
        text = text.lstrip(_US + " \t\r\n,:\xa0")
    text = text.replace(" " + _US, "").replace(_US, "").replace("\xa0", " ")
    lines: list[str] = []
    for line in text.split("\n"):
        bare = line.rstrip() if line.strip("> \t\r") else ""
        if bare or (lines and lines[-1]):
            lines.append(bare)
    return "\n".join(lines).strip()
