"""What Slack sends (events, presses, shortcuts, commands, forms) as our stimuli: pure functions of its JSON."""

import json
from typing import Any

from bot.cards.block_controls import MENU_ACTION, PAGE_ACTION, unnumbered
from bot.domain.chat import Click, Command, MessageRef, Person, Place, Stimulus, Submission
from bot.platforms.slack.events import SLACK, Own, parse_event
from bot.platforms.slack.text import plain_text

Json = dict[str, Any]


def parse(body: Json, own: Own) -> Stimulus | None:
    """Read any delivery; None for what is not for us, which is no error."""
    match body.get("type"):
        case "event_callback":
            return parse_event(body, own)
        case "block_actions":
            return _click(body)
        case "message_action":
            return _message_shortcut(body)
        case "shortcut":
            actor = _actor(body)
            return Command(_key(body), str(body.get("callback_id", "")), "", actor, Place(SLACK, actor.id))
        case "view_submission":
            return _submission(body)
        case _:
            return _slash_command(body) if body.get("command") else None


def concerns(body: Json, own: Own) -> bool:
    """Tell whether a delivery is of our workspace: Slack signs those of every workspace with the app the same way.

    In a room that is shared with another organisation several teams may be named; then ours is one of them.
    """
    view, granted = body.get("view") or {}, body.get("authorizations") or ()
    if body.get("is_enterprise_install") in (True, "true") or any(one.get("is_enterprise_install") for one in granted):
        return True
    named = [(body.get("team") or {}).get("id"), *(body.get(key) for key in ("team_id", "context_team_id"))]
    named += [view.get("app_installed_team_id"), *(one.get("team_id") for one in granted)]
    return not own.team or not any(named) or own.team in named


def _click(body: Json) -> Click | None:
    action: Json = next(iter(body.get("actions") or ()), {})
    name, subject, value = unnumbered(str(action.get("action_id", ""))), str(action.get("value") or ""), None
    chosen = chosen_value(action)
    if action.get("type") == "overflow" and name == MENU_ACTION:
        name, bar, subject = chosen.partition("|")
        name = name if bar else ""
    elif action.get("type") != "button":
        value = chosen
    if not name or name == PAGE_ACTION:
        return None
    return Click(_key(body), name, subject, _actor(body), _place_of_click(body), value)


def _place_of_click(body: Json) -> Place:
    container, message = body.get("container") or {}, body.get("message") or {}
    room = container.get("channel_id") or (body.get("channel") or {}).get("id")
    if room:
        return Place(SLACK, room, container.get("thread_ts") or message.get("thread_ts"))
    view = body.get("view") or {}
    return remembered(view)[1] or Place(SLACK, _actor(body).id)


def _message_shortcut(body: Json) -> Command:
    message, room = body.get("message") or {}, str((body.get("channel") or {}).get("id", ""))
    ts = str(body.get("message_ts") or message.get("ts") or "")
    place = Place(SLACK, room, message.get("thread_ts") or ts)
    return Command(_key(body), str(body.get("callback_id", "")), "", _actor(body), place, MessageRef(place, ts))


def _slash_command(body: Json) -> Command:
    actor = Person(SLACK, str(body.get("user_id", "")), str(body.get("user_name", "")))
    place = Place(SLACK, str(body.get("channel_id", "")))
    return Command(_key(body), str(body["command"]).lstrip("/"), plain_text(str(body.get("text") or "")), actor, place)


def _submission(body: Json) -> Submission:
    view = body.get("view") or {}
    subject, place = remembered(view)
    values = {
        block: chosen_value(held)
        for block, inputs in ((view.get("state") or {}).get("values") or {}).items()
        for held in inputs.values()
    }
    return Submission(_key(body), str(view.get("callback_id", "")), subject, _actor(body), values, place)


def remembered(view: Json) -> tuple[str, Place | None]:
    """Give the subject and the place that `render_form` put into a view."""
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return "", None
    if not isinstance(kept, dict):
        return "", None
    place = Place(SLACK, kept["room"], kept.get("thread")) if kept.get("room") else None
    return str(kept.get("subject") or ""), place


def chosen_value(held: Json) -> str:
    """Give what somebody entered or chose, as text; several choices are joined by commas."""
    match held.get("type"):
        case "static_select" | "radio_buttons" | "overflow" | "external_select":
            return str((held.get("selected_option") or {}).get("value") or "")
        case "checkboxes" | "multi_static_select":
            return ",".join(str(option.get("value")) for option in held.get("selected_options") or ())
        case _:
            keys = ("selected_user", "selected_conversation", "selected_channel", "selected_date", "value")
            return next((str(held[key]) for key in keys if held.get(key)), "")


def _actor(body: Json) -> Person:
    user = body.get("user") or {}
    return Person(SLACK, str(user.get("id", "")), str(user.get("name") or user.get("username") or ""))


def _key(body: Json) -> str:
    """Every interaction has a trigger of its own; where one is missing, the time of the act and who acted name it."""
    action: Json = next(iter(body.get("actions") or ()), {})
    view = body.get("view") or {}
    spare = (action.get("action_ts"), body.get("action_ts"), view.get("id"), view.get("hash"), _actor(body).id)
    return f"act:{body.get('trigger_id') or ':'.join(str(part) for part in spare if part)}"
