"""Cards as e-mail: whole, escaped, and without a link that is not ours."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.digest import digest_cards
from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Code,
    Divider,
    Element,
    Emphasis,
    Facts,
    Heading,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Picture,
    Quote,
    Strong,
    Struck,
    Table,
    Tone,
    When,
)  # fmt: skip
from bot.cards.html import html, plain_text
from bot.domain.chat import Person
from tests.unit.cards.digest_samples import HOSTILE, RICH
from tests.unit.cards.test_block_kit import HOSTILE as TEXTS

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANA = Person("slack", "U1", "Ana")
ALL = Card(
    "All",
    (
        Heading("Week"), Divider(), Quote("said"), Notice(Tone.WARNING, ("late",)), Note(("small",)),
        Paragraph((Strong("b"), Emphasis("i"), Struck("s"), Code("c"), When(NOON), Mention(ANA))),
        Paragraph((Link("ours", "https://fernhill.slack.example/p1"), Link("theirs", "http://evil.example/"))),
        Facts((("Owner", ("billing",)),)), Actions((Button("fix.approve", "Publish", "fix_1#x"),)),
        Table(("Figure", "n"), ((("First response",), ("312",)), ((), ())), (1,)),
        Picture("volume", "Volume rose"), Picture("", "Evals fell"),
    ),
)  # fmt: skip


class Page(HTMLParser):
    """Which tags a page has, and where its links and pictures lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.goes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.goes |= {value or "" for name, value in attrs if name in ("href", "src")}
        assert not any(name.startswith("on") for name, _ in attrs)


OURS = {
    "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "div", "h2", "p", "b", "i", "s", "br",
    "code", "a", "hr", "blockquote", "img",
}  # fmt: skip


def test_every_element_is_shown_and_buttons_are_words() -> None:
    page = html([ALL], "Week")
    assert Page(page).tags <= OURS
    assert Page(page).goes == {"https://fernhill.slack.example/p1", "cid:volume"}
    for words in (
        "<b>b</b>",
        "@Ana",
        "In the chat: Publish",
        'align="right"',
        "Picture not shown. Evals fell",
        "theirs",
    ):
        assert words in page
    assert "<button" not in page


def test_plain_text_says_the_same_with_addresses_and_columns() -> None:
    said = plain_text([ALL])
    assert "ours <https://fernhill.slack.example/p1>" in said
    assert "evil.example" not in said
    assert re.search(r"^First response +312$", said, re.MULTILINE)
    assert "[Volume rose]" in said


def test_the_mailed_digest_holds_all_that_the_room_was_told() -> None:
    cards = digest_cards(RICH, {})
    for told in (html(cards, "Week"), plain_text(cards)):
        for words in ("Publish the fix", "First response", "Not proven", "Charged twice", "Stale policy", "Thank you"):
            assert words in told


text = st.one_of(
    st.sampled_from((*TEXTS, "</td><script>alert(1)</script>", '" onload="x')), st.text(st.characters(), max_size=80)
)
pieces = st.lists(st.one_of(text, st.builds(Strong, text), st.builds(Link, text, text)), max_size=4).map(tuple)
elements = st.one_of(
    text.map(Heading), pieces.map(Paragraph), text.map(Quote), pieces.map(Note),
    st.lists(st.tuples(text, pieces), max_size=3).map(tuple).map(Facts), st.builds(Picture, text, text, text),
    st.builds(Table, st.tuples(text, text), st.lists(st.tuples(pieces, pieces), max_size=4).map(tuple), st.just((1,))),
    st.builds(Button, text, text, text).map(lambda button: Actions((button,))),
)  # fmt: skip


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(elements, max_size=8), text)
def test_no_text_becomes_mark_up_a_script_or_a_foreign_link(told: list[Element], title: str) -> None:
    page = Page(html([Card("", tuple(told))], title))
    assert page.tags <= OURS
    assert all(where.startswith(("https://", "cid:")) for where in page.goes)
    assert "\x00" not in plain_text([Card("", tuple(told))])


def test_a_hostile_digest_is_mailed_without_its_mark_up() -> None:
    page = html(digest_cards(HOSTILE, {}), "Week")
    assert Page(page).tags <= OURS
    assert "<script" not in page
