import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.cards.adaptive import REFRESH, ROOM, render_card, render_form, summary_of
from bot.cards.adaptive_controls import values_of
from bot.cards.adaptive_text import JOINER
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
    Input,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    PersonInput,
    Picture,
    Quote,
    Strong,
    Struck,
    Style,
    Table,
    TextInput,
    Tick,
    Tone,
    When,
)
from bot.cards.words import clean, units
from bot.domain.chat import Person, Role
from tests.teams.cards import faults_of

Json = dict[str, Any]

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ANA = Person("teams", "49c4641c-ab91-4248-aebb-6a7de286397b", "Ana Lima")
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
)
HOSTILE = (
    "[our bank](https://evil.example) ![x](https://evil.example/p.png) <https://evil.example> <a href='x'>y</a>",
    "**bold** _it_ *it* ~~no~~ `code` ```block``` &amp; &lt;at&gt; \\*x\\* __b__",
    "- one\n- two\n1. three\n> four\n# five\n    six\n---\n===\n+ seven\n1) eight\n| a | b |\n|---|---|\n| c | d |",
    "{{DATE(2026-03-04T12:00:00Z, SHORT)}} {{TIME(2026-03-04T12:00:00Z)}} ${title} {{{{DATE(2026-03-04T12:00:00Z)}}}}",
    "<at>Ana Lima</at> <AT>Ana Lima</AT> <at id='0'>Ana Lima</at> @Ana Lima",
    "[x]: https://evil.example\n\n[x] [y][x] ![x]",
    "a\x00b\x1b[31m\u202egnp.exe\u2066x\ud83d\udd12 \ud800 \ufeff",
    "snake_case_name 2*3*4 a_b_ _c_d <3 AT&T [1] 3.5 https://evil.example/login www.evil.example boss@evil.example",
    "line\\\nline  \nline\n\n\n\n\nline",
    "![",
    "ends with a bracket]",
    "   ",
    "\n\n\n",
    "🦜" * 1700,
    "*" * 3100,
    "word " * 6500,
)  # fmt: skip


def opens(action: str) -> bool:
    return action.startswith("open")


def shown(*elements: Element) -> list[Json]:
    """What the elements become, and that Teams takes it."""
    card = render_card(Card("Summary", elements), opens=opens)
    assert faults_of(card) == []
    body: list[Json] = card["body"]
    return body


def nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


MARKDOWN = MarkdownIt("js-default", {"html": False})  # what Teams reads text blocks with


def read(node: Json) -> str:
    """What a person reads in a text element; fails where its words do more than being read."""
    if node["type"] == "RichTextBlock":
        assert not any({"selectAction"} & run.keys() for run in node["inlines"])
        words = "".join(run["text"] for run in node["inlines"])
    else:
        page = MARKDOWN.render(node["text"].replace("<at>Ana Lima</at>", "Ana", 1))
        assert set(re.findall(r"<(/?\w+)", page)) <= {"p", "/p"}, page
        words = html.unescape(re.sub(r"</?p>", "\n", page))
    assert "{{" not in words
    assert re.search(r"</?at\b", words, re.IGNORECASE) is None
    return words


def same(text: str) -> list[str]:
    return clean(text).replace(JOINER, "").split()


PLACES: dict[str, Callable[[str], Element]] = {
    "a paragraph": lambda said: Paragraph((said,)),
    "a quote": Quote,
    "a note": lambda said: Note((said,)),
    "a notice": lambda said: Notice(Tone.INFO, (said,)),
    "a paragraph that mentions": lambda said: Paragraph((Mention(ANA), " ", said)),
    "after other words": lambda said: Paragraph((Mention(ANA), ": x", said)),
    "a cell": lambda said: Table(("A",), (((said,),),)),
}

anything = st.one_of(
    st.sampled_from([text for text in HOSTILE if len(text) < 300]),
    st.text(st.sampled_from("[](){}<>!*_`~#+-=.1&;:/\\|@ \n\tabATDE\u2060"), max_size=60),
    st.text(st.characters(), max_size=80),
)


def words_in(elements: list[Json]) -> str:
    texts = [node for node in nodes(elements) if node.get("type") in ("RichTextBlock", "TextBlock")]
    return " ".join(read(node) for node in texts)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(sorted(PLACES)), anything)
