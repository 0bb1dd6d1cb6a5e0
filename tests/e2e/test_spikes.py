"""`ratchet spikes`, run as its users run it, before and after something would have been told."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.domain.spike import Alert, Series, What, resolved
from bot.ports.watching import Watched
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.e2e.alerting import ROOM, SECRET, Peer, mentioned
from tests.e2e.company import BOT_TOKEN, SIGNING_SECRET, sandbox_serving
from tests.e2e.test_command_line import Terminal
from tests.local import free_port, serving

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
        shown = terminal.run("spikes", *words, RATCHET_DATABASE_URL=url, COLUMNS="120")
        assert shown.returncode == 0, shown.stderr
        return " ".join(shown.stdout.split())

    assert "Nothing was watched yet" in spikes()
    keep(url, [], None)
    assert "Nobody would have been told of anything in 7 days" in spikes("--days", "7")
    keep(url, [ALERT, resolved(Alert("b", SERIES[1:], NOW, NOW, NOW, 5, 9), NOW + timedelta(minutes=40))], NOW)
    told = spikes()
    assert "conversations about refund status" in told
    assert "63 in an hour 11.6 476 goes on" in told
    assert "(and 1 more)" in told
    assert "40 minutes" in told
    assert [each["seen"] for each in json.loads(spikes("--json"))] == [63, 9]


async def test_a_test_reaches_the_room_and_the_pager_and_tells_which_of_them_fails(tmp_path: Path) -> None:
    terminal, peer, port = Terminal(tmp_path), Peer(), free_port()
    application = web.Application()
    application.router.add_post("/alerts", peer.take)
    pager = {
        "RATCHET_ALERTS_WEBHOOK_URL": f"http://127.0.0.1:{port}/alerts",
        "RATCHET_ALERTS_WEBHOOK_SECRET": SECRET,
        "RATCHET_DATABASE_URL": f"sqlite:///{tmp_path}/tested.db",
    }
    upgrade(pager["RATCHET_DATABASE_URL"])
    async with serving(application, port), sandbox_serving(free_port()) as sandbox:
        slack = {
            "RATCHET_SLACK_BASE_URL": f"{sandbox.base_url}/api/",
            "RATCHET_SLACK_BOT_TOKEN": BOT_TOKEN,
            "RATCHET_SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "RATCHET_ONCALL_GROUP": "@oncall",
        }

        async def tested(**settings: str) -> tuple[int, str]:
            printed = await asyncio.to_thread(terminal.run, "spikes", "test", **settings)
            return printed.returncode, " ".join((printed.stdout + printed.stderr).split())

        code, said = await tested(**pager, **slack, RATCHET_ONCALL_ROOM=ROOM)
        assert (code, said) == (
            0,
            f"Slack: posted in {ROOM}; it mentions 2 on call. webhook: it took a test, and that the test is over.",
        )
        assert peer.kinds() == ["alert.open", "alert.over"]
        assert {each["data"]["summary"] for each in peer.got} == {"TEST by Ratchet: nothing is wrong"}
        [posted] = [one for room in sandbox.workspace.messages.values() for one in room.values()]
        assert len(mentioned(posted.as_slack("T"))) == 2

        code, said = await tested(**pager, **slack, RATCHET_ONCALL_ROOM="#nowhere")
        assert code == 1
        assert "Slack: There is no room for alerts" in said
        assert "webhook: it took a test" in said, "what works is tried all the same"
        assert "1 of 2 would not have told anybody" in said
        assert "neither a chat nor a pager is set up" in (await tested())[1]
