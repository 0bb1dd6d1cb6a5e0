"""A draft says what its cited passages say."""

import pytest

from bot.domain.answer import DraftAuthor, Level
from tests.unit.guardrails.conftest import Judge

PERSON = DraftAuthor.PERSON


def test_a_figure_that_no_cited_passage_has_holds_the_draft(judge: Judge) -> None:
    (finding,) = judge("grounding", "Standard delivery in Zone A costs 3.90 EUR.")
    assert (finding.level, finding.message) == (Level.BLOCK, '"3.90 EUR" is in no passage that this sentence cites.')


@pytest.mark.parametrize("figure", ["3 working days", "2 weeks", "27 December 2026", "5%"])
def test_a_changed_duration_date_or_share_holds_the_draft(judge: Judge, figure: str) -> None:
    assert [f.level for f in judge("grounding", f"Delivery in Zone A: {figure}.")] == [Level.BLOCK]


@pytest.mark.parametrize("text", ["Delivery in Zone A costs EUR 4,90.", "Delivery arrives within two working days.",
                                  "We do not deliver on December 26, 2026."])  # fmt: skip
def test_the_same_figure_written_otherwise_is_the_same_figure(judge: Judge, text: str) -> None:
    assert judge("grounding", text) == []


def test_words_that_the_passage_lacks_are_shown(judge: Judge) -> None:
    (finding,) = judge("grounding", "Our drone brings every espresso machine to your balcony.")
    assert finding.level is Level.WARN
    assert "drone" in finding.message


def test_a_lost_not_is_warned_of(judge: Judge) -> None:
    (finding,) = judge("grounding", "We deliver on 26 December 2026.")
    assert '"not"' in finding.message


def test_a_draft_without_any_source_is_held_and_a_persons_own_words_are_only_warned_of(judge: Judge) -> None:
    assert [f.level for f in judge("grounding", "It is free.", cites=())] == [Level.BLOCK]
    assert [f.level for f in judge("grounding", "It is free.", cites=(), author=PERSON)] == [Level.WARN]


def test_a_quote_that_is_not_in_the_article_holds_an_offline_draft(judge: Judge) -> None:
    found = judge("grounding", author=DraftAuthor.OFFLINE, quote="Standard delivery in Zone A costs nothing.")
    assert Level.BLOCK in {finding.level for finding in found}


def test_a_citation_of_a_passage_that_was_not_found_holds_the_draft(judge: Judge) -> None:
    assert Level.BLOCK in {finding.level for finding in judge("grounding", passages=())}


def test_text_that_differs_from_its_marked_form_is_still_judged(judge: Judge) -> None:
    found = judge("grounding", "Delivery costs 1 EUR.", cited="Standard delivery in Zone A costs 4.90 EUR. [1]")
    assert Level.BLOCK in {finding.level for finding in found}
