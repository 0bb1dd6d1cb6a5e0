"""Cases as YAML files, and back."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.article import Revision
from bot.domain.chat import Person
from bot.domain.errors import Rejected
from bot.domain.escalation import Author
from bot.domain.quality import CaseTurn, EvalCase, Strength, case_id
from bot.domain.review import FailureMode
from bot.settings import CONTENT
from bot.triage.taxonomy import load_taxonomy
from evals.dataset import STARTER, load_cases, save_cases, to_yaml
from evals.saying import Said, said
from knowledge.documents import files_in
from knowledge.documents import read as read_article
from tests.contracts.store_samples import NOON

TURNS = (
    CaseTurn(Author.CUSTOMER, "yes: no, #1 - 'x'\n\n> \"quoted\"\t🙂 \x01 \u2028 end "),
    CaseTurn(Author.AGENT, "true"),
    CaseTurn(Author.CUSTOMER, "  - 2026-01-01"),
)
FULL = EvalCase(
    case_id(TURNS), TURNS, ("30", "yes"), ("no",), ("a/b",), "A\nlong\n\nreference: yes.", "refund/status", True,
    Strength.WEAK, FailureMode.STALE_POLICY, ("x y",), True, (Person("slack", "U1", "Ana"),), "esc_1", NOON,
    "It wavers.",
)  # fmt: skip
PLAIN = EvalCase(case_id(TURNS[:1]), TURNS[:1])


def read(folder: Path, text: str) -> tuple[EvalCase, ...]:
    (folder / "cases.yaml").write_text(text, encoding="utf-8")
    return load_cases(folder)


def test_cases_come_back_from_their_files_as_they_were(tmp_path: Path) -> None:
    save_cases([FULL, PLAIN], tmp_path)
    assert set(load_cases(tmp_path)) == {FULL, PLAIN}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.yaml", "refund-status.yaml"]


def test_intents_whose_names_make_the_same_file_name_lose_no_case(tmp_path: Path) -> None:
    dotted, dashed = (
        replace(FULL, id=case_id(TURNS[:n]), turns=TURNS[:n], intent=i) for n, i in ((1, "a.b"), (3, "a-b"))
    )
    save_cases([dotted, dashed], tmp_path)
    assert set(load_cases(tmp_path)) == {dotted, dashed}


def test_a_plain_case_takes_one_line(tmp_path: Path) -> None:
    turns = (CaseTurn(Author.CUSTOMER, "How long does a refund take?"),)
    case = EvalCase(case_id(turns), turns)
    assert to_yaml([case]) == "cases:\n- customer: How long does a refund take?\n"
    assert read(tmp_path, to_yaml([case])) == (case,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("cases:\n- customer: Hi\n  must_tell: [x]", 'line 3: a case has no "must_tell"; it has customer, turns'),
        ("cases:\n- customer: Hi\n  must_say:\n  - 30", "line 4: must_say must be a list of texts"),
        ("cases:\n- customer: Hi\n\n  core: maybe", "line 4: core must be true or false"),
        ("cases:\n- customer: Hi\n  mode: rude", "line 3: mode must be one of missing_knowledge, stale_policy"),
        ("cases:\n- customer: 30", "line 2: customer must be text"),
        ("cases:\n- customer: Hi\n- customer: Hi", "line 3: this conversation is there twice"),
        ("cases:\n- intent: refund", "line 2: a case needs what the customer said"),
        ("cases:\n- turns:\n  - agent: Hello", "line 2: a case needs what the customer said"),
        ("cases:\n- turns:\n  - client: Hello", "line 3: turns must be one of customer, agent, reviewer"),
        ("cases:\n- customer: Hi\n  created_at: soon", "line 3: created_at must be a date and time"),
        ("cases:\n- just text", "line 2: a case is a mapping"),
        ("cases:\n- customer: Hi\n  intent: !!python/name:os.system x", "line 3: this is not plain YAML"),
        ("tests: []", "line 1: a file of cases is one list"),
        ("cases: [", "is not YAML"),
        ("[" * 3_000, "is not YAML"),
        ("cases:\n- customer: Hi\n  created_at: 2026-99-99", "line 3: this is not plain YAML"),
    ],
)  # fmt: skip
def test_what_is_no_case_is_refused_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(Rejected, match=r"cases\.yaml") as refused:
        read(tmp_path, text)
    assert problem in str(refused.value)


def test_an_empty_file_has_no_cases(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == ()


@pytest.fixture(scope="module")
def articles() -> dict[str, Revision]:
    folder = CONTENT / "articles"
    found = (read_article(file, folder, source="sample").revision for file in files_in(folder))
    return {revision.slug: revision for revision in found}


def test_the_starter_set_is_written_as_we_write_files(tmp_path: Path) -> None:
    written = save_cases(load_cases(STARTER), tmp_path)
    assert {file.name: file.read_text() for file in written} == {f.name: f.read_text() for f in STARTER.iterdir()}


def test_the_starter_set_asks_for_facts_that_the_sample_articles_state(articles: dict[str, Revision]) -> None:
    for case in load_cases(STARTER):
        text = "\n".join(articles[slug].body for slug in case.sources)
        for fact in case.must_say:
            assert said(fact, text) is Said.STATED, (case.question, fact)
            assert said(fact, case.reference) is Said.STATED, (case.question, fact)
        for claim in case.must_not_say:
            assert said(claim, case.reference) is not Said.STATED, (case.question, claim)


def test_the_starter_set_has_every_kind_of_case() -> None:
    cases = load_cases(STARTER)
    assert len(cases) == 30
    names = {intent.name for intent in load_taxonomy(CONTENT / "taxonomy.yaml").intents}
    assert {case.intent for case in cases} >= names
    tags = {tag for case in cases for tag in case.tags}
    assert tags >= {"gap", "two-needs", "german", "hand-over", "conversation"}
    assert all(case.must_say or case.escalates for case in cases)
    assert all(case.escalates for case in cases if "gap" in case.tags)


def test_cases_of_another_intent_leave_no_file_behind_that_says_them_twice(tmp_path: Path) -> None:
    cases = load_cases(STARTER)
    save_cases(cases, tmp_path)
    (tmp_path / "notes.yaml").write_text("cases:\n- customer: Only here?\n")
    (tmp_path / "else.yml").write_text("something: else\n")
    moved = [replace(case, intent="machine-help") for case in cases]
    save_cases(moved, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["else.yml", "machine-help.yaml", "notes.yaml"]
    (tmp_path / "else.yml").unlink()
    assert {case.intent for case in load_cases(tmp_path)} == {"machine-help", ""}
