"""The buttons and inputs of Adaptive Cards, and what they send when they are pressed or filled in.

A button sends its action and its subject. One that opens a form asks Teams for a dialog; the others are Action.Execute,
with Action.Submit for clients that do not know it. What is to be confirmed first folds out, for Teams asks nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from bot.cards.adaptive_text import Mentions, block, line, small
from bot.cards.elements import (
    Actions,
    Button,
    Choice,
    DateInput,
    Form,
    Input,
    PersonInput,
    Strong,
    Style,
    TextInput,
    Tick,
    Tone,
)
from bot.cards.words import clean, head, linkable, units

Json = dict[str, Any]

BUTTONS, BUTTON_TEXT, BUTTON_SUBJECT = 6, 75, 2000
LABEL, HINT, OPTION_TEXT, OPTIONS, RADIOS = 500, 1000, 200, 200, 10
LINE, MOST_LINES = 75, 16  # characters of a line in a dialog, and lines of a box
FORM = "form"
"""Under this name a form sends the id that it was opened under; no input is called so."""
_STYLES = {Style.PLAIN: "default", Style.PRIMARY: "positive", Style.DANGER: "destructive"}


@dataclass(frozen=True, slots=True)
class Door:
    """What buttons lead to: `opens` tells which actions open a form, `form` is the id of the form they stand in."""

    opens: Callable[[str], bool]
    form: str = ""


# --- buttons ----------------------------------------------------------------------------------------------------------


def actions(shown: Actions, door: Door, mentions: Mentions) -> list[Json]:
    """Show the first buttons as such and put the others, and `more`, into the menu that Teams shows beside them."""
    able = [button for button in (*shown.buttons, *shown.more) if _is_able(button)]
    folded = [button for button in able if button in shown.more and button not in shown.buttons and not button.confirm]
    room = len(able) - len(folded) - BUTTONS
    for button in reversed(able):
        if room > 0 and button not in folded and not button.confirm:
            folded.append(button)
            room -= 1
    beside = [_button(button, door) for button in able if button not in folded]
    menu = [_button(button, door) | {"mode": "secondary"} for button in able if button in folded]
    rows = [beside[start : start + BUTTONS] for start in range(0, len(beside), BUTTONS)] or [[]]
    rows[-1] += menu
    lost = len(shown.buttons) + len(shown.more) - len(able)
    said = f"{lost} button{' is' if lost == 1 else 's are'} missing here: Teams cannot carry what they stand for."
    missing = small((said,), HINT, mentions) if lost else []
    return [{"type": "ActionSet", "actions": row} for row in rows if row] + missing


def _is_able(button: Button) -> bool:
    if button.url:
        return linkable(button.url)
    target = button.action + button.subject
    return 0 < len(button.action) <= 200 and units(button.subject) <= BUTTON_SUBJECT and clean(target) == target


def _button(button: Button, door: Door) -> Json:
    label = line(button.label, BUTTON_TEXT) or line(button.action, BUTTON_TEXT) or "Open"
    pressed: Json = {"title": label}
    if button.style is not Style.PLAIN:
        pressed["style"] = _STYLES[button.style]
    act = pressed | _target(button, label, door)
    question = block((button.confirm,), 300, Mentions())
    if not question:
        return act
    return pressed | {"type": "Action.ShowCard", "card": {"type": "AdaptiveCard", "body": question, "actions": [act]}}


def _target(button: Button, label: str, door: Door) -> Json:
    if button.url:
        return {"type": "Action.OpenUrl", "url": button.url}
    data: Json = {"action": button.action, "subject": button.subject}
    if door.form:  # a dialog can only be submitted
        return {"type": "Action.Submit", "data": data | {FORM: door.form}, "associatedInputs": "None"}
    if door.opens(button.action):
        return {"type": "Action.Submit", "data": {"msteams": {"type": "task/fetch"}} | data}
    older = {"type": "Action.Submit", "title": label, "data": data}
    return {"type": "Action.Execute", "verb": button.action, "data": data, "fallback": older}


# --- inputs -----------------------------------------------------------------------------------------------------------


def input_names(form: Form) -> dict[int, str]:
    """Give the name that each input of a form is sent under, by its place: equal names are told apart by "~2", "~3"."""
    seen: dict[str, int] = {}
    names = {}
    for at, element in enumerate(form.elements):
        if isinstance(element, Input):
            name = head(clean(element.name), 200) or "input"
            seen[name] = seen.get(name, 0) + 1
            names[at] = name if seen[name] == 1 else f"{name}~{seen[name]}"
    return names


def values_of(form: Form, sent: Mapping[str, Any]) -> dict[str, str]:
    """Give what was filled in, by input: only what the form asks for, and of a choice only what it offers."""
    values = {}
    for at, name in input_names(form).items():
        element, said = form.elements[at], sent.get(name)
        value = clean(said) if isinstance(said, str) else ""
        match element:
            case TextInput(max_length=most):
                value = head(value, max(most, 1))  # no client of Teams lets anybody type more
            case Tick():
                value = "yes" if value in ("yes", "true") else ""
            case Choice(options=options):
                value = value if value in {offered for offered, _ in options} else ""
            case DateInput():
                value = value[:10]  # some clients add a time
        values[name] = value
    return values


def input_elements(shown: Input, name: str, typed: str | None, error: str, mentions: Mentions) -> list[Json]:
    """Show one input: what is wrong with it above, its hint below. `typed` is what it held when it was sent."""
    field, hint = _field(shown, typed)
    label = line(shown.label, LABEL) or line(name, LABEL)
    wrong = errors((error,), mentions) if error else []
    if not field:
        return [*wrong, *small((f"{label}: there is nothing to choose from.",), HINT, mentions)]
    told = small((hint,), HINT, mentions)
    for element in told:
        element["spacing"] = "Small"
    if isinstance(shown, Tick):
        return [*wrong, field | {"id": name, "title": label, "wrap": True}, *told]
    return [*wrong, _roomy(field | {"id": name, "label": label}), *told]


def _roomy(field: Json) -> Json:
    """Give a box the height of the text in it, up to a screen; by itself Teams shows three lines."""
    text = field.get("value", "") if field.get("isMultiline") else ""
    lines = sum(1 + len(each) // LINE for each in text.split("\n"))
    if lines <= 3:
        return field
    height = f"{min(lines, MOST_LINES) * 20 + 50}px"
    return {"type": "Container", "minHeight": height, "items": [field | {"height": "stretch"}]}


def errors(said: Sequence[str], mentions: Mentions) -> list[Json]:
    """Say what is wrong, in the colour for it and with a sign."""
    lines = [block((f"{Tone.WARNING.sign} ", Strong(each)), HINT, mentions, color="Attention") for each in said]
    return [element for each in lines for element in each]


def _field(shown: Input, typed: str | None) -> tuple[Json, str]:
    """Give the input, empty where there is nothing to choose from, and its hint."""
    match shown:
        case TextInput():
            return _text_field(shown, shown.initial if typed is None else typed)
        case Choice():
            return _choice(shown, shown.initial if typed is None else typed), shown.hint
        case Tick(hint=hint):
            box: Json = {"type": "Input.Toggle", "valueOn": "yes", "valueOff": ""}
            return box | ({"value": "yes"} if typed == "yes" else {}), hint
        case PersonInput(hint=hint):
            people = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
            picker: Json = {"type": "Input.ChoiceSet", "choices": [], "choices.data": people}
            picker |= {"placeholder": "Search by name", **_required("Name somebody.")}
            return picker | ({"value": clean(typed)} if typed else {}), hint
        case DateInput(initial=day, hint=hint):
            value = (day.isoformat() if day else "") if typed is None else typed
            return {"type": "Input.Date"} | ({"value": clean(value)} if value else {}), hint
        case _:
            assert_never(shown)


def _text_field(shown: TextInput, text: str) -> tuple[Json, str]:
    most, begun, hint = max(shown.max_length, 1), clean(text), shown.hint
    field: Json = {"type": "Input.Text", "maxLength": most}
    if shown.multiline:
        field |= {"isMultiline": True}
    if begun:
        field["value"] = head(begun, most)
    if units(begun) > most:
        hint = f"Only the first {most} of {len(begun)} characters fit here. {hint}"
    return field | ({} if shown.optional else _required("Fill this in.")), hint


def _choice(shown: Choice, chosen: str) -> Json:
    able = {value: label for value, label in shown.options if value and clean(value) == value}
    kept = [*([chosen] if chosen in able else []), *(value for value in able if value != chosen)][:OPTIONS]
    choices = [{"title": line(able[value], OPTION_TEXT) or value, "value": value} for value in able if value in kept]
    if not choices:
        return {}
    at_once = shown.radio and len(choices) <= RADIOS
    field: Json = {"type": "Input.ChoiceSet", "style": "expanded" if at_once else "compact", "choices": choices}
    field |= {"wrap": True} if at_once else {"wrap": True, "placeholder": "Choose"}
    field |= {"value": chosen} if chosen in able else {}
    return field | ({} if shown.optional else _required("Choose one."))


def _required(message: str) -> Json:
    return {"isRequired": True, "errorMessage": message}
