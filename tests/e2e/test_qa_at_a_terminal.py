"""`ratchet qa`, run as its users run it, on the scores of a real database."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.chat import Person
from bot.domain.sample import Met, Part, Sampled, Score, Stratum, Wrong
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.contracts.store_samples import ANA, NOON
from tests.contracts.test_store_samples import sample
from tests.e2e.test_command_line import Terminal

WEEK = "2026-W09"


async def _score(url: str) -> None:
    """Thirty of three hundred, twenty-seven of them good, and two that went wrong."""
    engine = create_engine(url)
    samples = open_store(engine, "main").samples
    items = [
        Sampled(f"esc_{n}", f"esc_{n}/1", Stratum.CHANCE, "refund", "refund", n, checks={"tone": True})
        for n in range(30)
    ]
    items += [
        Sampled(f"bad_{n}", f"bad_{n}/1", Stratum.FAILURE, "refund", "", n, wrong=(Wrong.REOPENED,)) for n in range(2)
    ]
    parts = (Part("refund", 300, 30),)
    await samples.draw(sample(id=WEEK, since=NOON - timedelta(days=9), answers=300, parts=parts, notes=()), items)
    for number, item in enumerate(items):
        good = 3 <= number < 30
        points = {"accuracy": Met.YES if good else Met.NO, "tone": Met.YES}
        await samples.score(WEEK, Score(item.id, Person("slack", "U1", ANA.name), NOON, points, good))
    await engine.close()


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, str]:
    folder: Path = tmp_path_factory.mktemp("qa")
    url = f"sqlite:///{folder}/scored.db"
    upgrade(url)
    asyncio.run(_score(url))
    return Terminal(folder), url


def test_the_week_is_told_with_its_interval_apart_from_what_went_wrong(scored: tuple[Terminal, str]) -> None:
    terminal, url = scored
    shown = terminal.run("qa", RATCHET_DATABASE_URL=url)
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert "Sample of 2026-W09 (23 February–1 March 2026): 32 of 32 scored (open)" in said
    assert "No card shows it" in said
    assert "people found 90 % (75 to 96 %, n = 30) good; 30 of 300 were drawn." in said
    assert "2 were scored because something went wrong, and 2 of them were found weak." in said
    assert "accuracy 90 % (75 to 96 %, n = 30) 27 0 3 too few (n = 0)" in said
    assert "reopened 2 2" in said
    assert "tone 30 100 % (89–100) 90 % (74–97) 0.00" in said


def test_everything_is_there_for_a_machine(scored: tuple[Terminal, str]) -> None:
    terminal, url = scored
    told = json.loads(terminal.run("qa", "--week", WEEK, "--json", RATCHET_DATABASE_URL=url).stdout)
    assert told["good"]["value"] == 0.9
    assert [point["levels"] for point in told["points"]] == [[3, 0, 27], [0, 0, 30]]
    assert told["wrong"] == [{"way": "reopened", "scored": 2, "weak": 2}]


def test_a_week_without_a_sample_is_a_sentence(scored: tuple[Terminal, str]) -> None:
    terminal, url = scored
    for week, says in (("2026-W01", 'No sample was drawn of week "2026-W01".'), ("monday", "is no week")):
        shown = terminal.run("qa", "--week", week, RATCHET_DATABASE_URL=url)
        assert shown.returncode == 1
        assert says in shown.stderr


def test_before_the_first_draw_it_says_how_to_get_one(tmp_path: Path) -> None:
    shown = Terminal(tmp_path).run("qa")
    assert "No sample was drawn yet. With RATCHET_QA_ROOM set" in shown.stdout
