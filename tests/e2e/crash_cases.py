"""What the crash tests play: a company whose bot dies on command, and the two doors that an escalation comes in by."""

import asyncio
import contextlib
import functools
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import Protocol, TypeVar, cast

import aiohttp

from bot.app.parts import build_desk
from bot.domain.escalation import escalation_id
from bot.domain.review import Review, ReviewState
from bot.ports import Store
from bot.sandbox.remote import Json, Remote
from bot.sandbox.server import Sandbox
from bot.settings import CONTENT
from bot.storage.engine import create_engine
from bot.storage.store import open_store
from tests.e2e.company import buttons, sandbox_serving, settings_for, words
from tests.local import free_port

ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
"""What keeps libraries from starting threads."""
REFUND = "How long does a card refund take to arrive after you issue it?"
ANSWER = "5 to 7 working days"
SECONDS = 30.0
"""From the beginning of the next life to the end state, at the most."""

T = TypeVar("T")

ROOT = Path(__file__).parents[2]


@dataclass
class Victim:
    """The sandbox, the bot's supervisor, and a look into the bot's own records."""

    sandbox: Sandbox
    hands: Remote
    folder: Path
    store: Store
    said: list[Json]
    """Every message that the bot ever posted, also if it was deleted since."""
    slowest: float = 0.0
    cases: int = 0

    # -- lives ------------------------------------------------------------------------------------------------------

    def ends(self) -> list[int]:
        """How each life so far ended: 0 in order, -9 killed."""
        lines = (self.folder / "lives").read_text().splitlines()
        return [int(line.split()[2]) for line in lines if line.startswith("ended")]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def arm(self, *points: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End the lives that reach the points, one at each; with "*" none, but note all points that are passed."""
        self.cases += 1
        armed = {"case": str(self.cases), "points": points, "signal": number.name}
        draft = self.folder / "crash.new"
        draft.write_text(json.dumps(armed))
        draft.replace(self.folder / "crash")

    def disarm(self) -> list[str]:
        """Arm nothing, and give the points that were noted."""
        (self.folder / "crash").unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            passed = (self.folder / "points").read_text().splitlines()
            (self.folder / "points").unlink()
            return passed
        return []

    async def ended(self, before: int, *, seconds: float = SECONDS) -> int:
        """Wait until one more life than `before` has ended, and tell how."""
        await until(lambda: len(self.ends()) > before, "the point was never reached", seconds=seconds)
        return self.ends()[before]

    async def ready(self, *, seconds: float = 120) -> None:
        """Wait until the bot answers."""

        async def up() -> bool:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{self.sandbox.bot_url}/readyz") as answer:
                    return answer.status == 200
            return False

        async with aiohttp.ClientSession() as session:
            await until(up, "the bot did not come up", seconds=seconds)

    # -- records ----------------------------------------------------------------------------------------------------

    def runs(self, escalation: str) -> dict[str, str]:
        """The engine's runs about this escalation, and their status."""
        address = f"file:{self.folder / 'ratchet-runs.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            wanted = "SELECT workflow_uuid, status FROM workflow_status WHERE instr(workflow_uuid, ?)"
            return dict(database.execute(wanted, (escalation,)))

    async def reviews(self, escalation: str) -> tuple[Review, ...]:
        return await self.store.reviews.of_escalation(escalation)

    async def traced(self, kind: str, escalation: str) -> list[str]:
        """The names of the steps that the trace of this run of the escalation has."""
        for trace in await self.store.traces.newest(5):
            if trace.kind == kind and trace.escalation_id == escalation:
                return [span.name for span in trace.spans]
        return []

    async def settled(self, kind: str, escalation: str, state: ReviewState) -> None:
        """Wait until nothing is under way any more, and check that it ended as it should."""

        async def quiet() -> bool:
            states = [review.state for review in await self.reviews(escalation)]
            busy = [
                run for run, status in self.runs(escalation).items() if status in ("PENDING", "ENQUEUED", "DELAYED")
            ]
            return states == [state] and not busy and not await self.store.inbox.pending()

        begin = time.monotonic()
        try:
            await until(quiet, "the end state was not reached")
        except Stuck as problem:
            found = [review.state.value for review in await self.reviews(escalation)]
            inbox = [received.key for received in await self.store.inbox.pending()]
            raise Stuck(f"{problem}: {found}, runs {self.runs(escalation)}, inbox {inbox}") from None
        self.slowest = max(self.slowest, time.monotonic() - begin)
        if failed := {run: status for run, status in self.runs(escalation).items() if status != "SUCCESS"}:
            raise Stuck(f"runs failed: {failed}")
        if not await self.traced(kind, escalation):
            raise Stuck(f"there is no trace of {kind}")


class Stuck(AssertionError):
    """A case did not end as it should."""


async def until(condition: Callable[[], bool | Awaitable[bool]], otherwise: str, *, seconds: float = SECONDS) -> None:
    """Return as soon as the condition holds. Raises Stuck."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.02)
    raise Stuck(f"{otherwise} ({seconds:.0f} s)")


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Stuck(f"{what}: {found}, not {wanted}")


# -- doors ------------------------------------------------------------------------------------------------------------


@dataclass
class Case:
    """One escalation: its id, the thread it is worked on in, and how many messages the bot had posted before it."""

    escalation: str
    before: int
    conversation: str = ""


class Door(Protocol):
    """How an escalation comes in, and what the eye must see of it."""

    name: str

    async def ask(self, victim: Victim) -> Case: ...
    def check_proposed(self, victim: Victim, case: Case) -> Json: ...
    def check_resolved(self, victim: Victim, case: Case) -> None: ...


class Room:
    """A message in a watched Slack room."""

    name = "room"

    async def ask(self, victim: Victim) -> Case:
        before = len(victim.said)
        asked = await victim.hands.do("messages", as_="gus", room="#escalations", text=REFUND)
        return Case(escalation_id("main", "slack", f"{asked['room']}:{asked['ts']}"), before)

    def check_proposed(self, victim: Victim, case: Case) -> Json:
        """One card, and nothing else."""
        posted = [_now(victim, message) for message in victim.said[case.before :]]
        expect("messages posted", len(posted), 1)
        return posted[0]

    def check_resolved(self, victim: Victim, case: Case) -> None:
        """The card and one reply, in one thread."""
        card, *others = (_now(victim, message) for message in victim.said[case.before :])
        expect("messages after the card", len(others), 1)
        expect("the reply's words", ANSWER in words(others[0]), True)
        expect("the reply's thread", others[0]["thread_ts"], card["thread_ts"])
        expect("the card is settled", ("Delivered" in words(card), "Approve" in buttons(card)), (True, False))


class Conversation:
    """A signed webhook of a customer's system, which gets the reply at its address."""

    name = "webhook"

    def __init__(self) -> None:
        self._count = 0

    async def ask(self, victim: Victim) -> Case:
        """Deliver until it is acknowledged, as whoever sends webhooks does."""
        self._count += 1
        case = Case(
            escalation_id("main", "webhook", f"conv_{self._count}"), len(victim.said), f"conv_{self._count}"
        )  # fmt: skip
        turn = {"id": "1", "text": REFUND}
        talk = {"conversation_id": case.conversation, "customer": {"id": "cust_1", "name": "Dana"}, "turns": [turn]}
        talk |= {"reply_url": victim.sandbox.customers.reply_url}
        body = {"type": "conversation.escalated", "data": talk}

        async def delivered() -> bool:
            told = await victim.hands.do("customers/send", id=f"msg_{case.conversation}", body=body)
            return bool(told["status"] == 202)

        await until(delivered, "the webhook was not acknowledged")
        return case

    def check_proposed(self, victim: Victim, case: Case) -> Json:
        """One opening message, and one card in its thread."""
        posted = [_now(victim, message) for message in victim.said[case.before :]]
        expect("messages posted", len(posted), 2)
        expect("the card's thread", posted[1]["thread_ts"], posted[0]["ts"])
        return posted[1]

    def check_resolved(self, victim: Victim, case: Case) -> None:
        """One reply to the customer; nothing more in the room."""
        card = self.check_proposed(victim, case)
        entries = victim.sandbox.customers.conversations[case.conversation].entries
        replies = [entry["text"] for entry in entries if entry["from"] == "company"]
        expect("replies to the customer", len(replies), 1)
        expect("the reply's words", ANSWER in replies[0], True)
        expect("the card is settled", ("Delivered" in words(card), "Approve" in buttons(card)), (True, False))


def _now(victim: Victim, posted: Json) -> Json:
    """The message as it looks now."""
    shown = victim.sandbox.workspace.messages[posted["channel"]].get(posted["ts"])
    if shown is None:
        raise Stuck("the bot deleted a message of its own")
    return shown.as_slack("T") | {"channel": posted["channel"]}


async def approve(victim: Victim, card: Json) -> None:
    """Press Approve, and once more if Slack shows that it was not heard, as a person would."""

    async def pressed() -> bool:
        told = await victim.hands.do("press", as_="ana", room=card["channel"], ts=card["ts"], action="Approve")
        return bool(told["acknowledged"])

    await until(pressed, "the click was not acknowledged")


# -- playing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Points:
    """The points that a clean run passed, in order: while the answer was proposed, and while it was sent."""

    proposing: tuple[str, ...]
    resolving: tuple[str, ...]

    def steps(self, workflow: str) -> set[str]:
        """The steps of the workflow that have points."""
        names = (point.split()[0].partition("/") for point in self.proposing + self.resolving)
        return {step for run, _, step in names if step and run == workflow}

    def worth_a_kill(self) -> "Points":
        """All but those that differ from the next one by nothing."""
        return self._those(lambda point: "recorded" not in point or "/trace" in point)

    def within_steps(self) -> "Points":
        """Where a step has had its effect and is not recorded."""
        return self._those(lambda point: " happened " in point)

    def around_steps_or_not_in(self, other: "Points") -> "Points":
        known = {*other.proposing, *other.resolving}
        return self._those(lambda point: "/" in point or point not in known)

    def _those(self, wanted: Callable[[str], bool]) -> "Points":
        return Points(tuple(filter(wanted, self.proposing)), tuple(filter(wanted, self.resolving)))


async def clean_run(victim: Victim, door: Door) -> Points:
    """Play one escalation without a crash and give the points that were passed; every step in the traces has one."""
    victim.arm("*")
    case = await door.ask(victim)
    await victim.settled("propose", case.escalation, ReviewState.READY)
    card = door.check_proposed(victim, case)
    proposing = victim.disarm()
    victim.arm("*")
    await approve(victim, card)
    await victim.settled("resolve", case.escalation, ReviewState.DELIVERED)
    door.check_resolved(victim, case)
    points = Points(tuple(proposing), tuple(victim.disarm()))
    for kind in ("propose", "resolve"):
        steps = set(await victim.traced(kind, case.escalation))
        expect(f"steps without a point in {kind}", steps - points.steps(kind), set())
    return points


async def crash_at(
    victim: Victim, door: Door, points: Points, number: signal.Signals = signal.SIGKILL
) -> list[str]:  # fmt: skip
    """End a life at every point, each time with an escalation under way, and give what was wrong after it.

    An escalation that got over an end while it was proposed goes on to one while it is sent, so two ends cost one.
    """
    failures = []
    for first, second in zip_longest(points.proposing, points.resolving, fillvalue=""):
        point = first
        try:
            case = await ending_at(victim, first, lambda: door.ask(victim), number)
            await victim.settled("propose", case.escalation, ReviewState.READY)
            card = door.check_proposed(victim, case)
            expect("the card's first button", buttons(card)[:1], ["Approve"])
            if point := second:
                await ending_at(victim, second, functools.partial(approve, victim, card), number)
                await victim.settled("resolve", case.escalation, ReviewState.DELIVERED)
                door.check_resolved(victim, case)
        except Stuck as problem:
            failures.append(f"{number.name} at {point or 'no point'}: {problem}")
            victim.disarm()
            await victim.ready()
    return failures


async def ending_at(
    victim: Victim,
    point: str,
    gesture: Callable[[], Awaitable[T]],
    number: signal.Signals = signal.SIGKILL,
    *,
    times: int = 1,
) -> T:
    """Make the gesture; so many lives that work on it end at the point, if there is one."""
    if not point:
        return await gesture()
    before = len(victim.ends())
    victim.arm(point, number=number)
    made = await gesture()
    for ended in range(times):
        expect("how the life ended", await victim.ended(before + ended), 0 if number is signal.SIGTERM else -number)
        if ended + 1 < times:
            victim.arm(point, number=number)
    return made


async def make_template(folder: Path) -> None:
    """Fill the folder with the records of a bot that knows the sample articles and has done nothing yet."""
    nowhere = cast(Sandbox, SimpleNamespace(base_url="http://127.0.0.1:9"))
    parts = await build_desk(settings_for(nowhere, folder, 9))
    await parts.library.import_folder(CONTENT / "articles")
    await parts.engine.close()


def _by_the_clock(event: Json) -> bool:
    """Whether the message is a card about articles, which their owners get at the next tenth minute."""
    payload = (event.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key", "")).startswith("radar:")


@contextlib.asynccontextmanager
async def victim_at_work(template: Path, folder: Path, **environment: str) -> AsyncIterator[Victim]:
    """A sandbox in this process, and beside it a bot under the supervisor that begins its next life."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    port = free_port()
    async with sandbox_serving(port) as sandbox, Remote(sandbox.base_url) as hands:
        said: list[Json] = []

        def hear(event: Json) -> None:
            own = event.get("type") == "message" and event.get("bot_id") and "subtype" not in event
            if own and not _by_the_clock(event):
                said.append(event)

        sandbox.workspace.subscribe(hear)
        command = [sys.executable, "-m", "tests.e2e.crashing_bot", str(folder), sandbox.base_url, str(port)]
        with (folder / "log").open("w") as log:
            supervisor = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=os.environ | ALONE | environment, stdout=log, stderr=log
            )
            engine = create_engine(settings_for(sandbox, folder, port).core.store_url)
            victim = Victim(sandbox, hands, folder, open_store(engine, "main"), said)
            try:
                await victim.ready()
                yield victim
            finally:
                supervisor.kill()  # the life goes with it
                await supervisor.wait()
                await engine.close()
