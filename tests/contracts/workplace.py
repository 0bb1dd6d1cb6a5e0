"""What the contract of platforms needs of each: the platform itself, hands that use it, and eyes that read it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.cards.elements import Button
from bot.domain.chat import MessageRef, Person, Place
from bot.ports import Directory, People, Platform
from tests.unit.platforms.conftest import ListeningIntake

COLLEAGUES = {"ana": "Ana Ruiz", "bo": "Bo Larsen", "sue": "Sue Okafor", "mae": "Mae Lind", "gus": "Gus Outsider"}
"""Ana and Bo are listed as reps, Sue as a senior, Mae as a manager; Gus is in no list."""
GUEST, STRANGER = "pia", "tom"
"""Both listed as reps: a guest of ours, and somebody whose account another organisation has."""
ROLES = {"reps": ("ana", "bo", GUEST, STRANGER), "seniors": ("sue",), "managers": ("mae",)}
OPENER = "edit"
"""The action of a button that opens a form."""


def email_of(handle: str) -> str:
    return f"{handle}@fernhill.example"


class Listed(People, Directory, Protocol):
    """Who may do what, and who is who."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as the one who opened it sees it: all that can be read there, and what the inputs hold, by label."""

    title: str
    says: str
    holds: Mapping[str, str]
    raw: Any = None


@dataclass
class Workplace(ABC):
    """A platform at work: `room` is open, `private` is read by Ana alone of all people, we are not in `elsewhere`."""

    platform: Platform
    people: Listed
    intake: ListeningIntake
    named: str
    room: Place
    private: Place
    elsewhere: Place
    unknown: Person
    """Nobody has this account."""
    other: str
    """The other platform's name."""

    # -- hands ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def person(self, handle: str) -> Person: ...

    @abstractmethod
    async def write(self, handle: str, text: str, thread: Place | None = None) -> Place:
        """Let somebody write in the room, or in its thread; gives the thread."""

    @abstractmethod
    async def press(self, handle: str, message: MessageRef, button: Button) -> Shown:
        """Press a button that opens a form."""

    @abstractmethod
    async def send(self, handle: str, form: Shown, values: Mapping[str, str]) -> Shown | str:
        """Fill in the form and send it: the form that is shown then, or what its sender is told."""

    @abstractmethod
    def take_back(self, message: MessageRef) -> None:
        """Delete a message of ours."""

    # -- eyes -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def said(self) -> list[str]:
        """What we said in the room that everybody there reads, oldest first."""

    @abstractmethod
    def told(self, handle: str) -> list[str]:
        """What we said to this person alone."""

    @abstractmethod
    def shown(self, message: MessageRef) -> str:
        """What can be read in a message."""

    @abstractmethod
    def pictures(self, message: MessageRef) -> list[tuple[str, bytes]]:
        """The pictures in a message, each by its description and what the reader is sent."""

    @abstractmethod
    def pages(self, handle: str) -> list[str]:
        """What we published as this person's own page."""

    # -- faults ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def lose_an_answer(self, place: Place) -> None:
        """The next post there is taken, and its answer lost."""

    @abstractmethod
    def slow_down(self, seconds: float, times: int = 1) -> None:
        """The next posts into a thread are refused as too fast, to be tried again after so long."""


def without_spaces(text: str) -> str:
    return "".join(text.split())
