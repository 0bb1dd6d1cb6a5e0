"""The part of the control API that does what people do: speak, press, fill in, send, run, open."""

from bot.sandbox.bench import Bench, Endpoint, required
from bot.sandbox.model import Json, View
from bot.sandbox.workspace import Unknown


class Gestures:
    """Each method is one gesture by the person named in `as`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._interactions = bench.interactions
        self._forms = bench.interactions.forms

    def endpoints(self) -> list[Endpoint]:
        """Describe and bind every gesture."""
        in_message: Json = {"as": "ana", "room": "#support", "ts": "1.000001"}
        values = {"Reason": "Wrong policy", "mode.choice": "stale_policy"}
        return [
            Endpoint("POST", "messages", self.say, {"as": "ana", "room": "#support", "text": "Hi @ratchet"}),
            Endpoint("POST", "messages/edit", self.edit, in_message | {"text": "Hello"}),
            Endpoint("POST", "messages/delete", self.delete, in_message),
            Endpoint("POST", "reactions", self.react, in_message | {"name": "eyes"}),
            Endpoint("POST", "press", self.press, in_message | {"action": "approve"}),
            Endpoint("POST", "forms/fill", self.fill, {"as": "ana", "values": values}),
            Endpoint("POST", "forms/submit", self.submit, {"as": "ana", "values": values}),
            Endpoint("POST", "forms/close", self.close, {"as": "ana"}),
            Endpoint("POST", "forms/press", self.press_in_form, {"as": "ana", "action": "add_row"}),
            Endpoint("POST", "home/open", self.open_home, {"as": "ana"}),
            Endpoint("POST", "home/press", self.press_in_home, {"as": "ana", "action": "refresh"}),
            Endpoint("POST", "commands", self.command, {"as": "ana", "room": "#support", "text": "/eval-case https://..."}),
            Endpoint("POST", "shortcuts", self.shortcut, in_message | {"callback_id": "eval_case"}),
            Endpoint("POST", "options", self.options, {"as": "ana", "action": "article", "typed": "ref"}),
            Endpoint("POST", "members", self.members, {"room": "#support", "user": "ratchet"}),
        ]  # fmt: skip

    async def say(self, asked: Json) -> Json:
        """Say something.

        Also: thread, broadcast, files, blocks, forward (a link), raw; or integration (a name), its bot_id,
        workflow: true.
        """
        room = self._bench.room(asked)
        if asked.get("integration"):
            name, workflow = str(asked["integration"]), bool(asked.get("workflow"))
            message = self._bench.speech.integration(room, name, asked, workflow=workflow)
        else:
            message = self._bench.speech.say(self._bench.actor(asked), room, asked)
        return {"ts": message.ts, "room": room.id, "text": message.text}

    async def edit(self, asked: Json) -> Json:
        """Change one's own message."""
        self._bench.speech.edit(self._bench.actor(asked), self._bench.message(asked), required(asked, "text"))
        return {}

    async def delete(self, asked: Json) -> Json:
        """Take back one's own message."""
        self._bench.speech.delete(self._bench.actor(asked), self._bench.message(asked))
        return {}

    async def react(self, asked: Json) -> Json:
        """React to a message; remove: true takes it off."""
        name, remove = required(asked, "name").strip(":"), bool(asked.get("remove"))
        message, actor = self._bench.message(asked), self._bench.actor(asked)
        return {"changed": self._bench.workspace.react(message, name, actor.id, remove=remove)}

    async def press(self, asked: Json) -> Json:
        """Press a button in a message, or choose in its menus (option: label or value, or a list).

        Name it by action id or label; block and value tell equal ones apart.
        """
        required(asked, "action")
        message = self._bench.message(asked)
        return (await self._interactions.press_in_message(self._bench.actor(asked), message, asked)).told()

    async def fill(self, asked: Json) -> Json:
        """Fill in the open form without sending it."""
        view = self._open_form(asked)
        self._forms.fill(view, asked.get("values") or {})
        return {"values": view.values}

    async def submit(self, asked: Json) -> Json:
        """Fill in and send the open form. Inputs are named by label, block id, action id or block.action."""
        view, actor = self._open_form(asked), self._bench.actor(asked)
        answer = await self._forms.submit(actor, view, asked.get("values") or {})
        on_top = self._bench.workspace.views.top(actor.id)
        return answer.told() | {"errors": view.errors, "trouble": view.trouble, "open": on_top.id if on_top else None}

    async def close(self, asked: Json) -> Json:
        """Close the open form, or with all: true the whole stack."""
        view, everything = self._open_form(asked), bool(asked.get("all"))
        answer = await self._forms.close(self._bench.actor(asked), view, everything=everything)
        return answer.told() if answer else {"acknowledged": None}

    async def press_in_form(self, asked: Json) -> Json:
        """Press or choose in the open form."""
        required(asked, "action")
        view = self._open_form(asked)
        return (await self._interactions.press_in_view(self._bench.actor(asked), view, asked)).told()

    async def open_home(self, asked: Json) -> Json:
        """Open the app's Home tab."""
        self._interactions.open_home(self._bench.actor(asked))
        return {}

    async def press_in_home(self, asked: Json) -> Json:
        """Press or choose in Home."""
        required(asked, "action")
        actor = self._bench.actor(asked)
        home = self._bench.workspace.views.homes.get(actor.id)
        if home is None:
            raise Unknown(f"The bot has not published a Home tab for @{actor.name} yet.")
        return (await self._interactions.press_in_view(actor, home, asked)).told()

    async def command(self, asked: Json) -> Json:
        """Run a slash command; with thread it is refused, as in Slack."""
        typed, in_thread = required(asked, "text"), bool(asked.get("thread"))
        actor, room = self._bench.actor(asked), self._bench.room(asked)
        answer = await self._interactions.command(actor, room, typed, in_thread=in_thread)
        return answer.told() | {"body": answer.content()}

    async def shortcut(self, asked: Json) -> Json:
        """Run a message shortcut, or without ts a global one."""
        actor, callback_id = self._bench.actor(asked), required(asked, "callback_id")
        if not asked.get("ts"):
            return (await self._interactions.global_shortcut(actor, callback_id)).told()
        return (await self._interactions.message_shortcut(actor, self._bench.message(asked), callback_id)).told()

    async def options(self, asked: Json) -> Json:
        """Ask what an external select of the open form, or of a message, offers."""
        actor = self._bench.actor(asked)
        blocks = self._bench.message(asked).blocks if asked.get("ts") else self._open_form(asked).blocks
        typed, action = str(asked.get("typed", "")), required(asked, "action")
        return {"options": await self._interactions.options(actor, blocks, action, typed)}

    async def members(self, asked: Json) -> Json:
        """Add a person or the bot to a room; leave: true removes."""
        user, room = self._bench.workspace.user(required(asked, "user")), self._bench.room(asked)
        if asked.get("leave"):
            self._bench.workspace.leave(room, user)
        else:
            self._bench.workspace.join(room, user)
        return {"members": room.members}

    def _open_form(self, asked: Json) -> View:
        actor = self._bench.actor(asked)
        if asked.get("view"):
            for view in self._bench.workspace.views.stacks.get(actor.id, ()):
                if view.id == asked["view"]:
                    return view
        found = self._bench.workspace.views.top(actor.id)
        if found is None or asked.get("view"):
            raise Unknown(f"@{actor.name} has no such form open.")
        return found
