"""Articles in force that disagree are both named."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.domain.answer import Level, Passage
from bot.domain.article import ArticleKind
from bot.guardrails.contradiction import check as contradictions
from tests.unit.guardrails.conftest import FEES, Judge, given


def test_two_articles_in_force_that_disagree_are_both_named(judge: Judge) -> None:
    other = replace(
        FEES, id="old-0", slug="old", title="Shipping prices", text="Standard delivery in Zone A costs 5.90 EUR."
    )
    one = replace(FEES, text="Standard delivery in Zone A costs 4.90 EUR.")
    (finding,) = judge("contradiction", cites=(one,), passages=(one, other))
    assert finding.level is Level.WARN
    assert '"Delivery fees"' in finding.message
    assert '"Shipping prices"' in finding.message


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Standard delivery in Zone C costs 9.90 EUR for heavy pallets sent by road."},
        {"text": "Standard delivery in Zone A costs 4.90 EUR."},
        {"text": "Standard delivery in Zone A costs 5.90 EUR.", "effective": date(2027, 1, 15)},
        {"text": "Standard delivery in Zone A costs 5.90 EUR.", "expires": date(2026, 1, 15)},
        {"text": "Standard delivery in Zone A costs 5.90 EUR.", "slug": "fees"},
    ],
)
def test_figures_for_other_things_or_times_are_no_contradiction(judge: Judge, change: dict[str, str]) -> None:
    one = replace(FEES, text="Standard delivery in Zone A costs 4.90 EUR.")
    other = replace(FEES, id="other-0", **{"slug": "other", **change})  # type: ignore[arg-type]
    assert judge("contradiction", cites=(one,), passages=(one, other)) == []


ARTICLES = Path(__file__).parents[3] / "knowledge" / "content" / "articles"


ONE = replace(FEES, text="Opened beans can be returned within 30 days.", kind=ArticleKind.ARTICLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The sale ends on 31 July 2026.", "The sale ends on 15 August 2026."),
        ("Opened beans can be returned.", "Opened beans cannot be returned."),
        (
            "| Plan | Price |\n|---|---|\n| Comfort | 19.90 EUR |",
            "| Plan | Price |\n|---|---|\n| Comfort | 21.90 EUR |",
        ),
        ("| Service | Price |\n|---|---|\n| Express shipping | 12.90 EUR |", "Express shipping costs 9.90 EUR."),
    ],
)
def test_dates_rows_and_yes_and_no_disagree_too(judge: Judge, one: str, other: str) -> None:
    passages = (replace(ONE, text=one), replace(ONE, id="x", slug="x", title="Other", text=other))
    (finding,) = judge("contradiction", passages=passages)
    assert finding.message.count("@delivery-leads") == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The sale ends on 31 July 2026.", "The sale ends on 2026-07-31."),
        ("The trial lasts two weeks.", "The trial lasts 14 days."),
        ("A reminder costs 5 EUR.", "A second reminder costs 10 EUR."),
        ("With a receipt we exchange it.", "Without a receipt we do not exchange it."),
        ("| Zone | Fee |\n|---|---|\n| Zone A | 4 EUR |", "| Zone | Fee |\n|---|---|\n| Zone B | 6 EUR |"),
    ],
)
def test_the_same_said_twice_and_other_things_do_not_disagree(judge: Judge, one: str, other: str) -> None:
    passages = (replace(ONE, text=one), replace(ONE, id="x", slug="x", title="Other", text=other))
    assert judge("contradiction", passages=passages) == []


def test_of_the_sample_articles_only_two_disagree_and_they_do() -> None:
    passages: list[Passage] = []
    for path in sorted(ARTICLES.rglob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        about = yaml.safe_load(front)
        if about.get("audience") == "customer":
            dates = {"effective": about.get("effective"), "expires": about.get("expires")}
            one = replace(ONE, id=path.stem, slug=path.stem, title=about["title"], **dates)
            passages.extend(replace(one, text=section) for section in re.split(r"(?m)^(?=## )", body))
    found = list(contradictions(given("", cites=(), passages=tuple(passages))))
    assert len(passages) > 100
    assert [("Returning opened beans" in f.message, "Taste promise" in f.message) for f in found] == [(True, True)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": ArticleKind.POLICY}, '"Other" is a policy and goes before.'),
        ({"effective": date(2026, 3, 1)}, '"Other" is newer (from 2026-03-01) and goes before.'),
        ({}, "Ask the owners which one holds."),
    ],
)
def test_of_two_that_disagree_the_policy_goes_before_and_then_the_newer(change: dict[str, object], told: str) -> None:
    one = replace(ONE, effective=date(2025, 1, 1) if "effective" in change else None)
    other = replace(ONE, id="x", slug="x", title="Other", text="Opened beans can be returned within 14 days.")
    passages = (one, replace(other, **change))  # type: ignore[arg-type]
    (finding,) = contradictions(given("", cites=(), passages=passages))
    assert finding.message.endswith(told)
