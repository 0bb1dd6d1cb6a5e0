"""The demo's player: lets the script's customers write, plays its reps, and sees what comes of each escalation.

Everything goes through the sandbox's control API, as a person's hands would: nothing is known of the bot but what it
shows.
"""

import asyncio
import html
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.sandbox.model import Json
from bot.sandbox.remote import Refusal, Remote
from bot.sandbox.script import Card, Scene, Script, read_card
from bot.sandbox.transcript import Outcome

T = TypeVar("T")

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
HANDED_OVER = "An escalation was handed to you"
WORKING = ("drafting", "delivering")


@dataclass(frozen=True, slots=True)
class Thread:
    """Where the team works on an escalation."""

    room: str
    ts: str


class Player:
    """Plays scenes on the sandbox that `hands` holds. `suffix` tells apart conversations of several runs."""

    def __init__(self, hands: Remote, script: Script, *, suffix: str = "") -> None:
        self.script = script
        self._hands = hands
        self._suffix = suffix
        self._threads: dict[str, Thread] = {}
        self._one_form_each: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._names = {one["id"]: one["name"] for one in script.people}

    async def arrive(self, scene: Scene, *, gap: float = 0.0) -> None:
        """Let the customer write; several messages come `gap` seconds apart, each after the one before is taken."""
        if scene.door == "webhook":
            await self._write(scene)
            return
        for index, text in enumerate(scene.texts):
            await asyncio.sleep(gap if index else 0)
            said: Json = {"room": scene.room, "text": html.escape(text, quote=False), "bot_id": scene.relay}
            said |= {"integration": scene.name, "files": list(scene.files)}
            if scene.follows:
                said["thread"] = self._threads[scene.follows].ts
            posted = await self._hands.do("messages", **said)
            self._threads.setdefault(scene.id, Thread(scene.room, said.get("thread") or posted["ts"]))
            await self._hands.do("wait", seconds=10)

    async def _write(self, scene: Scene) -> None:
        customer = scene.customer
        for _ in range(scene.deliveries):
            told = await self._hands.do(
                "customers/write",
                conversation=self.conversation(scene),
                text=scene.texts[0],
                customer=customer,
                message_id=scene.external_id or scene.id,
            )
            if not told["acknowledged"]:
                raise Refusal(f"the bot did not take the webhook ({told['problem']} {told['status']})")

    def conversation(self, scene: Scene) -> str:
        """The customer's system's own name for the conversation."""
        return (scene.external_id or f"chat-{scene.id}") + self._suffix

    async def locate(self, scene: Scene, *, seconds: float = PATIENCE_SECONDS) -> Thread:
        """The scene's thread, as soon as there is one. Raises TimeoutError."""
        if scene.id not in self._threads:
            self._threads[scene.id] = await _until(lambda: self._opened_by_the_bot(scene), seconds)
        return self._threads[scene.id]

    async def _opened_by_the_bot(self, scene: Scene) -> Thread | None:
        for room in self.script.rooms:
            shown = await self._hands.read("messages", room=room["id"])
            for message in shown["messages"]:
                if html.unescape(message["text"]).startswith(f"{scene.name} asks: "):
                    return Thread(room["id"], message["ts"])
        return None

    async def cards(self, thread: Thread) -> list[Card]:
        """The review cards in a thread, oldest first."""
        name = self.script.room_name(thread.room)
        found = [read_card(message, self._names, name) for message in await self._said(thread)]
        return [card for card in found if card is not None]

    async def replies(self, scene: Scene) -> list[str]:
        """What the scene's customer has received so far, oldest first."""
        if scene.door == "webhook":
            listed = (await self._hands.read("customers"))["conversations"]
            entries = [entry for one in listed if one["id"] == self.conversation(scene) for entry in one["entries"]]
            return [str(entry["text"]) for entry in entries if entry["from"] == "company"]
        said = await self._said(await self.locate(scene))
        return [
            html.unescape(message["text"])
            for message in said[1:]
            if message.get("bot_id") not in (None, scene.relay)
            and read_card(message, {}) is None
            and not message["text"].startswith(HANDED_OVER)
        ]

    async def _said(self, thread: Thread) -> list[Json]:
        found: list[Json] = (await self._hands.read("messages", room=thread.room, thread=thread.ts))["messages"]
        return found

    async def play_all(self) -> list[Outcome]:
        """Play the whole script, everything at once; only a follow-up waits for the end of what it follows."""
        playing: dict[str, asyncio.Task[Outcome]] = {}
        for scene in self.script.scenes:
            playing[scene.id] = asyncio.create_task(self._play_after(scene, playing.get(scene.follows)))
        outcomes = list(await asyncio.gather(*playing.values()))
        last = {outcome.scene.name: outcome for outcome in outcomes}
        for customer, outcome in last.items():
            mine = [one for one in outcomes if one.scene.name == customer]
            outcome.problems += await self._miscounted(outcome.scene, mine)
        return outcomes

    async def _play_after(self, scene: Scene, before: "asyncio.Task[Outcome] | None") -> Outcome:
        if before is not None:
            await asyncio.wait({before})
        return await self.play(scene)

    async def _miscounted(self, scene: Scene, mine: list[Outcome]) -> list[str]:
        """What there is too much or too little of, once all is over: one thread, a card each, no reply twice."""
        threads, cards = await self._count(scene.name)
        found = [f"the team sees {threads} threads about {scene.name}, not 1"] if threads != 1 else []
        found += [f"the team sees {cards} cards, not {len(mine)}"] if cards != len(mine) else []
        replies, due = len(await self.replies(scene)), sum(len(one.received) for one in mine)
        return found + ([f"{replies} replies arrived in all, not {due}"] if replies != due else [])

    async def play(self, scene: Scene, *, seconds: float = PATIENCE_SECONDS) -> Outcome:
        """Let the scene happen from arrival to end; what does not go as scripted is a problem of the outcome."""
        outcome = Outcome(scene)
        try:
            known = len(await self.cards(self._threads[scene.follows])) if scene.follows else 0
            await self.arrive(scene)
            thread = await self.locate(scene, seconds=seconds)
            outcome.before = await self._settled(thread, known, seconds)
            before = len(await self.replies(scene))
            await self._act(outcome, thread)
            outcome.after = await self._settled(thread, known, seconds, not_as=self._waits_for(outcome))
            outcome.received = (await self.replies(scene))[before:]
        except TimeoutError:
            what = "nothing came of what the rep did" if outcome.before else "no finished card appeared"
            outcome.problems.append(f"{what} within {seconds:.0f} seconds")
        except (Refusal, KeyError) as problem:
            outcome.problems.append(str(problem))
        return outcome

    def _waits_for(self, outcome: Outcome) -> str:
        return outcome.before.state if outcome.before and outcome.did and not outcome.problems else ""

    async def _settled(self, thread: Thread, known: int, seconds: float, *, not_as: str = "") -> Card:
        """The newest card after the known ones, when the bot is through with it."""

        async def look() -> Card | None:
            cards = (await self.cards(thread))[known:]
            done = cards and cards[-1].state not in (*WORKING, not_as)
            return cards[-1] if done else None

        return await _until(look, seconds)

    async def _count(self, customer: str) -> tuple[int, int]:
        """How many threads and how many cards that were not replaced the team sees about this customer."""
        threads, cards = set(), 0
        for room in self.script.rooms:
            for root in (await self._hands.read("messages", room=room["id"]))["messages"]:
                if not root.get("reply_count"):
                    continue
                thread = Thread(room["id"], root["ts"])
                mine = [card for card in await self.cards(thread) if card.customer == customer]
                cards += sum(card.state not in ("superseded", "withdrawn") for card in mine)
                threads |= {thread} if mine else set()
        return len(threads), cards

    async def _act(self, outcome: Outcome, thread: Thread) -> None:
        then, card = outcome.scene.then, outcome.before
        if card is None or then["do"] == "none":
            return
        if then["do"] == "senior_approve":
            await self._try_in_vain(outcome, thread, card, then["after"])
        button = {"edit": ("Edit", "Write answer"), "reject": ("Reject",), "hand_off": ("Hand off",)}
        wanted = button.get(then["do"], ("Approve",))
        label = next((label for label in wanted if label in card.buttons), "")
        if not label:
            outcome.problems.append(f"{self._names[then['by']]} finds no button {wanted[0]!r}")
            return
        async with self._one_form_each[then["by"]]:
            await self._press(thread, card, label, then["by"])
            if label != "Approve":
                await self._fill_in(outcome, then)
        outcome.did.append(self._told(then, card))

    async def _try_in_vain(self, outcome: Outcome, thread: Thread, card: Card, who: str) -> None:
        if "Approve" not in card.buttons:
            return
        await self._press(thread, card, "Approve", who)
        outcome.refusal = await _until(lambda: self._whispered(who, thread), PATIENCE_SECONDS)
        outcome.did.append(f"{self._who(who)} presses Approve and is told: “{outcome.refusal}”")

    async def _whispered(self, who: str, thread: Thread) -> str:
        shown = (await self._hands.read("ephemerals", as_=who))["messages"]
        there = [html.unescape(one["text"]) for one in shown if one["channel"] == thread.room]
        return there[-1] if there else ""

    async def _press(self, thread: Thread, card: Card, label: str, who: str) -> None:
        told = await self._hands.do("press", as_=who, room=thread.room, ts=card.ts, action=label)
        if not told["acknowledged"]:
            raise Refusal(f"the bot did not take the press of {label!r} ({told['problem']})")

    async def _fill_in(self, outcome: Outcome, then: Json) -> None:
        values = {key: then[key] for key in ("text", "mode", "note", "to") if key in then}

        async def is_open() -> bool:
            return bool((await self._hands.read("forms", as_=then["by"]))["forms"])

        await _until(is_open, 10.0)
        sent = await self._hands.do("forms/submit", as_=then["by"], values=values)
        if sent["open"]:
            outcome.problems.append(f"the form says: {'; '.join(sent['errors'].values()) or sent['trouble']}")
            await self._hands.do("forms/close", as_=then["by"], all=True)

    def _who(self, identity: str) -> str:
        person = self.script.person(identity)
        return f"{person['name']} ({person['title']})"

    def _told(self, then: Json, card: Card) -> str:
        who, note = self._who(then["by"]), f" “{then['note']}”" if then.get("note") else ""
        match then["do"]:
            case "edit":
                return f"{who} {'writes the answer' if card.abstains else 'rewrites the draft'} and sends it."
            case "reject":
                return f"{who} rejects it: {then['mode'].replace('_', ' ')}.{note}"
            case "hand_off":
                return f"{who} hands it to {self._names[then['to']]}.{note}"
        return f"{who} approves it."


async def _until(look: Callable[[], Awaitable[T | None]], seconds: float) -> T:
    """What the look gives as soon as it gives something. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(LOOK_SECONDS)
