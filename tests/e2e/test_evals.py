"""`ratchet eval`, run as its users run it, on the sample company."""

import json
from pathlib import Path

import pytest

from bot.settings import CONTENT
from tests.e2e.test_command_line import Printed, Terminal

CASES = """cases:
- customer: My machine shows E08, what should I do?
  must_say: [change the water filter]
  sources: [machine/error-codes]
  intent: machine-help
  tags: [trial]
- customer: What does E15 on the display mean?
  must_say: [Run the milk cleaning programme twice]
  sources: [machine/error-codes]
  intent: machine-help
  tags: [trial]
"""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    folder = tmp_path_factory.mktemp("evals")
    terminal = Terminal(folder)
    assert terminal.run("kb", "import", str(CONTENT / "articles")).returncode == 0
    (folder / "cases.yaml").write_text(CASES)
    return terminal


def words(printed: Printed) -> str:
    assert not printed.stderr or "Traceback" not in printed.stderr
    return " ".join(printed.stdout.split())


def test_without_cases_a_run_says_how_to_get_some(tmp_path: Path) -> None:
    printed = Terminal(tmp_path).run("eval", "run")
    assert printed.returncode == 3
    assert "`ratchet eval import` adds some" in words(printed)


def test_cases_are_imported_run_broken_and_compared(terminal: Terminal) -> None:
    assert words(terminal.run("eval", "import", "cases.yaml")) == "2 added."
    first = terminal.run("eval", "run", "--tag", "trial", "--label", "before", "--repeat", "2")
    assert first.returncode == 0, first.stdout
    assert "Passing: 2 of 2 (100%, 95 % interval 34% to 100%)." in words(first)
    before = first.stdout.split(" ")[0]

    article = terminal.folder / "articles"
    for file in sorted((CONTENT / "articles").rglob("*.md")):
        copy = article / file.relative_to(CONTENT / "articles")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text().replace("Run the milk cleaning programme twice.", "Rinse it."))
    assert terminal.run("kb", "import", str(article)).returncode == 0
    second = terminal.run("eval", "run", "--tag", "trial")
    assert second.returncode == 1
    assert 'It does not say: "Run the milk cleaning programme twice".' in words(second)
    compared = terminal.run("eval", "compare", before)
    assert compared.returncode == 1
    assert "Of 2 cases 0 are fixed and 1 are broken; 1 still pass, 0 still fail." in words(compared)
    assert "What does E15 on the display mean?" in words(compared)
    pinned = terminal.run("eval", "run", "--tag", "trial", "--release", "1")
    assert pinned.returncode == 0


def test_cases_go_out_to_another_tool_and_come_back_unchanged(terminal: Terminal) -> None:
    assert terminal.run("eval", "import").returncode == 0
    assert "30 cases are in" in words(terminal.run("eval", "export", "out", "--tag", "starter"))
    assert words(terminal.run("eval", "import", "out")) == "30 unchanged."
    for name in ("promptfoo", "inspect", "openai"):
        assert terminal.run("eval", "export", f"cases.{name}", "--format", name, "--tag", "starter").returncode == 0
        assert words(terminal.run("eval", "import", f"cases.{name}", "--format", name)) == "30 unchanged."
    assert json.loads((terminal.folder / "cases.inspect").read_text().splitlines()[0])["input"]


def test_what_cannot_be_written_is_said_in_a_sentence(terminal: Terminal) -> None:
    for into in (("no/such/folder.json", "--format", "openai"), ("cases.yaml",)):
        printed = terminal.run("eval", "export", *into)
        assert printed.returncode == 1
        assert printed.stderr.startswith(f"ratchet: {into[0]} cannot be written: ")


def test_ratings_need_somebody_who_gave_them(terminal: Terminal) -> None:
    printed = terminal.run("eval", "rate", "--by", " ")
    assert printed.returncode == 2
    assert "say who rates" in " ".join(printed.stderr.split())


def test_a_file_with_an_unknown_key_is_refused_with_its_line(terminal: Terminal) -> None:
    (terminal.folder / "odd.yaml").write_text("cases:\n- customer: Hi\n  must_tell: [x]\n")
    printed = terminal.run("eval", "import", "odd.yaml")
    assert printed.returncode == 1
    assert 'odd.yaml, line 3: a case has no "must_tell"' in " ".join(printed.stderr.split())


def test_a_case_and_what_is_not_covered_can_be_looked_at(terminal: Terminal) -> None:
    listed = words(terminal.run("eval", "list", "--intent", "machine-help"))
    assert "My machine shows E08" in listed
    name = next(word for word in listed.split() if word.startswith("case_"))
    assert "must_say:" in words(terminal.run("eval", "show", name[:12]))
    assert "machine-help" in words(terminal.run("eval", "coverage"))
    assert terminal.run("eval", "show", "nothing").returncode == 1