def test_what_others_write_is_read_word_for_word_and_does_nothing(place: str, said: str) -> None:
    """No link, picture, mention or date comes out of it, wherever it stands."""
    before, _, after = words_in(shown(PLACES[place]("untold"))).partition("untold")
    card = render_card(Card("s", (PLACES[place](said),)), opens=opens)
    if same(said):
        told = "".join(words_in(card["body"]).replace(JOINER, "").split())
        assert told == "".join([*before.split(), *same(said), *after.split()])
    links = {node["type"] for node in nodes(card["body"]) if str(node.get("type")).startswith(("Action", "Image"))}
    assert links == set()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(anything, anything)
def test_facts_and_headings_are_read_word_for_word_too(label: str, said: str) -> None:
    card = render_card(Card("s", (Heading(said), Facts(((label, (said,)),)))), opens=opens)
    assert faults_of(card) == []
    for node in card["body"]:
        for written, told in ((node.get("text"), said), *((f["title"], label) for f in node.get("facts", ()))):
            if written and units(" ".join(same(told))) < 90:
                words = read({"type": "TextBlock", "text": written})
                assert "".join(words.replace(JOINER, "").split()) == "".join(same(told))
        for fact in node.get("facts", ()):
            words = read({"type": "TextBlock", "text": fact["value"]})
            assert "".join(words.replace(JOINER, "").split()) in ("".join(same(said)), "–")


def test_pieces_become_what_they_say() -> None:
    pieces = (Strong("b"), Emphasis("e"), Struck("s"), Code("c"), Link("l", "https://a.example"), When(NOON), "p")
    assert shown(Paragraph(pieces))[0]["inlines"] == [
        {"type": "TextRun", "text": "b", "weight": "Bolder"},
        {"type": "TextRun", "text": "e", "italic": True},
        {"type": "TextRun", "text": "s", "strikethrough": True},
        {"type": "TextRun", "text": "c", "fontType": "Monospace"},
        {"type": "TextRun", "text": "l", "selectAction": {"type": "Action.OpenUrl", "url": "https://a.example"}},
        {"type": "TextRun", "text": "{{DATE(2026-03-04T12:00:00Z, SHORT)}} at {{TIME(2026-03-04T12:00:00Z)}}"},
        {"type": "TextRun", "text": "p"},
    ]


def test_a_link_that_is_none_is_only_its_words() -> None:
    assert shown(Paragraph((Link("here", "javascript:alert(1)"),)))[0]["inlines"] == [
        {"type": "TextRun", "text": "here"}
    ]


def test_somebody_who_is_mentioned_is_told_by_teams_with_the_object_id() -> None:
    text = (Mention(ANA), ", ", Strong("look"), ": ", Link("a [b] c!", "https://a.example/x_(y)?a=1&copy;=2"), ".")
    card = render_card(Card("s", (Paragraph(text),)), opens=opens)
    assert faults_of(card) == []
    assert card["body"][0]["text"].startswith("<at>Ana Lima</at>, **look**: [")
    assert card["msteams"]["entities"] == [
        {"type": "mention", "text": "<at>Ana Lima</at>", "mentioned": {"id": ANA.id, "name": "Ana Lima"}}
    ]
    page = MARKDOWN.render(card["body"][0]["text"])
    assert '<a href="https://a.example/x%5F%28y%29?a=1&amp;copy;=2">a [b] c!</a>' in page
    assert "<strong>look</strong>" in page


def test_two_people_of_one_name_are_two_mentions() -> None:
    other = Person("teams", "59c4641c-ab91-4248-aebb-6a7de286397b", "Ana Lima")
    card = render_card(Card("s", (Paragraph((Mention(ANA), " ", Mention(other), " ", Mention(ANA))),)), opens=opens)
    marks = [entity["text"] for entity in card["msteams"]["entities"]]
    assert len(set(marks)) == 2
    assert card["body"][0]["text"] == f"{marks[0]} {marks[1]} {marks[0]}"


def test_a_name_cannot_break_out_of_its_mention() -> None:
    bad = Person("teams", ANA.id, "</at>**[x](https://evil.example)** {{DATE(2026-03-04T12:00:00Z)}}")
    card = render_card(Card("s", (Paragraph((Mention(bad), " hi")),)), opens=opens)
    mark = card["msteams"]["entities"][0]["text"]
    assert re.fullmatch(r"<at>[\w .,'’-]+</at>", mark)
    assert card["body"][0]["text"] == f"{mark} hi"


