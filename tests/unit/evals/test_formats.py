"""Cases in the words of other tools."""

import json
from itertools import pairwise
from typing import Any

import pytest
import yaml

from bot.discovery import find
from bot.domain.errors import Rejected
from bot.domain.escalation import Author
from bot.domain.quality import EvalCase
from evals.dataset import STARTER, load_cases
from evals.formats import Format
from tests.unit.evals.test_dataset import FULL

BOMB = "a: &a [x, x]\n" + "".join(
    f"{key}: &{key} [{f'*{before}, ' * 9}]\n" for before, key in pairwise("abcdefghijklz")
)
"""YAML whose last list is endless when it is written out."""
FORMATS = {each.name: each for each in find("evals.formats", "FORMAT", Format)}


def read(name: str, text: Any) -> EvalCase:
    (case,) = FORMATS[name].load(text if isinstance(text, str) else json.dumps(text), "theirs")
    return case


@pytest.mark.parametrize("name", ["inspect", "openai", "promptfoo"])
def test_cases_come_back_from_another_tools_file_as_they_were(name: str) -> None:
    cases = (FULL, *load_cases(STARTER))
    assert FORMATS[name].load(FORMATS[name].dump(cases), "ours") == cases


def test_an_inspect_sample_of_theirs_is_a_case() -> None:
    case = read("inspect", {"input": [{"role": "user", "content": "Hi"}], "target": ["5 days"], "id": 7})
    assert (case.question, case.must_say) == ("Hi", ("5 days",))
    assert read("inspect", {"input": "Hi", "target": "It takes 5 days."}).reference == "It takes 5 days."


def test_a_line_for_fine_tuning_ends_in_the_reference() -> None:
    said = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    case = read("openai", {"messages": [*said, {"role": "assistant", "content": "Hello."}]})
    assert (case.reference, case.question) == ("Hello.", "Hi")
    assert [turn.author for turn in case.turns] == [Author.REVIEWER, Author.CUSTOMER]
    parts = [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    assert read("openai", {"item": {"input": parts, "ideal": ["a", "b"]}}).must_say == ("a", "b")


def test_promptfoos_assertions_are_facts_and_claims() -> None:
    test = {
        "vars": {"q": "Hi"},
        "assert": [{"type": "contains", "value": "5"}, {"type": "not-icontains", "value": "6"}],
    }
    case = read("promptfoo", yaml.safe_dump([test]))
    assert (case.question, case.must_say, case.must_not_say) == ("Hi", ("5",), ("6",))


def test_a_thing_is_looked_for_by_promptfoo_and_a_statement_is_judged() -> None:
    tests = yaml.safe_load(FORMATS["promptfoo"].dump(load_cases(STARTER)))["tests"]
    kinds = {said["value"]: said["type"] for test in tests for said in test["assert"]}
    assert kinds["36 months"] == "icontains"
    assert kinds["The answer does not state: A gift card can be exchanged for cash"] == "llm-rubric"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("inspect", '\n{"input": 3}', "theirs, line 2: the conversation must be text"),
        ("inspect", "{", "theirs, line 1: this is not JSON"),
        ("inspect", "[]", "theirs, line 1: this must be a mapping"),
        ("openai", '{"input": [{"role": "tool", "content": "x"}]}', 'a message has the role "tool"'),
        ("openai", "{}", "a line has `input` or `messages`"),
        ("openai", '{"input": "Hi", "metadata": {"ratchet": {"must_tell": []}}}', 'a case has no "must_tell"'),
        ("inspect", "[" * 100_000, "theirs, line 1: this is not JSON"),
        ("openai", '{"input": [{"role": ["user"], "content": "x"}]}', "a message needs a role"),
        ("promptfoo", "prompts: []", "there is no list of tests"),
        ("promptfoo", "[" * 3_000, "is not YAML"),
        ("promptfoo", f"{BOMB}tests: [{{vars: {{q: Hi}}, assert: [{{type: icontains, value: *z}}]}}]", "each a text"),
        ("promptfoo", "[", "is not YAML"),
        ("promptfoo", '[{vars: {q: Hi}, assert: [{type: javascript, value: x}]}]', 'of type "javascript"'),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(name: str, text: str, problem: str) -> None:
    with pytest.raises(Rejected) as refused:
        FORMATS[name].load(text, "theirs")
    assert problem in str(refused.value)
