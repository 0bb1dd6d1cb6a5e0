"""`ratchet metrics`, run as its users run it, on conversations of a real database."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.chat import Person
from bot.domain.escalation import Author
from bot.domain.review import Action, FailureMode, Receipt
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.contracts.store_samples import decision, escalation, proposal, turn
from tests.e2e.test_command_line import Terminal

NOW = datetime.now(UTC)
REPS = (Person("slack", "U1", "Zoe\x1b[2J"), Person("slack", "U2", "=Ana()"))


async def _record(url: str) -> None:
    """Forty conversations of the last three weeks: three of four drafts are approved, the fourth is rejected."""
    engine = create_engine(url)
    store = open_store(engine, "main")
    for number in range(40):
        opened, name = NOW - timedelta(days=1 + number % 20, hours=1), f"esc_{number}"
        asked = replace(turn(f"{name}:1"), at=opened)
        stored, _ = await store.escalations.receive(escalation(name, asked, opened_at=opened))
        review, _ = await store.reviews.open(stored, at=opened)
        review = await store.reviews.propose(review.id, proposal())
        at, action = opened + timedelta(minutes=30), Action.APPROVE if number % 4 else Action.REJECT
        mode = None if number % 4 else FailureMode.TONE
        await store.reviews.claim(decision(review, action, by=REPS[number < 3], at=at, mode=mode))
        if action is Action.APPROVE:
            await store.reviews.settle(review.id, receipt=Receipt("web", at), problem="")
            answer = replace(turn(f"reply:{review.id}", author=Author.AGENT), at=at)
            await store.escalations.add_turn(name, answer)
    await engine.close()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, str]:
    folder = tmp_path_factory.mktemp("metrics")
    url = f"sqlite:///{folder}/recorded.db"
    upgrade(url)
    asyncio.run(_record(url))
    return Terminal(folder), url


def test_each_figure_comes_with_its_interval_and_its_n(recorded: tuple[Terminal, str]) -> None:
    terminal, url = recorded
    shown = terminal.run("metrics", RATCHET_DATABASE_URL=url)
    assert shown.returncode == 0, shown.stderr
    lines = {line[:24].strip(): line for line in shown.stdout.splitlines()}
    assert "75 % (60–86)" in lines["Approved unchanged ↑"] and " 40" in lines["Approved unchanged ↑"]
    assert "30 min" in lines["First response time ↓"]
    assert "none" in lines["CSAT ↑"]


def test_groups_with_too_few_say_so_and_no_name_moves_the_cursor(recorded: tuple[Terminal, str]) -> None:
    terminal, url = recorded
    shown = terminal.run("metrics", "--by", "rep", "--metric", "approved_unchanged", RATCHET_DATABASE_URL=url)
    (few,) = (line for line in shown.stdout.splitlines() if "=Ana()" in line)
    assert "too few" in few and few.split()[-1] == "3"
    assert "\x1b[2J" not in shown.stdout


def test_a_script_gets_figures_with_their_definitions(recorded: tuple[Terminal, str]) -> None:
    terminal, url = recorded
    told = json.loads(terminal.run("metrics", "--json", "--metric", "rejected", RATCHET_DATABASE_URL=url).stdout)
    (rejected,) = told
    assert (rejected["n"], rejected["value"], rejected["unit"], rejected["better"]) == (40, 0.25, "share", "lower")
    assert rejected["denominator"] == "drafts with a text that were decided on"
    assert rejected["before_n"] == 0 and rejected["change"] is None


def test_a_spreadsheet_gets_a_row_a_figure_and_no_formula(recorded: tuple[Terminal, str]) -> None:
    terminal, url = recorded
    told = terminal.run("metrics", "--csv", "--by", "rep", "--metric", "edited", RATCHET_DATABASE_URL=url).stdout
    rows = list(csv.DictReader(io.StringIO(told)))
    assert [row["group"][:6] for row in rows] == ["'=Ana(", "Zoe [2"]
    assert [row["n"] for row in rows] == ["3", "37"] and rows[0]["value"] == ""


def test_business_hours_make_times_shorter(recorded: tuple[Terminal, str]) -> None:
    terminal, url = recorded
    weekend = {"RATCHET_TEAM_HOURS": "mon 00:00-00:01", "RATCHET_DATABASE_URL": url}
    shown = terminal.run("metrics", "--business", "--json", "--metric", "first_response_time", **weekend)
    assert json.loads(shown.stdout)[0]["value"] <= 60


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--metric", "happiness"], "There is no metric happiness. There are: "),
        (["--since", "2026-03-02", "--until", "2026-03-01"], "The period ends before it begins."),
    ],
)
def test_what_cannot_be_measured_is_said_in_a_sentence(
    recorded: tuple[Terminal, str], options: list[str], sentence: str
) -> None:
    terminal, url = recorded
    failed = terminal.run("metrics", *options, RATCHET_DATABASE_URL=url)
    assert failed.returncode == 2
    assert sentence in " ".join(failed.stderr.split()) and "Traceback" not in failed.stderr


def test_a_metric_says_what_it_counts(tmp_path: Path) -> None:
    told = " ".join(Terminal(tmp_path).run("metrics", "about", "reopen_rate").stdout.split())
    assert "Seven times 24 hours from the first answer" in told
    assert "counts: open again in 7 days; of conversations first answered 7 days ago or more" in told
