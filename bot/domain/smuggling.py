"""Orders to a machine that hide in a customer's text: what they look like, and the text without them. Pure."""

import re
from collections.abc import Iterator

from bot.domain.wording import normal, sentences

ORDERS = re.compile(
    r"""(?:
      \b(?:ignor\w*|disregard\w*|forget|override|bypass|skip)\s+(?:\w+\s+){0,4}?(?:previous|prior|above|earlier|all|your|the|any|system)\s+(?:\w+\s+){0,3}?
        (?:instructions?|prompts?|rules?|guidelines?|directions?|polic(?:y|ies)|constraints?|context|programming)
    | \byou\s+are\s+(?:now|no\s+longer)\s+(?:an?\s|the\s|in\s|dan\b|my\s|free|bound)
    | \b(?:pretend|act)\s+(?:to\s+be|as(?:\s+if)?)\s+(?:an?\s+)?(?:ai|assistant|admin|developer|system|unrestricted|different|dan|jailbroken|you\s+(?:are|have))
    | \b(?:reveal|show|print|repeat|output|tell\s+me|leak|display|give\s+me)\s+(?:me\s+)?(?:\w+\s+){0,3}?(?:system\s+prompt|prompt|hidden\s+instructions?|initial\s+instructions?|your\s+instructions?)
    | \b(?:developer|jailbreak|dan|god|debug|sudo)\s+mode\b
    | \bnew\s+(?:system\s+)?instructions?\s*:
    | ^[^\S\n]*(?:\#{2,}\s*)?(?:system|assistant|developer)(?:\s*(?:prompt|message|override))?\s*:\s
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
COMMENT = re.compile(r"<!--(.{3,2000}?)-->", re.S)


def without_orders(text: str) -> str:
    """The text without its hidden comments and without every sentence that gives orders to a machine.

    What is left is what a person may be asking; it is never judged by what was smuggled in beside it.
    """
    text = " ".join(_outside_comments(text))
    if not ORDERS.search(normal(text)):
        return text
    return "\n".join(text[a:b] for a, b in sentences(text) if not ORDERS.search(normal(text[a:b])))


def _outside_comments(text: str) -> Iterator[str]:
    """Yield what stands around the comments; one that nobody closed goes on to the end."""
    at = 0
    while (begins := text.find("<!--", at)) >= 0:
        yield text[at:begins]
        ends = text.find("-->", begins + 4)
        at = ends + 3 if ends >= 0 else len(text)
    yield text[at:]
