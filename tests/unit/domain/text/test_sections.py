from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text.sections import sections, with_section

CARDS = "Five days.\n\n```\n# no heading\n```"
ARTICLE = f"# Refunds\n\nWe refund.\n\n## Cards ##\n\n{CARDS}\n\n### Abroad\n## PayPal\n\nTwo days.\n"


def test_an_article_is_cut_at_its_headings_which_lead_to_each_section() -> None:
    found = sections(ARTICLE)
    assert [section.heading for section in found] == ["Refunds", "Refunds › Cards", "Refunds › PayPal"]
    assert found[1].text == CARDS


def test_an_article_without_headings_is_one_section() -> None:
    assert [(found.heading, found.text) for found in sections("\nJust text.\n")] == [("", "Just text.")]


def test_a_section_is_rewritten_and_the_rest_stays() -> None:
    assert with_section(ARTICLE, sections(ARTICLE)[2], "\nThree days.\n") == ARTICLE.replace("Two", "Three")


@given(st.text(alphabet="# \n`~ab\r\x0c|"))
def test_putting_a_section_back_changes_nothing(article: str) -> None:
    for section in sections(article):
        assert with_section(article, section, section.text) == article
