"""Conversations as chat messages and cases as lines of JSON, which several formats share."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.domain.errors import Rejected
from bot.domain.escalation import Author
from bot.domain.quality import EvalCase
from evals.formats import mapping

_ROLES = {Author.CUSTOMER: "user", Author.AGENT: "assistant", Author.REVIEWER: "system"}
_AUTHORS = {"user": "customer", "assistant": "agent", "system": "reviewer", "developer": "reviewer"}


def messages(case: EvalCase) -> list[dict[str, str]]:
    """The conversation in the roles that language models know."""
    return [{"role": _ROLES[turn.author], "content": turn.text} for turn in case.turns]


def turns(said: Any, where: str) -> list[dict[str, str]]:
    """The conversation as a case's `turns`, from messages or from the customer's words alone. Raises Rejected."""
    if isinstance(said, str):
        return [{"customer": said}]
    if not isinstance(said, list):
        raise Rejected(f"{where}: the conversation must be text or a list of messages.")
    return [_turn(mapping(message, where), where) for message in said]


def _turn(message: Mapping[str, Any], where: str) -> dict[str, str]:
    role, content = message.get("role"), message.get("content")
    if not isinstance(role, str):
        raise Rejected(f"{where}: a message needs a role, as text.")
    if role not in _AUTHORS:
        raise Rejected(f'{where}: a message has the role "{role}"; it may be {", ".join(_AUTHORS)}.')
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "\n".join(part for part in parts if isinstance(part, str))
    if not isinstance(content, str):
        raise Rejected(f"{where}: a message has no text.")
    return {_AUTHORS[role]: content}


def to_lines(values: Iterable[Mapping[str, Any]]) -> str:
    """A line of JSON for each."""
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)


def from_lines(text: str, source: str, read: Callable[[Mapping[str, Any], str], EvalCase]) -> tuple[EvalCase, ...]:
    """Read each line that is not empty. Raises Rejected with the number of the line."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{source}, line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise Rejected(f"{where}: this is not JSON.") from None
        found.append(read(mapping(value, where), where))
    return tuple(found)
