"""A desk with a past, a clock that is moved, and a peer that is paged: what tests of alerts are played on."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from standardwebhooks import Webhook

from bot.domain.chat import MessageRef, Place
from bot.domain.spike import Alert
from bot.ports import Store
from bot.sandbox.remote import Json
from evals.spikes.detector import BUCKET
from tests.contracts.store_samples import escalation, proposal, turn
from tests.e2e.company import Desk, MovedClock, company_at_work, words
from tests.local import free_port, serving

SECRET = "whsec_bm90IGEgc2VjcmV0LCBub3QgYSBzZWNyZXQ="
ROOM = "#support-managers"
INTENT = "delivery-status"
ASKED = "Where is my parcel? It should have arrived last week, order 10{:04}."
PAST = "esc_past_"
USUAL = timedelta(hours=1)
"""How far apart conversations are when nothing is wrong."""


@dataclass
class Peer:
    """A team's own address, which keeps what it is told; only what is signed right is kept."""

    url: str = ""
    down: bool = False
    refused: int = 0
    got: list[Json] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        if self.down:
            self.refused += 1
            return web.Response(status=503)
        body, signer = await request.text(), Webhook(SECRET)
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        assert signer.sign(request.headers["webhook-id"], at, body) == request.headers["webhook-signature"]
        self.ids.append(request.headers["webhook-id"])
        self.got.append(await request.json())
        return web.Response()

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.got]


@dataclass
class Watched:
    """A company whose desk is watched, as the tests use it."""

    desk: Desk
    clock: MovedClock
    peer: Peer

    async def watch(self, **span: float) -> None:
        """Let time pass, and look."""
        self.clock.moved += timedelta(**span)
        await self.desk.app.jobs["watch for spikes"]()

    async def tend(self, **span: float) -> None:
        self.clock.moved += timedelta(**span)
        await self.desk.app.jobs["tend to alerts"]()

    async def live(self, **span: float) -> None:
        """Let time pass as it does: a look every five minutes, until so much of it has passed."""
        end = self.clock.moved + timedelta(**span)
        while self.clock.moved < end:
            await self.watch(minutes=5)

    async def asked(self, many: int, *, number: int = 0) -> None:
        """So many customers write, and each gets a draft."""
        for n in range(number, number + many):
            await self.desk.hands.do("messages", as_="gus", room="#escalations", text=ASKED.format(n))
        await self.desk.until(lambda: self._drafted(number + many), seconds=60)

    def to_the_next(self, minute: int) -> None:
        """Let time pass to the next time that is so many minutes after a whole five."""
        over = (self.clock.now() - timedelta(minutes=minute)).timestamp() % BUCKET.total_seconds()
        self.clock.moved += BUCKET - timedelta(seconds=over)

    async def ring(self) -> None:
        """Look when the clock rings for it: at the first minute, the sixth, and so on."""
        self.to_the_next(1)
        await self.desk.app.jobs["watch for spikes"]()

    async def happen(self, many: int, *, number: int = 0) -> None:
        """So many conversations come in now, without the work of drafting them."""
        for n in range(number, number + many):
            await recorded(self.desk.app.desk.store, f"{PAST}new{n}", self.clock.now())

    async def _drafted(self, many: int) -> bool:
        waiting = await self.desk.app.desk.store.reviews.waiting(limit=500)
        asked = [each for each in waiting if not each.escalation_id.startswith(PAST)]
        return len([each for each in asked if each.proposal and each.card]) >= many

    async def alerts(self) -> Sequence[Alert]:
        return await self.desk.app.desk.store.spikes.alerts(self.clock.now() - timedelta(days=30))

    async def card(self, says: str, room: str = ROOM) -> Json:
        """The one card of an alert, as soon as it says this."""

        async def shown() -> Json | None:
            cards = await self.desk.roots(room, says)
            return cards[0] if len(cards) == 1 else None

        try:
            found: Json = await self.desk.until(shown)
        except TimeoutError:
            cards, alerts = await self.desk.roots(room, ""), await self.alerts()
            raise AssertionError(f"{len(cards)} cards: {[words(one)[:200] for one in cards]}; {alerts}") from None
        return found

    async def pages(self, card: Json, count: int) -> list[Json]:
        """What was posted in the card's thread, as soon as it is so many."""

        async def posted() -> tuple[list[Json], ...]:
            thread = (await self.desk.thread(card["channel"], card["ts"]))[1:]
            return (thread,) if len(thread) >= count else ()

        found: list[Json] = (await self.desk.until(posted))[0]
        assert len(found) == count, [words(message) for message in found]
        return found

    async def told(self, kinds: list[str]) -> None:
        async def so() -> bool:
            return self.peer.kinds() == kinds

        try:
            await self.desk.until(so, seconds=20)
        except TimeoutError:
            raise AssertionError(f"the peer was told {self.peer.kinds()}, not {kinds}") from None

    async def past(self, days: float = 5) -> None:
        """Conversations at an even pace until now, and a first look at them."""
        await record_past(self.desk.app.desk.store, self.clock.now(), days)
        await self.watch()


async def record_past(store: Store, until: datetime, days: float = 5, *, platform: str = "slack") -> None:
    """Conversations at an even pace."""
    for n in range(int(timedelta(days=days) / USUAL)):
        await recorded(store, f"{PAST}{n}", until - (n + 1) * USUAL, platform=platform)


async def recorded(store: Store, name: str, at: datetime, *, platform: str = "slack") -> None:
    """A conversation of that moment, with its draft, whose card is on the platform."""
    one, made = escalation(name, turn(name), external_id=name, opened_at=at), proposal()
    await store.escalations.receive(one)
    review, _ = await store.reviews.open(one, at=at)
    await store.reviews.propose(review.id, replace(made, triage=replace(made.triage, intent=INTENT)))
    await store.reviews.set_card(review.id, MessageRef(Place(platform, "C0"), name))


def mentioned(message: Json) -> set[str]:
    """The ids of the people whom a message mentions."""
    found: set[str] = set()

    def look(value: object) -> None:
        if isinstance(value, dict):
            if value.get("type") == "user":
                found.add(str(value["user_id"]))
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(message.get("blocks"))
    return found


@contextlib.asynccontextmanager
async def watched_company(
    folder: Path, *, mode: str = "on", past: bool = True, **oncall: object
) -> AsyncIterator[Watched]:
    """A company with a past of five days, whose desk is watched and whose pages reach a peer."""
    peer, port, clock = Peer(), free_port(), MovedClock()
    application = web.Application()
    application.router.add_post("/alerts", peer.take)
    alerts = {"mode": mode, "webhook_url": f"http://127.0.0.1:{port}/alerts", "webhook_secret": SECRET}
    who: Json = {"group": "@oncall", "room": ROOM} | oncall
    async with serving(application, port), company_at_work(folder, clock=clock, alerts=alerts, oncall=who) as desk:
        desk.sandbox.workspace.clock = clock.now  # so that what is written is written when it is read
        watched = Watched(desk, clock, peer)
        watched.to_the_next(1)  # so that what happens at once is counted at once, whenever the test is run
        if past:
            await watched.past()
            await watched.watch(minutes=10)
        yield watched