def test_somebody_of_another_platform_is_named_and_not_mentioned() -> None:
    card = render_card(Card("s", (Paragraph((Mention(Person("slack", "U0ANA", "Ana")), " hi")),)), opens=opens)
    assert card["body"][0]["inlines"][0]["text"] == "@Ana"
    assert "entities" not in card["msteams"]


def test_marks_of_ours_next_to_each_other_keep_their_meaning() -> None:
    text = (Mention(ANA), Strong("a"), Strong("b"), Emphasis("c"), "*", Strong(" d "), Strong("“e”"), Strong("f\ng"))
    page = MARKDOWN.render(shown(Paragraph(text))[0]["text"])
    assert re.findall(r"<(?:strong|em)>(.*?)</", page) == ["a", "b", "c", "d", "e"]
    assert "“<strong>e</strong>”f" in page


def test_words_of_somebody_are_set_apart_and_notices_have_sign_and_style() -> None:
    quote, *notices = shown(Quote("hi"), *(Notice(tone, ("x",)) for tone in Tone))
    assert (quote["type"], quote["style"]) == ("Container", "emphasis")
    assert quote["backgroundImage"]["fillMode"] == "RepeatVertically"
    told = [(each["style"], each["items"][0]["inlines"][0]["text"]) for each in notices]
    assert told == [("good", "✅ "), ("accent", "ℹ️ "), ("warning", "⚠️ "), ("attention", "⛔ ")]


def test_facts_that_markdown_cannot_show_are_paragraphs() -> None:
    facts = shown(Facts((("Owner", ("Bo",)), ("Since", (When(NOON),)), ("By", (Mention(ANA),)), ("Note", ()))))[0]
    assert [fact["title"] for fact in facts["facts"]] == ["Owner", "Since", "By", "Note"]
    assert facts["facts"][2:] == [{"title": "By", "value": "<at>Ana Lima</at>"}, {"title": "Note", "value": "–"}]
    rows = shown(Facts((("Title", (Struck("a"), " ", Strong("b"))), ("By", (Mention(ANA),)))))
    assert rows[0]["inlines"][2] == {"type": "TextRun", "text": "a", "strikethrough": True}
    assert rows[1]["text"] == "**By**: <at>Ana Lima</at>"


def test_a_divider_is_a_line_above_what_follows() -> None:
    first, second = shown(Divider(), Paragraph(("a",)), Divider(), Paragraph(("",)), Quote("b"), Divider())
    assert "separator" not in first
    assert second["separator"]


def test_a_table_is_teams_own_with_figures_to_the_right() -> None:
    table = shown(Table(("Intent", "Share"), ((("Refund",), ("12 %",)), ((), (Strong("3"),))), (1,)))[0]
    assert table["firstRowAsHeader"]
    cells = [[cell["items"][0] for cell in row["cells"]] for row in table["rows"]]
    assert [[cell["inlines"][0]["text"] for cell in row] for row in cells] == [
        ["Intent", "Share"], ["Refund", "12 %"], ["–", "3"]
    ]  # fmt: skip
    assert [cell.get("horizontalAlignment") for cell in cells[1]] == [None, "Right"]


def test_a_long_table_says_what_is_missing() -> None:
    table, note = shown(Table(tuple(f"c{n}" for n in range(22)), tuple(((f"r{n}",),) for n in range(120))))
    rows = len(table["rows"])
    assert (5 < rows < 100, len(table["columns"])) == (True, 20)
    assert note["inlines"][0]["text"] == f"… ({121 - rows} more rows and 2 more columns not shown here)"


def test_a_picture_has_its_words_and_without_a_picture_they_are_said() -> None:
    image = shown(Picture(PIXEL, "From 21 to 14 minutes", "Waits fell"))[0]
    assert (image["url"], image["altText"]) == (PIXEL, "Waits fell: From 21 to 14 minutes")
    assert shown(Picture(PIXEL, "Waits fell this week", "Waits fell"))[0]["altText"] == "Waits fell this week"
    for file in ("", "F0123", "https://evil.example/pixel.png", "data:image/svg+xml;base64,AAAA"):
        told = shown(Picture(file, "From 21 to 14 minutes", "Waits fell"))
        assert told[0]["inlines"][0]["text"] == "🖼 Picture not shown. Waits fell: From 21 to 14 minutes"


