"""How the digest calls things: by the names that people gave, cut to what a page bears."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.errors import RatchetError
from bot.domain.fix import KnowledgeFix
from bot.domain.text.plain import shortened
from bot.ports import Desk, KnownIntent
from bot.workflows.topics import intents_of

_LONGEST = 80


def named(text: str, instead: str = "untitled") -> str:
    """A name in quotation marks; it is untrusted text, and only cut."""
    return f"“{shortened(text, _LONGEST) or instead}”"


def fix_named(fix: KnowledgeFix) -> str:
    """What a fix is, for a sentence: "fix of “Returns”", "new article “Returns”"."""
    return f"{'fix of' if fix.base else 'new article'} {named(fix.revision.title)}"


async def known_intents(desk: Desk) -> tuple[KnownIntent, ...]:
    """What the desk distinguishes; nothing where the release is from before texts were kept."""
    try:
        return await intents_of(desk)
    except (RatchetError, KeyError):
        return ()


@dataclass(frozen=True, slots=True)
class Titles:
    """What people call the intents, by name."""

    known: Mapping[str, str] = field(default_factory=dict)

    def plain(self, intent: str) -> str:
        """The intent's title, or its name where it has none: to head a row."""
        if intent in ("", UNKNOWN_INTENT):
            return "No known intent"
        return self.known.get(intent) or intent.replace("_", " ")

    def of(self, intent: str) -> str:
        """The same within a sentence."""
        return "questions that fit no intent" if intent in ("", UNKNOWN_INTENT) else named(self.plain(intent))


def titles_of(intents: Iterable[KnownIntent]) -> Titles:
    """The titles of these intents."""
    return Titles({intent.name: intent.title for intent in intents})
