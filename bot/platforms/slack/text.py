"""Slack's text and blocks as the plain text that a person reads."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

_TOKEN = re.compile(r"<([^<>]*)>")
_BROADCASTS = ("channel", "here", "everyone")


def plain_text(text: str, names: Mapping[str, str] | None = None) -> str:
    """Give mrkdwn as people see it: mentions and links spelled out, entities decoded. `names` are people's by id."""
    spelled = _TOKEN.sub(lambda found: _spelled(found.group(1), names or {}), text)
    return spelled.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def without_mention(text: str, user: str) -> str:
    """Take the mentions of this user out of mrkdwn."""
    if not mentions(text, user):
        return text
    before, *after = re.split(rf"<@{re.escape(user)}(?:\|[^<>]*)?>", text)
    if after and not before.strip():
        before, after[0] = "", re.sub(r"^[\s:,]+", "", after[0])
    return "".join((*map(_without_trailing_space, (before, *after[:-1])), *after[-1:])) if after else text


def _without_trailing_space(text: str) -> str:
    """Cut the white space at the end, but no line break: in linear time, which a regular expression would not take."""
    bare = text.rstrip()
    return text[: text.rfind("\n", len(bare)) + 1] if "\n" in text[len(bare) :] else bare


def mentions(text: str, user: str) -> bool:
    """Tell whether mrkdwn mentions this user."""
    return bool(user) and (f"<@{user}>" in text or f"<@{user}|" in text)


def text_of_blocks(blocks: list[Json], names: Mapping[str, str] | None = None) -> str:
    """Give what blocks say, a line a block or a table's row; buttons and pictures say nothing."""
    lines = (_block(block, names or {}) for block in blocks if isinstance(block, dict))
    return "\n".join(line for line in lines if line)


def _spelled(token: str, names: Mapping[str, str]) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return "@" + (label.lstrip("@") or names.get(target[1:], target[1:]))
    if target.startswith("#"):
        return "#" + (label.lstrip("#") or target[1:])
    if target.startswith("!"):
        command = target[1:].partition("^")[0]
        return f"@{command}" if command in _BROADCASTS else (label or f"@{command}")
    return _link(target, label)


def _link(url: str, label: str) -> str:
    address = re.sub(r"^(?:mailto|tel):", "", url)
    if not label or label == address or re.sub(r"^https?://", "", url).rstrip("/") == label.rstrip("/"):
        return address
    return f"{label} ({address})"


def _block(block: Json, names: Mapping[str, str]) -> str:
    match block.get("type"):
        case "rich_text":
            return "\n".join(filter(None, (_rich(part, names) for part in block.get("elements") or ()))).strip()
        case "section" | "header":
            texts = [block.get("text"), *(block.get("fields") or ())]
        case "context":
            texts = list(block.get("elements") or ())
        case "markdown":
            return str(block.get("text") or "").strip()
        case "table":
            return "\n".join(_row(row, names) for row in block.get("rows") or () if isinstance(row, list))
        case _:
            texts = []
    return "\n".join(filter(None, (_object(text, names) for text in texts)))


def _row(row: list[Any], names: Mapping[str, str]) -> str:
    cells = (cell for cell in row if isinstance(cell, dict))
    said = (_block(one, names) or str(one.get("text") or one.get("value") or "") for one in cells)
    return " | ".join(" ".join(cell.split()) for cell in said)


def _object(text: Any, names: Mapping[str, str]) -> str:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        return ""
    return plain_text(str(text.get("text") or ""), names)


def _rich(part: Json, names: Mapping[str, str]) -> str:
    if part.get("type") == "rich_text_list":
        return "\n".join(f"- {_rich(item, names)}" for item in part.get("elements") or ())
    return "".join(_pieces(part.get("elements") or (), names)).rstrip("\n")


def _pieces(elements: Any, names: Mapping[str, str]) -> Iterator[str]:
    for element in elements:
        match element.get("type"):
            case "text":
                yield str(element.get("text", ""))
            case "link":
                yield _link(str(element.get("url", "")), str(element.get("text", "")))
            case "user":
                yield "@" + names.get(element.get("user_id", ""), str(element.get("user_id", "")))
            case "emoji":
                yield f":{element.get('name', '')}:"
            case "broadcast":
                yield f"@{element.get('range', '')}"
            case "channel" | "usergroup":
                yield str(element.get("channel_id") or element.get("usergroup_id") or "")
            case "date":
                yield str(element.get("fallback", ""))
            case _:
                yield ""
