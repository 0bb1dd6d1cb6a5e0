"""Lines as OpenAI's evals read them: `input` messages and an `ideal` answer. Lines for fine-tuning are read too."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.errors import Rejected
from bot.domain.quality import EvalCase
from evals.dataset import case_from
from evals.formats import METADATA, Format, expectations, mapping
from evals.formats.messages import from_lines, messages, to_lines, turns

NAME = "openai"


def dump(cases: Sequence[EvalCase]) -> str:
    """Write a line for each; the ideal answer is the reference, or the facts that it must state."""
    return to_lines(
        {
            "input": messages(case),
            "ideal": case.reference or list(case.must_say),
            "metadata": {METADATA: expectations(case)},
        }
        for case in cases
    )


def load(text: str, source: str) -> tuple[EvalCase, ...]:
    """Read lines with `input` and `ideal`, or with `messages` whose last one is the ideal answer."""
    return from_lines(text, source, _case)


def _case(line: Mapping[str, Any], where: str) -> EvalCase:
    line = mapping(line.get("item") or line, where)
    said, ideal = line.get("input"), line.get("ideal") or ""
    if said is None and isinstance(line.get("messages"), list):
        said = line["messages"]
        if said and mapping(said[-1], where).get("role") == "assistant":
            said, ideal = said[:-1], turns(said[-1:], where)[0]["agent"]
    if said is None:
        raise Rejected(f"{where}: a line has `input` or `messages`.")
    metadata = mapping(line.get("metadata") or {}, where)
    wanted = metadata.get(METADATA) or ({"must_say": ideal} if isinstance(ideal, list) else {"reference": ideal})
    return case_from({"turns": turns(said, where), **mapping(wanted, where)}, where)


FORMAT = Format(NAME, "OpenAI-style JSONL", dump, load)
