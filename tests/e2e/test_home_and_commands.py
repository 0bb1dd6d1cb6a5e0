"""The Home page and the commands, as each person sees them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.e2e.company import Desk, MovedClock, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"
NONSENSE = "Which colour does the moon of the planet Zog have?"


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("home"), clock=clock) as running:
        yield running


async def home(desk: Desk, who: str, says: str) -> str:
    """What this person's Home shows, as soon as it says that."""
    await desk.hands.do("home/open", as_=who)

    async def shown() -> str | None:
        view = (await desk.hands.read("home", as_=who))["home"]
        text = words(view) if view else ""
        return text if says in text else None

    found: str = await desk.until(shown)
    return found


async def told(desk: Desk, who: str, command: str, says: str) -> str:
    await desk.hands.do("commands", as_=who, room="#random", text=command)
    return await desk.whisper(who, says)


async def test_home_shows_the_queue_oldest_first_with_age_and_links(desk: Desk, clock: MovedClock) -> None:
    clock.moved = -timedelta(hours=3)
    await desk.asked(REFUND)
    clock.moved = -timedelta(minutes=20)
    await desk.asked(NONSENSE, as_="bo")
    clock.moved = timedelta()
    await desk.quiet()  # a card has its link a moment after it is posted
    shown = await home(desk, "ana", NONSENSE)
    assert shown.index(REFUND) < shown.index(NONSENSE)
    assert "Gus Outsider · draft ready · waiting 3 h" in shown
    assert "Bo Larsen · needs an answer · waiting 20 min" in shown
    view = (await desk.hands.read("home", as_="ana"))["home"]
    assert str(view).count("/archives/") == 2


async def test_home_shows_what_i_decided_today_and_only_i(desk: Desk) -> None:
    card = await desk.asked("How long does the refund of a card payment take, please?")
    await desk.press(card, "Approve", as_="bo")
    await desk.shows(card, "Delivered to this thread")
    mine = await home(desk, "bo", "approved, delivered")
    assert "refund of a card payment" in mine.partition("What you decided today")[2]
    assert "Nothing yet today." in await home(desk, "ana", "What you decided today")


async def test_an_outsider_sees_no_queue(desk: Desk) -> None:
    shown = await home(desk, "gus", "guest")
    assert "ask your manager to add you" in shown
    assert REFUND not in shown


async def test_help_says_what_there_is(desk: Desk) -> None:
    assert "Approve sends the draft" in await told(desk, "ana", "/ratchet help", "I draft cited answers")


async def test_status_tells_the_queue_and_the_releases(desk: Desk) -> None:
    said = await told(desk, "bo", "/ratchet status", "Waiting for a decision: 2")
    assert "knowledge v1" in said
    assert "workflow v1" in said


async def test_an_unknown_word_is_named_and_answered_with_help(desk: Desk) -> None:
    said = await told(desk, "sue", "/ratchet <!channel> frobnicate", "I do not know")
    assert "frobnicate" in said
    assert "I draft cited answers" in said


async def test_a_mention_with_a_commands_word_is_that_command(desk: Desk) -> None:
    await desk.hands.do("messages", as_="mae", room="#random", text="@ratchet help")
    await desk.whisper("mae", "I draft cited answers")


async def test_a_question_that_begins_like_a_command_is_a_question(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="mae", room="#random", text="@ratchet status of my refund, when is it?")
    assert "status of my refund" in words(await desk.card("#random", wrote["ts"], "Why"))


async def test_an_outsider_is_not_told_how_long_the_queue_is(desk: Desk) -> None:
    assert "knowledge v1" not in await told(desk, "gus", "/ratchet status", "Only support reps can see the queue")
