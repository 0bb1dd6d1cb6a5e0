"""Why a person should take a conversation now: the customer was misunderstood, gets angrier, or wants a person.

One sign proves little ("as I said, no hurry"), so misunderstanding is only flagged at the second one. Read off words:
a flag must be explainable to the rep who sees it, and a false one costs the trust in the next.
"""

import re
from collections.abc import Sequence

from bot.domain.escalation import Author, Escalation
from bot.domain.text.wording import words
from bot.triage.tone_marks import heat

_READ = 2_000  # characters of a turn
_TURNS = 20  # of the customer's, the latest
_RECENT = 3  # turns in which the wish for a person still stands
_ALIKE = 0.75  # the share of words that two turns have in common when they ask the same
_FEWEST_WORDS = 4  # of a turn that can repeat another
_SIGNS_NEEDED = 2
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}

_MISSED = re.compile(
    r"""\b(?:
        (?:that|this|which|it)(?:['’]s|\s(?:is|was|isn['’]?t|wasn['’]?t))?\s(?:not\s|still\snot\s)?(?:really\s)?
            (?:what\si\s(?:asked|meant|said|wanted|wrote|was\sasking)|my\squestion|the\squestion)
        | not\swhat\si\s(?:asked|meant|said|wanted|wrote)
        | (?:you|nobody|no\sone|still)\s?(?:have\s|has\s|are\s|is\s)?(?:still\s)?(?:did\snot|didn['’]?t|do\snot|don['’]?t|not|never|haven['’]?t|aren['’]?t)\s
            (?:even\s|really\s)?(?:answer(?:ed|ing)?|read(?:ing)?|understand|understood|listen(?:ing)?|address(?:ed)?|get\s(?:me|it|my))
        | (?:you['’]?ve|you\shave|you)\s(?:completely\s|again\s|totally\s)?(?:misunderstood|misread|missed\sthe\spoint)
        | misunderst(?:ood|anding)\s(?:me|again|my)
        | (?:did|do|are|can)\s(?:you|anyone|anybody)\s(?:even\s)?(?:read(?:ing)?|understand|listen(?:ing)?)\b
        | (?:please\s)?read\s(?:again|what\si\s(?:wrote|said|asked)|my\s(?:message|mail|question)\s(?:again|properly))
        | (?:as|like)\si(?:['’]ve|\shave)?\s(?:already\s)?(?:said|wrote|told|explained|mentioned|stated|asked)
        | i(?:['’]ve|\shave)?\s(?:already\s|just\s)(?:said|told|asked|explained|answered|written|wrote|did\sthat|tried\sthat)
        | i\s(?:told|asked)\syou\s(?:twice|before|already|again|\w+\stimes)
        | i(?:['’]m|\sam)?\srepeat(?:ing)?\b | (?:once\s|yet\s)?again\s?[,:]\s?(?:i|my|the|please|it)\b | for\sthe\s(?:second|third|fourth|fifth|tenth|last)\stime
        | how\s(?:many\s(?:more\s)?times|often)\s(?:do|must|should)\si | wrong\s(?:answer|reply|form|one|topic)?\s?again | (?:the\s)?wrong\sanswer
        | i\s(?:asked|meant|was\sasking|was\stalking)\s(?:about|for|you\sto)
        | (?:i\s)?never\sasked\sfor | i\sdid(?:\snot|n['’]?t)\sask\s(?:for|about|that)
        | (?:does|did)(?:\snot|n['’]?t)\s(?:help|answer)(?:\s(?:me|at\sall|my\squestion))
        | nicht\smeine\sfrage | das\s(?:war|ist)\snicht\s(?:meine\sfrage|was\sich) | habe\sich\snicht\sgefragt | noch\s?(?:ein)?mals?\s?: | wie\s(?:ich\s)?(?:schon|bereits)\s(?:gesagt|geschrieben)
        | (?:sie|du)\s(?:haben|hast)\s(?:mich\s)?(?:falsch|nicht)\sverstanden | (?:meine\sfrage\s)?nicht\sbeantwortet | zum\s(?:zweiten|dritten|vierten)\smal
        | ce\sn['’]est\spas\s(?:ma\squestion|ce\sque\sj['’]ai) | ne\srépond(?:ez|s)?\spas\sà\sma\squestion | comme\sje\sl['’]ai\s(?:déjà\s)?dit | vous\sn['’]avez\spas\s(?:compris|répondu|lu)
        | no\ses\slo\sque\s(?:pregunté|pedí|dije) | no\s(?:me\s)?(?:ha|han)\s(?:respondido|contestado|entendido) | como\sya\s(?:dije|le\sdije|he\sdicho) | no\sresponde\sa\smi\spregunta
        | dat\svroeg\sik\sniet | (?:is|was)\sniet\smijn\svraag | zoals\sik\s(?:al\s)?(?:zei|schreef) | nogmaals | non\s(?:è|era)\squello\sche\sho\schiesto | come\s(?:ho\s)?già\sdetto
    )""",  # noqa: E501
    re.I | re.X,
)
_AGAIN = re.compile(
    r"""\b(?:third|fourth|fifth|sixth|[3-9](?:rd|th)|1\dth|umpteenth|dritte|vierte|fünfte|troisième|quatrième|tercera|cuarta
        |derde|vierde)\s(?:time|mal|fois|vez|keer)\b.{0,20}?\b
        (?:i|we|ich|wir|je|que|dat)\b.{0,20}?\b(?:writ\w+|contact\w*|call\w*|phon\w+|e-?mail\w*|messag\w+|ask\w*|reach\w*
        |schreib\w*|kontaktier\w*|anruf\w*|écri\w+|contacte|escrib\w+|schrijf|bel)\b
    | \b(?:i|we)(?:'ve|\shave)?\s(?:already\s)?(?:written|wrote|contacted|e-?mailed|messaged
        |(?:called|phoned|asked)\s(?:you\w*|support|about|in)\b).{0,25}?\b(?:three|four|five|six|several|many|countless|[3-9]|1\d)\stimes\b""",
    re.I | re.X,
)
_QUOTED = 60
_PEOPLE = (
    r"(?:(?:real|live|actual|human|proper|\w+ing)\s)?(?:human(?:\sbeing)?|person|people|agent|assistant|representative|operator"
    r"|advis[oe]r|employee|somebody|someone|manager|supervisor|superior|boss|colleague|staff(?:\smember)?|member\sof\sstaff)"
)
_WANTS_A_PERSON = re.compile(
    rf"""(?<!can't\s)(?<!spoke\s)\b(?:
        (?<!do\si\shave\sto\s)(?<!do\si\sneed\sto\s)
        (?:(?:speak|talk|chat)(?:ing)?|(?:connect|transfer|pass|direct)(?:ed|\sme)|put\s(?:me\s)?through|escalate(?:\sthis)?)\s(?:to|with)\s
            (?:an?\s|the\s|your\s|another\s|any\s)?{_PEOPLE}\b
        | (?:contact|reach)(?:ing)?\s(?:an?\s|the\s|your\s)?{_PEOPLE}\b
        | (?:get|give|find|send|bring)\s(?:me|us)\s(?:to\s)?(?:an?\s|your\s|the\s)?{_PEOPLE}\b
        | (?:want|need|prefer|like|demand|request)\s(?:an?\s|your\s|to\ssee\san?\s)(?:real\s|live\s|actual\s|human\s)?(?:human(?:\sbeing)?|live\sagent|real\sperson|person\sto\stalk|human\sagent|supervisor)\b
        | (?:real|live|actual)\s(?:human|person|agent)(?:\s(?:please|now)|[.!?]|$) | human\s(?:agent|please|operator|support)
        | (?:have|let)\s(?:someone|somebody|a\s(?:person|human|manager))\s(?:\w+\s)?(?:call|ring|contact|look)
        | (?:is|are)\sthere\s(?:an?\s)?(?:human|real\sperson|anybody|anyone)\s(?:there|here|i\scan)
        | (?:mit\s)?(?:einem|einer|ein(?:en)?)\s(?:echten?\s|richtigen?\s)?(?:mensch(?:en)?|mitarbeiter(?:in)?|berater(?:in)?|vorgesetzten?|person)\s?(?:sprechen|reden|verbinden|verbunden|bitte|[.!]|$)
        | verbinden\ssie\smich
        | parler\s(?:à|avec)\s(?:un|une|votre|quelqu['’]un)\s?(?:conseiller|conseillère|humain|personne|agent|responsable|vraie\spersonne)?
        | hablar\scon\s(?:un|una|alguien|su)\s?(?:persona|agente|humano|asesor|encargado|responsable|supervisor)?
        | (?:spreken|praten)\smet\s(?:een|iemand) | (?:een|iemand)\s?(?:echte\s)?(?:mens|medewerker|persoon|manager)\s(?:spreken|aan\sde\slijn)
        | parlare\scon\s(?:un|una|qualcuno)\s?(?:operatore|persona|responsabile)?
    )""",  # noqa: E501
    re.I | re.X,
)
_ONLY_A_PERSON = re.compile(
    r"\W*(?:(?:live|human|real)\s)?(?:agent|human|person|representative|operator|advisor|mitarbeiter|conseiller|agente)"
    r"(?:\splease|\spls|\sbitte)?\W*",
    re.I,
)


