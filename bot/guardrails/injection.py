"""The customer's text tries to give orders to the machine, or the draft shows that it worked."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.domain.answer import DraftAuthor, Finding, Level
from bot.domain.smuggling import COMMENT, ORDERS
from bot.domain.wording import normal
from bot.ports import GuardInput, Guardrail

NAME = "injection"
_READ = 20_000

_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|font-size\s*:\s*0|visibility\s*:\s*hidden|opacity\s*:\s*0\b)", re.I)
_BLOB = re.compile(r"(?<![\w+/=])(?=[A-Za-z0-9+/]{0,200}[a-z])(?=[A-Za-z0-9+/]{0,200}[A-Z])[A-Za-z0-9+/]{80,}={0,2}")
_REMNANT = re.compile(
    r"\b(?:as\s+an?\s+(?:ai|language\s+model)|my\s+(?:system\s+prompt|instructions\s+(?:are|say))|i\s+(?:will|'ll|have)\s+ignored?\s+(?:my|all|the|previous)"
    r"|(?:system|initial|hidden)\s+prompt|you\s+asked\s+me\s+to\s+ignore|instructions?\s+overrid\w+)",
    re.I,
)
_FEWEST_HIDDEN = 6  # zero-width characters that are no accident of an emoji


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn, with the words, of orders in the customer's text; hold a draft that repeats them or tells of its own."""
    turns = given.escalation.customer_turns[-10:]
    seen = [attempt for turn in turns for attempt in _attempts(turn.text[:_READ])]
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


def _attempts(raw: str) -> Iterator[tuple[str, str]]:
    text = normal(raw)
    if match := ORDERS.search(text):
        yield "The customer's text gives orders to the machine; it was treated as text only.", _around(text, match)
    if comment := COMMENT.search(raw):
        yield "The customer's text has a hidden comment.", " ".join(comment.group(1).split())[:200]
    if _HIDDEN_STYLE.search(raw):
        yield "The customer's text has parts that are styled to be invisible.", ""
    hidden = sum(_is_hidden(character) for character in raw)
    if hidden >= _FEWEST_HIDDEN and hidden * 200 >= len(raw):
        yield f"The customer's text has {hidden} invisible characters.", ""
    if blob := _BLOB.search(raw):
        yield "The customer's text has a long encoded block that nobody can read.", f"{blob.group()[:40]}…"


def _is_hidden(character: str) -> bool:
    tag = "\U000e0000" <= character <= "\U000e007f"
    return tag or (unicodedata.category(character) == "Cf" and character not in "\u00ad\u200d\u200e\u200f\ufeff")


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 20) : match.end() + 60].split())[:200]


def _echo(seen: list[tuple[str, str]], draft: str) -> str:
    """A stretch of an attempt, eight words long, that the draft has too."""
    for _, quote in seen:
        parts = quote.casefold().split()
        for start in range(len(parts) - 7):
            if (stretch := " ".join(parts[start : start + 8])) in draft:
                return stretch
    return ""


GUARDRAIL = Guardrail(name=NAME, title="No smuggled orders", check=check)
