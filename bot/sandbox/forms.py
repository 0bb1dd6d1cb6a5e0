"""Filling in, sending and closing forms, with the checks Slack's own client makes before the bot hears of anything."""

from typing import Any

from bot.sandbox import elements
from bot.sandbox.model import Json, User, View
from bot.sandbox.transport import Answer, Transport
from bot.sandbox.views import ViewRefused
from bot.sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


class Forms:
    """A person's side of the forms the bot opened."""

    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self._workspace = workspace
        self._transport = transport

    def payload(self, kind: str, user: User) -> Json:
        """Start an interaction payload: who did what, in which workspace, with which app."""
        team = self._workspace.team
        return {
            "type": kind, "token": "sandbox", "api_app_id": self._workspace.app.id, "enterprise": None,
            "is_enterprise_install": False, "team": {"id": team.id, "domain": team.domain},
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        }  # fmt: skip

    def shape(self, view: View) -> Json:
        """Say a view as payloads carry it."""
        return view.as_slack(self._workspace.app, self._workspace.team.id)

    def action(self, element: Json, wanted: Json, state: dict[str, dict[str, Json]]) -> Json:
        """Describe a press or a choice, and remember the choice in `state`."""
        done = {"action_id": element["action_id"], "block_id": element["block_id"], "type": element["type"]}
        done["action_ts"] = self._workspace.next_ts()
        if element["type"] == "button":
            done["text"] = element["text"]
            return done | {key: element[key] for key in ("value", "style", "url") if key in element}
        value = elements.chosen(element, wanted.get("option", wanted.get("value")), self._resolve)
        if element["type"] != "overflow":
            state.setdefault(element["block_id"], {})[element["action_id"]] = value
        return done | value

    def fill(self, view: View, values: Json) -> None:
        """Put values into a form; each input is named by label, block id, action id or `block.action`."""
        for name, given in values.items():
            block_id, element = self._input(view, name)
            held = elements.chosen(element, given, self._resolve)
            view.values.setdefault(block_id, {})[element["action_id"]] = held

    async def submit(self, user: User, view: View, values: Json) -> Answer:
        """Send a form. What the person left out is shown at once; what the bot answers is carried out."""
        if not view.body.get("submit"):
            raise elements.NotThere("That form has no button to send it.")
        self.fill(view, values)
        missing = _missing(view)
        self._workspace.views.note(view, errors=missing)
        if missing:
            return Answer(None, problem="required_fields_missing")
        trigger = self._workspace.views.trigger(user.id, view.id)
        payload = self.payload("view_submission", user)
        payload |= {"trigger_id": trigger, "view": self.shape(view), "response_urls": []}
        answer = await self._transport.interaction(payload)
        self._carry_out(user, view, answer)
        return answer

    async def close(self, user: User, view: View, *, everything: bool = False) -> Answer | None:
        """Close a form; the bot hears of it only when it asked to (notify_on_close)."""
        self._workspace.views.close(view, everything=everything)
        if not view.body.get("notify_on_close"):
            return None
        payload = self.payload("view_closed", user) | {"view": self.shape(view), "is_cleared": everything}
        return await self._transport.interaction(payload)

    def _carry_out(self, user: User, view: View, answer: Answer) -> None:
        views, wish = self._workspace.views, answer.content() if answer.acknowledged else {}
        action = wish.get("response_action")
        try:
            if not answer.acknowledged:
                views.note(view, trouble=TROUBLE)
            elif action == "errors":
                views.note(view, errors=_known_errors(view, wish.get("errors") or {}))
            elif action == "update":
                views.update(view, wish["view"])
            elif action == "push":
                views.stack_up(user.id, wish["view"])
            else:
                views.close(view, everything=action == "clear")
        except (ViewRefused, KeyError) as problem:
            views.note(view, trouble=f"{TROUBLE} ({problem})")

    def _input(self, view: View, name: str) -> tuple[str, Json]:
        known = list(elements.input_elements(view.blocks))
        both = elements.interactive(view.blocks)
        labels = {block["block_id"]: elements.label_of(block, element) for block, element in both}
        for block_id, element in known:
            names = (block_id, element["action_id"], f"{block_id}.{element['action_id']}", labels[block_id])
            if name in names:
                return block_id, element
        have = ", ".join(f"{labels[block_id]} ({block_id}.{element['action_id']})" for block_id, element in known)
        raise elements.NotThere(f"There is no input {name!r} in that form; it has: {have or 'none'}.")

    def _resolve(self, kind: str, name: str) -> str:
        return self._workspace.user(name).id if kind == "user" else self._workspace.channel(name).id


def _missing(view: View) -> dict[str, str]:
    problems: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        held: Json = view.values.get(block["block_id"], {}).get(element["action_id"], {})
        if elements.is_empty(held):
            if not block.get("optional"):
                problems[block["block_id"]] = "Please complete this required field."
        elif problem := _wrong_length(element, held.get("value")):
            problems[block["block_id"]] = problem
    return problems


def _wrong_length(element: Json, text: Any) -> str:
    if isinstance(text, str) and len(text) < element.get("min_length", 0):
        return f"Please write at least {element['min_length']} characters."
    if isinstance(text, str) and len(text) > element.get("max_length", len(text)):
        return f"Please write at most {element['max_length']} characters."
    return ""


def _known_errors(view: View, errors: Json) -> dict[str, str]:
    """Keep the errors Slack can show: those of input blocks. An error for anything else would be lost."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    lost = [block_id for block_id in errors if block_id not in inputs]
    if lost or not errors:
        raise ViewRefused(f"errors for blocks that are no inputs: {', '.join(lost) or 'none given'}")
    return {block_id: str(text) for block_id, text in errors.items()}
