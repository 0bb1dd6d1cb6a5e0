"""The command line, run as its users run it."""

import asyncio
import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.sandbox.server import Sandbox
from bot.settings import CONTENT
from tests.e2e.company import BOT_TOKEN, SIGNING_SECRET, sandbox_serving
from tests.local import free_port

RATCHET = str(Path(sys.executable).parent / "ratchet")


@dataclass(frozen=True)
class Printed:
    """What a command left on the terminal."""

    returncode: int
    stdout: str
    stderr: str


@dataclass
class Terminal:
    """A terminal in a folder of its own, with an environment of its own."""

    folder: Path

    def run(self, *words: str, **settings: str) -> Printed:
        """Run the command in this process: starting one for each would take a second and a half."""
        out, err = io.StringIO(), io.StringIO()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RATCHET_")}
        before, here, words_before = dict(os.environ), Path.cwd(), sys.argv
        os.environ.clear()
        os.environ.update(environment | {"COLUMNS": "100", "RATCHET_SEARCH_EMBEDDER": "static"} | settings)
        os.chdir(self.folder)
        sys.argv = ["ratchet", *words]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main()
        except SystemExit as stop:
            return Printed(int(stop.code or 0), out.getvalue(), err.getvalue())
        finally:
            sys.argv = words_before
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
        raise AssertionError("the command line did not exit")


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal where the sample knowledge has been imported."""
    made = Terminal(tmp_path_factory.mktemp("terminal"))
    imported = made.run("kb", "import", str(CONTENT / "articles"))
    assert imported.returncode == 0, imported.stderr
    assert "39 added" in imported.stdout and "knowledge v1 is live now" in imported.stdout
    yield made


def test_the_installed_command_says_what_it_can_do() -> None:
    helped = subprocess.run([RATCHET, "--help"], capture_output=True, text=True, check=False)
    assert helped.returncode == 0
    assert "doctor" in helped.stdout and "Exit codes" in helped.stdout


def test_importing_again_changes_nothing(terminal: Terminal) -> None:
    again = terminal.run("kb", "import", str(CONTENT / "articles"))
    assert "39 unchanged" in again.stdout and "knowledge v1 stays live" in again.stdout


def test_a_folder_that_is_not_there_is_said_in_a_sentence(terminal: Terminal) -> None:
    failed = terminal.run("kb", "import", "nowhere")
    assert failed.returncode == 1
    assert "nowhere" in failed.stderr and "Traceback" not in failed.stderr


def test_the_status_names_what_is_stale_ownerless_expired_and_not_yet_in_force(terminal: Terminal) -> None:
    shown = terminal.run("kb", "status").stdout
    for name in (
        "warranty/repair-prices",
        "orders/gift-wrapping",
        "orders/autumn-trade-in",
        "delivery/zone-a-fee-2027",
    ):
        assert name in shown.replace("\n", "")


def test_searching_finds_the_article_and_hides_what_is_internal(terminal: Terminal) -> None:
    found = terminal.run("kb", "search", "goodwill credit limit")
    assert "internal/goodwill-credits" not in found.stdout
    assert "internal/goodwill-credits" in terminal.run("kb", "search", "goodwill credit limit", "--internal").stdout


def test_a_question_is_answered_with_its_source_and_times(terminal: Terminal) -> None:
    answered = terminal.run("ask", "How long does a card refund take to arrive?")
    assert answered.returncode == 0, answered.stderr
    assert "5 to 7 working days" in answered.stdout.replace("\n", " ")
    assert "[1]" in answered.stdout and "When a refund arrives" in answered.stdout and "draft" in answered.stdout


def test_a_question_without_a_source_ends_with_exit_code_3_and_names_the_gap(terminal: Terminal) -> None:
    asked = terminal.run("ask", "Do you match the price of another shop?")
    assert asked.returncode == 3
    assert "No draft" in asked.stdout


def test_a_script_gets_the_whole_proposal_as_json(terminal: Terminal) -> None:
    answered = terminal.run("ask", "--json", "What does error E09 mean?")
    assert json.loads(answered.stdout)["draft"]["citations"]


def test_a_run_can_be_shown_and_replayed(terminal: Terminal) -> None:
    run_id = json.loads(terminal.run("ask", "--json", "How long can I pause my refill?").stdout)["trace_id"]
    shown = terminal.run("trace", "show", run_id)
    for step in ("triage", "retrieve", "draft", "guard"):
        assert step in shown.stdout
    assert run_id in terminal.run("trace", "list").stdout
    replayed = terminal.run("replay", run_id)
    assert replayed.returncode == 0, replayed.stdout
    assert "draft: the same" in replayed.stdout


def test_replaying_after_the_knowledge_changed_shows_what_differs(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    article = folder / "parking.md"
    article.write_text("# Parking\n\nVisitors of the showroom park for 2 hours free of charge.\n")
    terminal.run("kb", "import", str(folder))
    run_id = json.loads(terminal.run("ask", "--json", "How long do showroom visitors park free?").stdout)["trace_id"]
    article.write_text("# Parking\n\nVisitors of the showroom park for 3 hours free of charge.\n")
    terminal.run("kb", "import", str(folder))
    replayed = terminal.run("replay", run_id)
    assert replayed.returncode == 1
    assert "draft: changed" in replayed.stdout and "3 hours" in replayed.stdout


def test_an_unknown_run_is_said_in_a_sentence(terminal: Terminal) -> None:
    failed = terminal.run("trace", "show", "nothing-like-it")
    assert failed.returncode == 1
    assert "nothing-like-it" in failed.stderr and "Traceback" not in failed.stderr


def test_half_a_section_stops_the_start_and_names_everything_that_is_missing(terminal: Terminal) -> None:
    stopped = terminal.run("serve", RATCHET_SLACK_SIGNING_SECRET="x", RATCHET_OPENAI_API_KEY="not-a-key")
    assert stopped.returncode == 2
    assert "RATCHET_SLACK_BOT_TOKEN" in stopped.stderr and "RATCHET_OPENAI_MODEL" in stopped.stderr
    assert "not-a-key" not in stopped.stderr


def test_a_setting_of_the_wrong_kind_is_named(terminal: Terminal) -> None:
    stopped = terminal.run("serve", RATCHET_PORT="eighty")
    assert stopped.returncode == 2
    assert "RATCHET_PORT" in stopped.stderr


def test_a_role_of_its_own_needs_postgresql(terminal: Terminal) -> None:
    stopped = terminal.run("serve", "--role", "worker")
    assert stopped.returncode == 2
    assert "PostgreSQL" in stopped.stderr


def test_the_database_can_be_upgraded_again_and_again(terminal: Terminal, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/fresh.db"
    assert "Upgraded" in terminal.run("db", "upgrade", RATCHET_DATABASE_URL=url).stdout
    assert "up to date" in terminal.run("db", "upgrade", RATCHET_DATABASE_URL=url).stdout


def test_doctor_without_slack_says_what_is_off(terminal: Terminal) -> None:
    examined = terminal.run("doctor")
    assert examined.returncode == 0, examined.stdout
    assert "Slack: not set up" in examined.stdout and "warranty/repair-prices" in examined.stdout.replace("\n", "")


async def _doctor(terminal: Terminal, sandbox: Sandbox, **more: str) -> Printed:
    settings = {
        "RATCHET_SLACK_BOT_TOKEN": BOT_TOKEN,
        "RATCHET_SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "RATCHET_SLACK_BASE_URL": f"{sandbox.base_url}/api/",
        "RATCHET_SLACK_ROOMS": "#escalations",
        "RATCHET_SLACK_REPS": "@reps",
        "RATCHET_SLACK_SENIORS": "@seniors",
    } | more
    return await asyncio.to_thread(terminal.run, "doctor", **settings)


async def test_doctor_finds_a_complete_slack_setup_in_order(terminal: Terminal) -> None:
    async with sandbox_serving(free_port()) as sandbox:
        examined = await _doctor(terminal, sandbox)
    assert examined.returncode == 0, examined.stdout
    for line in (
        "Slack token: works as @ratchet",
        "Slack permissions: all",
        "Clock: within",
        "Room #escalations: found",
    ):
        assert line in examined.stdout, examined.stdout
    assert BOT_TOKEN not in examined.stdout + examined.stderr


async def test_doctor_names_missing_permissions_rooms_and_groups(terminal: Terminal) -> None:
    async with sandbox_serving(free_port()) as sandbox:
        sandbox.workspace.app.scopes.remove("usergroups:read")
        examined = await _doctor(terminal, sandbox, RATCHET_SLACK_ROOMS="#nowhere", RATCHET_SLACK_REPS="@nobody")
    assert examined.returncode == 1
    assert "missing: usergroups:read" in examined.stdout and "Room #nowhere" in examined.stdout


async def test_doctor_tells_the_teams_hours_and_when_nobody_is_on_call(terminal: Terminal, tmp_path: Path) -> None:
    rota = tmp_path / "rota.yaml"
    rota.write_text("turns: {every: week, from: 2026-01-05, people: []}", encoding="utf-8")
    team = {"RATCHET_TEAM_TIME_ZONE": "Europe/Berlin", "RATCHET_TEAM_HOURS": "daily 00:00-24:00"}
    async with sandbox_serving(free_port()) as sandbox:
        grouped = await _doctor(terminal, sandbox, **team, RATCHET_ONCALL_GROUP="@oncall")
        nobody = await _doctor(terminal, sandbox, RATCHET_ONCALL_ROTA=str(rota))
        refused = await _doctor(terminal, sandbox, RATCHET_TEAM_HOURS="funday 09:00-17:00")
    assert "Mon-Sun 00:00-24:00, Europe/Berlin, no holidays. Open now" in grouped.stdout, grouped.stdout
    assert "On call: Bo Larsen, Sue Okafor" in grouped.stdout or "On call: Sue Okafor, Bo Larsen" in grouped.stdout
    assert "On call: nobody now" in nobody.stdout, nobody.stdout
    assert refused.returncode == 1
    assert "RATCHET_TEAM_HOURS: “funday” is no weekday" in refused.stdout.replace("\n", " ")


async def test_doctor_says_that_a_token_was_revoked(terminal: Terminal) -> None:
    async with sandbox_serving(free_port()) as sandbox:
        sandbox.web_api.revoked = True
        examined = await _doctor(terminal, sandbox)
    assert examined.returncode == 1
    assert "reinstall" in examined.stdout.lower() and "Traceback" not in examined.stderr
