"""The package that is uploaded to Teams, held against the schema that Microsoft publishes."""

import io
import json
import re
import struct
import zipfile
import zlib
from itertools import chain
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot.app.packaging import WORDS, teams_package
from bot.discovery import find
from bot.domain.errors import Rejected
from bot.platforms.teams.graph import READ_MEMBERS, READ_THREADS
from bot.platforms.teams.manifest import PERMISSIONS, SCHEMA, Offered, developer, icon, manifest
from handlers import dispatch
from handlers.commands import CommandPlugin
from tests.teams.rendering import MODULES
from tests.teams.tokens import APP_ID

Json = dict[str, Any]

URL = "https://ratchet.fernhill.example"
SCHEMAS = MODULES / "@microsoft/app-manifest/build/json-schemas/teams"
PUBLISHED = SCHEMAS / f"v{SCHEMA}/MicrosoftTeams.schema.json"
MOST_COMMANDS, MOST_ACTIONS = 12, 10


def packed(app_id: str = APP_ID, **more: str) -> zipfile.ZipFile:
    made = teams_package(app_id, url=URL, by=developer(URL, **more))
    return zipfile.ZipFile(io.BytesIO(made))


@pytest.fixture
def made() -> Json:
    read: Json = json.loads(packed().read("manifest.json"))
    return read


@pytest.mark.skipif(not PUBLISHED.exists(), reason="needs Microsoft's schemas: make test installs them by npm")
def test_the_manifest_keeps_to_the_published_schema(made: Json) -> None:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8-sig"))
    # it calls itself draft 4, but fixes the version by "const", which came later
    assert [problem.message for problem in Draft7Validator(schema).iter_errors(made)] == []
    assert made["$schema"].endswith(f"/v{SCHEMA}/MicrosoftTeams.schema.json")
    spoiled = made | {"name": {"short": "x" * 31}}
    assert [problem.json_path for problem in Draft7Validator(schema).iter_errors(spoiled)] == ["$.name.short"]


def test_every_command_of_the_code_is_offered_by_mention_and_slash_and_every_shortcut_on_messages(made: Json) -> None:
    plugins = find("handlers.commands", "COMMAND", CommandPlugin)
    shared, personal = made["bots"][0]["commandLists"]
    titles = {one["title"] for one in shared["commands"]}
    assert titles == {plugin.name for plugin in plugins if plugin.slash} | set(dispatch.WORDS)
    assert set(WORDS) == set(dispatch.WORDS)
    assert (shared["scopes"], shared["triggers"]) == (["team", "groupChat"], ["mention", "slash"])
    assert {one["title"] for one in personal["commands"]} == titles | {"home"}
    assert made["bots"][0]["supportsTargetedMessages"] is True
    menu = made["composeExtensions"][0]["commands"]
    assert {one["id"]: one["title"] for one in menu} == {
        plugin.name: plugin.shortcut for plugin in plugins if plugin.shortcut
    }
    assert all(one["context"] == ["message"] and one["fetchTask"] and one["type"] == "action" for one in menu)


def test_teams_takes_the_lengths(made: Json) -> None:
    lists = made["bots"][0]["commandLists"]
    assert all(len(one["commands"]) <= MOST_COMMANDS for one in lists)
    assert len(made["composeExtensions"][0]["commands"]) <= MOST_ACTIONS
    for command in chain(*(one["commands"] for one in lists), made["composeExtensions"][0]["commands"]):
        assert len(command["title"]) <= 32, command
        assert len(command["description"]) <= 128, command
    assert len(made["description"]["short"]) <= 80
    assert made["description"]["short"] not in made["description"]["full"]
    assert made["name"]["short"] != made["name"]["full"]
    named = json.loads(packed(name="A company with a very long name indeed").read("manifest.json"))
    assert named["developer"]["name"] == "A company with a very long name "


