# ruff: noqa: E501  (patterns and word lists read better whole)
"""A draft links only to hosts that the team allowed."""

import html
import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import Finding, Level
from bot.domain.text.wording import normal
from bot.guardrails import READ
from bot.ports import GuardInput, Guardrail

NAME = "links"
_SCHEME = re.compile(
    r"\b(?:h(?:tt|xx|\*\*)ps?|ftps?|sftp|data|javascript|file|blob|vbscript|slack|sms|tel|mailto|[a-z][a-z0-9+]{1,12}(?=://))\s{0,2}:\s{0,2}/{0,3}\s{0,2}"
    r"[^\s<>\"'|)\]}]{0,300}"
    r"|(?<![\w:/.])//(?=[\w-]{1,63}\.[\w-])[^\s<>\"'|)\]}]{1,300}",
    re.I,
)
_WEB = ("http", "https", "hxxp", "hxxps", "h**p", "h**ps", "")
_TOP_LEVEL = (
    "com|org|net|io|co|ai|app|dev|info|biz|me|xyz|shop|store|online|site|club|top|link|click|support|help|example|test|zip|mov|bank|finance|cloud|page"
    "|live|life|world|today|news|blog|tech|digital|email|center|agency|services|solutions|company|group|team|tools|website|space|fun|icu|vip|pro|name"
    "|mobi|museum|travel|jobs|money|cash|loan|credit|insure|pay|global|network|systems|software|studio|design|media|chat|social|games|win|bid|review"
    "|de|nl|be|fr|at|ch|uk|eu|us|es|it|pt|pl|se|dk|fi|ie|ru|cn|in|br|jp|ly|gl|to|tk|gg|tv|cc|ws|ca|au|nz|mx|ar|cl|za|ng|ke|il|tr|gr|cz|sk|hu|ro|bg|hr|si|ua|by"
    "|lt|lv|ee|is|no|li|lu|mc|kr|tw|hk|sg|my|th|vn|id|ph|ga|cf|ml|gq|pw|su|st|sh|im|id|fm|am|la|vc|sc|so"
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_BARE = re.compile(
    rf"(?<![@\w.-])(?:{_LABEL}\.){{1,5}}(?P<top>{_TOP_LEVEL}|xn--[\w-]{{2,59}}|[^\W\d_]{{2,24}})(?![\w-])(?P<rest>[:/?#][^\s<>\"'|)\]}}]{{0,300}})?",
    re.I,
)
_KNOWN = frozenset(_TOP_LEVEL.split("|"))
_FILES = frozenset(
    """pdf csv txt doc docx xls xlsx ppt pptx jpg jpeg png gif svg webp mp3 mp4 mov avi zip rar gz tar xml json yaml yml md html htm css
    js ts py php java rb go rs sh exe msi dmg apk ics eml log ini cfg conf sql db bak tmp epub odt ods rtf heic""".split()  # noqa: SIM905
)
_SPOKEN_DOT = re.compile(
    r"\s{0,2}(?:\[\s?(?:\.|dot)\s?\]|\(\s?(?:\.|dot)\s?\)|\{\s?(?:\.|dot)\s?\}|(?<=\w)\sdot\s(?=\w))\s{0,2}|[。．｡]|%2e",
    re.I,
)
_APART = re.compile(r"\bh\s?t\s?t\s?p\s?s?\s?:\s?/\s?/[^\n<>]{0,80}", re.I)
_APART_DOT = re.compile(r"(?<=\w)(?: \.|\. )(?=(?:com|net|org|io|info|biz)\b)", re.I)
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])(?P<rest>[:/][^\s<>\"']{0,300})?")
_OTHER_SCHEMES = frozenset({"mailto", "tel"})
_MOST = 5


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold every link, however written, to a host that is neither on the allow-list nor below one that is.

    What only looks like a host ("see evil.museums") is warned of.
    """
    told: set[str] = set()
    for host, shown, level in links_in(given.draft.text[:READ]):
        if host in told or len(told) >= _MOST or is_allowed(host, given.allowed_hosts):
            continue
        told.add(host)
        message = f'The draft links to "{host}", which is not one of the hosts that replies may link to.'
        yield Finding(NAME, level, message, shown[:200])


def links_in(text: str) -> Iterator[tuple[str, str, Level]]:
    """Each link's host (or its scheme, where it has no host), how it is written, and how sure that is."""
    written = _SPOKEN_DOT.sub(".", html.unescape(text) if "&" in text else text)
    written = _APART.sub(lambda match: _together(match.group()), _APART_DOT.sub(".", written))
    plain = normal(written)
    for match in _SCHEME.finditer(plain):
        scheme, _, rest = (
            match.group().partition(":") if not match.group().startswith("//") else ("", "", match.group())
        )
        if scheme.strip() in _WEB:
            if host := _host(rest):
                yield host, match.group(), Level.BLOCK
        elif scheme.strip() not in _OTHER_SCHEMES and rest.strip() and not rest.startswith((" ", "\n")):
            yield f"{scheme}:", match.group(), Level.BLOCK
    for match in _BARE.finditer(written):
        level = _certainty(match)
        if level is not None:
            yield _host(normal(match.group())), match.group(), level
    for match in _ADDRESS.finditer(plain):
        if match["rest"] or all(int(part) < 256 for part in match.group().split(".")):
            yield _host(match.group()), match.group(), Level.BLOCK


def _together(link: str) -> str:
    """Close up a link whose letters stand apart; one that begins as it should is left as it is."""
    return link if re.match(r"https?:", link, re.I) else re.sub(r"\s+", "", link) + " "


def _certainty(match: re.Match[str]) -> Level | None:
    """How sure it is that a dotted word is a host: None for a file, a sentence's end, an abbreviation."""
    top, rest, whole = match["top"], match["rest"] or "", match.group()
    labels = whole.removesuffix(rest).split(".")
    if top.casefold() in _FILES - {"mov", "zip"} and not rest:
        return None
    if all(len(label) == 1 for label in labels) or labels[0].isdigit():
        return None
    sentence_end = top[0].isupper() and not top.isupper() and labels[-2][-1:].islower()
    if sentence_end and not rest:
        return None
    if (
        top.casefold() in _KNOWN
        or top.casefold().startswith("xn--")
        or rest.startswith("/")
        or labels[0].casefold() == "www"
    ):
        return Level.BLOCK if not top.isupper() or whole.isupper() or rest else None
    if not whole.isascii() and any(_is_mixed(label) for label in labels):
        return Level.BLOCK
    lower = whole == whole.lower() and len(top) >= 4 and len(labels[-2]) >= 3
    return Level.WARN if lower else None


def _is_mixed(label: str) -> bool:
    """Tell whether a label has Latin letters and others that are made to look like them."""
    return any(letter.isascii() for letter in label) and any(letter > "\u024f" for letter in label)


def _host(rest: str) -> str:
    """The host that a browser would go to: after any user name, before port and path; a backslash is a slash to it."""
    authority = re.split(r"[/?#]", rest.replace("\\", "/").lstrip("/ "), maxsplit=1)[0]
    host = authority.rpartition("@")[2].partition(":")[0].rstrip(".,;!*_")
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return host


def is_allowed(host: str, hosts: frozenset[str]) -> bool:
    """Tell whether the host is one of these or below one of them."""
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in (h.casefold() for h in hosts))


GUARDRAIL = Guardrail(name=NAME, title="Allowed links", check=check)
