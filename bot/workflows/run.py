"""Executing a workflow's steps: each is timed, recorded and repeatable. The durable runtime builds on this class."""

import functools
import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, TypeVar, get_type_hints

from bot.domain import errors
from bot.domain.codec import codec
from bot.domain.trace import Span, Trace
from bot.ports import Clock, Desk, Workflow

T = TypeVar("T")
Envelope = dict[str, Any]


class StepFailed(errors.RatchetError):
    """A step met a fault that nobody planned for; the details are in the trace, not in this sentence."""


@functools.lru_cache(maxsize=512)
def _result_type(function: Any) -> Any:
    return get_type_hints(function)["return"]


def result_type(function: Callable[..., Any]) -> Any:
    """What the function's annotation says that it returns."""
    return _result_type(getattr(function, "__func__", function))


@dataclass(frozen=True, slots=True)
class Step:
    """One call to execute: what it is called and what it is made of."""

    name: str
    function: Callable[..., Awaitable[Any]]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class RecordedRun:
    """Runs every step at once and records it; nothing survives a crash. Evals, `ask` and replay use it as it is."""

    def __init__(self, run_id: str, clock: Clock) -> None:
        self.id = run_id
        self._clock = clock
        self._spans: list[Span] = []
        self._origins: dict[int, str] = {}
        self._kept: list[Any] = []

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(self._spans)

    async def sleep(self, seconds: float) -> None:
        """Return at once: only what runs live has to wait for people to finish typing."""

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        """Raises StepFailed: a run that is not durable starts nothing."""
        raise StepFailed(f"{workflow} is not started from a run that nothing would remember.")

    async def step(self, name: str, function: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Execute the function and record it; an unplanned fault is recorded and comes out as StepFailed."""
        results: list[T] = []
        step = Step(name, function, args, kwargs)
        envelope = await self._execute(step, functools.partial(self._call, step, results))
        self._record(step, envelope)
        if envelope["error"]:
            raise _revive(envelope["error"])
        value: T = results[0] if results else codec(result_type(function)).validate_python(envelope["value"])
        self._remember(name, value)
        return value

    def _remember(self, name: str, value: Any) -> None:
        """Know this object, and the parts of it that later steps are given, by where they came from."""
        if not is_dataclass(value) and not (isinstance(value, tuple) and value):
            return
        self._origins[id(value)] = name
        self._kept.append(value)  # a kept reference, so that no other object can take over its id
        if is_dataclass(value):
            for part in fields(value):
                self._remember(f"{name}.{part.name}", getattr(value, part.name))

    async def _execute(self, step: Step, call: Callable[[], Awaitable[Envelope]]) -> Envelope:
        return await call()

    async def _call(self, step: Step, results: list[Any]) -> Envelope:
        started_at, begin = self._clock.now(), time.perf_counter()
        value, error = None, None
        try:
            result = await step.function(*step.args, **step.kwargs)
            value = codec(result_type(step.function)).dump_python(result, mode="json")
            results.append(result)
        except errors.RatchetError as problem:
            error = _describe(problem)
        except Exception as fault:  # noqa: BLE001  the boundary of a step: whatever happened is recorded, never lost
            error = {"type": "StepFailed", "sentence": f"{type(fault).__name__}: {fault}"[:2000], "details": {}}
        return {
            "value": value,
            "error": error,
            "started_at": started_at.isoformat(),
            "duration_ms": round((time.perf_counter() - begin) * 1000, 3),
        }

    def _record(self, step: Step, envelope: Envelope) -> None:
        self._spans.append(
            Span(
                name=step.name,
                started_at=datetime.fromisoformat(envelope["started_at"]),
                duration_ms=envelope["duration_ms"],
                input=self._inputs(step),
                output=envelope["value"],
                error=(envelope["error"] or {}).get("sentence", ""),
                attributes={
                    "gen_ai.operation.name": _OPERATIONS.get(step.name, "execute_tool"),
                    **_usage(envelope["value"]),
                },
            )
        )

    def _inputs(self, step: Step) -> dict[str, Any]:
        """The arguments by name; what an earlier step returned is named, not repeated, and a record is not recorded."""
        names = [name for name in inspect.signature(step.function).parameters if name != "self"]
        given = dict(zip(names, step.args, strict=False)) | step.kwargs
        return {name: self._input(value) for name, value in given.items() if not isinstance(value, _UNRECORDED)}

    def _input(self, value: Any) -> Any:
        if id(value) in self._origins:
            return {"from": self._origins[id(value)]}
        if is_dataclass(value):
            return {part.name: self._input(getattr(value, part.name)) for part in fields(value)}
        return codec(type(value)).dump_python(value, mode="json")


_OPERATIONS = {"triage": "chat", "draft": "chat", "retrieve": "retrieval"}
_UNRECORDED = (Desk, Workflow, Trace)
_USAGE = {
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cost": "ratchet.usage.cost",
    "currency": "ratchet.usage.currency",
    "cached": "ratchet.usage.cached",
}
_PARTS = ("permanent", "retry_after", "field")


def _usage(value: Any) -> dict[str, Any]:
    """What a step's result says that a language model took: nothing where none was asked."""
    if not isinstance(value, dict) or not value.get("model"):
        return {}
    return {name: value[part] for part, name in _USAGE.items() if value.get(part)}


def _describe(problem: errors.RatchetError) -> dict[str, Any]:
    details = {name: getattr(problem, name) for name in _PARTS if hasattr(problem, name)}
    return {"type": type(problem).__name__, "sentence": str(problem), "details": details}


def _revive(error: dict[str, Any]) -> errors.RatchetError:
    kind = getattr(errors, error["type"], StepFailed)
    revived: errors.RatchetError = kind(error["sentence"], **error["details"])
    return revived
