"""`ratchet spikes`, run as its users run it, before and after something would have been told."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.spike import Alert, Series, What, resolved
from bot.ports.watching import Watched
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.e2e.test_command_line import Terminal

NOW = datetime.now(UTC)
SERIES = (Series(What.INTENT, "refund_status"), Series(What.VOLUME))
ALERT = Alert(
    "a", SERIES, NOW - timedelta(hours=5), NOW - timedelta(hours=4), NOW, 60, 63, 11.6, 0.0021, 63, ("esc_1",)
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, str]:
    folder: Path = tmp_path_factory.mktemp("spikes")
    url = f"sqlite:///{folder}/watched.db"
    upgrade(url)
    return Terminal(folder), url


def keep(url: str, alerts: list[Alert], after: datetime | None) -> None:
    async def kept() -> None:
        engine = create_engine(url)
        until = NOW if after is None else after + timedelta(minutes=5)
        assert await open_store(engine, "main").spikes.keep(Watched(until), alerts, after=after)
        await engine.close()

    asyncio.run(kept())


def test_it_says_what_would_have_been_told_and_when_nothing_was_watched(company: tuple[Terminal, str]) -> None:
    terminal, url = company

    def spikes(*words: str) -> str:
        shown = terminal.run("spikes", *words, RATCHET_DATABASE_URL=url)
        assert shown.returncode == 0, shown.stderr
        return " ".join(shown.stdout.split())

    assert "Nothing was watched yet" in spikes()
    keep(url, [], None)
    assert "Nobody would have been told of anything in 7 days" in spikes("--days", "7")
    keep(url, [ALERT, resolved(Alert("b", SERIES[1:], NOW, NOW, NOW, 5, 9), NOW + timedelta(minutes=40))], NOW)
    told = spikes()
    assert "conversations about refund status" in told
    assert "63 in 60 min 11.6 476 goes on" in told
    assert "(and 1 more)" in told
    assert "40 min" in told
    assert [each["seen"] for each in json.loads(spikes("--json"))] == [63, 9]
