"""`ratchet digest`: at the terminal, as a page, and posted once with the schedule's key."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.e2e.company import BOT_TOKEN, SIGNING_SECRET, sandbox_serving
from tests.e2e.test_command_line import Terminal
from tests.local import free_port
from tests.unit.cards.digest_samples import RICH

WEEK = ("--week", "2026-W46")
KNOWN = RICH.week.previous


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal in a folder in whose records the digest of a week is known."""

    async def keep() -> None:
        engine = create_engine(url)
        await open_store(engine, "main").digests.keep(replace(RICH, week=KNOWN))
        await engine.close()

    (tmp_path / "var").mkdir()
    url = f"sqlite+aiosqlite:///{tmp_path / 'var' / 'ratchet.db'}"
    upgrade(url)
    asyncio.run(keep())
    return Terminal(tmp_path)


BERLIN = {"RATCHET_TEAM_TIME_ZONE": "Europe/Berlin"}


def test_the_digest_is_read_at_the_terminal(terminal: Terminal) -> None:
    printed = terminal.run("digest", *WEEK, "--preview", **BERLIN)
    assert printed.returncode == 0, printed.stderr
    told = printed.stdout
    assert told.index("The week of 9–15 November 2026") < told.index("1. Publish the fix") < told.index("What changed")
    assert "in the chat: [See the change] [Publish]" in told
    assert "\x1b" not in told


def test_the_digest_is_written_as_a_page_that_stands_alone_with_its_pictures(terminal: Terminal) -> None:
    printed = terminal.run("digest", *WEEK, "--html", "week.html", "--pictures", "charts", **BERLIN)
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout == ""
    page = (terminal.folder / "week.html").read_text()
    assert page.count("data:image/png;base64,") == 4
    assert "cid:" not in page
    names = sorted(file.name for file in (terminal.folder / "charts").iterdir())
    assert names == [f"2026-W46-{name}.png" for name in ("evals", "failures", "unchanged", "volume")]


def test_machines_read_it_as_json(terminal: Terminal) -> None:
    told = json.loads(terminal.run("digest", *WEEK, "--json", **BERLIN).stdout)
    assert told["conversations"] == 312
    assert [ask["kind"] for ask in told["decisions"]] == ["publish_fix", "raise_cases", "look_at_rejected"]


def test_a_week_that_is_none_or_not_over_is_refused_with_a_sentence(terminal: Terminal) -> None:
    assert "is no week: write one as 2026-W47" in terminal.run("digest", "--week", "last").stderr
    assert "is not over yet" in terminal.run("digest", "--week", "2999-W01").stderr
    both = terminal.run("digest", "--post", "--json")
    assert (both.returncode, "--post goes alone" in both.stderr) == (2, True)
    assert "which is not set up" in terminal.run("digest", "--post").stderr


async def test_the_terminal_posts_only_when_told_to_and_once(terminal: Terminal) -> None:
    async with sandbox_serving(free_port()) as sandbox:
        slack = {
            "RATCHET_SLACK_BOT_TOKEN": BOT_TOKEN, "RATCHET_SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "RATCHET_SLACK_BASE_URL": f"{sandbox.base_url}/api/", "RATCHET_SLACK_PACE_SECONDS": "0",
            "RATCHET_DIGEST_ROOM": "#support-managers",
        }  # fmt: skip

        def roots() -> int:
            room = sandbox.workspace.channel("#support-managers")
            return sum(message.in_main_list for message in sandbox.workspace.messages[room.id].values())

        await asyncio.to_thread(terminal.run, "digest", *WEEK, "--preview", **slack, **BERLIN)
        assert roots() == 0
        first = await asyncio.to_thread(terminal.run, "digest", *WEEK, "--post", **slack, **BERLIN)
        assert "Posted: " in first.stdout, first.stderr
        again = await asyncio.to_thread(terminal.run, "digest", *WEEK, "--post", **slack, **BERLIN)
        assert "It is posted: " in again.stdout, again.stderr
        assert roots() == 1
