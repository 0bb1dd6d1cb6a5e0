"""What may stand in an article that customers are answered from: the stops before a knowledge fix reaches a person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.answer import Level
from bot.domain.article import Revision
from bot.domain.errors import Rejected
from bot.domain.text.masking import Mask
from bot.domain.text.smuggling import comments, order_in
from bot.guardrails.links import is_allowed, links_in

LONGEST = 60_000
"""Characters of an article that is written in the chat; a form takes 3,000."""
_READ = 5_000  # characters that each reading is given at a time: less than any of them stops at
_OVERLAP = 300
_MOST = 5
_AROUND = 25
_MENTION = re.compile(r"<(?:!|@|#)[^<>\s]{1,200}>|(?<![\w.])@(?:here|channel|everyone|group)\b", re.I)
_SCRIPT = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|style|form|svg|meta|link|base)\b[^<>]{0,200}>?"
    r"|<[a-z][^<>]{0,300}?\bon[a-z]{3,20}\s*=|(?:javascript|vbscript|data)\s*:(?=\S)",
    re.I,
)
_KINDS = {
    "EMAIL": "an e-mail address", "PHONE": "a phone number", "CARD": "a card number", "IBAN": "a bank account number",
    "SSN": "a social security number", "SECRET": "a secret", "ADDRESS": "a postal address", "NAME": "a person's name",
    "URL": "a customer's link",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """Words that may not stand in an article, and in a few words why."""

    why: str
    words: str


def check_publishable(
    revision: Revision,
    *,
    before: Revision | None,
    private: list[tuple[str, str]],
    allowed_hosts: frozenset[str],
) -> None:
    """Let a revision pass that neither tells of a customer nor does anything but speak. Raises Rejected.

    The sentence shows the words that stop it, marked. `private` are values of the customer, each with its kind; what
    the article said `before` may stay.
    """
    if len(revision.body) > LONGEST:
        raise Rejected(f"The article is longer than {LONGEST:,} characters. Split it.", field="body")
    text = _text(revision)
    known = _text(before) if before else ""
    stops = {stop.words: stop for stop in _stops(text, private, allowed_hosts) if stop.words not in known}
    if stops:
        shown = list(stops.values())[:_MOST]
        marked = " ".join(f"{stop.why}: “{_marked(text, stop.words)}”." for stop in shown)
        raise Rejected(f"This cannot go into an article. It has {marked}", field="body")


def _text(revision: Revision) -> str:
    return "\n\n".join((revision.title, " ".join(revision.tags), revision.url, revision.body))


def _stops(text: str, private: list[tuple[str, str]], allowed_hosts: frozenset[str]) -> Iterator[Stop]:
    mask = Mask([text], private)
    for piece in _pieces(text):
        for start, end, kind in mask.personal_in(piece):
            words = piece[start:end]
            if kind != "EMAIL" or not is_allowed(words.rpartition("@")[2].casefold(), allowed_hosts):
                yield Stop(_KINDS.get(kind, f"a customer's {kind.lower()} number"), words)
        for pattern, why in ((_MENTION, "a mention, which would call people"), (_SCRIPT, "a script")):
            yield from (Stop(why, match.group()) for match in pattern.finditer(piece))
        for host, shown, level in links_in(piece):
            if level is Level.BLOCK and not is_allowed(host, allowed_hosts):
                yield Stop("a link to a host that replies may not link to", shown)
        if order := order_in(piece)[0]:
            yield Stop("an order to a machine", order)
        yield from (Stop("a hidden comment", comment[:200]) for comment in comments(piece))


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that overlap, so that nothing hides behind the end of what is read."""
    for start in range(0, max(1, len(text)), _READ - _OVERLAP):
        yield text[start : start + _READ]


def _marked(text: str, words: str) -> str:
    """The words with a little around them, between marks."""
    shown = " ".join(words.split())[:120]
    at = text.find(words)
    if at < 0:  # read under a disguise
        return f"»{shown}«"
    before = " ".join(text[max(0, at - _AROUND) : at].split())
    after = " ".join(text[at + len(words) : at + len(words) + _AROUND].split())
    return " ".join(filter(None, (before, f"»{shown}«", after)))
