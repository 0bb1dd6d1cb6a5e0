"""Samples of Inspect (inspect-ai) as JSON lines: `input`, `target`, `id`, `metadata`."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.quality import EvalCase
from evals.dataset import case_from
from evals.formats import METADATA, Format, expectations, mapping
from evals.formats.messages import from_lines, messages, to_lines, turns

NAME = "inspect"


def dump(cases: Sequence[EvalCase]) -> str:
    """Write a sample for each; its target is the reference, or the facts that the answer must state."""
    return to_lines(
        {
            "id": case.id,
            "input": case.turns[0].text if len(case.turns) == 1 else messages(case),
            "target": case.reference or list(case.must_say),
            "metadata": {METADATA: expectations(case)},
        }
        for case in cases
    )


def load(text: str, source: str) -> tuple[EvalCase, ...]:
    """Read samples; a list of targets are facts that must be stated, a single one is the reference."""
    return from_lines(text, source, _case)


def _case(sample: Mapping[str, Any], where: str) -> EvalCase:
    metadata = mapping(sample.get("metadata") or {}, where)
    target = sample.get("target") or ""
    said = metadata.get(METADATA) or ({"must_say": target} if isinstance(target, list) else {"reference": target})
    return case_from({"turns": turns(sample.get("input"), where), **mapping(said, where)}, where)


FORMAT = Format(NAME, "Inspect JSONL", dump, load)
