from datetime import date

import pytest

from bot.domain.answer import Passage
from bot.domain.article import ArticleKind, Audience
from knowledge.ranking import by_precedence, chosen, normalised, reordered

RULE = "Beans that were opened can be sent back to us within {} days, if the bag is clean and the seal is present."


def passage(
    name: str,
    score: float,
    text: str = "",
    *,
    kind: ArticleKind = ArticleKind.ARTICLE,
    effective: date | None = None,
    audience: Audience = Audience.CUSTOMER,
) -> Passage:
    return Passage(
        id=name, slug=name, revision="r", title=name, heading="", text=text or f"All about {name} alone.", owner="",
        score=score, kind=kind, effective=effective, audience=audience,
    )  # fmt: skip


def names(passages: object) -> str:
    assert isinstance(passages, list | tuple)
    return " ".join(each.slug for each in passages)


def test_the_best_is_one_and_the_last_of_the_depth_is_nothing() -> None:
    assert normalised({1: 9.0, 2: 7.0, 3: 5.0, 4: 1.0}, depth=3) == {1: 1.0, 2: 0.5, 3: 0.0, 4: 0.0}
    assert normalised({1: 4.0, 2: 1.0}, depth=3) == {1: 1.0, 2: 0.25}
    assert normalised({1: 2.0, 2: 2.0}, depth=2) == {1: 1.0, 2: 1.0}
    assert normalised({1: -0.5}, depth=3) == {1: 0.0}
    assert normalised({}, depth=3) == {}


def test_half_of_what_is_shown_belongs_to_the_needs_in_equal_parts() -> None:
    whole = [passage(f"whole{i}", 1 - i / 10) for i in range(9)]
    card, code = ([passage(f"{name}{i}", 0.05 - i / 100) for i in range(4)] for name in ("card", "code"))
    assert names(chosen(whole, [card, code], limit=8)) == "whole0 whole1 whole2 whole3 card0 code0 card1 code1"
    assert names(chosen(whole, [card, code], limit=3)) == "whole0 card0 code0"
    assert names(chosen(whole[:1], [card, code], limit=8)) == "whole0 card0 code0 card1 code1 card2 code2 card3"
    assert names(chosen(whole, [], limit=2)) == "whole0 whole1"
    assert chosen([], [], limit=8) == ()


def test_what_two_rankings_find_is_shown_once_with_its_better_score() -> None:
    found = chosen([passage("a", 0.9), passage("b", 0.2)], [[passage("b", 0.8), passage("c", 0.1)]], limit=3)
    assert [(each.slug, each.score) for each in found] == [("a", 0.9), ("b", 0.8), ("c", 0.1)]


def test_a_text_said_twice_is_shown_once_by_the_source_with_precedence() -> None:
    copies = [
        passage("article", 0.9, RULE.format(14)),
        passage("policy", 0.8, RULE.format(14), kind=ArticleKind.POLICY),
    ]
    (kept,) = chosen(copies, [], limit=5)
    assert (kept.slug, kept.score) == ("policy", 0.9)


@pytest.mark.parametrize("other", [RULE.format(30), RULE.format(14).replace("can be", "can not be")])
def test_texts_that_contradict_each_other_are_both_shown(other: str) -> None:
    assert len(chosen([passage("a", 0.9, RULE.format(14)), passage("b", 0.8, other)], [], limit=5)) == 2


def test_of_texts_on_the_same_thing_authority_goes_first_then_date_then_what_customers_may_read() -> None:
    ranking = [
        passage("internal", 0.9, RULE.format(10), audience=Audience.INTERNAL),
        passage("old", 0.8, RULE.format(14), effective=date(2025, 1, 1)),
        passage("new", 0.7, RULE.format(30), effective=date(2026, 1, 1)),
        passage("undated", 0.6, RULE.format(7)),
        passage("policy", 0.5, RULE.format(21), kind=ArticleKind.POLICY),
    ]
    found = by_precedence(ranking)
    assert names(found) == "policy new old undated internal"
    assert [each.score for each in found] == [0.9, 0.8, 0.7, 0.6, 0.5]


def test_authority_lifts_nothing_that_is_about_something_else_or_far_behind() -> None:
    ranking = [passage("a", 0.9, RULE.format(14)), passage("other policy", 0.8, kind=ArticleKind.POLICY)]
    assert by_precedence(ranking) == ranking
    behind = [passage("a", 0.9, RULE.format(14)), passage("far", 0.1, RULE.format(30), kind=ArticleKind.POLICY)]
    assert by_precedence(behind) == behind


def test_a_reranker_moves_passages_and_the_places_keep_their_scores() -> None:
    found = reordered([passage("a", 0.9), passage("b", 0.5), passage("c", 0.1)], [-3.0, 8.5, 0.0])
    assert [(each.slug, each.score, each.scores["rerank"]) for each in found] == [
        ("b", 0.9, 8.5),
        ("c", 0.5, 0.0),
        ("a", 0.1, -3.0),
    ]
