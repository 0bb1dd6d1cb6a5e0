"""Tells which language a text is in, and says "und" (undetermined) rather than guess on a few letters."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from bot.domain.text.languages import SCRIPTS
from bot.triage.language_words import LETTERS, WORDS

UNDETERMINED = "und"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "fi", "cs", "tr", "ru", "uk", "ar", "he", "el",
             "ja", "zh", "ko", "th", "hi")  # fmt: skip
_READ = 2_000
_FEWEST_LETTERS = 10  # of a text without a word that is known
_FEWEST_WORDS = 3
_LEAST = 0.6
_LEAST_WITHOUT_WORDS = 0.9
_WORD_TELLS = 4.0  # what a known word adds to the log odds, shared out among the languages that use it
_LETTER_TELLS = 1.0
_LOUDEST = 6.0  # log odds beyond which the statistics say no more: they take letters for independent
_LETTER_COUNTS = 0.2  # log odds that the statistics may say per letter: of "hola" they know nothing
_UKRAINIAN = re.compile(r"[іїєґ]", re.I)
_RUSSIAN = re.compile(r"[ыэъё]", re.I)
_LETTERS_READ = 400

_FOREIGN = re.compile(
    r"```[\s\S]{0,4000}?(?:```|\Z)|`[^`\n]{1,200}`|https?://\S{1,500}|www\.\S{1,300}|\S{1,64}@\S{1,200}"
    r"|^[ \t]*(?:at\s[\w.$<>]+\(.*\)|File\s\".*|Traceback\s.*|Caused\sby:.*|\w+(?:\.\w+)+(?:Error|Exception).*"
    r"|npm\sERR!.*|\$\s.*)$",
    re.M,
)
"""What is in no language that the customer speaks: code, traces, links, addresses."""
_CODE_LINE = re.compile(r"^[ \t]*(?:SELECT\s|import\s|def\s|function\s|[{}<>].*[;{}>][ \t]*$).*$", re.M)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»\n]{3,200})[\"”“»]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TOKEN_WITH_DIGIT = re.compile(r"\S*\d\S*")


class LanguageDetector:
    """Identifies one of LANGUAGES (ISO 639-1). The model is loaded at the first use."""

    def detect(self, text: str) -> tuple[str, float]:
        """Return the language and its probability; ("und", p) when the text is too short or nothing is sure.

        The language is that of what the customer says: code, traces, links, identifiers and quoted messages have no
        say where words remain without them.
        """
        text = _spoken(text[:_READ])
        letters = [character for character in text if character.isalpha()]
        if not letters:
            return UNDETERMINED, 0.0
        decided = _by_script(letters)
        if decided == "ru":
            return self._of_cyrillic(text)
        if decided in LANGUAGES:
            return decided, 0.95
        known = _votes(text)
        language, probability = self._weighed(text, known)
        least = _LEAST if known else _LEAST_WITHOUT_WORDS
        short = not known and (len(letters) < _FEWEST_LETTERS or len(text.split()) < _FEWEST_WORDS)
        if short or probability < least:
            return UNDETERMINED, min(round(probability, 3), 0.5)
        return language, round(probability, 3)

    def _weighed(self, text: str, known: dict[str, float]) -> tuple[str, float]:
        """The likeliest language by the statistics of its letters and by the words and letters that are known."""
        quiet = text.lower() if sum(map(str.isupper, text)) > sum(map(str.islower, text)) else text
        ranked = {str(language): math.log(max(float(p), 1e-12)) for language, p in _statistics().rank(quiet)}
        best, loudest = max(ranked.values()), min(_LOUDEST, _LETTER_COUNTS * sum(map(str.isalpha, text)))
        odds = {name: max(log - best, -loudest) + known.get(name, 0.0) for name, log in ranked.items()}
        top = max(odds, key=lambda name: odds[name])
        return top, 1 / sum(math.exp(value - odds[top]) for value in odds.values())

    def _of_cyrillic(self, text: str) -> tuple[str, float]:
        """Ukrainian or Russian by the letters that only one of them has; by the statistics where there are none."""
        ukrainian, russian = _UKRAINIAN.search(text) is not None, _RUSSIAN.search(text) is not None
        if ukrainian != russian:
            return ("uk" if ukrainian else "ru"), 0.95
        ranked = {str(language): float(p) for language, p in _statistics().rank(text)}
        return ("uk" if ranked.get("uk", 0.0) > ranked.get("ru", 0.0) else "ru"), 0.7


@cache
def _statistics() -> Any:
    """What tells languages by their letters: 0.4 s to unpack, once for all detectors of a process."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def _spoken(text: str) -> str:
    """The text without what is no language; without what it quotes too, where words remain."""
    said = _TOKEN_WITH_DIGIT.sub(" ", _CODE_LINE.sub(" ", _FOREIGN.sub(" ", text)))
    unquoted = _QUOTED.sub(" ", said)
    return unquoted if len(_WORD.findall(unquoted)) >= _FEWEST_WORDS else said


def _votes(text: str) -> dict[str, float]:
    """What known words and letters add to the log odds of each language."""
    votes: dict[str, float] = defaultdict(float)
    folded = text.casefold().replace("’", "'")
    for word in set(_WORD.findall(folded)):
        spoken_in = WORDS.get(word, ())
        for language in spoken_in:
            votes[language] += _WORD_TELLS / len(spoken_in)
    if votes or len(folded.split()) < _FEWEST_WORDS:
        for letter in set(folded) & LETTERS.keys():
            for language in LETTERS[letter]:
                votes[language] += _LETTER_TELLS
    return votes


def _by_script(letters: Sequence[str]) -> str:
    """The language of a script that only one language uses, where at least a fifth of the letters are of it."""
    if "".join(letters[:_LETTERS_READ]).isascii():
        return ""
    counts: Counter[str] = Counter(
        unicodedata.name(letter, "UNNAMED").split(maxsplit=1)[0] for letter in letters[:_LETTERS_READ]
    )
    for script, language in SCRIPTS.items():
        if counts[script] * 5 >= len(letters[:_LETTERS_READ]):
            return language
    return ""
