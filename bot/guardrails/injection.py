"""The customer's text tries to give orders to the machine, or the draft shows that it worked."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.domain.answer import DraftAuthor, Finding, Level
from bot.domain.wording import normal
from bot.ports import GuardInput, Guardrail

NAME = "injection"
_READ = 20_000

_ORDERS = re.compile(
    r"""(?:
      \b(?:ignor\w*|disregard\w*|forget|override|bypass|skip)\s+(?:\w+\s+){0,4}?(?:previous|prior|above|earlier|all|your|the|any|system)\s+(?:\w+\s+){0,3}?
        (?:instructions?|prompts?|rules?|guidelines?|directions?|polic(?:y|ies)|constraints?|context|programming)
    | \byou\s+are\s+(?:now|no\s+longer)\s+(?:an?\s|the\s|in\s|dan\b|my\s|free|bound)
    | \b(?:pretend|act)\s+(?:to\s+be|as(?:\s+if)?)\s+(?:an?\s+)?(?:ai|assistant|admin|developer|system|unrestricted|different|dan|jailbroken|you\s+(?:are|have))
    | \b(?:reveal|show|print|repeat|output|tell\s+me|leak|display|give\s+me)\s+(?:me\s+)?(?:\w+\s+){0,3}?(?:system\s+prompt|prompt|hidden\s+instructions?|initial\s+instructions?|your\s+instructions?)
    | \b(?:developer|jailbreak|dan|god|debug|sudo)\s+mode\b
    | \bnew\s+(?:system\s+)?instructions?\s*:
    | ^\s*(?:\#{2,}\s*)?(?:system|assistant|developer)\s*(?:prompt|message|override)?\s*:\s
    | <\|?/?\s?(?:system|im_start|im_end|assistant|user|endoftext|developer|instructions?|tool)\b[^>]{0,40}\|?>
    | \[/?(?:inst|system|sys)\]|<<sys>>
    | \b(?:do\s+not|don't|never)\s+(?:tell|inform|mention\s+(?:this\s+)?to)\s+the\s+(?:human|agent|rep|reviewer|team|user)\b
    | \b(?:when|while|as\s+you)\s+(?:answer|reply|respond|summari[sz])\w*[^.\n]{0,40}\b(?:always|must|include|add|append|insert)\b
    | \b(?:ignorier\w*|vergiss|missachte)\s+(?:\w+\s+){0,3}?(?:anweisung\w*|regeln|vorgaben|instruktion\w*)
    | \bignor(?:a|e|ez|er)\s+(?:\w+\s+){0,3}?(?:instrucciones|instructions|istruzioni|instruções|reglas|règles|consignes|anteriores|précédentes|precedenti)
    | \bnegeer\s+(?:\w+\s+){0,3}?(?:instructies|regels)|\bzignoruj\s+(?:\w+\s+){0,3}?(?:instrukcje|polecenia)
    | игнорируй\w*\s+(?:\w+\s+){0,3}?(?:инструкци\w*|указани\w*)|忽略.{0,8}(?:指令|指示|提示|说明)|(?:以前|前)の指示.{0,6}無視|이전\s*지시.{0,6}무시
    )""",  # noqa: E501
    re.I | re.X | re.M,
)
_COMMENT = re.compile(r"<!--(.{3,2000}?)-->", re.S)
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
    echoed = next((match.group() for match in _ORDERS.finditer(draft)), "") or _echo(seen, draft)
    remnant = _REMNANT.search(draft)
    level = Level.WARN if given.draft.author is DraftAuthor.PERSON else Level.BLOCK
    if echoed:
        yield Finding(NAME, level, "The draft repeats an instruction that came from the customer's text.", echoed[:200])
    elif remnant:
        yield Finding(NAME, level, "The draft speaks about its own instructions.", remnant.group())


def _attempts(raw: str) -> Iterator[tuple[str, str]]:
    text = normal(raw)
    if match := _ORDERS.search(text):
        yield "The customer's text gives orders to the machine; it was treated as text only.", _around(text, match)
    if comment := _COMMENT.search(raw):
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
