"""How answers are made in one release of the workflow, and where such releases come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.article import Release
from bot.domain.chat import Person
from bot.ports.answering import Calibration, Drafter, Guardrail, Triager

TEXTS = ("taxonomy", "tone", "voice", "prompt", "model")
"""The parts that a release is given as texts; its others name code: what drafts offline, what checks, what searches."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow release as it answers: who judges, drafts, checks and calibrates, and what the team's voice forbids.

    `release` is its number. `allowed_hosts` are the hosts that a reply may link to, `banned_phrases` what the team
    never says. `frames` are its greeting of somebody whose name is not said and its ending, by language ("" for any
    other).
    """

    release: int
    triager: Triager
    drafter: Drafter
    guardrails: tuple[Guardrail, ...]
    calibration: Calibration
    allowed_hosts: frozenset[str] = frozenset()
    banned_phrases: tuple[str, ...] = ()
    frames: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class Workflows(Protocol):
    """The workflow releases of one workspace, ready to answer with."""

    async def live(self) -> Workflow:
        """The live one; a switch in any process is seen by the next call.

        Where this program cannot answer as a release does that another one made live, it stays with its last one.
        """
        ...

    async def get(self, number: int) -> Workflow:
        """Make the numbered one ready: a run keeps the release that it began with, and the gate tries a candidate.

        Raises NotFound, and Conflict where this program or its settings cannot answer as that release does.
        """
        ...

    async def parts(self, number: int) -> Mapping[str, str]:
        """What the release consists of: the text of each part by name ("taxonomy", "voice", "prompt").

        Raises NotFound, and Conflict for a release from before texts were kept.
        """
        ...

    async def propose(
        self, changes: Mapping[str, str], *, beside: Release, reason: str, by: Person | None, fix: str = ""
    ) -> Release:
        """Build the release with these parts' new texts on top of the one that it stands beside; it is not live.

        `fix` names what asked for it. Raises Rejected for a part that is none of TEXTS, or whose text cannot be read,
        with what is wrong with it.
        """
        ...
