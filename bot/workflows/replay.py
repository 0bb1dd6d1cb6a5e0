"""Answering a recorded escalation again, on today's knowledge, to see what a change has changed."""

from dataclasses import dataclass

from bot.domain.answer import Proposal
from bot.domain.codec import codec
from bot.domain.errors import NotFound
from bot.domain.escalation import Escalation
from bot.domain.trace import Trace
from bot.ports import Desk
from bot.workflows.answer import prepare
from bot.workflows.run import RecordedRun


@dataclass(frozen=True, slots=True)
class Differences:
    """What a replay found: lines to read, and whether anything that the customer would notice has changed."""

    lines: tuple[str, ...]
    changed: bool


async def replay(desk: Desk, run_id: str) -> Differences:
    """Run `prepare` on the input that the run recorded. Raises NotFound for a run that recorded no escalation."""
    trace = await desk.store.traces.get(run_id)
    escalation = recorded_escalation(trace)
    after = await prepare(RecordedRun(f"replay:{trace.id}", desk.clock), desk, escalation)
    return compare(trace, after)


def recorded_escalation(trace: Trace) -> Escalation:
    """The escalation as it was when the run worked on it."""
    for span in trace.spans:
        kept = span.output if span.name == "open" else span.input
        candidate = (kept or {}).get("escalation")
        if isinstance(candidate, dict) and "turns" in candidate:
            escalation: Escalation = codec(Escalation).validate_python(candidate)
            return escalation
    raise NotFound(f"The run {trace.id} ({trace.kind}) recorded no escalation to replay.")


def compare(before: Trace, after: Proposal) -> Differences:
    """Hold the recorded draft against the new one, part by part."""
    recorded = {span.name: span.output for span in before.spans}
    old_draft, old_triage = recorded.get("draft") or {}, recorded.get("triage") or {}
    found = recorded.get("retrieve") or {}
    old_slugs = [passage["slug"] for passage in found.get("passages", [])]
    cited = {citation["passage_id"] for citation in old_draft.get("citations", [])}
    old_sources = sorted({p["slug"] for p in found.get("passages", []) if p["id"] in cited})
    new_sources = sorted({passage.slug for _, passage in after.cited_passages()})
    parts = [
        ("intent", old_triage.get("intent"), after.triage.intent),
        ("risk", old_triage.get("risk"), after.triage.risk.value),
        (
            "draft",
            old_draft.get("cited") or _none(old_draft.get("missing")),
            after.draft.cited or _none(after.draft.missing),
        ),
        ("sources", old_sources, new_sources),
        ("findings", _findings(recorded.get("guard") or []), sorted(f"{f.level}: {f.message}" for f in after.findings)),
    ]
    was = f"knowledge v{before.knowledge_release} and workflow v{before.workflow_release}"
    lines = [f"recorded with {was}, replayed on v{after.knowledge_release} and v{after.workflow_release}"]
    for name, old, new in parts:
        lines += [f"{name}: the same"] if old == new else [f"{name}: changed", f"  - {old}", f"  + {new}"]
    new_slugs = [passage.slug for passage in after.passages]
    if old_slugs != new_slugs:
        lines.append(f"retrieved: {len(set(new_slugs) - set(old_slugs))} articles new, order or set changed")
    return Differences(tuple(lines), any(old != new for _, old, new in parts))


def _none(missing: str | None) -> str:
    return f"(no draft) {missing or ''}".strip()


def _findings(recorded: list[dict[str, str]]) -> list[str]:
    return sorted(f"{finding['level']}: {finding['message']}" for finding in recorded)