def flags(escalation: Escalation) -> tuple[str, ...]:
    """Say in a sentence each why a person should take this conversation now; empty where nothing says so."""
    turns = [turn.text[:_READ] for turn in escalation.customer_turns if turn.text.strip()][-_TURNS:]
    told = (_misunderstood(escalation, turns), _wrote_again(turns), _angrier(turns), _wants_a_person(turns))
    return tuple(filter(None, told))


def _misunderstood(escalation: Escalation, turns: Sequence[str]) -> str:
    signs = [min(_SIGNS_NEEDED, len(set(_MISSED.findall(text.casefold())))) for text in turns]
    repeats = _asked_again(escalation)
    if sum(signs) + repeats < _SIGNS_NEEDED:
        return ""
    said = sum(sign > 0 for sign in signs)
    if said >= _SIGNS_NEEDED:
        return f"The customer says for the {_ORDINALS.get(said, 'umpteenth')} time that they were misunderstood."
    if repeats >= _SIGNS_NEEDED:
        return (
            f"The customer asks the same for the {_ORDINALS.get(repeats + 1, 'umpteenth')} time, after answers to it."
        )
    return "The customer says repeatedly that they were misunderstood."


def _wrote_again(turns: Sequence[str]) -> str:
    said = next((match.group() for text in reversed(turns) if (match := _AGAIN.search(text))), "")
    return f"The customer wrote about this before: “{said[:_QUOTED]}”." if said else ""


def _asked_again(escalation: Escalation) -> int:
    """How many of the customer's turns ask what an earlier one asked that was answered in between."""
    asked: list[frozenset[str]] = []
    waiting: list[frozenset[str]] = []
    again = 0
    for turn in escalation.turns[-4 * _TURNS :]:
        if turn.author is Author.AGENT:
            asked, waiting = asked + waiting, []
        elif turn.author is Author.CUSTOMER:
            said = frozenset(words(turn.text[:_READ]))
            again += len(said) >= _FEWEST_WORDS and any(_same(said, other) for other in asked)
            waiting.append(said)
    return again


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * len(one | other)


def _angrier(turns: Sequence[str]) -> str:
    if len(turns) < 2:
        return ""
    now = heat(turns[-1])
    before = max(heat(text) for text in turns[:-1])
    return "The customer is getting angrier from message to message." if now >= 2 and now > before else ""


def _wants_a_person(turns: Sequence[str]) -> str:
    wanted = any(_WANTS_A_PERSON.search(text) or _ONLY_A_PERSON.fullmatch(text) for text in turns[-_RECENT:])
    return "The customer asks for a person." if wanted else ""
