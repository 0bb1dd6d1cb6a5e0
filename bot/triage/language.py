"""Tells which language a text is in, and says "und" (undetermined) rather than guess on a few letters."""

import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import Any

UNDETERMINED = "und"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "fi", "cs", "tr", "ru", "uk", "ar", "he", "el",
             "ja", "zh", "ko", "th", "hi")  # fmt: skip
_FEWEST_LETTERS = 10  # of a script that several languages share
_FEWEST_WORDS = 3
_SHORT = 30  # letters: below this the model must be surer
_LEAST = 0.6
_LEAST_WHEN_SHORT = 0.75
_OF_SCRIPT = {"HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "GREEK": "el", "HEBREW": "he"}


class LanguageDetector:
    """Identifies one of the given ISO 639-1 languages. The model is loaded at the first use."""

    def __init__(self, languages: Sequence[str] = LANGUAGES) -> None:
        self._languages = tuple(languages)

    def detect(self, text: str) -> tuple[str, float]:
        """Return the language and its probability; ("und", p) when the text is too short or the model unsure."""
        text = text[:2_000]
        letters = [character for character in text if character.isalpha()]
        if not letters:
            return UNDETERMINED, 0.0
        if (decided := _by_script(letters)) in self._languages:
            return decided, 0.95
        language, probability = self._model.classify(text)
        short = len(letters) < _FEWEST_LETTERS or len(text.split()) < _FEWEST_WORDS
        least = _LEAST_WHEN_SHORT if len(letters) < _SHORT else _LEAST
        dense = unicodedata.name(letters[0], "").startswith("CJK") and len(letters) >= 4
        confidence = round(float(probability), 3)
        if (short and not dense) or confidence < least:
            return UNDETERMINED, min(confidence, 0.5)
        return str(language), confidence

    @cached_property
    def _model(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages(list(self._languages))
        return identifier


def _by_script(letters: Sequence[str]) -> str:
    """The language of a script that only one language uses, where at least a fifth of the letters are of it."""
    counts: dict[str, int] = {}
    for letter in letters[:400]:
        script = unicodedata.name(letter, "UNNAMED").split()[0]
        counts[script] = counts.get(script, 0) + 1
    for script, language in _OF_SCRIPT.items():
        if counts.get(script, 0) * 5 >= len(letters[:400]):
            return language
    return ""
