import copy
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.cards.block_kit import render_card, render_form, render_home, render_reply
from bot.cards.block_text import DATE
from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Code,
    DateInput,
    Divider,
    Element,
    Emphasis,
    Facts,
    Form,
    Heading,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    PersonInput,
    Quote,
    Strong,
    Style,
    TextInput,
    Tick,
    Tone,
    When,
)
from bot.cards.words import units
from bot.domain.chat import Person, Place

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ANA = Person("slack", "U0ANA", "Ana")
HOSTILE = (
    "<!channel> <!here|x> <@U0ANA> <https://evil.example|our bank> <!date^1^{date}|x> <!subteam^S1>",
    "*bold* _it_ ~no~ `code` ```block``` &amp; &lt;!channel&gt; > quote",
    ":white_check_mark: Approved by Ana :lock:",
    "https://evil.example/login www.evil.example boss@evil.example evil.example tel:+1",
    "a\x00b\x1b[31m\u202egnp.exe\u2066x\ud83d\udd12 \ud800 \ufeff",
    "   ",
    "\n\n\n",
    "🦜" * 1700,
    "<" * 3100,
    "word " * 650,
)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def assert_slack_takes(blocks: list[dict[str, Any]], most: int = 50) -> None:
    """Slack's own checks, and by hand the ones that its SDK leaves out."""
    assert 0 < len(blocks) <= most
    assert len(blocks) == len({block.get("block_id", number) for number, block in enumerate(blocks)})
    for block in blocks:
        parsed = Block.parse(copy.deepcopy(block))
        assert parsed is not None
        parsed.validate_json()
        parsed.to_dict()
        ids = [node["action_id"] for node in nodes(block) if "action_id" in node]
        assert len(ids) == len(set(ids))
        for node in nodes(block):
            assert_node(node)
    json.dumps(blocks, ensure_ascii=False).encode()


LIMITS = {"header": 150, "button": 75, "modal": 24}


def assert_node(node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind in ("plain_text", "mrkdwn", "text"):
        assert node["text"]
        assert units(node["text"]) <= 3000
    if kind == "plain_text":
        assert node["emoji"] is False
        assert "<" not in node["text"]
        assert ">" not in node["text"]
        assert "://" not in node["text"].replace("\u2060://", "")
    if kind in ("actions", "context", "rich_text", "rich_text_section", "rich_text_quote"):
        assert node["elements"]
    assert len(node.get("elements", ())) <= {"actions": 25, "context": 10}.get(str(kind), 10_000)
    assert units(str(node.get("value", ""))) <= 2000
    if kind in LIMITS and "text" in node:
        assert units(node["text"]["text"]) <= LIMITS[str(kind)]
    if kind == "overflow":
        assert 1 <= len(node["options"]) <= 5
    for option in node.get("options", ()):
        assert units(option["text"]["text"]) <= 75
        assert 0 < units(option["value"]) <= 150


text = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=200))
action = st.sampled_from(("approve", "edit", "reject", "a" * 60))
person = st.builds(Person, st.sampled_from(("slack", "teams")), st.sampled_from(("U0ANA", "<!here>")), text)
piece = st.one_of(
    text, text.map(Strong), text.map(Emphasis), text.map(Code), st.builds(Link, text, text),
    st.builds(Link, text, st.just("https://help.example/a?b=1&c=|x")), st.just(When(NOON)),
    st.builds(Mention, person),
)  # fmt: skip
pieces = st.lists(piece, max_size=14).map(tuple)
button = st.builds(
    Button, action, text, text, st.sampled_from(Style), st.one_of(st.just(""), text),
    st.sampled_from(("", "https://x.example", "javascript:1")),
)  # fmt: skip
element = st.one_of(
    text.map(Heading), pieces.map(Paragraph), text.map(Quote),
    st.lists(st.tuples(text, pieces), max_size=12).map(tuple).map(Facts),
    st.builds(Notice, st.sampled_from(Tone), pieces), pieces.map(Note), st.just(Divider()),
    st.lists(button, max_size=40).map(tuple).map(Actions),
)  # fmt: skip
options = st.one_of(*(st.lists(st.tuples(text, text), max_size=most).map(tuple) for most in (3, 120)))
field = st.one_of(
    st.builds(TextInput, text, text, text, st.booleans(), st.booleans(), text, st.integers(0, 9000)),
    st.builds(Choice, text, text, options, text, st.booleans(), text, st.booleans()),
    st.builds(Tick, text, text, text),
    st.builds(PersonInput, text, text, text),
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text, st.lists(element, max_size=52).map(tuple))
def test_slack_takes_every_card_whatever_the_data(summary: str, elements: tuple[Element, ...]) -> None:
    message = render_card(Card(summary, elements))
    assert_slack_takes(message["blocks"])
    assert 0 < units(message["text"]) <= 3000
    assert "<" not in message["text"]
    assert (
        sum(units(str(leaf)) for node in nodes(message["blocks"]) for leaf in node.values() if isinstance(leaf, str))
        < 13_000 + 50 * 40
    )
    assert_slack_takes(render_home(Card(summary, elements))["blocks"], 100)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(text, text, st.lists(st.one_of(element, field), max_size=30).map(tuple))
