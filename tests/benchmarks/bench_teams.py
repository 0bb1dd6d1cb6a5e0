"""bench-teams: from a signed invoke to its response, 100 in flight, beside a botbuilder bot that only echoes.

Ours does the whole job: who looks gets the card with the buttons of their role, who opens a form gets the form of the
draft, and an approval is durable before it is answered and then carried out. Each bot is a process of its own; this
one stands in for Teams and makes the load. Rounds alternate between the two. Then cards are posted as fast as the
platform's limits allow, while the stand-in refuses with 429 what goes beyond them.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
from rich.progress import track

from tests.benchmarks.processes import peer
from tests.benchmarks.report import percentile, report
from tests.benchmarks.teams_peers import CHANNELS
from tests.local import free_port
from tests.teams import connector, tokens
from tests.teams.cards import actions
from tests.teams.company import company, standin_serving, teams_settings
from tests.teams.hands import Hands
from tests.teams.standin import StandIn
from tests.teams.world import Human, Message

Json = dict[str, Any]

IN_FLIGHT = 100
REQUESTS = 300
ROUNDS = 3
APPROVE = "review.approve"
WAIT, CALM = 300, 16  # seconds: the most for all drafts, and without anything new until all is done
CARDS, IN_CHANNELS = 300, 30
"""How many cards are posted, and to how many channels."""


async def main() -> None:
    async with standin_serving() as standin:
        with tempfile.TemporaryDirectory() as folder:
            ports = {"ours": free_port(), "botbuilder echo": free_port()}
            async with (
                _running("bot", ports["ours"], standin, folder),
                _running("echo", ports["botbuilder echo"], standin, folder),
                Hands(standin, f"http://127.0.0.1:{ports['ours']}") as hands,
            ):
                cards = await _cards(hands, ports["ours"])
                taken = await _rounds(hands, cards, ports)
    figures = {name: _figures(kinds) for name, kinds in taken.items()}
    ours, echo = figures["ours"], figures["botbuilder echo"]
    posted = await _posting()
    worst = max(ours[key] / echo[key] for key in echo)
    report(
        "teams",
        ours | posted,
        {"botbuilder echo": echo},
        {
            "each p50 and p99 within 1.5x of the echo bot": worst <= 1.5,
            "a dialog is far inside 5 s (p99 under 2.5 s)": ours["open_p99_ms"] < 2500,
            "nothing posted beyond the platform's limits": posted["refused"] == 0,
        },
        requests=REQUESTS,
        presses=len(cards),
        rounds=ROUNDS,
        in_flight=IN_FLIGHT,
        cards=CARDS,
        channels=IN_CHANNELS,
        worst_ratio=round(worst, 2),
        note="medians of the rounds; one round of presses, each of another draft, between two of the echo bot; SQLite",
    )


# --- invokes ----------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _running(role: str, port: int, standin: StandIn, folder: str) -> AsyncIterator[None]:
    """A peer, started and stopped beside the stand-in that it asks for keys and tokens."""
    process = peer(role, port, standin.base, folder, module="teams_peers")
    await asyncio.to_thread(process.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(process.__exit__, None, None, None)


async def _cards(hands: Hands, port: int) -> list[Message]:
    """Let customers' questions come in; the cards that can be approved, as soon as they are all there."""
    world, gus = hands.world, hands.world.people["gus"]
    for team in world.teams:
        await hands.add_bot("mae", team)
    for number in range(IN_FLIGHT):
        room = world.find(f"Support/{CHANNELS[number % len(CHANNELS)]}")[1].id
        text = f"Where is my parcel number {number}? It should have been here on Monday."
        await _round(hands, port, [hands.activities.message(world.write(room, gus, "", text=text))])
    cards: list[Message] = []
    for _ in track(range(WAIT), "drafting", transient=True):
        cards = [one for one in world.messages.values() if _can_be_approved(one)]
        if len(cards) >= IN_FLIGHT:
            await _quiet(hands)
            return cards
        await asyncio.sleep(1)
    raise RuntimeError(f"only {len(cards)} of {IN_FLIGHT} questions have a draft")


def _can_be_approved(message: Message) -> bool:
    return message.author is None and any(_action(one) == APPROVE for one in actions(message.card or {}))


def _action(action: Json) -> str:
    return str((action.get("data") or {}).get("action") or "")


async def _rounds(hands: Hands, cards: list[Message], ports: dict[str, int]) -> dict[str, dict[str, list[list[float]]]]:
    """Every kind of invoke, in rounds that alternate between the bots; presses once, for each decides a draft."""
    taken: dict[str, dict[str, list[list[float]]]] = {name: {"look": [], "open": [], "press": []} for name in ports}
    makers: dict[str, Callable[[Message], Json]] = {
        "look": lambda card: _execute(hands, card, "ratchet.refresh", {}, "automatic"),
        "open": lambda card: _fetch(hands, card, "review.edit"),
        "press": lambda card: _execute(hands, card, APPROVE, _data(card, APPROVE), "manual"),
    }
    for number in range(ROUNDS + 1):
        for kind in ("look", "open"):
            for name, port in ports.items():
                chosen = [cards[at % len(cards)] for at in range(REQUESTS)]
                times = await _round(hands, port, [makers[kind](card) for card in chosen])
                if number:  # the first round warms both
                    taken[name][kind].append(times)
    presses = [makers["press"](card) for card in cards]
    for name in ("botbuilder echo", "ours", "botbuilder echo"):
        taken[name]["press"].append(await _round(hands, ports[name], presses))
        await asyncio.sleep(0 if name == "botbuilder echo" else CALM)  # what ours sets going must not hold up the echo
    await _quiet(hands)
    return taken


