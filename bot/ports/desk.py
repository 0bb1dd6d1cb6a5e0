"""`Desk`: the frozen bundle of all that a use case may touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ports.answering import Calibration, Drafter, Embedder, Guardrail, Retriever, Triager
from bot.ports.delivery import People, Platform, Surface
from bot.ports.judging import Judge
from bot.ports.learning import Knowledge
from bot.ports.memory import Store
from bot.ports.running import Clock, Runtime
from bot.ports.teaching import Teacher, TopicFinder


@dataclass(frozen=True, slots=True)
class Policy:
    """What the team decided about how Ratchet behaves, as its settings and its voice say.

    `rooms` are watched, `home_room` gets what belongs to no room. Messages within `burst_seconds` are one escalation.
    What cannot be delivered or shown is tried again after each of `retry_seconds`, then given up.
    """

    rooms: tuple[str, ...] = ()
    relay_bots: frozenset[str] = frozenset()
    home_room: str = ""
    burst_seconds: float = 0.0
    retry_seconds: tuple[float, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()
    banned_phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a use case may touch.

    `questions` compares what is asked; it computes here and waits for nobody. `judge` is there where one is set up.
    """

    clock: Clock
    policy: Policy
    store: Store
    triager: Triager
    retriever: Retriever
    knowledge: Knowledge
    drafter: Drafter
    guardrails: tuple[Guardrail, ...]
    calibration: Calibration
    platforms: Mapping[str, Platform]
    surfaces: Mapping[str, Surface]
    people: People
    runtime: Runtime
    questions: Embedder
    teacher: Teacher
    topics: TopicFinder
    workflow_release: int = 0
    judge: Judge | None = None
