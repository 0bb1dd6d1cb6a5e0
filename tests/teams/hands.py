"""Hands that act as people in the stand-in for Teams, and check each answer as a Teams client would."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from tests.teams import tokens
from tests.teams.activities import Activities
from tests.teams.cards import actions, button, faults_of, inputs, labels, words
from tests.teams.seen import Answered, Dialog, Reaction
from tests.teams.standin import StandIn
from tests.teams.world import CARD, Human, Message

Json = dict[str, Any]

PATIENCE = 10.0
"""Seconds until Teams tells somebody that the app did not answer."""
SIZES = ("small", "medium", "large")


class Hands:
    """People at work. Everything they do is delivered to the bot, signed; a malformed answer is an AssertionError."""

    def __init__(self, standin: StandIn, bot_url: str) -> None:
        self.standin = standin
        self.world = standin.world
        self.activities = Activities(standin.world, standin.service_url)
        self.answers: list[Answered] = []
        self._address = f"{bot_url}/teams/messages"
        self._views: dict[tuple[str, str], tuple[int, Json]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Hands":
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    # -- writing --------------------------------------------------------------------------------------------------

    async def write(
        self, as_: str, channel: str, text: str, *, thread: Message | None = None, mention: bool = False,
        html: str = "", files: tuple[Json, ...] = (), targeted: bool = False,
    ) -> Message:  # fmt: skip
        """Write in a channel. The bot gets every message, mentioned or not, where it is in the team."""
        human = self.world.people[as_]
        conversation = self.world.find(channel)[1].id
        content: Json = {"text": text, "html": html, "attachments": list(files)}
        only_for = {"only_for": human} if targeted else {}
        message = self.world.write(conversation, human, thread.root if thread else "", **content, **only_for)
        if self.world.has_bot(conversation):
            await self.deliver(self.activities.message(message, mention=mention, targeted=targeted))
        return message

    async def slash(self, as_: str, channel: str, text: str, *, thread: Message | None = None) -> Message:
        """A slash command: a message that only its writer and the bot see."""
        return await self.write(as_, channel, text, thread=thread, targeted=True)

    async def chat(self, as_: str, text: str) -> Message:
        """Write to the bot in the personal chat."""
        human = self.world.people[as_]
        message = self.world.write(self.world.chat(human), human, text=text)
        await self.deliver(self.activities.message(message))
        return message

    async def edit(self, message: Message, text: str) -> None:
        message.text, message.edited = text, datetime.now(UTC)
        await self.deliver(self.activities.edited(message))

    async def delete(self, message: Message) -> None:
        message.deleted = True
        await self.deliver(self.activities.deleted(message))

    # -- pressing -------------------------------------------------------------------------------------------------

    async def look(self, as_: str, message: Message) -> Json:
        """The card as this person sees it: their client asks for it where the card says so, once for each version."""
        human = self.world.people[as_]
        if message.card is None:
            raise AssertionError(f"there is no card in the message {message.id}")
        seen = self._views.get((message.id, human.id))
        if seen is not None and seen[0] == message.versions:
            return seen[1]
        refresh = (message.card.get("refresh") or {}).get("action")
        listed = (message.card.get("refresh") or {}).get("userIds")
        people = self.world.members(message.conversation) or []
        if refresh and (human.mri in listed if listed else len(people) <= 60):
            await self._execute(human, message, refresh, "automatic")
        return self._views.get((message.id, human.id), (0, message.card))[1]

    async def press(
        self, as_: str, message: Message, label: str, values: dict[str, str] | None = None, *,
        old_client: bool = False, look: bool = True,
    ) -> Reaction:  # fmt: skip
        """Press a button of the card, as this person sees it; `look` off presses what everybody was sent."""
        human = self.world.people[as_]
        card = await self.look(as_, message) if look else message.card or {}
        action = button(card, label)
        if action["type"] == "Action.Execute" and old_client:
            action = action.get("fallback") or {}
            assert isinstance(action, dict) and action.get("type") == "Action.Submit", "no fallback for older clients"
        data = (
            _data(action) | {name: str(one.get("value") or "") for name, one in inputs(card).items()} | (values or {})
        )
        match action["type"]:
            case "Action.Execute":
                return await self._execute(human, message, action, "manual", data)
            case "Action.Submit" if (_data(action).get("msteams") or {}).get("type") == "task/fetch":
                value = {"data": data, "context": {"theme": "default"}}
                answered = await self.deliver(self.activities.invoke(human, message, "task/fetch", value))
                return self._task(answered, human, message, fetched=True)
            case "Action.Submit":
                await self.deliver(self.activities.pressed_in_old_client(human, message, data))
                return Reaction()
            case kind:
                raise AssertionError(f"“{label}” is an {kind}, which tells the bot nothing")

    async def act(self, as_: str, message: Message, command: str) -> Reaction:
        """Choose a command from a message's menu."""
        human = self.world.people[as_]
        answered = await self.deliver(self.activities.message_action(human, message, command))
        return self._task(answered, human, message, fetched=True, command=command)

    async def send(self, dialog: Dialog, values: Mapping[str, str] | None = None, *, button: str = "") -> Reaction:
        """Fill in the dialog by labels or ids and send it, as a client does, which asks for what is required."""
        fields = inputs(dialog.card)
        filled = dialog.held | {dialog.input(name): value for name, value in (values or {}).items()}
        for name, one in fields.items():
            offered = [choice["value"] for choice in one.get("choices") or ()]
            free = "choices.data" in one or one["type"] != "Input.ChoiceSet" or not filled[name]
            assert free or filled[name] in offered, f"{name} offers {offered}, not {filled[name]!r}"
        missing = [name for name, one in fields.items() if one.get("isRequired") and not filled[name].strip()]
        assert not missing, f"the client asks for {missing} and sends nothing"
        submits = [one for one in actions(dialog.card) if one["type"] == "Action.Submit"]
        chosen = [one for one in submits if button in ("", one.get("title"))]
        assert chosen, f"no button “{button}”, only {labels(dialog.card)}"
        data = _data(chosen[0]) | filled
        value: Json = {"data": data, "context": {"theme": "default"}}
        name = "task/submit"
        if dialog.command:
            name, value = (
                "composeExtension/submitAction",
                value | self.activities.action_value(dialog.message, dialog.command),
            )
        answered = await self.deliver(self.activities.invoke(dialog.human, dialog.message, name, value))
        return self._task(answered, dialog.human, dialog.message, command=dialog.command)

    # -- the bot comes and goes -----------------------------------------------------------------------------------

    async def install(self, as_: str) -> None:
        """Add the bot for oneself."""
        self.world.installed.add(as_)
        for activity in self.activities.installed(self.world.people[as_], added=True):
            await self.deliver(activity)

    async def uninstall(self, as_: str) -> None:
        self.world.installed.discard(as_)
        for activity in self.activities.installed(self.world.people[as_], added=False):
            await self.deliver(activity)

    async def add_bot(self, as_: str, team: str) -> None:
        """Add the bot to a team."""
        self.world.teams[team].installed = True
        for activity in self.activities.team_changed(self.world.people[as_], self.world.teams[team], added=True):
            await self.deliver(activity)

    async def remove_bot(self, as_: str, team: str) -> None:
        self.world.teams[team].installed = False
        for activity in self.activities.team_changed(self.world.people[as_], self.world.teams[team], added=False):
            await self.deliver(activity)

    # -- delivering -----------------------------------------------------------------------------------------------

    async def deliver(self, activity: Json, *, token: str | None = None, expect: int | None = 200) -> Answered:
        """Hand an activity to the bot, signed by the channel unless a token is given ("" for none at all)."""
        if token is None:
            token = tokens.channel().token(str(activity.get("serviceUrl")))
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        assert self._session is not None
        sent = io.BytesIO(json.dumps(activity).encode())
        async with self._session.post(self._address, data=sent, headers=headers) as response:
            body = await response.json(content_type=None) if await response.read() else None
            answered = Answered(activity, response.status, body)
        self.answers.append(answered)
        if expect is not None:
            fine = answered.status == expect or (expect == 200 and answered.status in (201, 202))
            assert fine, f"{activity.get('name') or activity['type']} was answered {answered.status}: {answered.body}"
        return answered

    async def _execute(
        self, human: Human, message: Message, action: Json, trigger: str, data: Json | None = None
    ) -> Reaction:
        told = self.activities.execute(human, message, action, _data(action) if data is None else data, trigger)
        body = (await self.deliver(told)).body
        assert body is not None, "a card's action needs an answer with statusCode, type and value"
        assert set(body) >= {"statusCode", "type"}, f"statusCode and type are missing in {body}"
        value = body.get("value")
        match body["type"]:
            case "application/vnd.microsoft.activity.message":
                assert body["statusCode"] == 200 and isinstance(value, str), body
                return Reaction(said=value)
            case "application/vnd.microsoft.card.adaptive":
                assert body["statusCode"] == 200 and isinstance(value, dict), body
                _check(value)
                self._views[message.id, human.id] = (message.versions, value)
                return Reaction(card=value)
            case "application/vnd.microsoft.error":
                assert body["statusCode"] >= 400 and set(value or ()) >= {"code", "message"}, body
                return Reaction(said=str((value or {})["message"]))
        raise AssertionError(f"Teams knows no answer of the type {body['type']}")

    def _task(
        self, answered: Answered, human: Human, message: Message, *, fetched: bool = False, command: str = ""
    ) -> Reaction:
        """Read what a dialog's invoke was answered with; a `fetched` one must show something."""
        body = answered.body
        if not body:
            assert not fetched, "Teams says “Something went wrong” where no dialog comes"
            return Reaction()
        assert set(body) == {"task"}, f"a dialog is answered with a task, not with {body}"
        task = body["task"]
        if task["type"] == "message":
            assert isinstance(task["value"], str) and task["value"], task
            return Reaction(said=task["value"])
        assert task["type"] == "continue", f"Teams knows no task of the type {task['type']}"
        value = task["value"]
        card = value["card"]
        assert card.get("contentType") == CARD and value.get("title"), value
        assert all(isinstance(value.get(side), int) or value.get(side) in SIZES for side in ("width", "height")), value
        _check(card["content"])
        kinds = {one["type"] for one in actions(card["content"])}
        assert "Action.Execute" not in kinds, "a dialog takes Action.Submit only"
        return Reaction(dialog=Dialog(str(value["title"]), card["content"], human, message, command))


def _check(card: Json) -> None:
    faults = faults_of(card)
    assert not faults, f"{faults} in a card that says {words(card)[:300]}"


def _data(action: Json) -> Json:
    data = action.get("data") or {}
    assert isinstance(data, dict), "Teams merges inputs into an object only"
    return data
