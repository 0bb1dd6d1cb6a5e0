"""What people in the stand-in for Teams see of what they did."""

from dataclasses import dataclass
from typing import Any

from tests.teams.cards import inputs, words
from tests.teams.world import Human, Message

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """How the bot answered a delivery."""

    activity: Json
    status: int
    body: Json | None


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog that somebody has open: what it shows, and where it was opened."""

    title: str
    card: Json
    human: Human
    message: Message
    command: str = ""
    """The message action that opened it, where one did."""

    @property
    def says(self) -> str:
        return f"{self.title} {words(self.card)}"

    @property
    def held(self) -> dict[str, str]:
        """What the inputs hold, by name."""
        return {name: str(one.get("value") or "") for name, one in inputs(self.card).items()}

    def input(self, name: str) -> str:
        """The id of the input that is called so, by its label or its id."""
        fields = inputs(self.card)
        found = [one for one, shown in fields.items() if name in (one, shown.get("label"), shown.get("title"))]
        assert len(found) == 1, f"{len(found)} inputs are called {name}, of {list(fields)} in: {self.says[:400]}"
        return found[0]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody saw at once after acting: a sentence, a dialog, a card in place of the one pressed, or nothing."""

    said: str = ""
    dialog: Dialog | None = None
    card: Json | None = None

    @property
    def opened(self) -> Dialog:
        if self.dialog is None:
            raise AssertionError(f"no dialog was opened, but this was said: {self.said!r}")
        return self.dialog
