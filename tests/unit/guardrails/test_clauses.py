"""Drafts held against their sources clause by clause."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.domain.answer import DraftAuthor, Level
from bot.llm.offline.reading import units
from bot.ports import Guardrail
from tests.unit.guardrails.conftest import FEES, NOW, Judge, given

ARTICLES = Path(__file__).parents[3] / "knowledge" / "content" / "articles"
SHIPPING = replace(
    FEES,
    title="Sending parcels",
    heading="",
    text="""| Service | Price | Time |
|---|---|---|
| Standard shipping | $4.99 | 3 to 5 business days |
| Express shipping | $12.99 | 1 business day |

Orders over $50 ship free with standard shipping. Sale items are exchanged but not refunded.
Clothing can be returned within 30 days, if it is unworn. Wardrobes are assembled for $79 and beds for $39.
Changes are accepted until 2 hours before dispatch. Premium members wait at most 2 hours. Only adults may sign.
Returns are accepted after the inspection.""",
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Express shipping costs $4.99.", "$4.99"),
        ("Beds are assembled for $79.", "$79"),
        ("Standard shipping takes 3 to 5 weeks.", "3"),
        ("Sale items are also refunded.", "Sale items are also refunded."),
        ("Clothing cannot be returned within 30 days, if it is unworn.", "Clothing cannot be returned within 30 days"),
        ("Premium members wait at least 2 hours.", "2 hours"),
        ("Returns are accepted before the inspection.", "before the inspection"),
    ],
)
def test_a_turned_figure_a_neighbours_figure_and_a_turned_not_hold_a_draft_with_the_words(
    judge: Judge, text: str, words: str
) -> None:
    found = judge("grounding", text, cites=(SHIPPING,))
    assert {finding.level for finding in found} == {Level.BLOCK}
    assert words in {finding.quote for finding in found}
    assert {f.level for f in judge("grounding", text, cites=(SHIPPING,), author=DraftAuthor.PERSON)} == {Level.WARN}


def test_a_neighbours_figure_is_told_with_what_the_source_says_instead(judge: Judge) -> None:
    (finding,) = judge("grounding", "Express shipping costs $4.99.", cites=(SHIPPING,))
    assert '"$4.99" for something else' in finding.message
    assert "Express shipping – Price: $12.99" in finding.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Clothing can be returned within 30 days.", '"if it is unworn"'),
        ("Clothing can be returned within 30 days unless it is unworn.", 'not "unless it is unworn"'),
        ("Clothing can be returned within 30 days, if it is worn.", "the opposite"),
        ("Jewellery can be returned within 30 days, if it is unworn.", "another subject"),
        ("All items ship free with standard shipping.", '"all"'),
        ("Orders over $50 ship free with express shipping.", "something else"),
    ],
)
def test_a_dropped_or_turned_condition_another_subject_and_all_for_some_are_warned_of(
    judge: Judge, text: str, told: str
) -> None:
    found = judge("grounding", text, cites=(SHIPPING,))
    assert {finding.level for finding in found} == {Level.WARN}
    assert any(told in finding.message for finding in found)


@pytest.mark.parametrize(
    "text",
    [
        "With express shipping, your order arrives within one business day and costs $12.99.",
        "Standard shipping is free for orders of more than $50.",
        "You have 30 days to return clothing, as long as it's unworn.",
        "We can't refund sale items, but you may exchange them.",
        "Assembling a bed costs $39, while a wardrobe is $79.",
        "Once the inspection is done, we accept returns.",
    ],
)
def test_the_same_said_in_other_words_passes(judge: Judge, text: str) -> None:
    assert judge("grounding", text, cites=(SHIPPING,)) == []


def test_a_condition_may_stand_in_another_sentence_of_the_draft(judge: Judge) -> None:
    assert judge("grounding", "Clothing can be returned within 30 days. It must be unworn.", cites=(SHIPPING,)) == []


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        ("Gutscheine können nicht zurückgegeben werden.", "Eine Rückgabe von Gutscheinen ist nicht möglich.",
         "Gutscheine können zurückgegeben werden."),
        ("La livraison express coûte 12,90 EUR et la livraison standard 4,90 EUR.",
         "Vous payez 4,90 € pour la livraison standard.", "La livraison express coûte 4,90 EUR."),
        ("El reembolso tarda 5 días laborables.", "El reembolso tarda cinco días laborables.",
         "El reembolso tarda 5 semanas."),
        ("Bestellingen voor 14:00 worden dezelfde dag verzonden.",
         "Bestelt u voor 14:00, dan wordt uw bestelling dezelfde dag verzonden.",
         "Bestellingen na 14:00 worden dezelfde dag verzonden."),
    ],
)  # fmt: skip
def test_other_languages_are_held_against_their_sources_too(judge: Judge, source: str, right: str, wrong: str) -> None:
    cites = (replace(FEES, text=source),)
    assert judge("grounding", right, cites=cites) == []
    assert {f.level for f in judge("grounding", wrong, cites=cites)} == {Level.BLOCK}


def test_no_sentence_of_a_sample_article_alarms_any_guardrail_when_it_cites_itself(
    guardrails: dict[str, Guardrail],
) -> None:
    alarms = []
    for path in sorted(ARTICLES.rglob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        about = yaml.safe_load(front)
        if about.get("expires") and about["expires"] < NOW.date():
            continue  # it may not be cited at all
        title = about["title"]
        for section in re.split(r"(?m)^(?=## )", body):
            passage = replace(FEES, title=title, heading="", text=section)
            for unit in units(section):
                draft = given(unit.text, (passage,), author=DraftAuthor.OFFLINE, quote=unit.quote)
                draft = replace(draft, allowed_hosts=frozenset({"fernhill.example", "myfernhill.example"}))
                draft = replace(draft, triage=replace(draft.triage, language="und"))
                alarms += [(path.name, f) for guardrail in guardrails.values() for f in guardrail.check(draft)]
    assert alarms == []


def test_a_markdown_row_is_cited_as_it_is_read_aloud(judge: Judge) -> None:
    row = "Express shipping – Price: $12.99; Time: 1 business day"
    quote = "| Express shipping | $12.99 | 1 business day |"
    assert judge("grounding", row, cites=(SHIPPING,), author=DraftAuthor.OFFLINE, quote=quote) == []
