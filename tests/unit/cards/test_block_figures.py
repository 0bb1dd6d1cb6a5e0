"""Tables and pictures, checked as the sandbox checks what it is sent."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.block_kit import render_card, render_form, render_home
from bot.cards.block_text import characters
from bot.cards.elements import Card, Element, Form, Paragraph, Picture, Strong, Table, Text
from bot.platforms.slack.text import text_of_blocks
from bot.sandbox.blocks import check_message_blocks, check_view
from tests.unit.cards.test_block_kit import HOSTILE

WEEK = Table(("Intent", "Contacts", "Change"), ((("Refund",), ("120",), ("+12",)), (("Login",), ("80",), ())), (1, 2))


def shown(*elements: Element) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = render_card(Card("Digest", elements))["blocks"]
    check_message_blocks(blocks)
    return blocks


def said(*elements: Element) -> str:
    return text_of_blocks(shown(*elements))


def rows(count: int, cell: str = "x") -> Table:
    return Table(("Name", "Value"), tuple(((f"row {n}",), (cell,)) for n in range(count)))


def test_a_table_is_a_native_one_with_its_figures_to_the_right() -> None:
    (made,) = shown(WEEK)
    assert made["type"] == "table"
    assert [column["align"] for column in made["column_settings"]] == ["left", "right", "right"]
    assert text_of_blocks([made]) == "Intent | Contacts | Change\nRefund | 120 | +12\nLogin | 80 | –"


def test_the_second_table_of_a_card_is_told_in_lines() -> None:
    first, second = shown(WEEK, WEEK)
    assert (first["type"], second["type"]) == ("table", "rich_text")
    assert text_of_blocks([second]) == "Refund · Contacts 120 · Change +12\nLogin · Contacts 80 · Change –"


def test_a_page_and_a_form_tell_every_table_in_lines() -> None:
    for view, kind in (
        (render_home(Card("Home", (WEEK,))), "home"),
        (render_form(Form("f", "F", "", (WEEK,)), None), "modal"),
    ):
        check_view(view, kind)
        assert [block["type"] for block in view["blocks"]] == ["rich_text"]


def test_rows_beyond_a_hundred_are_counted() -> None:
    made, note = shown(rows(150))
    assert len(made["rows"]) == 100
    assert text_of_blocks([note]) == "… (51 more rows not shown here)"


def test_columns_beyond_twenty_are_counted() -> None:
    wide = Table(tuple(f"c{n}" for n in range(23)), (tuple((str(n),) for n in range(23)),))
    assert said(wide).endswith("… (3 more columns not shown here)")


def test_a_table_with_long_cells_keeps_the_rows_that_fit_and_counts_the_others() -> None:
    made, note = shown(rows(60, "word " * 60))
    assert 2 < len(made["rows"]) < 60
    assert f"{61 - len(made['rows'])} more rows" in text_of_blocks([note])


def test_a_long_table_does_not_push_out_what_stands_beside_it() -> None:
    blocks = shown(Paragraph(("First. " * 300,)), rows(99, "word " * 20), Paragraph(("The last word.",)))
    assert any(block["type"] == "table" for block in blocks)
    assert "The last word." in text_of_blocks(blocks)


def test_a_row_too_short_is_filled_up_and_one_too_long_is_cut() -> None:
    ragged = Table(("A", "B"), (((("one"),),), (("one",), ("two",), ("three",))))
    assert said(ragged) == "A | B\none | –\none | two"


def test_a_table_without_rows_shows_nothing() -> None:
    assert said(Table(("A",), ()), Paragraph(("Below",))) == "Below"


def test_a_picture_has_its_title_and_its_alternative_text() -> None:
    (made,) = shown(Picture("F012345678", "Rates rose", "Rates *by* intent"))
    assert made == {
        "type": "image",
        "slack_file": {"id": "F012345678"},
        "alt_text": "Rates rose",
        "title": {"type": "plain_text", "text": "Rates *by* intent", "emoji": False},
    }


def test_a_picture_that_could_not_be_uploaded_is_told_in_words() -> None:
    assert said(Picture("", "Rates rose", "Rates")) == "🖼 Picture not shown. Rates: Rates rose"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_can_stand_in_cells_and_under_pictures(words: str) -> None:
    cells: tuple[Text, ...] = ((words,), (Strong(words),))
    shown(Table((words, words), (cells, cells)), Table((words,), (cells,)), Picture("F012345678", words, words))


words = st.text(max_size=60) | st.sampled_from(HOSTILE)
tables = st.builds(
    Table,
    st.lists(words, max_size=25).map(tuple),
    st.lists(st.lists(words.map(lambda text: (text,)), max_size=25).map(tuple), max_size=120).map(tuple),
)


@given(st.lists(tables | st.builds(Picture, st.sampled_from(("", "F012345678")), words, words), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_slack_takes_any_tables_and_pictures(elements: list[Element]) -> None:
    assert characters(shown(*elements)) <= 13_000