def test_slack_takes_every_form_whatever_the_data(title: str, submit: str, elements: Any) -> None:
    view = render_form(Form("reply", title, "esc_1", elements, submit), Place("slack", "C1", "1.2"))
    assert_slack_takes(view["blocks"], 100)
    assert all(0 < units(view[part]["text"]) <= 24 for part in ("title", "submit", "close") if part in view)
    assert "submit" in view or all(block["type"] != "input" for block in view["blocks"])
    assert units(view["private_metadata"]) <= 3000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text)
def test_nothing_in_a_reply_formats_mentions_or_links(said: str) -> None:
    for message in render_reply(said):
        assert_slack_takes(message["blocks"])
        kinds = {node.get("type") for node in nodes(message["blocks"])}
        assert kinds <= {"rich_text", "rich_text_section", "text"}


def test_a_long_reply_loses_no_word_and_breaks_between_words() -> None:
    said = "\n\n".join(" ".join(f"word{n}" for n in range(start, start + 90)) for start in range(0, 3600, 90))
    shown = [node["text"] for message in render_reply(said) for node in nodes(message["blocks"]) if "text" in node]
    assert " ".join(shown).split() == said.split()
    assert all(len(chunk) <= 3000 for chunk in shown)
    assert len(render_reply(said)) == 3


def only(*elements: Element) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = render_card(Card("s", elements))["blocks"]
    return blocks


def test_a_quote_is_rich_text_in_which_nothing_is_more_than_text() -> None:
    said = "*hi* <!channel> https://evil.example :lock:"
    assert only(Quote(said)) == [
        {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": said}]}]}
    ]


def test_a_long_quote_says_how_much_was_cut() -> None:
    quoted = only(Quote("x" * 5000))[0]["elements"][0]["elements"]
    assert quoted[0]["text"] == "x" * 2800
    assert quoted[1]["text"] == "… (2200 more characters; see the thread)"


def test_many_long_quotes_are_all_shown_a_little() -> None:
    blocks = only(*(Quote("x" * 5000) for _ in range(20)))
    assert len(blocks) == 20


def test_too_many_parts_end_with_a_note_and_keep_their_buttons() -> None:
    approve = Actions((Button("approve", "Approve", "esc_1/1"),))
    blocks = only(*(Paragraph((f"line {n}",)) for n in range(80)), approve)
    assert len(blocks) == 50
    assert blocks[-2]["elements"][0]["action_id"] == "approve"
    assert blocks[-1]["elements"][0]["text"] == "… (32 more parts; see the thread)"


def test_pieces_become_what_they_say() -> None:
    shown = only(
        Paragraph((Strong("b"), Emphasis("e"), Code("c"), Link("l", "https://a.example"), Mention(ANA), When(NOON)))
    )
    assert shown[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "b", "style": {"bold": True}},
        {"type": "text", "text": "e", "style": {"italic": True}},
        {"type": "text", "text": "c", "style": {"code": True}},
        {"type": "link", "url": "https://a.example", "text": "l"},
        {"type": "user", "user_id": "U0ANA"},
        {"type": "date", "timestamp": 1772625600, "format": DATE, "fallback": "2026-03-04 12:00 UTC"},
    ]  # fmt: skip


def test_small_print_formats_our_pieces_and_none_of_the_plain_text() -> None:
    shown = only(
        Note(("*<!here>* ", Strong("a*b`<x>"), Link("l|>", "https://a.example/?a=1&b=|"), Mention(ANA), When(NOON)))
    )
    texts = [(part["type"], part["text"]) for part in shown[0]["elements"]]
    assert texts == [
        ("plain_text", "*&lt;!here&gt;*"),
        ("mrkdwn", "*a∗bˋ&lt;x&gt;*"),
        ("mrkdwn", "<https://a.example/?a=1&amp;b=%7C|l|&gt;>"),
        ("mrkdwn", "<@U0ANA>"),
        ("mrkdwn", "<!date^1772625600^{date_short_pretty} at {time}|2026-03-04 12:00 UTC>"),
    ]
    assert all(part.get("verbatim", True) for part in shown[0]["elements"])


