"""`ratchet release` and `ratchet policy`, run as their users run them."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from bot.app.parts import build_desk
from bot.settings import CONTENT, Settings
from tests.e2e.test_command_line import Terminal

CARDS = "---\ntitle: Card refunds\n---\nA card refund takes 5 days.\n\nIt goes to the same card.\n"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal with a knowledge of two releases."""
    made = Terminal(tmp_path)
    articles = tmp_path / "articles"
    articles.mkdir()
    for text in (CARDS, CARDS.replace("5 days", "=7 [red]working[/red] days")):
        (articles / "cards.md").write_text(text)
        assert made.run("kb", "import", "articles").returncode == 0
    return made


def test_the_list_marks_the_live_release_and_show_names_its_parts(terminal: Terminal) -> None:
    listed = terminal.run("release", "list").stdout
    assert "live" in next(line for line in listed.splitlines() if "knowledge v2" in line)
    assert "Import from articles" in next(line for line in listed.splitlines() if "knowledge v1" in line)
    shown = terminal.run("release", "show", "2").stdout
    assert "knowledge v2 (live)" in shown and "cards" in shown
    assert "workflow v1" in terminal.run("release", "list", "--kind", "workflow").stdout
    assert "taxonomy" in terminal.run("release", "show", "1", "--kind", "workflow").stdout


def test_diff_tells_word_by_word_what_changed(terminal: Terminal) -> None:
    told = terminal.run("release", "diff", "1", "2").stdout
    assert "cards: changed" in told
    assert "[-5 -][+=7 [red]working[/red] +]days." in told
    assert "same card" not in told
    assert "say the same" in terminal.run("release", "diff", "2", "2").stdout


def test_rolling_back_answers_from_what_was_live_before_and_is_in_the_policy_log(terminal: Terminal) -> None:
    assert terminal.run("release", "rollback").returncode == 2
    back = terminal.run("release", "rollback", "--reason", "The new days are wrong.")
    assert "knowledge v1 is live now; it was knowledge v2." in back.stdout
    assert "5 days" in terminal.run("kb", "search", "How long does a card refund take?").stdout
    nothing = terminal.run("release", "rollback", "--reason", "Again.")
    assert nothing.returncode == 1 and "no release before knowledge v1" in nothing.stderr
    assert "live now" in terminal.run("release", "activate", "2", "--reason", "They are right.").stdout
    assert "live already" in terminal.run("release", "activate", "2", "--reason", "Twice.").stdout
    assert terminal.run("release", "activate", "9", "--reason", "x").returncode == 1
    log = json.loads(terminal.run("policy", "--format", "json").stdout)
    assert [line["kind"] for line in log[:2]] == ["activation", "roll back"]
    assert (log[1]["before"], log[1]["after"]) == ("knowledge v2", "knowledge v1")
    assert "terminal" in log[1]["by"] and log[1]["why"] == "The new days are wrong."


def test_the_policy_log_has_every_article_and_setting_with_before_and_after(terminal: Terminal) -> None:
    rows = list(csv.DictReader(io.StringIO(terminal.run("policy").stdout)))
    changed = next(row for row in rows if row["kind"] == "article" and row["before"])
    assert (changed["subject"], "5 days" in changed["before"]) == ("cards", True)
    assert "=7" in changed["after"]
    assert {row["kind"] for row in rows} == {"article", "taxonomy", "workflow"}


def test_a_text_that_a_spreadsheet_would_reckon_is_quoted(terminal: Terminal) -> None:
    terminal.run("release", "rollback", "--reason", "=HYPERLINK(1)")
    rows = list(csv.DictReader(io.StringIO(terminal.run("policy").stdout)))
    assert rows[0]["why"] == "'=HYPERLINK(1)"


EXAMPLE = "whatever happened to my beans on the lorry"


async def served(folder: Path, taxonomy: Path) -> None:
    """Start as `ratchet serve` does, which makes live what the files say."""
    core = {"data_dir": folder, "_env_file": None}
    settings = Settings(core=core, desk={"taxonomy": taxonomy}, search={"embedder": "static"})
    parts = await build_desk(settings)
    await parts.engine.close()


def test_a_workflow_release_is_compared_rolled_back_and_activated_and_a_restart_leaves_it(tmp_path: Path) -> None:
    terminal, file = Terminal(tmp_path), tmp_path / "taxonomy.yaml"

    def ratchet(*words: str) -> str:
        return terminal.run(*words, RATCHET_DESK_TAXONOMY=str(file)).stdout

    text = (CONTENT / "taxonomy.yaml").read_text()
    file.write_text(text)
    assert "live" in ratchet("release", "list", "--kind", "workflow")
    file.write_text(text.replace("examples:\n", f'examples:\n      - "{EXAMPLE}"\n', 1))
    assert "workflow v2" not in ratchet("release", "list", "--kind", "workflow")
    asyncio.run(served(tmp_path / "var", file))
    listed = ratchet("release", "list", "--kind", "workflow")
    assert "live" in next(line for line in listed.splitlines() if "workflow v2" in line)
    shown = ratchet("release", "show", "2", "--kind", "workflow")
    assert "taxonomy (" in shown and "model: none" in shown and "drafter: offline" in shown
    assert f'[+      - "{EXAMPLE}"+]' in ratchet("release", "diff", "1", "2", "--kind", "workflow")
    back = ratchet("release", "rollback", "--kind", "workflow", "--reason", "Nobody says lorry.")
    assert "workflow v1 is live now; it was workflow v2." in back
    log = json.loads(ratchet("policy", "--format", "json"))
    assert {line["kind"]: (line["before"], line["after"]) for line in log[:2]} == {
        "roll back": ("workflow v2", "workflow v1"),
        "taxonomy": (f'      - "{EXAMPLE}"', ""),
    }
    assert "workflow v2 is live now" in ratchet(
        "release", "activate", "2", "--kind", "workflow", "--reason", "They do."
    )
    assert "workflow v2" in ratchet("release", "list", "--kind", "workflow").splitlines()[3]
