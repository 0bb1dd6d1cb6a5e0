"""The demo's script: the company, what arrives, what a rep does about it, and what must come of it. Pure.

`knowledge/content/demo.yaml` is the script that ships; its first lines explain the keys.
"""

import html
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.model import Json

FACTS = ("Intent", "Risk", "Mood", "Language", "Mentioned")
SIGNS = ("✅", "ℹ️", "⚠️", "⛔")
SUMMARY = re.compile(r"Draft (\d+) for (.+): ([a-z ]+)")


@dataclass(frozen=True, slots=True)
class Scene:
    """One escalation of the script: who writes what by which door, and what follows."""

    id: str
    path: str
    door: str
    customer: Json
    texts: tuple[str, ...]
    expect: str
    then: Json
    check: Json
    room: str = ""
    relay: str = ""
    files: tuple[Json, ...] = ()
    follows: str = ""
    external_id: str = ""
    deliveries: int = 1

    @property
    def name(self) -> str:
        """What the customer is called."""
        return str(self.customer["name"])

    @property
    def title(self) -> str:
        """The path in words."""
        return self.path.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Script:
    """The whole play, and the day on which it takes place."""

    today: date
    team: str
    people: tuple[Json, ...]
    groups: tuple[Json, ...]
    rooms: tuple[Json, ...]
    scenes: tuple[Scene, ...]

    def person(self, identity: str) -> Json:
        """Who this is. Raises KeyError for somebody who is not in the script."""
        return next(person for person in self.people if person["id"] == identity)

    def room_name(self, identity: str) -> str:
        """The name of a room; what is in no script keeps its id."""
        return next((f"#{room['name']}" for room in self.rooms if room["id"] == identity), identity)

    def listed(self, role: str) -> tuple[str, ...]:
        """The handles of the groups that have a role."""
        return tuple(f"@{group['handle']}" for group in self.groups if group.get("role") == role)

    @property
    def relays(self) -> tuple[str, ...]:
        """The ids of the bots that post for customers."""
        return tuple(person["id"] for person in self.people if person["role"] == "bot")

    @property
    def watched(self) -> tuple[str, ...]:
        """The rooms that the bot watches."""
        return tuple(f"#{room['name']}" for room in self.rooms if room.get("watched"))


def load_script(path: Path) -> Script:
    """Read a script."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Script(
        today=raw["today"],
        team=raw["workspace"]["name"],
        people=tuple(raw["people"]),
        groups=tuple(raw["groups"]),
        rooms=tuple(raw["rooms"]),
        scenes=tuple(_scene(entry) for entry in raw["escalations"]),
    )


def _scene(raw: Json) -> Scene:
    return Scene(
        id=raw["id"],
        path=raw["path"],
        door=raw["door"],
        customer={"id": re.sub(r"\W+", "-", raw["from"]["name"].lower()), **raw["from"]},
        texts=tuple(raw.get("texts") or [raw.get("text", "")]),
        expect=raw["expect"],
        then=raw["then"],
        check=raw.get("check", {}),
        room=raw.get("room", ""),
        relay=raw.get("posted_by", ""),
        files=tuple(raw.get("files", ())),
        follows=raw.get("follows", ""),
        external_id=raw.get("external_id", ""),
        deliveries=raw.get("deliveries", 1),
    )


def company(script: Script, manifest: Json) -> Json:
    """The script's company as the sandbox is furnished with it; the app is granted what its manifest asks for."""
    people = [person for person in script.people if person["role"] != "bot"]
    handles = {person["id"]: person["name"].split()[0].lower() for person in people}
    customers = {scene.name: scene.customer for scene in script.scenes if scene.door == "webhook"}
    features = manifest["features"]
    return {
        "team": script.team,
        "users": [
            {"id": one["id"], "name": handles[one["id"]], "real_name": one["name"], "title": one["title"]}
            for one in people
        ],
        "groups": [group | {"users": [handles[member] for member in group["members"]]} for group in script.groups],
        "channels": [
            {"id": room["id"], "name": room["name"], "topic": room["purpose"]}
            | {"private": bool(room.get("private")), "shared": "shared_with" in room}
            for room in script.rooms
        ],
        "customers": list(customers.values()),
        "commands": [
            {key: entry.get(key, "") for key in ("command", "description", "usage_hint")}
            for entry in features["slash_commands"]
        ],
        "shortcuts": features["shortcuts"],
        "scopes": manifest["oauth_config"]["scopes"]["bot"],
        "bot_events": manifest["settings"]["event_subscriptions"]["bot_events"],
    }


@dataclass(frozen=True, slots=True)
class Card:
    """A review card as people see it: its parts, read from what Slack shows."""

    ts: str
    number: int
    customer: str
    state: str
    lines: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    room: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """What triage says, by its labels."""
        rows = (line.partition(": ") for part in self.lines if part.startswith("Intent: ") for line in part.split("\n"))
        return {label.lower(): value for label, _, value in rows if label in FACTS}

    @property
    def draft(self) -> str:
        """The draft with its markers, or nothing."""
        heading = re.compile(rf"Draft {self.number}  ·")
        found = [index for index, part in enumerate(self.lines) if heading.match(part)]
        return self.lines[found[0] + 1] if found and found[0] + 1 < len(self.lines) else ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The numbered sources."""
        return tuple(line for part in self.lines if part.startswith("Sources\n") for line in part.split("\n")[1:])

    @property
    def notices(self) -> tuple[str, ...]:
        """What the card points out: warnings, holds, the missing draft, the decision."""
        return tuple(part for part in self.lines if part.startswith(SIGNS))

    @property
    def abstains(self) -> bool:
        """Whether the bot says that it has no draft."""
        return any("No draft." in part for part in self.notices)


def read_card(message: Json, names: dict[str, str], room: str = "") -> Card | None:
    """Read a message as a review card; None when it is none. `names` are people's, by id."""
    summary = SUMMARY.fullmatch(html.unescape(str(message.get("text", ""))))
    if summary is None:
        return None
    blocks = message.get("blocks") or []
    shown = (words(block, names) for block in blocks if block["type"] not in ("actions", "divider"))
    buttons = [
        str((element.get("text") or {}).get("text", ""))
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]
    lines = tuple(text for text in shown if text)
    return Card(message["ts"], int(summary[1]), summary[2], summary[3].strip(), lines, tuple(buttons), room)


def words(piece: Any, names: dict[str, str]) -> str:
    """What a block or an element of one says to a reader."""
    if not isinstance(piece, dict):
        return ""
    match piece.get("type"):
        case "user":
            return f"@{names.get(piece['user_id'], piece['user_id'])}"
        case "date":
            return str(piece.get("fallback", ""))
        case "link":
            return str(piece.get("text") or piece["url"])
        case "emoji":
            return f":{piece['name']}:"
        case "mrkdwn" | "plain_text":
            return html.unescape(str(piece["text"])).replace("\u2060", "")
        case "text" | "raw_text":
            return str(piece["text"])
        case "image":
            return f"[picture: {piece['alt_text']}]"
        case "table":
            return "\n".join(" | ".join(words(cell, names) for cell in row) for row in piece["rows"])
    inside = [piece.get("text"), *(piece.get("fields") or ()), *(piece.get("elements") or ())]
    return ("" if "rich" in str(piece.get("type")) else " ").join(words(one, names) for one in inside if one).strip()
