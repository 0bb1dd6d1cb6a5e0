"""Tell whether Slack would accept these blocks: slack_sdk's own checks, and by hand the ones it leaves out."""

import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from bot.sandbox.model import Json

FILE_ID = re.compile("F[A-Z0-9]{8,}")
MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
TABLE_COLUMNS, TABLE_CHARACTERS = 20, 10_000  # the characters of all cells of a message together
CELLS = ("raw_text", "raw_number", "rich_text")
MESSAGE_CHARACTERS = 13_200  # measured by others, not documented: see slackapi/bolt-js issue 2509
VIEW_BYTES = 250_000
OPTION_LIMITS = {"text": 75, "description": 75, "value": 150}
CONFIRM_LIMITS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}

TEXT_LIMITS: dict[str, dict[str, int]] = {
    "section": {"text": 3000},
    "header": {"text": 150},
    "markdown": {"text": 12_000},
    "button": {"text": 75, "value": 2000, "url": 3000},
    "input": {"label": 2000, "hint": 2000},
    "image": {"alt_text": 2000, "title": 2000, "image_url": 3000},
    "modal": {"title": 24, "submit": 24, "close": 24, "private_metadata": 3000, "callback_id": 255, "external_id": 255},
    "home": {"private_metadata": 3000, "callback_id": 255, "external_id": 255},
}
COUNTS: dict[str, tuple[str, int, int]] = {
    "section": ("fields", 1, 10),
    "actions": ("elements", 1, 25),
    "context": ("elements", 1, 10),
    "overflow": ("options", 1, 5),
    "static_select": ("options", 1, 100),
    "multi_static_select": ("options", 1, 100),
    "radio_buttons": ("options", 1, 10),
    "checkboxes": ("options", 1, 10),
    "table": ("rows", 1, 100),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "actions": ("elements",),
    "context": ("elements",),
    "header": ("text",),
    "markdown": ("text",),
    "button": ("text",),
    "input": ("label", "element"),
    "image": ("alt_text",),
    "rich_text": ("elements",),
    "table": ("rows",),
    "modal": ("title",),
}
PLAIN_ONLY: dict[str, tuple[str, ...]] = {
    "header": ("text",),
    "button": ("text",),
    "input": ("label", "hint"),
    "modal": ("title", "submit", "close"),
}
INPUTS_ONLY = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input")


class Unusable(Exception):
    """Slack would refuse this; `error` is its word for it and `messages` say where and why."""

    def __init__(self, error: str, messages: list[str]) -> None:
        super().__init__(f"{error}: {'; '.join(messages)}")
        self.error = error
        self.messages = messages


def check_message_blocks(blocks: Any) -> None:
    """Accept what chat.postMessage accepts, and raise `Unusable` for the rest."""
    problems = list(_list_problems(blocks, "/blocks", MESSAGE_BLOCKS)) or list(_table_problems(blocks))
    if problems:
        raise Unusable("invalid_blocks", problems)
    if _characters(blocks) > MESSAGE_CHARACTERS:
        raise Unusable("msg_blocks_too_long", [f"[ERROR] over {MESSAGE_CHARACTERS} characters in all"])


def check_view(view: Any, kind: str) -> None:
    """Accept what views.open and views.publish accept, and raise `Unusable` for the rest."""
    if not isinstance(view, dict) or view.get("type") != kind:
        raise Unusable("invalid_arguments", [f"[ERROR] type must be {kind!r} [json-pointer:/view/type]"])
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Unusable("view_too_large", [f"[ERROR] over {VIEW_BYTES} bytes [json-pointer:/view]"])
    around = {key: value for key, value in view.items() if key != "blocks"}
    problems = [problem for pointer, node in _nodes(around, "/view") for problem in _node_problems(node, pointer)]
    if not problems:
        problems += _list_problems(view.get("blocks"), "/view/blocks", VIEW_BLOCKS)
    if not problems:
        tables = (index for index, block in enumerate(view["blocks"]) if block["type"] == "table")
        problems += [_problem("a view shows no tables", f"/view/blocks/{index}") for index in tables]
    if not problems and kind == "modal" and not view.get("submit") and _has_input(view["blocks"]):
        problems.append("[ERROR] submit is required when blocks contain an input [json-pointer:/view/submit]")
    if problems:
        raise Unusable("invalid_arguments", problems)


def _has_input(blocks: list[Json]) -> bool:
    return any(block.get("type") == "input" for block in blocks)


def _list_problems(blocks: Any, where: str, most: int) -> Iterator[str]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield _problem("must be an array of blocks", where)
        return
    if len(blocks) > most:
        yield _problem(f"no more than {most} items allowed", where)
    yield from _repeated([block.get("block_id") for block in blocks], "block_id", where)
    for index, block in enumerate(blocks):
        yield from _block_problems(block, f"{where}/{index}")


def _block_problems(block: Json, where: str) -> Iterator[str]:
    found = list(_sdk_problems(block, where))
    action_ids = []
    for pointer, node in _nodes(block, where):
        found += _node_problems(node, pointer)
        action_ids.append(node.get("action_id"))
    found += _repeated(action_ids, "action_id", where)
    if block.get("type") == "actions":
        found += [
            _problem(f"unsupported element {element.get('type')!r}", f"{where}/elements/{index}")
            for index, element in enumerate(block.get("elements") or ())
            if isinstance(element, dict) and element.get("type") in INPUTS_ONLY
        ]
    yield from dict.fromkeys(found)


