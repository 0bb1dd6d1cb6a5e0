"""Every card and form of the product, as Teams takes it and as Microsoft's own renderer shows it."""

import base64
import importlib
import inspect
import pkgutil
import re
from collections.abc import AsyncIterator
from typing import get_args, get_type_hints

import pytest

import bot.cards
from bot.cards.adaptive import render_card, render_form
from bot.cards.adaptive_text import JOINER
from bot.cards.capture import COMMAND
from bot.cards.elements import (
    Card,
    Choice,
    DateInput,
    Facts,
    Form,
    Heading,
    Link,
    Mention,
    Note,
    Paragraph,
    PersonInput,
    Picture,
    Quote,
    Strong,
    Table,
    TextInput,
    Tick,
    When,
)
from bot.domain.chat import Person
from evals.digest.charts import charts
from evals.spikes.chart import alert_chart
from handlers.dispatch import OPENERS
from tests.teams import gallery
from tests.teams.cards import faults_of
from tests.teams.gallery import ALERT, ANA, NOW, cards, forms
from tests.teams.rendering import RENDERED, Client, client, pretty, said_in
from tests.unit.cards.digest_samples import RICH
from tests.unit.cards.test_adaptive import FIELDS, HOSTILE

pytestmark = RENDERED
THEMES = ("light", "dark")
FILLED = re.compile(r"\{\{(?:DATE|TIME)\([^)]*\)\}\}")
MARKS = re.compile(r"\\(?=[^\w\s])|\*+|</?at>|\]\([^)]*\)|\[|" + JOINER)


def opens(action: str) -> bool:
    return action in OPENERS or action == COMMAND


@pytest.fixture
async def teams() -> AsyncIterator[Client]:
    async with client() as opened:
        yield opened


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    """The charts as Teams is sent them."""
    drawn = {"alert": alert_chart(ALERT), **{chart.name: chart for chart in charts(RICH)}}
    return {
        name: Picture(f"data:image/png;base64,{base64.b64encode(chart.png()).decode()}", chart.alt, chart.title)
        for name, chart in drawn.items()
    }


def letters(text: str) -> str:
    return "".join(MARKS.sub("", text).split())


def unread(card: dict[str, object], text: str) -> list[str]:
    """What the card says and nobody could read; what Teams fills in is left out."""
    seen = letters(text)
    told = [part for said in said_in(card) for part in FILLED.split(said)]
    return [part for part in told if letters(part) not in seen]


async def test_every_card_is_shown_whole_in_both_themes(teams: Client, pictures: dict[str, Picture]) -> None:
    for name, card in cards(pictures):
        made = render_card(card, opens=opens)
        assert faults_of(made) == [], name
        for theme in THEMES:
            shown = await teams.show(made, theme, name=f"card-{name}")
            assert (shown.problems, shown.overflowing) == ((), ()), f"{name}: {pretty(made)}"
            assert unread(made, shown.text) == [], name
            assert "{{" not in shown.text, name
            assert len(shown.mentions) >= len(made["msteams"].get("entities", ())), name


async def test_every_form_is_shown_whole_in_both_themes(teams: Client) -> None:
    for name, form in forms():
        made = render_form(form, "form_1")
        assert faults_of(made) == [], name
        for theme in THEMES:
            shown = await teams.show(made, theme, title=form.title, name=f"form-{name}", wide=640)
            assert (shown.problems, shown.overflowing) == ((), ()), f"{name}: {pretty(made)}"
            assert unread(made, shown.text) == [], name


async def test_cards_are_readable_on_a_phone(teams: Client, pictures: dict[str, Picture]) -> None:
    made = dict(cards(pictures))
    for name in ("review-ready", "fix-proposed", "alert-open", "holding", "home", "sample"):
        shown = await teams.show(render_card(made[name], opens=opens), "light", wide=390, name=f"phone-{name}")
        assert (shown.problems, shown.overflowing) == ((), ()), name


