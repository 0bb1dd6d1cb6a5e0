"""Find the buttons and inputs in blocks, and turn what a person chose into the shapes Slack sends."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.blocks import options_of
from bot.sandbox.model import Json

TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
OPTION_INPUTS = ("static_select", "radio_buttons", "external_select", "overflow")
OPTIONS_INPUTS = ("multi_static_select", "checkboxes", "multi_external_select")

# element type -> (the key in `state.values`, the key that presets it)
VALUE_KEYS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(TEXT_INPUTS, ("value", "initial_value")),
    **dict.fromkeys(OPTION_INPUTS, ("selected_option", "initial_option")),
    **dict.fromkeys(OPTIONS_INPUTS, ("selected_options", "initial_options")),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
}


class NotThere(LookupError):
    """No such button, input or option; the text says what there is instead."""


def elements_of(block: Json) -> list[Json]:
    """Give the interactive elements of one block."""
    found = [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]
    return [element for element in found if element and (element["type"] == "button" or element["type"] in VALUE_KEYS)]


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every block with each of its interactive elements."""
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def input_elements(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield the block id and element of everything that holds a value."""
    for block, element in interactive(blocks):
        if element["type"] not in ("button", "overflow"):
            yield block["block_id"], element


def with_block_ids(blocks: list[Json], number: Callable[[], int]) -> list[Json]:
    """Give the blocks with the ids Slack makes up where the bot gave none."""
    named = copy.deepcopy(blocks)
    for block in named:
        block["block_id"] = block.get("block_id") or f"b{number()}"
        for element in elements_of(block):
            element["action_id"] = element.get("action_id") or f"a{number()}"
    return named


def initial_values(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    """Give what a form holds before the person touches it. As in Slack, every input of an input block is present."""
    values: dict[str, dict[str, Json]] = {}
    for block_id, element in input_elements(blocks):
        key, preset = VALUE_KEYS[element["type"]]
        empty: Any = [] if key == "selected_options" else None
        held = {"type": element["type"], key: element.get(preset, empty)}
        values.setdefault(block_id, {})[element["action_id"]] = held
    return values


def label_of(block: Json, element: Json) -> str:
    """Give the words a person sees on or over this element."""
    for text in (element.get("text"), block.get("label"), element.get("placeholder")):
        if isinstance(text, dict):
            return str(text["text"])
    return str(element.get("action_id", ""))


def find(blocks: list[Json], wanted: str, *, block_id: str = "", value: str = "", where: str = "that message") -> Json:
    """Find one button or input by action id, label, value or block id, and give it with its `block_id`."""
    known = [(block, element) for block, element in interactive(blocks) if block_id in ("", block["block_id"])]
    for names in (_id_of, _other_names_of):
        found = [(b, e) for b, e in known if wanted in names(b, e) and value in ("", e.get("value"))]
        if len(found) > 1:
            places = ", ".join(f"block {b['block_id']!r} value {e.get('value')!r}" for b, e in found)
            raise NotThere(f"There are {len(found)} of {wanted!r} in {where}; say which block or value: {places}.")
        if found:
            return found[0][1] | {"block_id": found[0][0]["block_id"]}
    have = ", ".join(str(element.get("action_id")) for _, element in known) or "nothing to press"
    raise NotThere(f"There is no button {wanted!r} in {where}; it has: {have}.")


def _id_of(block: Json, element: Json) -> list[Any]:
    return [element.get("action_id")]


def _other_names_of(block: Json, element: Json) -> list[Any]:
    return [label_of(block, element), element.get("value"), block["block_id"]]


def chosen(element: Json, given: Any, resolve: Callable[[str, str], str]) -> Json:
    """Turn what a person chose into Slack's value shape, as in `state.values` and in a block action.

    Options are named by label or value; people and rooms as `resolve(kind, name)` understands them.
    """
    kind = element["type"]
    key, _ = VALUE_KEYS[kind]
    if kind in OPTION_INPUTS:
        picked: Any = None if given in (None, "") else _option(element, given)
    elif kind in OPTIONS_INPUTS:
        picked = [_option(element, one) for one in _listed(given)]
    elif kind in TEXT_INPUTS:
        picked = None if given in (None, "") else str(given)
    elif key.startswith("selected_") and ("user" in key or "conversation" in key or "channel" in key):
        what = "user" if "user" in key else "room"
        names = [resolve(what, str(name)) for name in _listed(given)]
        picked = names if key.endswith("s") else (names[0] if names else None)
    else:
        picked = given or None
    return {"type": kind, key: picked}


def is_empty(value: Json) -> bool:
    """Tell whether a held value counts as not filled in."""
    return all(held in (None, "", []) for key, held in value.items() if key != "type")


def _option(element: Json, given: Any) -> Json:
    if isinstance(given, dict):
        return given
    options = options_of(element)
    for option in options:
        if given in (option.get("value"), option["text"]["text"]):
            return option
    have = ", ".join(str(option.get("value")) for option in options)
    raise NotThere(f"There is no option {given!r} in {element.get('action_id')!r}; it has: {have}.")


def _listed(given: Any) -> list[Any]:
    if given in (None, ""):
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]
