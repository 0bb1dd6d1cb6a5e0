"""`Desk`: the frozen bundle of all that a use case may touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ports.answering import Drafter, Guardrail, Retriever, Triager
from bot.ports.delivery import People, Platform, Surface
from bot.ports.memory import Store
from bot.ports.running import Clock, Runtime


@dataclass(frozen=True, slots=True)
class Policy:
    """What the team decided about how Ratchet behaves; part of the workflow release."""

    rooms: tuple[str, ...] = ()
    relay_bots: frozenset[str] = frozenset()
    default_room: str = ""
    burst_seconds: float = 3.0
    allowed_hosts: frozenset[str] = frozenset()
    banned_phrases: tuple[str, ...] = ()
    delivery_delays: tuple[float, ...] = (2, 10, 60, 300, 1800)


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a use case may touch."""

    clock: Clock
    policy: Policy
    store: Store
    triager: Triager
    retriever: Retriever
    drafter: Drafter
    guardrails: tuple[Guardrail, ...]
    platforms: Mapping[str, Platform]
    surfaces: Mapping[str, Surface]
    people: People
    runtime: Runtime
    workflow_release: int = 0
