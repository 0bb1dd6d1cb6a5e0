"""`ratchet metrics reliability`, run as its users run it, on decisions of a real database."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.review import Action
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.contracts.store_samples import after, decision, draft, escalation, proposal
from tests.e2e.test_command_line import Terminal

DAY = 86_400


async def _decide(url: str, count: int) -> None:
    """Decide a draft a day: three of four are approved as they are, every other is by a model."""
    engine = create_engine(url)
    store = open_store(engine, "main")
    for number in range(count):
        stored, _ = await store.escalations.receive(escalation(f"esc_{number}"))
        opened, _ = await store.reviews.open(stored, at=after(0))
        made = replace(proposal(), draft=draft(model="gpt-x" if number % 2 else "", confidence=0.95), confidence=0.75)
        review = await store.reviews.propose(opened.id, made)
        action = Action.APPROVE if number % 4 else Action.REJECT
        await store.reviews.claim(decision(review, action, at=after(number * DAY)))
    await engine.close()


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, str]:
    folder = tmp_path_factory.mktemp("metrics")
    url = f"sqlite:///{folder}/decided.db"
    upgrade(url)
    asyncio.run(_decide(url, 60))
    return Terminal(folder), url


def test_the_diagram_holds_what_was_shown_against_what_was_decided(decided: tuple[Terminal, str]) -> None:
    terminal, url = decided
    shown = terminal.run("metrics", "reliability", RATCHET_DATABASE_URL=url)
    assert shown.returncode == 0, shown.stderr
    row = next(line for line in shown.stdout.splitlines() if "70–79 %" in line)
    assert row.split()[2:5] == ["60", "45", "75%"] and "◉" in row
    said = " ".join(shown.stdout.split())
    assert "off by 0.0 points" in said and "before calibration" in said


def test_a_few_decisions_are_said_to_be_too_few(decided: tuple[Terminal, str]) -> None:
    terminal, url = decided
    few = terminal.run("metrics", "reliability", "--drafter", "offline", RATCHET_DATABASE_URL=url).stdout
    assert "30 decisions so far; 50 are needed before this says anything." in few
    assert "off by" not in few


def test_without_decisions_it_says_so(tmp_path: Path) -> None:
    shown = Terminal(tmp_path).run("metrics", "reliability")
    assert "No decisions yet; 50 are needed before this says anything." in shown.stdout


@pytest.mark.parametrize(
    ("options", "count"),
    [([], 60), (["--drafter", "model"], 30), (["--drafter", "gpt-x"], 30), (["--since", "2026-04-01"], 30)],
)
def test_a_script_gets_everything_as_json(decided: tuple[Terminal, str], options: list[str], count: int) -> None:
    terminal, url = decided
    found = json.loads(terminal.run("metrics", "reliability", "--json", *options, RATCHET_DATABASE_URL=url).stdout)
    assert found["decisions"] == count
    assert found["enough"] is (count >= 50)


def test_a_spreadsheet_gets_the_bins(decided: tuple[Terminal, str]) -> None:
    terminal, url = decided
    (row,) = csv.DictReader(
        io.StringIO(terminal.run("metrics", "reliability", "--csv", RATCHET_DATABASE_URL=url).stdout)
    )
    assert (row["first"], row["last"], row["decisions"], row["approved"]) == ("70", "79", "60", "45")


def test_the_diagram_can_be_a_picture(decided: tuple[Terminal, str]) -> None:
    terminal, url = decided
    drawn = terminal.run("metrics", "reliability", "--png", "reliability.png", RATCHET_DATABASE_URL=url)
    assert drawn.returncode == 0, drawn.stderr
    picture = (terminal.folder / "reliability.png").read_bytes()
    width, height = (int.from_bytes(picture[start : start + 4]) for start in (16, 20))
    assert picture.startswith(b"\x89PNG") and 900 < width < 1200 and 900 < height < 1300


def test_a_picture_in_no_folder_is_said_in_a_sentence(decided: tuple[Terminal, str]) -> None:
    terminal, url = decided
    failed = terminal.run("metrics", "reliability", "--png", "nowhere/reliability.png", RATCHET_DATABASE_URL=url)
    assert failed.returncode != 0
    assert "nowhere" in failed.stderr and "Traceback" not in failed.stderr