def test_the_app_asks_for_what_it_uses_in_the_name_of_the_bot(made: Json) -> None:
    asked = made["authorization"]["permissions"]["resourceSpecific"]
    assert {one["name"] for one in asked} == {READ_THREADS, READ_MEMBERS} == set(PERMISSIONS)
    assert {one["type"] for one in asked} == {"Application"}
    assert made["id"] == made["bots"][0]["botId"] == made["composeExtensions"][0]["botId"] == APP_ID
    assert made["webApplicationInfo"]["id"] == APP_ID
    assert made["validDomains"] == ["ratchet.fernhill.example"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", made["version"])
    assert made["supportsChannelFeatures"] == "tier1"  # a bot for teams must say so since version 1.25


def test_a_version_for_testing_is_told_as_teams_can_read_it() -> None:
    made = manifest(APP_ID, "2.1rc1.dev3", Offered({}, {}, {}), url=URL, by=developer(URL))
    assert made["version"] == "2.1.1"


def test_the_package_has_the_manifest_and_both_icons_and_the_same_bytes_every_time() -> None:
    package = packed()
    assert package.namelist() == ["manifest.json", "color.png", "outline.png"]
    assert package.testzip() is None
    again = teams_package(APP_ID.upper(), url=URL, by=developer(URL))
    assert again == teams_package(APP_ID, url=URL, by=developer(URL))


def test_the_icons_are_of_the_sizes_that_teams_shows_and_the_outline_is_white_on_nothing() -> None:
    assert len(pixels(icon("color.png"), 192)) == 192 * 192
    assert all(alpha == 255 for *_, alpha in pixels(icon("color.png"), 192))
    outline = pixels(icon("outline.png"), 32)
    assert {colour[:3] for colour in outline} == {(255, 255, 255)}
    assert 200 < sum(alpha == 0 for *_, alpha in outline) < 900


@pytest.mark.parametrize("url", ["http://ratchet.example", "ratchet.example", "https://", "https://[", "https://a b"])
def test_an_address_that_teams_does_not_take_is_refused(url: str) -> None:
    with pytest.raises(Rejected, match="begins with https"):
        teams_package(APP_ID, url=url, by=developer(URL))
    with pytest.raises(Rejected, match="begins with https"):
        developer(URL, privacy=url)


def test_an_app_id_that_is_none_is_refused() -> None:
    with pytest.raises(Rejected, match="“ratchet” is no application"):
        teams_package("ratchet", url=URL, by=developer(URL))


def test_who_runs_the_app_is_the_host_until_it_is_told(made: Json) -> None:
    told = {"name": "ratchet.fernhill.example", "websiteUrl": URL, "privacyUrl": URL, "termsOfUseUrl": URL}
    assert made["developer"] == told
    whole = json.loads(packed(name="Fernhill", website=f"{URL}/about", privacy=f"{URL}/privacy").read("manifest.json"))
    assert whole["developer"] == {
        "name": "Fernhill",
        "websiteUrl": f"{URL}/about",
        "privacyUrl": f"{URL}/privacy",
        "termsOfUseUrl": f"{URL}/about",
    }


def pixels(png: bytes, side: int) -> list[tuple[int, ...]]:
    """The colours of a PNG with 8 bits a channel (RFC 2083, section 6, for the filters)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">IIBBBBB", png[16:29]) == (side, side, 8, 6, 0, 0, 0)
    at, packed_rows = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        packed_rows += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    raw, width, above = zlib.decompress(packed_rows), side * 4, bytearray(side * 4)
    found: list[tuple[int, ...]] = []
    for start in range(0, len(raw), width + 1):
        line = bytearray(raw[start + 1 : start + 1 + width])
        for x in range(width):
            left, corner = (line[x - 4], above[x - 4]) if x >= 4 else (0, 0)
            line[x] = (line[x] + _predicted(raw[start], left, above[x], corner)) & 255
        above = line
        found += [tuple(line[x : x + 4]) for x in range(0, width, 4)]
    return found


def _predicted(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:
        return min((left, above, corner), key=lambda one: abs(left + above - corner - one))
    return (0, left, above, (left + above) // 2)[kind]
