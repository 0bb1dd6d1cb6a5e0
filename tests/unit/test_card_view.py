"""Cards at the terminal: whole, and without anything that moves the cursor or formats."""

import io

from rich.console import Console

from bot.cards.digest import digest_cards
from bot.cards.elements import Card, Heading, Paragraph, Strong
from bot.cli.card_view import show
from tests.unit.cards.digest_samples import HOSTILE, RICH


def printed(*cards: Card) -> str:
    out = io.StringIO()
    for card in cards:
        show(Console(file=out, width=120, highlight=False), card)
    return out.getvalue()


def test_every_section_of_the_digest_is_printed_with_its_buttons_named() -> None:
    told = printed(*digest_cards(RICH, {}))
    for said in ("The week of", "[See the change] [Publish]", "What changed", "By pain", "Charged twice", "Thank you"):
        assert said in told


def test_no_text_moves_the_cursor_or_becomes_mark_up() -> None:
    told = printed(*digest_cards(HOSTILE, {}), Card("", (Heading("[red]x[/red]\x1b[2J"), Paragraph((Strong("[b]y"),)))))
    assert not {"\x1b", "\x00", "\u202e"} & set(told)
    assert "[red]x[/red]" in told
    assert "[b]y" in told
