"""The customer's text tries to give orders to the machine, or the draft shows that it worked."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.domain.answer import DraftAuthor, Finding, Level
from bot.domain.text.orders import ORDERS
from bot.domain.text.smuggling import comments, disguised, order_in, sounds_like_order
from bot.domain.text.wording import normal
from bot.ports import GuardInput, Guardrail

NAME = "injection"
_READ = 20_000

_HIDDEN_STYLE = re.compile(
    r"<[^<>]{0,300}?(?:display\s{0,3}:\s{0,3}none|font-size\s{0,3}:\s{0,3}[01](?:px|pt|em|%)?\b|visibility\s{0,3}:\s{0,3}hidden"
    r"|opacity\s{0,3}:\s{0,3}0\b|(?<!-)color\s{0,3}:\s{0,3}(?:\#f{3}(?:f{3})?\b|white\b|transparent)|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3})"
    r"|<\w{1,10}\s(?:[^<>]{0,100}\s)?hidden(?:[\s>=])",
    re.I,
)
_BLOB = re.compile(r"(?<![\w+/=])(?=[A-Za-z0-9+/]{0,200}[a-z])(?=[A-Za-z0-9+/]{0,200}[A-Z])[A-Za-z0-9+/]{80,}={0,2}")
_REMNANT = re.compile(
    r"\b(?:as\s+an?\s+(?:ai|language\s+model)|my\s+(?:system\s+prompt|instructions\s+(?:are|say))|i\s+(?:will|'ll|have)\s+ignored?\s+(?:my|all|the|previous)"
    r"|(?:system|initial|hidden)\s+prompt|you\s+asked\s+me\s+to\s+ignore|instructions?\s+overrid\w+)",
    re.I,
)
_FEWEST_HIDDEN = 6  # zero-width characters that are no accident of an emoji


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn, with the words, of orders in the customer's text; hold a draft that repeats them or tells of its own."""
    seen = [attempt for text in _newest(given) for attempt in _attempts(text)]
    for message, quote in list(dict.fromkeys(seen))[:3]:
        yield Finding(NAME, Level.WARN, message, quote)
    draft = normal(given.draft.text[:_READ])
    echoed = next((match.group() for match in ORDERS.finditer(draft)), "") or _echo(seen, draft)
    remnant = _REMNANT.search(draft)
    level = Level.WARN if given.draft.author is DraftAuthor.PERSON else Level.BLOCK
    if echoed:
        yield Finding(NAME, level, "The draft repeats an instruction that came from the customer's text.", echoed[:200])
    elif remnant:
        yield Finding(NAME, level, "The draft speaks about its own instructions.", remnant.group())


def _newest(given: GuardInput) -> Iterator[str]:
    """The customer's latest texts, as many characters as are read in all."""
    left = _READ
    for turn in reversed(given.escalation.customer_turns[-10:]):
        if left > 0:
            yield turn.text[:left]
            left -= len(turn.text)


def _attempts(raw: str) -> Iterator[tuple[str, str]]:
    order, how = order_in(raw)
    if order:
        disguise = f" under a disguise ({how})" if how else ""
        yield f"The customer's text gives orders to the machine{disguise}; it was treated as text only.", order
    elif doubtful := sounds_like_order(raw):
        yield "The customer's text reads like an order to the machine; it was treated as text only.", doubtful
    elif block := next((said for how, said in disguised(raw) if how == "an encoded block"), ""):
        yield "The customer's text has an encoded block that says something.", block[:200]
    if hidden := comments(raw):
        yield "The customer's text has a hidden comment.", hidden[0][:200]
    if style := _HIDDEN_STYLE.search(raw):
        yield "The customer's text has parts that are styled to be invisible.", style.group()[:200]
    unseen = sum(map(_is_hidden, raw)) if not raw.isascii() else 0
    if unseen >= _FEWEST_HIDDEN and unseen * 200 >= len(raw):
        yield f"The customer's text has {unseen} invisible characters.", ""
    if blob := _BLOB.search(raw):
        yield "The customer's text has a long encoded block that nobody can read.", f"{blob.group()[:40]}…"


def _is_hidden(character: str) -> bool:
    tag = "\U000e0000" <= character <= "\U000e007f"
    return tag or (unicodedata.category(character) == "Cf" and character not in "\u00ad\u200d\u200e\u200f\ufeff")


def _echo(seen: list[tuple[str, str]], draft: str) -> str:
    """A stretch of an attempt, eight words long, that the draft has too."""
    for _, quote in seen:
        parts = quote.casefold().split()
        for start in range(len(parts) - 7):
            if (stretch := " ".join(parts[start : start + 8])) in draft:
                return stretch
    return ""


GUARDRAIL = Guardrail(name=NAME, title="No smuggled orders", check=check)
