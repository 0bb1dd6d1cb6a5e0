"""The record of a run: which steps, on which input, with which output, how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """One executed step. `input` and `output` are plain values; `attributes` use OpenTelemetry's GenAI names."""

    name: str
    started_at: datetime
    duration_ms: float
    input: Any = None
    output: Any = None
    error: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """One run from stimulus to end. `kind` names the run: propose, resolve, again, ask.

    The releases are 0 for a run that answered nothing.
    """

    id: str
    kind: str
    escalation_id: str
    started_at: datetime
    spans: tuple[Span, ...] = ()
    knowledge_release: int = 0
    workflow_release: int = 0
