"""How the digest calls things: by the names that people gave, cut to what a page bears."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.fix import KnowledgeFix
from bot.domain.text.plain import shortened

_LONGEST = 80


def named(text: str, instead: str = "untitled") -> str:
    """A name in quotation marks; it is untrusted text, and only cut."""
    return f"“{shortened(text, _LONGEST) or instead}”"


def fix_named(fix: KnowledgeFix) -> str:
    """What a fix is, for a sentence: "fix of “Returns”", "new article “Returns”"."""
    return f"{'fix of' if fix.base else 'new article'} {named(fix.revision.title)}"


@dataclass(frozen=True, slots=True)
class Titles:
    """What people call the intents, by name."""

    known: Mapping[str, str] = field(default_factory=dict)

    def of(self, intent: str) -> str:
        """The intent's title, or its name where it has none."""
        if intent in ("", UNKNOWN_INTENT):
            return "questions that fit no intent"
        return named(self.known.get(intent) or intent.replace("_", " "))