def test_somebody_of_another_platform_is_named_and_not_mentioned() -> None:
    shown = only(Paragraph((Mention(Person("teams", "U0ANA", "<!here>")),)))
    assert shown[0]["elements"][0]["elements"] == [{"type": "text", "text": "@<!here>"}]


def test_notices_begin_with_their_sign() -> None:
    signs = [only(Notice(tone, ("x",)))[0]["elements"][0]["elements"][0]["text"] for tone in Tone]
    assert signs == ["✅ ", "ℹ️ ", "⚠️ ", "⛔ "]


def test_more_than_five_buttons_fold_into_a_menu() -> None:
    buttons = tuple(Button(f"do{n}", f"Do {n}", f"esc_{n}") for n in range(9))
    row = only(Actions(buttons))[0]["elements"]
    assert [part["action_id"] for part in row] == ["do0", "do1", "do2", "do3", "more"]
    assert [option["value"] for option in row[4]["options"]] == [f"do{n}|esc_{n}" for n in range(4, 9)]


def test_a_button_that_asks_first_stays_a_button() -> None:
    buttons = tuple(Button(f"do{n}", f"Do {n}", "s", confirm="Really?" if n == 8 else "") for n in range(9))
    row = only(Actions(buttons))[0]["elements"]
    assert [part["action_id"] for part in row] == ["do0", "do1", "do2", "do3", "do8", "more"]
    assert row[4]["confirm"]["text"]["text"] == "Really?"
    assert row[4]["confirm"]["confirm"]["text"] == "Do 8"


def test_the_same_action_twice_gets_two_ids() -> None:
    row = only(Actions((Button("open", "A", "1"), Button("open", "B", "2"))))[0]["elements"]
    assert [(part["action_id"], part["value"]) for part in row] == [("open", "1"), ("open~2", "2")]


def test_a_button_whose_subject_slack_cannot_carry_is_missed_aloud() -> None:
    blocks = only(Actions((Button("open", "A", "x" * 2001), Button("open", "B", "2"))))
    assert blocks[1]["elements"][0]["text"] == "1 buttons cannot be offered here."


def test_a_form_remembers_its_subject_and_its_place() -> None:
    view = render_form(
        Form("edit", "Edit", "esc_1/2", (TextInput("text", "Text", "Hi"),), "Send"), Place("slack", "C1", "1.2")
    )
    assert json.loads(view["private_metadata"]) == {"subject": "esc_1/2", "room": "C1", "thread": "1.2"}
    assert view["callback_id"] == "edit"
    assert view["blocks"][0]["block_id"] == view["blocks"][0]["element"]["action_id"] == "text"


def test_an_initial_text_that_does_not_fit_is_cut_and_the_form_says_so() -> None:
    view = render_form(Form("edit", "Edit", "s", (TextInput("text", "Text", "x" * 4000),), "Send"), None)
    assert len(view["blocks"][0]["element"]["initial_value"]) == 3000
    assert view["blocks"][0]["hint"]["text"].startswith("Only the first 3000 of 4000 characters fit here.")


def test_a_choice_keeps_its_initial_option_among_too_many() -> None:
    options = tuple((f"v{n}", f"Label {n}") for n in range(150))
    element = render_form(Form("f", "F", "s", (Choice("c", "C", options, "v149"),), "Go"), None)["blocks"][0]["element"]
    assert len(element["options"]) == 100
    assert element["initial_option"]["value"] == "v149"


def test_every_hostile_string_survives_in_every_place() -> None:
    for said, other in itertools.product(HOSTILE, HOSTILE):
        card = Card(said, (Heading(said), Facts(((said, (other,)),)), Note((said, Strong(other))), Quote(other)))
        assert_slack_takes(render_card(card)["blocks"])


def test_what_is_offered_behind_a_menu_leaves_the_buttons_as_they_are() -> None:
    buttons = tuple(Button(f"do{n}", f"Do {n}", f"esc_{n}") for n in range(5))
    row = only(Actions(buttons, (Button("again", "Again", "esc_9"), Button("ask", "Ask", "s", confirm="Sure?"))))
    assert [part["action_id"] for part in row[0]["elements"]] == ["do0", "do1", "do2", "do3", "do4", "ask", "more"]
    assert [option["value"] for option in row[0]["elements"][-1]["options"]] == ["again|esc_9"]


def test_a_day_is_asked_for_with_a_calendar_and_need_not_be_given() -> None:
    view = render_form(Form("fix", "Fix", "s", (DateInput("from", "From", NOON.date()), DateInput("to", "To"))), None)
    assert view["blocks"][0]["element"] == {"type": "datepicker", "initial_date": "2026-03-04", "action_id": "from"}
    assert view["blocks"][1]["optional"]
    assert "initial_date" not in view["blocks"][1]["element"]
