"""A draft is in the language that the customer writes."""

from collections.abc import Iterable

from bot.domain.answer import Finding, Level
from bot.domain.text.languages import SAME_SCRIPT, language_of
from bot.ports import GuardInput, Guardrail

NAME = "wrong-language"
_SURE = 0.6  # how sure triage must be of the customer's language
_NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch",
    "pt": "Portuguese", "pl": "Polish", "sv": "Swedish", "da": "Danish", "fi": "Finnish", "cs": "Czech",
    "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic", "he": "Hebrew", "el": "Greek",
    "ja": "Japanese", "zh": "Chinese", "ko": "Korean", "th": "Thai", "hi": "Hindi",
}  # fmt: skip
_CLOSE = (frozenset({"sv", "da", "no", "nb", "nn"}),)  # too near to each other to be told apart by a few words


def check(given: GuardInput) -> Iterable[Finding]:
    """Warn, naming both languages, of a draft in another language than the customer's; say nothing in doubt."""
    theirs = given.triage.language.casefold().split("-")[0]
    if theirs not in _NAMES or given.triage.language_confidence < _SURE:
        return
    written = language_of(given.draft.text)
    near = theirs in SAME_SCRIPT.get(written, ()) or any({theirs, written} <= group for group in _CLOSE)
    if written and written != theirs and not near:
        message = f"The draft is in {_NAMES[written]}, but the customer writes {_NAMES[theirs]}."
        yield Finding(NAME, Level.WARN, message, given.draft.text.strip()[:80])


GUARDRAIL = Guardrail(name=NAME, title="The customer's language", check=check)