def test_no_card_or_form_of_the_product_is_missing_here() -> None:
    """Whatever gives a card or a form is called in the gallery."""
    called = {id(value) for value in vars(gallery).values()}
    for found in pkgutil.iter_modules(bot.cards.__path__, "bot.cards."):
        module = importlib.import_module(found.name)
        for name, value in inspect.getmembers(module, inspect.isfunction):
            given = get_type_hints(value).get("return")
            if value.__module__ == found.name and not name.startswith("_") and {given, *get_args(given)} & {Card, Form}:
                assert id(value) in called or name in ("paged", "for_reader"), f"{found.name}.{name}"


async def test_nothing_that_others_wrote_does_anything(teams: Client) -> None:
    """Read by the renderer with Markdown that even makes links of bare addresses."""
    for said in (text for text in HOSTILE if len(text) < 1000):
        elements = (
            Heading(said), Quote(said), Note((said,)), Facts(((said, (said,)),)), Table((said,), (((said,),),)),
            Paragraph((Mention(ANA), " ", said, Mention(Person("slack", "U1", said)))),
        )  # fmt: skip
        shown = await teams.show(render_card(Card(said, elements), opens=opens), "light")
        assert (shown.links, shown.images, shown.mentions) == ((), (), ("Ana Ruiz",)), said
        assert "Mar" not in shown.text
        assert shown.problems == ()


async def test_what_is_ours_is_a_link_a_mention_and_a_moment(teams: Client) -> None:
    text = (
        Mention(ANA),
        " ",
        Strong("now"),
        " ",
        Link("the thread", "https://a.example/x_(y)?a=1&b=2"),
        " ",
        When(NOW),
    )
    for elements in ((Paragraph(text),), (Facts((("Who", text),)),)):
        shown = await teams.show(render_card(Card("s", elements), opens=opens), "light")
        assert shown.mentions == ("Ana Ruiz",)
        assert [link.replace("%5F", "_").replace("%28", "(").replace("%29", ")") for link in shown.links] == [
            "https://a.example/x_(y)?a=1&b=2"
        ]
        assert re.search(r"Fri, Nov 20, 2026 at \d", shown.text), shown.text
    shown = await teams.show(render_card(Card("s", (Quote("x"), Paragraph((*text[1:],)))), opens=opens), "light")
    assert shown.links == ("https://a.example/x_(y)?a=1&b=2",)


async def test_a_button_that_asks_first_folds_out_what_it_asks(teams: Client, pictures: dict[str, Picture]) -> None:
    card = render_card(dict(cards(pictures))["confirm"], opens=opens)
    for theme in THEMES:
        shown = await teams.show(card, theme)
        assert "Nobody gets an answer" not in shown.text
        await teams.press("Stop all of it")
        assert "Nobody gets an answer until you start again." in await teams.text()
        await teams.keep(f"card-confirm-asks-{theme}")


async def test_a_form_sends_what_was_filled_in_and_says_what_is_missing(teams: Client) -> None:
    known = tuple(field for field in FIELDS if not isinstance(field, PersonInput))  # Teams alone knows its people
    form = Form("f", "Fill in", "s", known, "Save")
    typed = {"text": "Hello", "mode": "a", "redraft": "yes", "from": "2026-03-05"}
    await teams.show(render_form(form, "form_1", errors={"text": "Too short."}, values=typed), "light", title="Fill in")
    sent = await teams.send("Save")
    assert sent == {"form": "form_1", **typed}
    empty = (
        TextInput("text", "Reply"),
        Choice("mode", "What?", (("a", "A"),), radio=True), Choice("of", "Which?", (("b", "B"),)),
        Tick("redraft", "Draft again"), DateInput("from", "From"), PersonInput("to", "Who?"),
    )  # fmt: skip
    for theme in THEMES:
        await teams.show(render_form(Form("f", "F", "s", empty, "Save"), "form_1"), theme, title="Fill in")
        assert await teams.send("Save") == {}
        assert "Fill this in." in await teams.text()
        assert "Choose one." in await teams.text()
        assert "Name somebody." in await teams.text()
        await teams.keep(f"form-missing-{theme}")
