"""`ratchet topics`, run as its users run it, on questions of a real database that fit no intent."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.escalation import Author, Turn
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.contracts.store_samples import escalation, proposal
from tests.e2e.company import BOT_TOKEN, SIGNING_SECRET, sandbox_serving
from tests.e2e.test_command_line import Terminal
from tests.local import free_port

COURSES = [
    "Do you give barista courses?", "When is the next barista course?", "Is there a barista course with latte art?",
    "How much is a barista course? Mail ana@example.org", "Can I book a barista course for two?",
    "Is the barista course for beginners?",
]  # fmt: skip
OTHERS = ["Who painted the picture in your office?", "What is the meaning of life?"]


async def _ask(url: str) -> None:
    engine = create_engine(url)
    store, now = open_store(engine, "main"), datetime.now(UTC)
    for number, text in enumerate([*COURSES, *OTHERS, "An old barista course question"]):
        at = now - (timedelta(weeks=9) if text.startswith("An old") else timedelta(days=1, minutes=-number))
        turn = Turn(f"{number}", Author.CUSTOMER, text, at)
        asked, _ = await store.escalations.receive(escalation(f"esc_{number}", turn, opened_at=at, place=None))
        review, _ = await store.reviews.open(asked, at=at)
        unknown = replace(proposal().triage, intent=UNKNOWN_INTENT)
        await store.reviews.propose(review.id, proposal(triage=unknown))
    await engine.close()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, str]:
    folder = tmp_path_factory.mktemp("topics")
    url = f"sqlite:///{folder}/asked.db"
    upgrade(url)
    asyncio.run(_ask(url))
    return Terminal(folder), url


def test_a_new_topic_is_shown_with_its_size_and_masked_examples(asked: tuple[Terminal, str]) -> None:
    terminal, url = asked
    shown = terminal.run("topics", RATCHET_DATABASE_URL=url)
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    assert "8 conversations of the last 4 weeks fit no intent; 6 of them make 1 topic." in said
    assert "Topic 1, 6 conversations" in said
    assert "barista course" in said
    assert "ana@example.org" not in said


def test_a_topic_names_its_escalations(asked: tuple[Terminal, str]) -> None:
    terminal, url = asked
    (topic,) = json.loads(terminal.run("topics", "--json", RATCHET_DATABASE_URL=url).stdout)
    assert topic["size"] == 6
    assert sorted(topic["escalations"]) == [f"esc_{number}" for number in range(6)]


def test_what_comes_before_the_team_needs_a_place_to_be_shown(asked: tuple[Terminal, str]) -> None:
    terminal, url = asked
    refused = terminal.run("topics", "--propose", RATCHET_DATABASE_URL=url)
    assert refused.returncode != 0
    assert "Topics are proposed in Slack" in refused.stderr


async def test_topics_are_put_before_the_team_now_and_once(asked: tuple[Terminal, str]) -> None:
    terminal, url = asked
    async with sandbox_serving(free_port()) as sandbox:
        settings = {
            "RATCHET_DATABASE_URL": url,
            "RATCHET_SLACK_BOT_TOKEN": BOT_TOKEN,
            "RATCHET_SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "RATCHET_SLACK_BASE_URL": f"{sandbox.base_url}/api/",
            "RATCHET_SLACK_ROOMS": "#escalations",
        }
        proposed = await asyncio.to_thread(terminal.run, "topics", "--propose", **settings)
        again = await asyncio.to_thread(terminal.run, "topics", "--propose", **settings)
        posted = sandbox.workspace.messages[sandbox.workspace.channel("escalations").id]
    assert "“Barista course”, 6 conversations: its card is posted." in proposed.stdout, proposed.stderr
    assert "There is no new topic to propose." in again.stdout
    assert len(posted) == 1
    listed = await asyncio.to_thread(terminal.run, "topics", RATCHET_DATABASE_URL=url)
    shown = " ".join(listed.stdout.split())
    assert "Put before the team: proposed since" in shown
    assert "Proposed so far “Barista course”, 6 conversations: proposed since" in shown


def test_where_everything_fits_it_says_so(tmp_path: Path) -> None:
    shown = Terminal(tmp_path).run("topics", "--weeks", "1")
    assert "No conversation of the last week is without an intent." in " ".join(shown.stdout.split())