async def _quiet(hands: Hands) -> None:
    """Wait until nothing more is posted or updated."""
    before, calm = -1, 0
    for _ in track(range(WAIT), "deciding", transient=True):
        now = sum(message.versions for message in hands.world.messages.values())
        calm = calm + 1 if now == before else 0
        if calm == CALM:
            return
        before = now
        await asyncio.sleep(1)


def _data(card: Message, name: str) -> Json:
    found = next(one["data"] for one in actions(card.card or {}) if _action(one) == name)
    return dict(found)


def _execute(hands: Hands, card: Message, verb: str, data: Json, trigger: str) -> Json:
    return hands.activities.execute(hands.world.people["mae"], card, {"verb": verb}, data, trigger)


def _fetch(hands: Hands, card: Message, name: str) -> Json:
    value = {"data": _data(card, name), "context": {"theme": "default"}}
    return hands.activities.invoke(hands.world.people["mae"], card, "task/fetch", value)


async def _round(hands: Hands, port: int, activities: list[Json]) -> list[float]:
    gate = asyncio.Semaphore(IN_FLIGHT)
    signed = {"Authorization": f"Bearer {tokens.channel().token(hands.standin.service_url)}"}
    times: list[float] = []

    async def send(session: aiohttp.ClientSession, activity: Json) -> None:
        async with gate:
            begin = time.perf_counter()
            async with session.post(f"http://127.0.0.1:{port}/teams/messages", json=activity, headers=signed) as answer:
                body = await answer.json(content_type=None)
            times.append(time.perf_counter() - begin)
            if answer.status != 200 or (body and not (body.get("task") or body.get("statusCode") == 200)):
                raise RuntimeError(f"the bot answered {answer.status} {str(body)[:300]}")

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(send(session, activity) for activity in activities))
    return times


def _figures(kinds: dict[str, list[list[float]]]) -> dict[str, float]:
    return {
        f"{kind}_p{round(share * 100)}_ms": statistics.median(percentile(times, share) for times in rounds) * 1000
        for kind, rounds in kinds.items()
        for share in (0.5, 0.99)
    }


# --- posting ----------------------------------------------------------------------------------------------------------


async def _posting() -> dict[str, float]:
    """Post cards to many channels at once, through the adapter alone, to a stand-in that keeps the limits."""
    from bot.cards.elements import Actions, Button, Card, Heading, Quote
    from bot.domain.chat import Place

    world = company()
    names = tuple(f"Channel {number}" for number in range(IN_CHANNELS))
    world.team("Busy", names, owners=("mae",), members=("ana",))
    card = Card("A draft", (Heading("A draft"), Quote("Yes. " * 60), Actions((Button("review.why", "Why", "1"),))))
    unchecked = patch.object(connector, "faults_of", return_value=[])  # which takes longer than posting
    async with standin_serving(world) as standin, _adapter(standin) as platform:
        standin.faults.rates.on = True
        roots = [one for one in world.messages.values() if one.author is not None]
        places = [Place("teams", root.conversation, root.id) for root in roots]
        begin = time.perf_counter()
        posts = (platform.post(places[at % len(places)], card, key=f"card:{at}") for at in range(CARDS))
        with unchecked:
            await asyncio.gather(*posts)
        seconds = time.perf_counter() - begin
        asked = standin.faults.asked["send"] + standin.faults.asked["create"]
    return {"cards_per_s": CARDS / seconds, "refused": float(asked - CARDS)}


@contextlib.asynccontextmanager
async def _adapter(standin: StandIn) -> AsyncIterator[Any]:
    """The adapter with records of its own, told of every channel."""
    from bot.app.parts import SystemClock
    from bot.platforms.teams.adapter import TeamsPlatform
    from bot.platforms.teams.services import services
    from bot.storage.engine import create_engine
    from bot.storage.migrate import upgrade
    from bot.storage.store import open_store

    with tempfile.TemporaryDirectory() as folder:
        settings = teams_settings(standin, Path(folder), 1, teams={"pace_seconds": 0.5})
        await asyncio.to_thread(upgrade, settings.core.store_url)
        engine = create_engine(settings.core.store_url)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            store = open_store(engine, "bench")
            platform = TeamsPlatform(
                services(session, settings.teams),
                settings.teams,
                store,
                SystemClock(),
                people=_Nobody(),
                opens=lambda _: False,
            )
            mae = standin.world.people["mae"]
            for activity in _told(standin, mae):
                await platform.noted(activity)
            yield platform
            await platform.close()
        await engine.close()


def _told(standin: StandIn, human: Human) -> list[Json]:
    from tests.teams.activities import Activities

    activities, team = Activities(standin.world, standin.service_url), standin.world.teams["Busy"]
    written = (standin.world.write(channel.id, human, "", text="Hello") for channel in team.channels.values())
    return [*activities.team_changed(human, team, added=True), *(activities.message(one) for one in written)]


class _Nobody:
    async def role(self, person: object) -> None:
        return None


if __name__ == "__main__":
    asyncio.run(main())
