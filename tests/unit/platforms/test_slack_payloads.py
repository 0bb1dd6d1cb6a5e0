"""Deliveries as Slack sends them, and the stimulus that each becomes (null: none)."""

import dataclasses
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.block_kit import render_form
from bot.cards.elements import Form, TextInput
from bot.domain.chat import Place
from bot.platforms.slack import Own, parse
from bot.platforms.slack.payloads import remembered
from bot.platforms.slack.text import plain_text, without_mention

OWN = Own("UBOT", "BBOT", "T1")
PAYLOADS = sorted((Path(__file__).parents[2] / "payloads" / "slack").glob("*.json"))


def shown(value: Any) -> Any:
    """Say a stimulus as JSON, leaving out what is empty."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [shown(part) for part in value]
    if dataclasses.is_dataclass(value):
        parts = {field.name: shown(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {name: part for name, part in parts.items() if part not in (None, "", [], False, {})}
    return dict(value) if isinstance(value, dict) else value


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_delivery_becomes_what_is_recorded(path: Path) -> None:
    recorded = json.loads(path.read_text())
    stimulus = parse(recorded["delivery"], OWN)
    assert (None if stimulus is None else {"kind": type(stimulus).__name__} | shown(stimulus)) == recorded["becomes"]


def test_there_are_recorded_deliveries() -> None:
    assert len(PAYLOADS) >= 30


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &lt;b&gt; &amp;lt; c", "a <b> &lt; c"),
        ("<https://x.example|x.example>", "https://x.example"),
        ("<https://x.example|here>", "here (https://x.example)"),
        ("<tel:+3112|+3112>", "+3112"),
        ("<@U1> <@U2|ben> <#C1|help> <#C2>", "@Ana @ben #help #C2"),
        ("<!subteam^S1|@leads> <!everyone> <!date^1^{date}|1 Jan>", "@leads @everyone 1 Jan"),
    ],
)
def test_slack_text_is_read_as_people_see_it(written: str, read: str) -> None:
    assert plain_text(written, {"U1": "Ana"}) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("My number is:", "My number is:"),
        (":wave: hello,", ":wave: hello,"),
        ("<@UBOT>: draft: this", "draft: this"),
        ("please <@UBOT|ratchet> draft\nthis:", "please draft\nthis:"),
        ("<@UBOT> <@UBOT> draft", " draft"),
        ("one \n <@UBOT>, two <@UBOT>", "one \n, two"),
        ("<@UBOT|never closed", "<@UBOT|never closed"),
        ("<@UBEN> and <@UBOTTLE>", "<@UBEN> and <@UBOTTLE>"),
    ],
)
def test_only_the_mention_of_ourselves_is_taken_out(written: str, read: str) -> None:
    assert without_mention(written, "UBOT") == read


@pytest.mark.parametrize("text", [" " * 40_000, "<@UBOT|" * 6_000, "<@UBOT> " * 5_000, "\n" * 40_000])
def test_no_text_makes_reading_mentions_slow(text: str) -> None:
    began = time.process_time()
    without_mention(f"<@UBOT>{text}<@UBOT> x", "UBOT")
    assert time.process_time() - began < 0.5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(("event_callback", "block_actions", "view_submission", "message_action", "shortcut", "x"))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kinds, st.dictionaries(st.text(max_size=6), json_values, max_size=4))
def test_deliveries_with_unknown_fields_are_no_error(kind: str, more: dict[str, Any]) -> None:
    parse({**more, "type": kind}, OWN)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_a_view_gives_back_the_subject_and_place_it_was_given(subject: str, room: str) -> None:
    place = Place("slack", room, "1.2")
    view = render_form(Form("f", "F", subject, (TextInput("t", "T"),)), place)
    assert remembered(view) == (subject, place)
