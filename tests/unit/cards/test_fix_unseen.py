"""What is seen of a knowledge fix before somebody approves it."""

import json

from bot.cards.block_kit import render_card, render_form
from bot.cards.fix import edit_form, fix_card
from bot.domain.article import Revision
from bot.domain.fix import FixState, KnowledgeFix
from tests.contracts.store_samples import ANA, NOON

PARAGRAPHS = [f"Part {number} of the machine is cleaned with water {'and a soft cloth ' * 8}" for number in range(40)]


def test_no_change_of_a_long_article_is_approved_unseen() -> None:
    before = Revision("cleaning", "h", "Cleaning", "\n\n".join(PARAGRAPHS))
    after = [text.replace("water", f"acid {number}") if number % 2 else text for number, text in enumerate(PARAGRAPHS)]
    revision = Revision("cleaning", "", "Cleaning", "\n\n".join(after))
    fix = KnowledgeFix("fix_1", FixState.OPEN, revision, "h", ANA, NOON)
    card = json.dumps(render_card(fix_card(fix, before, {})))
    assert "acid 39" not in card
    assert "8 more paragraphs change; Edit shows them." in card
    form = json.dumps(render_form(edit_form(fix, before), None))
    assert all(f"acid {number}" in form for number in range(1, 40, 2))
    assert "Return it and say what to change" in form
