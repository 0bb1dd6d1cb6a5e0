# ruff: noqa: E501  (patterns and word lists read better whole)
"""A draft neither shouts nor blames, mocks or grovels. Advice only: it never holds a draft."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import Finding, Level
from bot.domain.text.wording import STOP
from bot.guardrails import READ
from bot.ports import GuardInput, Guardrail

NAME = "tone"
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{2,}(?:'[A-Z]+)?\b(?:[ ,]{1,2}\b[A-ZÄÖÜ]{2,}(?:'[A-Z]+)?\b){2,30}")
_LOUD = re.compile(r"\b(?:NOT|MUST|CANNOT|NEVER|ALWAYS|STOP|NO|NICHT|MÜSSEN|PAS|DEBE)\b")
_MARKS = re.compile(r"[^!?\n]{0,60}(?:!{2,}|!\?|\?!|\?{2,})")
_BLAME = re.compile(
    r"\byou should(?:n't| not)? have (?!received|got|gotten|an?\b|already received|been sent)\w+"
    r"|\bas (?:i|we)(?:'ve| have)? (?:already |previously |clearly |repeatedly )?(?:told|said|explained|mentioned|written)(?: to)?(?: you\b| (?:several|many) times| before)"
    r"|\bas (?:i|we)(?:'ve| have)? (?:already|repeatedly) (?:told|said|explained|mentioned|written)\b"
    r"|\b(?:your (?:own )?(?:fault|mistake|error|carelessness|negligence))\b|\byou (?:failed|neglected|forgot|refused) to\b"
    r"|\bhad you (?:followed|read|listened|checked|paid)\b|\byou (?:obviously|clearly|apparently|simply) (?:did(?:n't| not)|have(?:n't| not)|do(?:n't| not)|failed|ignored|forgot|misread)"
    r"|\bif you had (?:paid attention|read|listened|followed|bothered|checked)\b|\byou (?:must|have to|need to) (?:understand|realise|realize|accept) that\b"
    r"|\bwie (?:ich|wir) (?:ihnen )?(?:bereits|schon)\b[^.\n]{0,20}\b(?:gesagt|erklärt|geschrieben|mitgeteilt)|\bsie hätten\b[^.\n]{0,40}\b(?:sollen|müssen)\b"
    r"|\bcomme (?:je|nous)\b[^.\n]{0,20}\bdéjà (?:dit|expliqué|écrit)|\bvous auriez dû\b|\bcomo ya (?:le|les|te) (?:dije|dijimos|expliqué)|\bdebería haber (?:leído|seguido)"
    r"|\bzoals (?:ik|wij|we) (?:u )?al\b[^.\n]{0,20}\b(?:zei|zeiden|gezegd)|\bu had\b[^.\n]{0,30}\bmoeten\b",
    re.I,
)  # fmt: skip
_NOT_THEIRS = re.compile(r"\b(?:not|never|isn't|wasn't|nothing)\b[^.\n]{0,20}$", re.I)
_SARCASM = re.compile(
    r"\bcongratulations, you(?:'ve| have)? (?:found|managed|broke|discovered)|\bgood luck with (?:that|it)\b|\bsurprise, surprise\b|(?:^|[.!?]\s+)obviously\b"
    r"|\b(?:oh|well),? (?:great|wonderful|brilliant|lovely|fantastic), (?:another|yet|more)\b|\bas everyone knows\b|\b(?:hardly|not) our problem\b"
    r"|(?:^|[.!?]\s+)whatever you say\b|\bwow, (?:really|what)\b|\bthanks for nothing\b|\bas any(?:one|body) (?:can see|knows)\b|\bcry me a river\b|\bgood for you\b",
    re.I,
)  # fmt: skip
_APOLOGY = re.compile(
    r"\b(?:sorry|apolog(?:ise|ize|ies|y)|entschuldig\w+|désolée?s?|excusez|disculpe|lo siento|excuses)\b", re.I
)
_MOST_APOLOGIES = 2


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn, with the words, of capitals, reproach, mockery and one apology after the other."""
    text = given.draft.text[:READ]
    for message, words in _heard(text):
        yield Finding(NAME, Level.WARN, message, " ".join(words.split())[:120])


def _heard(text: str) -> Iterator[tuple[str, str]]:
    capitals = next((m.group() for m in _CAPITALS.finditer(text) if _has_everyday_word(m.group())), "")
    loud = _LOUD.findall(text)
    if capitals or len(loud) >= 2:
        yield "Capitals read as shouting.", capitals or " … ".join(loud[:3])
    if marks := _MARKS.search(text):
        yield "Several exclamation or question marks read as shouting.", marks.group()
    blame = next(
        (m for m in _BLAME.finditer(text) if not _NOT_THEIRS.search(text[max(0, m.start() - 30) : m.start()])), None
    )
    if blame:
        yield "This reads as a reproach; say what helps now.", blame.group()
    if sarcasm := _SARCASM.search(text):
        yield "This may read as mockery.", sarcasm.group().lstrip(".!? ")
    apologies = _APOLOGY.findall(text)
    if len(apologies) > _MOST_APOLOGIES:
        yield f"The draft apologises {len(apologies)} times; once is enough.", ", ".join(apologies[:3])


def _has_everyday_word(capitals: str) -> bool:
    """Tell words from a row of abbreviations."""
    return any(word.strip(",").casefold() in STOP for word in capitals.split())


GUARDRAIL = Guardrail(name=NAME, title="Tone", check=check)