def test_a_press_carries_action_and_subject_and_older_clients_submit_the_same() -> None:
    act = shown(Actions((Button("approve", "Approve", "esc_1/2", Style.PRIMARY),)))[0]["actions"][0]
    assert (act["type"], act["verb"], act["style"]) == ("Action.Execute", "approve", "positive")
    assert act["data"] == act["fallback"]["data"] == {"action": "approve", "subject": "esc_1/2"}


def test_what_opens_a_form_asks_for_a_dialog() -> None:
    act = shown(Actions((Button("open.edit", "Edit", "esc_1/2"),)))[0]["actions"][0]
    data = {"msteams": {"type": "task/fetch"}, "action": "open.edit", "subject": "esc_1/2"}
    assert act == {"type": "Action.Submit", "title": "Edit", "data": data}


def test_what_must_be_confirmed_folds_out_with_the_sentence() -> None:
    button = Button("stop", "Stop", "h_1", Style.DANGER, confirm="Customers get *no* more of it.")
    act = shown(Actions((button,), more=(Button("other", "Other", "1", confirm="Sure?"),)))[0]["actions"]
    assert [(each["type"], each.get("mode")) for each in act] == [("Action.ShowCard", None)] * 2
    assert act[0]["card"]["body"][0]["inlines"][0]["text"] == "Customers get *no* more of it."
    assert act[0]["card"]["actions"][0]["verb"] == "stop"
    assert act[0]["card"]["actions"][0]["style"] == "destructive"


def test_more_than_six_buttons_go_into_the_menu_with_the_others() -> None:
    buttons = tuple(Button(f"do{n}", f"Do {n}", "s", confirm="Sure?" if n == 7 else "") for n in range(8))
    row = shown(Actions(buttons, more=(Button("again", "Again", "s"),)))[0]["actions"]
    beside = [act["title"] for act in row if act.get("mode") != "secondary"]
    assert beside == ["Do 0", "Do 1", "Do 2", "Do 3", "Do 4", "Do 7"]
    assert [act["title"] for act in row[6:]] == ["Do 5", "Do 6", "Again"]


def test_a_button_that_cannot_be_carried_is_missed_aloud_and_a_page_is_opened() -> None:
    row, note = shown(Actions((Button("a", "A", "x" * 2001), Button("", "Page", "", url="https://a.example/"))))
    assert row["actions"] == [{"type": "Action.OpenUrl", "title": "Page", "url": "https://a.example/"}]
    assert note["inlines"][0]["text"].startswith("1 button is missing here")


def test_a_card_is_wide_refreshes_itself_and_is_found_by_its_key() -> None:
    card = render_card(Card("New:\n one", (Paragraph(("x",)), Quote("y"))), opens=opens, key="esc_1/1:card")
    assert faults_of(card) == []
    assert card["refresh"]["action"]["verb"] == REFRESH
    assert "userIds" not in card["refresh"]
    assert card["msteams"] == {"width": "Full"}
    assert (card["body"][0]["type"], card["body"][0]["id"], len(card["body"])) == ("Container", "esc_1/1:card", 2)
    assert card["fallbackText"] == summary_of(Card("New:\n one", ())) == "New: one"
    assert render_card(Card("", ()), opens=opens)["body"][0]["inlines"][0]["text"] == "…"


def test_a_long_text_is_shortened_no_more_than_it_must_and_says_so() -> None:
    assert shown(Quote("x" * 6000))[0]["items"][0]["inlines"] == [{"type": "TextRun", "text": "x" * 6000}]
    cut = shown(Quote("x" * 9000))[0]["items"][0]["inlines"]
    assert cut[1]["text"] == "… (3000 more characters; see the thread)"
    many = shown(*(Quote("x" * 9000) for _ in range(20)))
    assert len(many) == 20
    assert many[0]["items"][0]["inlines"][1]["text"] == "… (7800 more characters; see the thread)"


def test_too_many_parts_end_with_a_note_and_keep_their_buttons_and_their_pictures() -> None:
    big = Picture(PIXEL[:-4] + "A" * 200_000, "chart")
    parts = [Paragraph((f"{n} " + "y" * 190,)) for n in range(400)]
    body = shown(big, *parts, Actions((Button("approve", "Approve", "esc_1/1"),)))
    assert body[0]["type"] == "Image"
    assert body[-2]["actions"][0]["verb"] == "approve"
    assert re.fullmatch(r"… \(\d+ more parts; see the thread\)", body[-1]["inlines"][0]["text"])
    assert units(json.dumps(body[1:], ensure_ascii=False)) <= ROOM + 500


