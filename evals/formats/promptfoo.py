"""Test cases of promptfoo as YAML: `vars`, `assert`, `metadata`.

A thing that must be said ("30 days") becomes an `icontains` assertion, which needs no model; a statement becomes an
`llm-rubric`, because nobody repeats a sentence word for word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bot.domain.errors import Rejected
from bot.domain.quality import EvalCase
from bot.domain.text.claims import has_verb
from evals.dataset import case_from
from evals.formats import METADATA, Format, expectations, mapping
from evals.formats.messages import messages, turns

NAME = "promptfoo"
_STATES, _STATES_NOT = "The answer states: ", "The answer does not state: "
_SAID = ("icontains", "contains")


def dump(cases: Sequence[EvalCase]) -> str:
    """Write a configuration that lacks only its providers."""
    tests = [
        {
            "description": case.id,
            "vars": {"question": case.question, "messages": messages(case)},
            "assert": [_assertion(fact) for fact in case.must_say]
            + [_assertion(claim, no=True) for claim in case.must_not_say],
            "metadata": {METADATA: expectations(case)},
        }
        for case in cases
    ]
    whole = {"description": "Eval cases of Ratchet", "prompts": ["{{question}}"], "tests": tests}
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=118)


def _assertion(fact: str, *, no: bool = False) -> dict[str, str]:
    if has_verb(fact):
        return {"type": "llm-rubric", "value": f"{_STATES_NOT if no else _STATES}{fact}"}
    return {"type": f"{'not-' if no else ''}icontains", "value": fact}


def load(text: str, source: str) -> tuple[EvalCase, ...]:
    """Read a configuration or a list of tests. An assertion that has no counterpart here is refused by its type."""
    try:
        whole = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise Rejected(f"{source} is not YAML: {' '.join(str(problem).split())[:300]}") from None
    tests = whole.get("tests") if isinstance(whole, dict) else whole
    if not isinstance(tests, list):
        raise Rejected(f"{source}: there is no list of tests.")
    return tuple(_case(test, f"{source}, test {number}") for number, test in enumerate(tests, 1))


def _case(test: Any, where: str) -> EvalCase:
    test = mapping(test, where)
    given = mapping(test.get("vars") or {}, where)
    said = given.get("messages") or given.get("question") or next(iter(given.values()), None)
    metadata = mapping(test.get("metadata") or {}, where)
    wanted = metadata.get(METADATA) or _wanted(test.get("assert") or [], where)
    return case_from({"turns": turns(said, where), **mapping(wanted, where)}, where)


def _wanted(assertions: Any, where: str) -> Mapping[str, list[str]]:
    wanted: dict[str, list[str]] = {"must_say": [], "must_not_say": []}
    for assertion in assertions if isinstance(assertions, list) else [assertions]:
        said = mapping(assertion, where)
        kind, value = said.get("type"), said.get("value", "")
        if not isinstance(kind, str) or not isinstance(value, str | int | float):
            raise Rejected(f"{where}: an assertion has a `type` and a `value`, each a text.")
        value = str(value)
        if kind in _SAID:
            wanted["must_say"].append(value)
        elif kind.removeprefix("not-") in _SAID:
            wanted["must_not_say"].append(value)
        elif kind == "llm-rubric" and value.startswith((_STATES, _STATES_NOT)):
            name = "must_say" if value.startswith(_STATES) else "must_not_say"
            wanted[name].append(value.removeprefix(_STATES).removeprefix(_STATES_NOT))
        else:
            raise Rejected(f'{where}: an assertion of type "{kind}" cannot be read; icontains and not-icontains can.')
    return wanted


FORMAT = Format(NAME, "promptfoo YAML", dump, load)
