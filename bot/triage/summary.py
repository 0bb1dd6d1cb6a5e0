"""Tells a conversation in a few bullets, in the customer's own words: what happened, what was tried, what is asked."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.answer import Summary
from bot.domain.escalation import ASKED, Escalation
from bot.domain.text.asking import is_asking
from bot.domain.text.message import own_words, prose
from bot.domain.text.smuggling import without_orders
from bot.domain.text.wording import content_words, sentences

_MOST = 4  # bullets of a kind
_LONGEST = 160  # characters of a bullet
_FEWEST_WORDS = 2
_SAME = 0.7  # the share of words from which two sentences say the same
_TURNS = 60  # turns that are read: the newest, and the first
_TRIED = re.compile(
    r"""\b(?:i|we|he|she|they|my\s\w+)(?:'ve|\s+have|\s+had)?\s+(?:\w+ly\s+|already\s+|also\s+|even\s+|just\s+|now\s+){0,2}
        (?:tried|restarted|rebooted|reinstalled|reset|updated|upgraded|replaced|changed|cleaned|descaled|checked|contacted
        |called|phoned|e-?mailed|wrote|written|followed|unplugged|cleared|switched|turned|logged\s+(?:out|in)|swapped
        |asked|rang|refilled|emptied|deleted|downloaded|removed|repeated|waited)\b
    | \btried\b | \b(?:ich|wir)\s+habe\w*\b.{0,80}\b(?:versucht|probiert|neu\s?gestartet|gereinigt|entkalkt
        |angerufen|geschrieben|getauscht|gewechselt|geprüft|zurückgesetzt|gelöscht|installiert)\b
    | \b(?:j'ai|nous\s+avons)\s+(?:déjà\s+)?(?:essayé|redémarré|appelé|contacté|changé|vérifié|nettoyé|réinstallé)
    | \b(?:he|hemos|ya)\s+(?:ya\s+)?(?:intentado|probado|reiniciado|llamado|cambiado|limpiado|contactado)
    | \bik\s+heb\b.{0,80}\b(?:geprobeerd|herstart|gebeld|vervangen|schoongemaakt|gecontroleerd)\b""",
    re.I | re.X,
)
_COURTESY = re.compile(
    r"^\W*(?:hi|hello|hey|dear|thanks?|thank you|good (?:morning|day|evening|afternoon)|hallo"
    r"|guten (?:tag|morgen|abend)|danke|bonjour|merci|hola|gracias|buenos días|goedemorgen|bedankt"
    r"|sorry|i hope)\b[^.!?]{0,60}$",
    re.I,
)


def summarise(escalation: Escalation) -> Summary:
    """Sort the customer's sentences into bullets; what is asked is from the turns that wait for an answer."""
    told: list[str] = []
    tried: list[str] = []
    for sentence in _told(escalation):
        if _TRIED.search(sentence):
            tried.append(sentence)
        elif not is_asking(sentence):
            told.append(sentence)
    asked = [sentence for sentence in _sentences(escalation.asked) if is_asking(sentence)]
    begun, since = told[:1], told[1:]
    return Summary(
        tuple(_bullets([*begun, *since[-_MOST + 1 :]])),
        tuple(_bullets(tried[-_MOST:])),
        tuple(_bullets(asked[-_MOST:])),
    )


def _told(escalation: Escalation) -> Iterator[str]:
    turns = escalation.customer_turns
    for turn in [*turns[:1], *turns[1:][-_TURNS:]]:
        yield from _sentences(own_words(turn.text)[:ASKED])


def _sentences(text: str) -> Iterator[str]:
    read = prose(without_orders(text))
    for start, end in sentences(read):
        sentence = " ".join(read[start:end].split())
        if len(content_words(sentence)) >= _FEWEST_WORDS and not _COURTESY.match(sentence):
            yield sentence


def _bullets(said: Iterable[str]) -> list[str]:
    """Each thing once, in its latest wording, cut to a line."""
    kept: list[tuple[set[str], str]] = []
    for sentence in said:
        words = set(content_words(sentence))
        kept = [(own, text) for own, text in kept if len(own & words) < _SAME * min(len(own), len(words))]
        kept.append((words, sentence))
    return [_line(text) for _, text in kept]


def _line(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2].rsplit(' ', 1)[0]} …"
