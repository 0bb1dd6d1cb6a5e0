"""Reads one message as its writer meant it: without quoted mail, sign-off and stack traces. Pure, linear, total."""

import re
from collections.abc import Sequence

READ = 20_000
"""Characters of a message that are read; what follows is dropped."""

_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|napisał\w?|skrev|kirjoitti|napsal\w?)\b"
    r"|пишет|написал",
    re.I,
)
_DATED = re.compile(r"\d|@")
_LONGEST_LEAD = 240  # characters of "On Tuesday, ... wrote:", which mail programs break over two lines
_ORIGINAL = re.compile(
    r"^[-_\s*]{2,20}(?:original message|original-?nachricht|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht)[-_\s*]{2,20}$",
    re.I,
)
_FORWARDED = re.compile(
    r"^[-_\s*]{0,20}(?:begin )?(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado"
    r"|messaggio inoltrato|doorgestuurd bericht|anfang der weitergeleiteten nachricht)\s*:?[-_\s*]{0,20}$",
    re.I,
)
_FROM = re.compile(r"^\s*\*{0,2}(?:from|von|de|da|van|från|fra|od)\*{0,2}\s?:\*{0,2}\s?\S", re.I)
_HEADER = re.compile(
    r"^\s*\*{0,2}(?:from|von|de|da|van|från|fra|od|sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|inviato|data"
    r"|verzonden|to|an|à|para|a|aan|till|til|do|cc|bcc|subject|betreff|objet|asunto|oggetto|onderwerp|reply-to)\*{0,2}"
    r"\s?:",
    re.I,
)
_SENT = re.compile(
    r"^\s*\*{0,2}(?:sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|inviato|data|verzonden)\*{0,2}\s?:", re.I
)
_SENT_FROM = re.compile(
    r"^(?:sent from (?:my|mail|outlook|yahoo)|get outlook for|von meinem \w+ gesendet|gesendet (?:von|mit)"
    r"|envoyé (?:de|depuis) mon|enviado desde mi|inviato da(?:l mio)?|verzonden vanaf mijn|sent via)\b",
    re.I,
)
_SIGN_OFF = re.compile(
    r"""^\W{0,3}(?:(?:best|kind|warm|many|with\ kind|with\ best|warmest)?\s?(?:regards|wishes)|sincerely(?:\ yours)?
      |best|yours(?:\ \w+)?|cheers|thanks(?:\ again|\ in\ advance|\ a\ lot|\ so\ much|\ and\ \w+\ regards)?
      |thank\ you(?:\ in\ advance|\ again)?
      |(?:mit\ )?(?:freundlichen?|besten?|herzlichen?|liebe|viele|schöne)\ grü(?:ß|ss)en?
      |mfg|lg|vg|danke(?:\ im\ voraus)?
      |cordialement|bien\ à\ vous|merci(?:\ d'avance)?|(?:un\ )?saludos?(?:\ cordiales)?
      |atentamente|gracias|distinti\ saluti|cordiali\ saluti|met\ vriendelijke\ groet(?:en)?|groetjes|mvg
      |atenciosamente|obrigad[oa])\W{0,4}$""",
    re.I | re.X,
)
_POSTSCRIPT = re.compile(r"^\W{0,2}p\.?\s?p?\.?s\.?\b", re.I)
_LONGEST_SIGNATURE = 15  # lines
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_FRAME = re.compile(
    r"^\s*(?:at [\w.$<>/ ]+\(.*\)|at .+:\d+:\d+\)?|File \".+\", line \d+.*|Traceback \(most recent call last\):"
    r"|\.\.\. \d+ more|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\]?\s.*"
    r"|(?:DEBUG|INFO|WARN|WARNING|ERROR|TRACE|FATAL)[\s:\[].*)$"
)
_LONGEST_LINE = 600  # of a line that is looked at as a stack frame
_FAULT = re.compile(
    r"error|exception|fail(?:ed|ure)|fault|denied|refused|not found|timed? ?out|\b[A-Z]{1,4}-?\d{2,}", re.I
)
_MOST_FAULTS, _LONGEST_FAULT = 3, 200


