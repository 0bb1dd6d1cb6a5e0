"""What the desk distinguishes, as the text of a taxonomy says it; how that text is taught, and what it lacks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.answer import Risk
from bot.domain.intents import Label
from bot.domain.refit import Refit


@dataclass(frozen=True, slots=True)
class KnownIntent:
    """One thing that customers want, with examples of how they say it; `room` owns it."""

    name: str
    title: str
    risk: Risk
    room: str
    examples: tuple[str, ...]


class Teacher(Protocol):
    """Reads and changes the text of a taxonomy; raises Rejected for a text that is none."""

    def intents(self, taxonomy: str) -> tuple[KnownIntent, ...]:
        """The intents, in the text's order."""
        ...

    def with_examples(self, taxonomy: str, examples: Mapping[str, Sequence[str]]) -> str:
        """The text with these examples, by the names of their intents; those it has already are left out.

        Raises Rejected for an intent that there is not, and for an example that another intent has.
        """
        ...

    def with_intent(self, taxonomy: str, intent: KnownIntent) -> str:
        """The text with a new intent. Raises Rejected for a name that is taken or an example of another intent."""
        ...


class Learner(Protocol):
    """Fits triage anew with what people labelled, and measures whether that is better."""

    async def learn(
        self,
        taxonomy: str,
        labels: Sequence[Label],
        usual: Sequence[tuple[str, str]],
        step: Callable[[int, int], None] = lambda done, of: None,
    ) -> Refit:
        """What these labels would teach, measured on held-out questions; with the taught text where it is better.

        `usual` are questions with the intent that they are judged to have rightly: they teach nothing, they must stay
        right. `step` is told how many of so many fits are done. Raises Rejected for a text that is no taxonomy.
        """
        ...


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """Texts that are about the same: their places in what was given, the most typical first.

    `nearest` is the known intent whose examples lie nearest to their middle, `likeness` their cosine: a topic that is
    like a known intent may be that one in other words. `tightness` is the members' mean cosine to the middle.
    """

    members: tuple[int, ...]
    nearest: str
    likeness: float
    tightness: float


class TopicFinder(Protocol):
    """Gathers texts into topics."""

    async def find(self, texts: Sequence[str], known: Sequence[KnownIntent]) -> tuple[FoundTopic, ...]:
        """The topics of texts that fit none of the known intents, largest first; what is alone is in no topic."""
        ...
