"""Deliveries as Teams sends them, and the stimulus that each becomes (null: none)."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat import Click, HomeOpened, MessageRef, Person, Place, RoomMessage
from bot.platforms.teams.activities import Own, asked_of_message, moment, parse, pressed, tenants_of
from bot.platforms.teams.text import html_text, plain_text
from tests.unit.platforms.test_slack_payloads import shown

APP = "6f3d2a51-0f4b-4f0e-9d63-6b2f0c8a1e10"
OWN = Own(APP)
PAYLOADS = sorted((Path(__file__).parents[2] / "payloads" / "teams").glob("*.json"))
LOCAL = Own("")


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_delivery_becomes_what_is_recorded(path: Path) -> None:
    recorded = json.loads(path.read_text())
    stimulus = parse(recorded["delivery"], OWN)
    becomes = None if stimulus is None else {"kind": type(stimulus).__name__} | shown(stimulus)
    assert becomes == (recorded["becomes"] and {k: v for k, v in recorded["becomes"].items() if v != ""})


def test_there_are_recorded_deliveries() -> None:
    assert len(PAYLOADS) >= 30


def delivery(name: str) -> Any:
    return json.loads(next(path for path in PAYLOADS if path.stem == name).read_text())["delivery"]


def test_in_local_mode_we_are_whoever_is_written_to() -> None:
    asked = parse(delivery("mention"), LOCAL)
    assert isinstance(asked, RoomMessage)
    assert asked.asked
    assert asked.text == "draft this, @Bo Larsen"
    assert parse(delivery("channel_message") | {"from": delivery("mention")["recipient"]}, LOCAL) is None


def test_the_same_activity_has_the_same_key_and_each_edit_its_own() -> None:
    first, again = parse(delivery("edited"), OWN), parse(delivery("edited"), OWN)
    later = parse(delivery("edited") | {"timestamp": "2026-11-22T09:31:00.000Z"}, OWN)
    assert first is not None
    assert again is not None
    assert later is not None
    assert first.key == again.key != later.key


def test_presses_without_an_id_are_told_apart_by_their_moments() -> None:
    def key(at: str) -> str:
        press = {"conversation": {"id": "19:x"}, "from": {"id": "29:a"}, "timestamp": at}
        return getattr(pressed(press, {"action": "approve", "subject": "d1"}, ""), "key", "")

    assert key("2026-03-04T12:00:00.1Z") == key("2026-03-04T12:00:00.1Z") != key("2026-03-04T12:00:09.2Z")


def test_the_button_that_shows_the_queue_opens_the_home() -> None:
    opened = pressed(delivery("personal"), {"action": "ratchet.home", "subject": ""}, "")
    assert isinstance(opened, HomeOpened)
    assert opened.actor.name == "Ana Ruiz"


def test_a_button_on_the_message_that_begins_a_thread_is_in_the_room() -> None:
    activity = delivery("press_in_old_client")
    root = activity["conversation"]["id"].partition(";messageid=")[2]
    click = pressed(activity | {"replyToId": root}, {"action": "approve", "subject": "r"}, "")
    assert isinstance(click, Click)
    assert click.place.thread is None


def message_action(**payload: Any) -> Any:
    value = {"commandId": "eval-case", "commandContext": "message", "messagePayload": payload}
    return delivery("reply") | {"type": "invoke", "id": "f:9", "name": "composeExtension/fetchTask", "value": value}


def test_a_message_action_is_a_command_about_the_message_in_its_thread() -> None:
    asked = asked_of_message(message_action(id="1795339807437", replyToId="1795339000111"))
    assert asked is not None
    place = Place("teams", "19:693ecdb923ac4458a5c23661b505fc84@thread.tacv2", "1795339000111")
    assert (asked.name, asked.place, asked.message) == ("eval-case", place, MessageRef(place, "1795339807437"))
    assert asked.actor == Person("teams", "aaaaaaaa-1111-4222-8333-000000000001", "Ana Ruiz")


def test_a_message_action_without_a_message_is_asked_of_the_place() -> None:
    asked = asked_of_message(message_action())
    assert asked is not None
    assert asked.message is None


def test_the_tenants_are_those_of_the_conversation_and_of_the_channel() -> None:
    tenant = "0b7c1f52-7a55-4f7e-8a1d-7d7f5e9c2a01"
    activity = delivery("channel_message")
    assert tenants_of(activity) == {tenant}
    assert tenants_of(activity | {"channelData": {"tenant": {"id": "other"}}}) == {tenant, "other"}
    assert tenants_of({"conversation": [], "channelData": "x"}) == set()


@pytest.mark.parametrize(
    ("timestamp", "identity", "at"),
    [
        ("2017-04-24T21:46:00.9663655Z", "", datetime(2017, 4, 24, 21, 46, 0, 966365, UTC)),
        ("2026-11-22T10:30:00+01:00", "", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("", "1485983408511", datetime(2017, 2, 1, 21, 10, 8, 511000, UTC)),
        ("soon", "f:1", datetime(1970, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", "²", datetime(1970, 1, 1, tzinfo=UTC)),
        (None, "99999999999999", datetime(3000, 1, 1, tzinfo=UTC)),
    ],
)
def test_when_it_happened_is_told_by_the_timestamp_or_the_id(timestamp: Any, identity: str, at: datetime) -> None:
    assert moment({"timestamp": timestamp, "id": identity}) == at


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<at>Ratchet</at>: draft", "draft"),
        ("please <at>Ratchet</at> draft", "please draft"),
        ("a &lt;b&gt; &amp;copy=1 ?a=1&copy=2", "a <b> &copy=1 ?a=1&copy=2"),
        ("<at>Bo  Larsen</at> hi", "@Bo Larsen hi"),
        ("<at>never closed", "<at>never closed"),
        ("if a<b and c>d", "if a<b and c>d"),
        ("one\r\n\n\n\ntwo  ", "one\n\ntwo"),
    ],
)
def test_plain_text_is_read_as_people_see_it(written: str, read: str) -> None:
    assert plain_text(written, {"Ratchet"}) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
        ('<at id="0">Ratchet</at>, draft <at id="1">Bo</at>', "draft @Bo"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ("<!-- hidden --><script>x</script><style>y</style>seen", "seen"),
        ("<codeblock><code>a <br>  b</code></codeblock>", "a\n  b"),
        ("a <!-- never closed", "a <!-- never closed"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ('<emoji alt="🎉"></emoji>', "🎉"),
        ("<div><blockquote>old<br>older</blockquote>new</div>", "> old\n> older\nnew"),
    ],
)
def test_html_is_read_as_people_see_it(written: str, read: str) -> None:
    assert html_text(written, {"Ratchet"}) == read


HARD = [
    "<",
    "<a",
    "<!--",
    "-->",
    "<blockquote>",
    "</p>",
    "<at>",
    "<a href='x'>",
    "</a>",
    "a=",
    "&amp;",
    "\0",
    " ",
    "<td>",
]
HARD += ["<a " + "b" * 50, "<p x='", "\ud800", "\u202e", "</at>", "\n"]


@pytest.mark.parametrize("piece", HARD)
def test_a_huge_text_is_read_in_no_time(piece: str) -> None:
    many = 100_000 // len(piece)
    for text in (piece * many, "<at>" + piece * (many // 2) + "<a x=" + piece * (many // 2)):
        began = time.process_time()
        html_text(text, {"Ratchet"})
        plain_text(text, {"Ratchet"})
        assert time.process_time() - began < 2  # measured: a twentieth of it


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = [*sorted(delivery("mention")), "value", "action", "replyToId"]


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from(["message", "messageUpdate", "messageDelete", "installationUpdate", "invoke", ""]),
    changed=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6),
    event=st.sampled_from(["editMessage", "undeleteMessage", "softDeleteMessage", None]),
)
def test_no_json_makes_reading_fail(kind: str, changed: dict[str, Any], event: str | None) -> None:
    base = delivery("mention") | {"type": kind, "channelData": {"eventType": event}}
    for activity in (base | changed, changed, {"type": kind} | changed):
        parse(activity, OWN)
        asked_of_message(activity)
        pressed(activity, activity, "")
        tenants_of(activity)