FIELDS: tuple[Element | Input, ...] = (
    TextInput("text", "Reply", "Hi", multiline=True, hint="Sent as it stands", max_length=10),
    Choice("mode", "What?", (("a", "A"), ("b", "B")), "b", radio=True),
    Choice("of", "Which?", tuple((str(n), f"No {n}") for n in range(30)), optional=True),
    Tick("redraft", "Draft again", hint="With this note"),
    PersonInput("to", "Who?"),
    DateInput("from", "From", date(2026, 3, 4)),
    TextInput("text", "Same name", optional=True),
)


def fields(**given: Any) -> list[Json]:
    card = render_form(Form("f", "F", "s", FIELDS, "Save"), "form_1", **given)
    assert faults_of(card) == []
    assert card["actions"][0]["data"] == {"form": "form_1"}
    assert "refresh" not in card
    body: list[Json] = card["body"]
    return body


def test_a_form_has_labels_hints_and_says_what_must_be_filled_in() -> None:
    inputs = {node["id"]: node for node in fields() if node["type"].startswith("Input.")}
    assert list(inputs) == ["text", "mode", "of", "redraft", "to", "from", "text~2"]
    assert (inputs["text"]["label"], inputs["text"]["value"], inputs["text"]["isMultiline"]) == ("Reply", "Hi", True)
    assert [name for name, field in inputs.items() if field.get("isRequired")] == ["text", "mode", "to"]
    assert all(field.get("errorMessage") for field in inputs.values() if field.get("isRequired"))
    assert [inputs[name]["style"] for name in ("mode", "of")] == ["expanded", "compact"]
    assert (inputs["redraft"]["title"], inputs["redraft"]["valueOn"], inputs["redraft"]["valueOff"]) == (
        "Draft again", "yes", ""
    )  # fmt: skip
    assert inputs["to"]["choices.data"] == {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    assert inputs["from"]["value"] == "2026-03-04"
    hints = [node["inlines"][0]["text"] for node in fields() if node["type"] == "RichTextBlock"]
    assert hints == ["Sent as it stands", "With this note"]


def test_errors_stand_above_their_inputs_and_what_was_typed_is_kept() -> None:
    typed = {"text": "Hello", "mode": "a", "redraft": "yes", "to": ANA.id, "from": "", "of": "7", "text~2": "other"}
    body = fields(errors={"text": "Too short.", "gone": "Somebody was first."}, values=typed)
    inputs = {node["id"]: node.get("value") for node in body if node["type"].startswith("Input.")}
    assert inputs == typed | {"from": None}
    said = ["".join(run["text"] for run in node["inlines"]) for node in body[:2]]
    assert said == ["⚠️ Somebody was first.", "⚠️ Too short."]
    assert {run["color"] for node in body[:2] for run in node["inlines"]} == {"Attention"}
    assert body[2]["id"] == "text"


def test_a_long_text_gets_a_tall_box() -> None:
    box = TextInput("t", "T", "line\n" * 8, multiline=True)
    held = render_form(Form("f", "F", "s", (box,), "Go"), "form_1")["body"][0]
    assert (held["type"], held["minHeight"], held["items"][0]["height"]) == ("Container", "230px", "stretch")
    tallest = render_form(Form("f", "F", "s", (replace(box, initial="x" * 3000),), "Go"), "form_1")["body"][0]
    assert tallest["minHeight"] == "370px"


def test_a_form_to_read_has_nothing_to_send_and_its_buttons_know_the_form() -> None:
    reading = render_form(Form("why", "Why", "", (Paragraph(("x",)),)), "form_1")
    assert "actions" not in reading
    assert render_form(Form("why", "Why", "", ()), "form_1")["body"][0]["inlines"][0]["text"] == "Nothing to show."
    row = render_form(Form("f", "F", "s", (Actions((Button("open.leave", "Leave", "q_1"),)),)), "form_1")["body"][0]
    assert row["actions"][0]["data"] == {"action": "open.leave", "subject": "q_1", "form": "form_1"}
    assert row["actions"][0]["associatedInputs"] == "None"


def test_only_what_the_form_asks_for_and_offers_is_read_from_what_is_sent() -> None:
    form = Form("f", "F", "s", FIELDS, "Save")
    sent = {"text": "a\x00b", "mode": "z", "redraft": "true", "to": 7, "from": "2026-03-04T00:00Z", "evil": "1"}
    assert values_of(form, sent) == {
        "text": "ab", "mode": "", "of": "", "redraft": "yes", "to": "", "from": "2026-03-04", "text~2": ""
    }  # fmt: skip


def test_nobody_sends_more_than_an_input_holds() -> None:
    form = Form("f", "F", "s", (TextInput("t", "T", max_length=10),), "Go")
    assert values_of(form, {"t": "x" * 100_000}) == {"t": "x" * 10}


def test_a_text_that_does_not_fit_its_input_is_cut_and_the_form_says_so() -> None:
    card = render_form(Form("f", "F", "s", (TextInput("t", "T", "x" * 20, max_length=10),), "Go"), "form_1")
    assert card["body"][0]["value"] == "x" * 10
    assert card["body"][1]["inlines"][0]["text"].startswith("Only the first 10 of 20 characters fit here.")


text = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=200))
person = st.builds(Person, st.sampled_from(("slack", "teams")), st.sampled_from((ANA.id, "29:1a-b_c", "<x>")), text)
piece = st.one_of(
    text, text.map(Strong), text.map(Emphasis), text.map(Struck), text.map(Code), st.builds(Link, text, text),
    st.builds(Link, text, st.just("https://help.example/a_(b)?b=1&c=|x")), st.just(When(NOON)),
    st.builds(Mention, person),
)  # fmt: skip
pieces = st.lists(piece, max_size=8).map(tuple)
button = st.builds(
    Button, st.sampled_from(("approve", "open.x", "")), text, text, st.sampled_from(Style),
    st.one_of(st.just(""), text), st.sampled_from(("", "https://x.example", "javascript:1")), st.sampled_from(Role),
)  # fmt: skip
element = st.one_of(
    text.map(Heading), pieces.map(Paragraph), text.map(Quote),
    st.lists(st.tuples(text, pieces), max_size=6).map(tuple).map(Facts),
    st.builds(Notice, st.sampled_from(Tone), pieces), pieces.map(Note), st.just(Divider()),
    st.lists(button, max_size=12).map(tuple).map(Actions),
    st.builds(Table, st.lists(text, max_size=4).map(tuple),
              st.lists(st.lists(pieces, max_size=5).map(tuple), max_size=4).map(tuple), st.just((1,))),
    st.builds(Picture, st.sampled_from(("", PIXEL, "https://x.example/p.png")), text, text),
)  # fmt: skip
options = st.lists(st.tuples(text, text), max_size=30).map(tuple)
entry = st.one_of(
    st.builds(TextInput, text, text, text, st.booleans(), st.booleans(), text, st.integers(0, 9000)),
    st.builds(Choice, text, text, options, text, st.booleans(), text, st.booleans()),
    st.builds(Tick, text, text, text),
    st.builds(PersonInput, text, text, text),
    st.builds(DateInput, text, text, st.sampled_from((None, NOON.date())), text),
)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(text, st.lists(element, max_size=20).map(tuple))
def test_teams_takes_every_card_whatever_the_data(summary: str, elements: tuple[Element, ...]) -> None:
    card = render_card(Card(summary, elements), opens=opens, key="k")
    assert faults_of(card) == []
    sent = json.dumps(card, ensure_ascii=False).replace(PIXEL, "")
    assert len(sent.encode("utf-16-le")) < 100_000


@settings(max_examples=40, deadline=None, derandomize=True)
@given(text, st.lists(st.one_of(element, entry), max_size=12).map(tuple), st.dictionaries(text, text, max_size=3))
def test_teams_takes_every_form_whatever_the_data(
    submit: str, elements: tuple[Element | Input, ...], said: dict[str, str]
) -> None:
    form = Form("f", "F", "s", elements, submit)
    card = render_form(form, "form_1", errors=said, values=said)
    assert faults_of(card) == []
    assert values_of(form, said).keys() >= {node["id"] for node in nodes(card) if "Input" in str(node.get("type"))}
    json.dumps(card, ensure_ascii=False).encode()
