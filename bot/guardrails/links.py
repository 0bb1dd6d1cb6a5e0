"""A draft links only to hosts that the team allowed."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import Finding, Level
from bot.domain.wording import normal
from bot.ports import GuardInput, Guardrail

NAME = "links"
_READ = 12_000
_SCHEME = re.compile(
    r"\b(?:h(?:tt|xx|\*\*)ps?|ftp|data|javascript|file|mailto|tel|slack|vbscript)\s{0,2}:\s{0,2}/{0,3}\s{0,2}[^\s<>\"'|)\]}]{0,300}",
    re.I,
)
_TOP_LEVEL = (
    "com|org|net|io|co|ai|app|dev|info|biz|me|xyz|shop|store|online|site|club|top|link|click|support|help|example|test|zip|mov"
    "|de|nl|be|fr|at|ch|uk|eu|us|es|it|pt|pl|se|dk|fi|ie|ru|cn|in|br|jp|ly|gl|to|tk|gg|tv|cc|ws"
)
_BARE = re.compile(
    rf"(?<![@\w.-])(?:[^\W_](?:[\w-]{{0,61}}[^\W_])?\.){{1,5}}(?:{_TOP_LEVEL}|xn--[\w-]{{2,59}})(?![\w-])(?:[:/?#][^\s<>\"'|)\]}}]{{0,300}})?",
    re.I,
)
_DISGUISED_DOT = re.compile(
    r"\s{0,2}(?:\[\s?(?:\.|dot)\s?\]|\(\s?(?:\.|dot)\s?\)|\{\s?(?:\.|dot)\s?\}|(?<=\w)\sdot\s(?=\w))\s{0,2}|[。．｡]",
    re.I,
)
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])(?:[:/][^\s<>\"']{0,300})?")
_SAFE_SCHEMES = frozenset({"http", "https"})
_OTHER_SCHEMES = frozenset({"mailto", "tel"})
_MOST = 5


def check(given: GuardInput) -> Iterable[Finding]:
    """Hold every link, however written, to a host that is neither on the allow-list nor below one that is."""
    told: set[str] = set()
    for host, shown in _links(given.draft.text[:_READ]):
        if host in told or len(told) >= _MOST or _allowed(host, given.allowed_hosts):
            continue
        told.add(host)
        message = f'The draft links to "{host}", which is not one of the hosts that replies may link to.'
        yield Finding(NAME, Level.BLOCK, message, shown[:200])


def _links(text: str) -> Iterator[tuple[str, str]]:
    """Each link's host (or its scheme, where it has no host) and how it is written."""
    plain = _DISGUISED_DOT.sub(".", normal(text))
    for match in _SCHEME.finditer(plain):
        scheme, _, rest = match.group().partition(":")
        scheme = re.sub(r"^h(?:tt|xx|\*\*)p", "http", scheme.strip())
        if scheme in _SAFE_SCHEMES:
            yield _host(rest), match.group()
        elif scheme not in _OTHER_SCHEMES and rest.strip():
            yield f"{scheme}:", match.group()
    for pattern in (_BARE, _ADDRESS):
        for match in pattern.finditer(plain):
            yield _host(match.group()), match.group()


def _host(rest: str) -> str:
    """The host that a browser would go to: after any user name, before port and path; a backslash is a slash to it."""
    authority = re.split(r"[/?#]", rest.replace("\\", "/").lstrip("/ "), maxsplit=1)[0]
    host = authority.rpartition("@")[2].partition(":")[0].rstrip(".,;!*_")
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return host


def _allowed(host: str, hosts: frozenset[str]) -> bool:
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in (h.casefold() for h in hosts))


GUARDRAIL = Guardrail(name=NAME, title="Allowed links", check=check)