def _sdk_problems(block: Json, where: str) -> Iterator[str]:
    problem, at = _refused_by_sdk(json.dumps(block))
    if problem:
        yield _problem(problem, f"{where}{at}")


@functools.lru_cache(maxsize=4096)
def _refused_by_sdk(block: str) -> tuple[str, str]:
    """What slack_sdk says against the block, and where in it; a card that is shown anew has mostly the same blocks."""
    given = json.loads(block)
    kind = given.get("type")
    try:
        parsed = Block.parse(given)
        if parsed is None:
            return f"unsupported type: {kind!r}", "/type"
        parsed.validate_json()
        parsed.to_dict()  # the only way to have nested elements checked as well
    except SlackObjectFormationError as problem:
        return str(problem), ""
    except (TypeError, ValueError, KeyError, AttributeError) as problem:
        return f"not a valid {kind} block ({problem})", ""
    return "", ""


def _node_problems(node: Json, where: str) -> Iterator[str]:
    kind = str(node.get("type", ""))
    for key in REQUIRED.get(kind, ()):
        if node.get(key) in (None, ""):
            yield _problem(f"missing required field: {key}", where)
    for key in PLAIN_ONLY.get(kind, ()):
        if isinstance(node.get(key), dict) and node[key].get("type") != "plain_text":
            yield _problem("must be a plain_text object", f"{where}/{key}")
    if kind == "image":
        yield from _image_problems(node, where)
    if kind in ("plain_text", "mrkdwn", "text", "markdown"):
        yield from _text_problems(node.get("text"), f"{where}/text")
    yield from _too_long(node, TEXT_LIMITS.get(kind, {}), where)
    yield from _count_problems(node, kind, where)
    for index, field in enumerate(node.get("fields") or () if kind == "section" else ()):
        yield from _too_long({"field": field}, {"field": 2000}, f"{where}/fields/{index}")
    if isinstance(node.get("confirm"), dict):
        yield from _too_long(node["confirm"], CONFIRM_LIMITS, f"{where}/confirm")
    for index, option in enumerate(options_of(node)):
        yield from _too_long(option, OPTION_LIMITS, f"{where}/options/{index}")


def _text_problems(text: Any, where: str) -> Iterator[str]:
    if not isinstance(text, str):
        yield _problem("must be a string", where)
    elif not text:
        yield _problem("must be more than 0 characters", where)


def _image_problems(image: Json, where: str) -> Iterator[str]:
    file = image.get("slack_file")
    if bool(file) == bool(image.get("image_url")):
        yield _problem("must have either image_url or slack_file", where)
    elif file and (not isinstance(file, dict) or bool(file.get("id")) == bool(file.get("url"))):
        yield _problem("must have either id or url", f"{where}/slack_file")
    elif file and file.get("id") and not FILE_ID.fullmatch(str(file["id"])):
        yield _problem(f"input must match regex pattern: {FILE_ID.pattern}", f"{where}/slack_file/id")


def _count_problems(node: Json, kind: str, where: str) -> Iterator[str]:
    if kind not in COUNTS:
        return
    key, least, most = COUNTS[kind]
    items = node.get(key)
    if isinstance(items, list) and not least <= len(items) <= most:
        yield _problem(f"must have between {least} and {most} items", f"{where}/{key}")
    if kind == "table" and isinstance(items, list):
        yield from _cell_problems(items, f"{where}/rows")


def _cell_problems(rows: list[Any], where: str) -> Iterator[str]:
    for index, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= TABLE_COLUMNS:
            yield _problem(f"must be an array of 1 to {TABLE_COLUMNS} cells", f"{where}/{index}")
        elif any(not isinstance(cell, dict) or cell.get("type") not in CELLS for cell in row):
            yield _problem(f"a cell must be one of {', '.join(CELLS)}", f"{where}/{index}")


def _table_problems(blocks: list[Json]) -> Iterator[str]:
    tables = [index for index, block in enumerate(blocks) if block.get("type") == "table"]
    if len(tables) > 1:
        yield _problem("only one table allowed", f"/blocks/{tables[1]}")
    if _characters([blocks[index] for index in tables]) > TABLE_CHARACTERS:
        yield _problem(f"over {TABLE_CHARACTERS} characters in the cells of a table", f"/blocks/{tables[0]}/rows")


def options_of(element: Json) -> list[Json]:
    """Give every option of a select, menu, radio group or checkbox group, grouped or not."""
    grouped = [option for group in element.get("option_groups") or () for option in group.get("options", ())]
    return [option for option in [*(element.get("options") or ()), *grouped] if isinstance(option, dict)]


def _too_long(node: Json, limits: dict[str, int], where: str) -> Iterator[str]:
    for key, limit in limits.items():
        value = node.get(key)
        text = value.get("text") if isinstance(value, dict) else value
        if isinstance(text, str) and len(text) > limit:
            yield _problem(f"must be less than {limit + 1} characters", f"{where}/{key}")


def _repeated(names: list[Any], what: str, where: str) -> Iterator[str]:
    given = [name for name in names if name]
    for name in dict.fromkeys(name for name in given if given.count(name) > 1):
        yield _problem(f"duplicate {what}: {name}", where)


def _nodes(value: Any, where: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        yield where, value
        for key, inner in value.items():
            yield from _nodes(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nodes(inner, f"{where}/{index}")


def _characters(blocks: list[Json]) -> int:
    return sum(len(node["text"]) for _, node in _nodes(blocks, "") if isinstance(node.get("text"), str))


def _problem(text: str, where: str) -> str:
    return f"[ERROR] {text} [json-pointer:{where}]"
