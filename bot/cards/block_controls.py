"""The buttons, menus and inputs of Slack's Block Kit, and the ids by which an answer finds its way back.

A button's action is its `action_id` and its subject the `value`. In an overflow menu, which has one action for all its
options, an option's value is "action|subject". Equal ids in one block are told apart by "~2", "~3" and so on.
"""

import re
from collections.abc import Sequence
from typing import Any, assert_never

from bot.cards.block_text import NOTE_TEXT, note, plain
from bot.cards.elements import Button, Choice, DateInput, Input, PersonInput, Style, TextInput, Tick
from bot.cards.words import clean, head, linkable, units

Json = dict[str, Any]

OPTION_TEXT, OPTION_VALUE, OPTIONS, BUTTON_VALUE, INPUT_TEXT = 75, 150, 100, 2000, 3000
BUTTONS_SHOWN, MENU, ROW, RADIOS = 5, 5, 25, 10
MENU_ACTION, PAGE_ACTION = "more", "page"  # action ids of overflow menus and of buttons that open a page


def numbered(name: str, number: int) -> str:
    """Give the id of the n-th thing of this name: the first one keeps the name itself."""
    return name if number == 1 else f"{name}~{number}"


def unnumbered(name: str) -> str:
    """Give the name that `numbered` was given."""
    return re.sub(r"~\d+$", "", name)


def actions(buttons: Sequence[Button], more: Sequence[Button] = ()) -> list[Json]:
    """Show the first buttons as such and fold the others, and `more`, into menus; what cannot be folded is a button."""
    able = [button for button in buttons if _is_able(button)]
    hidden = [button for button in more if _is_able(button)]
    lost = len(buttons) + len(more) - len(able) - len(hidden)
    folded: list[Button] = []
    if len(able) > BUTTONS_SHOWN:
        folded = [button for button in able[BUTTONS_SHOWN - 1 :] if _folds(button)]
    folded += [button for button in hidden if _folds(button)]
    elements = [_button(button) for button in (*able, *hidden) if button not in folded]
    elements += [_menu(folded[start : start + MENU]) for start in range(0, len(folded), MENU)]
    seen: dict[str, int] = {}
    for element in elements:
        name = element["action_id"]
        seen[name] = seen.get(name, 0) + 1
        element["action_id"] = numbered(name, seen[name])
    rows = [elements[start : start + ROW] for start in range(0, len(elements), ROW)]
    missing = note((f"{lost} buttons cannot be offered here.",), NOTE_TEXT) if lost else []
    return [{"type": "actions", "elements": row} for row in rows] + missing


def _is_able(button: Button) -> bool:
    if button.url:
        return linkable(button.url)
    target = button.action + button.subject
    return 0 < len(button.action) <= 200 and units(button.subject) <= BUTTON_VALUE and clean(target) == target


def _folds(button: Button) -> bool:
    return not button.confirm and units(f"{button.action}|{button.subject}") <= OPTION_VALUE


def _button(button: Button) -> Json:
    shown: Json = {"type": "button", "text": plain(button.label, 75) or plain(button.action or "Open", 75)}
    if button.style is not Style.PLAIN:
        shown["style"] = button.style.value
    if button.url:
        return shown | {"action_id": PAGE_ACTION, "url": button.url}
    shown |= {"action_id": button.action} | ({"value": button.subject} if button.subject else {})
    question = plain(button.confirm, 300)
    if question is None:
        return shown
    yes = plain(button.label, 30) or plain("Yes", 30)
    asked = {"title": plain("Are you sure?", 100), "text": question, "confirm": yes, "deny": plain("Cancel", 30)}
    return shown | {"confirm": asked | ({"style": "danger"} if button.style is Style.DANGER else {})}


def _menu(buttons: Sequence[Button]) -> Json:
    options = []
    for button in buttons:
        label = plain(button.label, OPTION_TEXT) or plain(button.action or "Open", OPTION_TEXT)
        target = {"value": PAGE_ACTION, "url": button.url} if button.url else {}
        options.append({"text": label, "value": f"{button.action}|{button.subject}", **target})
    return {"type": "overflow", "action_id": MENU_ACTION, "options": options}


def input_block(shown: Input) -> list[Json]:
    """Show one input. Its name is the id of its block and of its element, so errors and values find it."""
    hint, optional = shown.hint, False
    match shown:
        case TextInput(initial=initial, max_length=most):
            most = min(max(most, 1), INPUT_TEXT)
            element: Json = {"type": "plain_text_input", "multiline": shown.multiline, "max_length": most}
            element |= {"initial_value": head(clean(initial), most)} if clean(initial) else {}
            optional = shown.optional
            if units(clean(initial)) > most:
                hint = f"Only the first {most} of {len(initial)} characters fit here. {hint}"
        case Choice(options=options, initial=initial):
            element, optional = _select(options, initial), shown.optional
            if shown.radio and element and len(element["options"]) <= RADIOS:
                element["type"] = "radio_buttons"
            if not element:
                return note((f"{shown.label}: there is nothing to choose from.",), NOTE_TEXT)
        case Tick():
            element, optional = {"type": "checkboxes", "options": [_option("yes", "Yes")]}, True
        case PersonInput():
            element = {"type": "users_select"}
        case DateInput(initial=day):
            element = {"type": "datepicker"} | ({"initial_date": day.isoformat()} if day else {})
            optional = True
        case _:
            assert_never(shown)
    label = plain(shown.label, 2000) or plain(shown.name or "…", 2000)
    name = head(clean(shown.name), 200) or "input"
    block = {"type": "input", "block_id": name, "label": label, "element": element | {"action_id": name}}
    explained = plain(hint, 2000)
    return [block | {"optional": optional} | ({"hint": explained} if explained else {})]


def _select(options: Sequence[tuple[str, str]], initial: str) -> Json:
    able = {value: label for value, label in options if 0 < units(value) <= OPTION_VALUE and clean(value) == value}
    chosen = [value for value in able if value == initial]
    values = (chosen + [value for value in able if value != initial])[:OPTIONS]
    shown = [_option(value, able[value]) for value in able if value in values]
    if not shown:
        return {}
    first = [option for option in shown if option["value"] == initial]
    return {"type": "static_select", "options": shown} | ({"initial_option": first[0]} if first else {})


def _option(value: str, label: str) -> Json:
    return {"text": plain(label, OPTION_TEXT) or plain(value, OPTION_TEXT) or plain("–", OPTION_TEXT), "value": value}
