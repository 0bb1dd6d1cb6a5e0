"""A bot that is killed while it tells of an alert, and while it sends a holding reply: all is done, nothing twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.holding import HoldingState, Tally, holding_id
from bot.domain.spike import Alert
from bot.sandbox.remote import Json
from bot.storage.engine import create_engine
from bot.storage.store import open_store
from tests.e2e.alerting import ASKED, PAST, ROOM, record_past
from tests.e2e.company import words
from tests.e2e.crash_cases import Victim, expect, make_template, until, victim_at_work

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

BEGAN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
MANY = 8
TEXT = "Your message has reached us, and we are looking into it."
ALERTS = {"RATCHET_ALERTS_MODE": "on", "RATCHET_ONCALL_ROOM": ROOM, "RATCHET_ONCALL_GROUP": "@oncall"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def victim(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Victim]:
    """A bot that watches a desk with a past of five days."""
    template, folder = tmp_path_factory.mktemp("template"), tmp_path_factory.mktemp("bot")
    await make_template(template)
    engine = create_engine(f"sqlite+aiosqlite:///{template}/ratchet.db")
    await record_past(open_store(engine, "main"), BEGAN)
    await engine.close()
    (template / "time").write_text(BEGAN.isoformat())
    async with victim_at_work(template, folder, **ALERTS) as victim:
        yield victim


def pass_by(victim: Victim, minutes: float) -> None:
    """Set the time of everybody."""
    at = BEGAN + timedelta(minutes=minutes)
    victim.sandbox.workspace.clock = lambda: at
    new = Path(victim.folder / "time.new")
    new.write_text(at.isoformat())
    new.replace(victim.folder / "time")


async def drafted(victim: Victim) -> bool:
    waiting = await victim.store.reviews.waiting(limit=500)
    return sum(1 for each in waiting if each.proposal and each.card and not each.escalation_id.startswith(PAST)) == MANY


async def the_alert(victim: Victim) -> Alert | None:
    found = await victim.store.spikes.alerts(BEGAN)
    return found[0] if found else None


async def killed_at(victim: Victim, *points: str) -> int:
    """Arm the points; gives how many lives have ended when all of them did."""
    victim.arm(*points)
    return len(victim.ends()) + len(points)


async def shown(victim: Victim, room: str, thread: str = "") -> list[Json]:
    where = {"room": room} | ({"thread": thread} if thread else {})
    messages: list[Json] = (await victim.hands.read("messages", **where))["messages"]
    return messages


async def test_a_kill_between_keeping_and_telling_leaves_one_card_and_one_page(victim: Victim) -> None:
    await until(lambda: _has_watched(victim), "nothing was watched", seconds=120)
    for number in range(MANY):
        pass_by(victim, 1 + number / 10)  # what one person writes in one moment may be one escalation
        await victim.hands.do("messages", as_="gus", room="#escalations", text=ASKED.format(number))
    await until(lambda: drafted(victim), "there are no drafts", seconds=120)

    ends = await killed_at(
        victim,
        "SqlSpikes.keep done #1",
        "page/summon happened #1",
        "chat.postMessage answered #1",
        "page/page happened #1",
    )
    pass_by(victim, 6)
    await until(lambda: len(victim.ends()) == ends, "the points were not reached", seconds=120)
    await until(lambda: _paged(victim), "nobody was paged", seconds=60)

    alert = await the_alert(victim)
    assert alert is not None
    expect("pages on record", alert.pages, 1)
    cards = [message for message in await shown(victim, ROOM) if "Spike" in words(message)]
    expect("cards", len(cards), 1)
    thread = await shown(victim, ROOM, cards[0]["ts"])
    expect("pages", ["Nobody has taken it up" in words(message) for message in thread[1:]], [True])


async def test_a_kill_in_the_midst_of_sending_leaves_each_customer_with_one_holding_reply(victim: Victim) -> None:
    await victim.ready()
    [alert] = [message for message in await shown(victim, ROOM) if "Spike" in words(message)]
    await victim.hands.do("press", as_="bo", room=ROOM, ts=alert["ts"], action="Propose a holding reply")
    await until(lambda: _has_form(victim), "there is no form")
    await victim.hands.do("forms/submit", as_="bo", values={"Text": TEXT})
    await until(lambda: _asks(victim, alert), "there is no card")
    card = (await shown(victim, ROOM, alert["ts"]))[-1]

    ends = await killed_at(victim, "SqlHoldings.begin done #3", "chat.postMessage answered #2", "hold/hold happened #1")
    await victim.hands.do("press", as_="sue", room=ROOM, ts=card["ts"], action="Approve for all")
    await until(lambda: len(victim.ends()) == ends, "the points were not reached", seconds=120)
    await until(lambda: _all_sent(victim), "it was not sent to all", seconds=60)

    roots = [message for message in await shown(victim, "#escalations") if "Where is my parcel?" in words(message)]
    threads = [await shown(victim, "#escalations", root["ts"]) for root in roots]
    counts = [sum(TEXT in words(message) for message in thread) for thread in threads]
    expect("replies of each thread", counts, [1] * MANY)


async def _has_watched(victim: Victim) -> bool:
    return (await victim.store.spikes.watched()).until is not None


async def _paged(victim: Victim) -> bool:
    alert = await the_alert(victim)
    if alert is None or alert.card is None:
        return False
    return len(await shown(victim, ROOM, alert.card.message)) > 1 and alert.shown == alert.version


async def _has_form(victim: Victim) -> bool:
    return bool((await victim.hands.read("forms", as_="bo"))["forms"])


async def _asks(victim: Victim, alert: Json) -> bool:
    return "Approve for all" in str((await shown(victim, ROOM, alert["ts"]))[-1])


async def _all_sent(victim: Victim) -> bool:
    alert = await the_alert(victim)
    going = [] if alert is None else [await victim.store.holdings.get(holding_id(alert.cause))]
    return [each.state for each in going] == [HoldingState.SENT] and await victim.store.holdings.tally(
        going[0].id
    ) == Tally(MANY)