def own_words(text: str) -> str:
    """What the writer wrote in this message: quoted replies, mail headers and the sign-off are left out.

    What was forwarded stays, because it is what is asked about. A message that would have nothing left stays whole.
    """
    lines = [line.rstrip() for line in text[:READ].replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = "\n".join(_unsigned(_unquoted(lines))).strip()
    return re.sub(r"\n{3,}", "\n\n", kept) or text[:READ].strip()


def faults(text: str) -> list[str]:
    """The first lines of code and traces that name what went wrong: `prose` leaves them out, search needs them."""
    said = set(prose(text).split("\n"))
    named = (
        line.strip() for line in text[:READ].split("\n") if line not in said and _FAULT.search(line[:_LONGEST_LINE])
    )
    return [line[:_LONGEST_FAULT] for line in list(dict.fromkeys(named))[:_MOST_FAULTS]]


def prose(text: str) -> str:
    """The text without code blocks, stack frames and log lines; where nothing else is there, the text itself.

    The line that names the error stays: it is not a frame.
    """
    kept: list[str] = []
    fenced = False
    for line in text[:READ].split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and not _FRAME.match(line[:_LONGEST_LINE]):
            kept.append(line)
    said = "\n".join(kept).strip()
    return said if any(c.isalpha() for c in said) else text[:READ].strip()


def _unquoted(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _FORWARDED.match(line):
            at = _after_headers(lines, at + 1)
        elif _ORIGINAL.match(line) or _begins_headers(lines, at):
            after = _after_headers(lines, at + 1 if _ORIGINAL.match(line) else at)
            if any(part.strip() for part in kept):
                break  # the mail that is answered, quoted below the answer
            at = after  # nothing stands above it: it was forwarded without a word
        elif line.lstrip().startswith(">"):
            at += 1
        elif length := _lead_in(lines, at):
            if "@" in lines[at] and not _is_quote(lines, at + length) and any(part.strip() for part in kept):
                break  # a mail program that does not mark what it quotes
            at += length
        else:
            kept.append(line)
            at += 1
    return kept


def _begins_headers(lines: Sequence[str], at: int) -> bool:
    """Tell whether a mail's header block begins here: who it is from and, in the next lines, when it was sent."""
    return _FROM.match(lines[at]) is not None and any(_SENT.match(line) for line in lines[at + 1 : at + 5])


def _after_headers(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and (not lines[at] or _HEADER.match(lines[at])):
        at += 1
    return at


def _lead_in(lines: Sequence[str], at: int) -> int:
    """The number of lines (0 to 2) of an "On Tuesday, ... wrote:" that begins here and leads to a quoted mail."""
    for length in (1, 2):
        lead = " ".join(lines[at : at + length]).strip()
        told = lead.endswith(":") and len(lead) <= _LONGEST_LEAD and _DATED.search(lead) and _WROTE.search(lead)
        if told and ("@" in lead or _is_quote(lines, at + length)):
            return length
    return 0


def _is_quote(lines: Sequence[str], at: int) -> bool:
    """Tell whether the next words are marked as quoted, or there are none."""
    below = next((line for line in lines[at : at + 3] if line.strip()), ">")
    return below.lstrip().startswith(">")


def _unsigned(lines: Sequence[str]) -> list[str]:
    """Cut the sign-off: from its line on, if what follows is as short as a signature and asks nothing."""
    words = [i for i, line in enumerate(lines) if line.strip()]
    first = words[0] if words else 0
    for at, line in enumerate(lines):
        bare = line.strip()
        if bare in {"--", "—", "__"} and at > first:
            return [*lines[:at], *_postscript(lines[at:])]
        if _SENT_FROM.match(bare):
            return [*lines[:at], *_postscript(lines[at + 1 :])]
        if len(bare) < 60 and _SIGN_OFF.match(bare) and at > first and _is_signature(lines[at + 1 :]):
            return [*lines[:at], *_postscript(lines[at + 1 :])]
    return list(lines)


def _is_signature(rest: Sequence[str]) -> bool:
    if len(rest) > 4 * _LONGEST_SIGNATURE:
        return False
    said = [line for line in rest if line.strip()]
    before = next((i for i, line in enumerate(said) if _POSTSCRIPT.match(line)), len(said))
    return before <= _LONGEST_SIGNATURE and not any("?" in line for line in said[:before])


def _postscript(rest: Sequence[str]) -> list[str]:
    begins = next((i for i, line in enumerate(rest) if _POSTSCRIPT.match(line)), None)
    return [] if begins is None else ["", *rest[begins:]]
