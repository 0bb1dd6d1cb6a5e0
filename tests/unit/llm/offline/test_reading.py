import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.plain import plain
from bot.llm.offline.reading import Kind, units

ARTICLE = """
## Fees

Standard delivery costs **4.90 EUR**, e.g. in Zone A. It is free
from [49 EUR](https://fernhill.example/free).

| Zone | Fee | Time |
|---|---|---|
| A | 4.90 EUR | 1 day |
| Far away | 9.90 EUR | |

Follow these steps:

1. Open `Orders`.
2. Choose *Cancel*
   and confirm.

- one
- two

<!-- note to editors: secret -->
"""


def test_an_article_is_read_into_sentences_rows_steps_and_items() -> None:
    assert [(unit.kind, unit.mark, unit.text) for unit in units(ARTICLE)] == [
        (Kind.SENTENCE, "", "Standard delivery costs 4.90 EUR, e.g. in Zone A."),
        (Kind.SENTENCE, "", "It is free from 49 EUR (https://fernhill.example/free)."),
        (Kind.ROW, "", "Zone A – Fee: 4.90 EUR; Time: 1 day"),
        (Kind.ROW, "", "Far away – Fee: 9.90 EUR"),
        (Kind.SENTENCE, "", "Follow these steps:"),
        (Kind.STEP, "1.", "Open Orders."),
        (Kind.STEP, "2.", "Choose Cancel and confirm."),
        (Kind.ITEM, "-", "one"),
        (Kind.ITEM, "-", "two"),
    ]


def test_every_quote_is_in_the_article_as_it_stands() -> None:
    assert all(unit.quote in ARTICLE for unit in units(ARTICLE))


def test_no_heading_poses_as_a_sentence_and_each_unit_knows_its_own() -> None:
    assert [unit.text for unit in units("# Title\n\nText.\n\n## More\n\nOther.")] == ["Text.", "Other."]
    assert [unit.heading for unit in units("# Title\n\nText.\n\n## More\n\nOther.")] == ["Title", "More"]


@given(st.text(max_size=500))
def test_any_text_is_read_and_quoted_exactly(text: str) -> None:
    assert all(unit.quote in text for unit in units(text) if "<!--" not in text)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a *b* __c__ `d` ~~e~~", "a b c d e"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("![x](y.png) <b>bold</b> <https://a.example>", "bold https://a.example"),
        (r"\*no\*", "*no*"),
    ],
)
def test_markdown_is_stripped_and_nothing_else(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_comments_are_no_units_and_those_that_never_close_cost_no_time() -> None:
    told = [unit.text for unit in units("One stands. <!-- a\n\nb -->\n\nTwo stands.\n\n<!-- Three stands.")]
    assert told == ["One stands.", "Two stands.", "<!-- Three stands."]
    assert len(units("<!-- " * 20_000)) == 1


def test_a_nested_item_knows_which_line_leads_to_it() -> None:
    text = (
        "Free bags:\n- Silver members:\n  - two in economy\n  - three in business\n- Gold members:\n  - four\n\nOther."
    )
    assert [(unit.text, unit.under) for unit in units(text)][2:] == [
        ("two in economy", "Silver members:"),
        ("three in business", "Silver members:"),
        ("Gold members:", "Free bags:"),
        ("four", "Gold members:"),
        ("Other.", ""),
    ]
