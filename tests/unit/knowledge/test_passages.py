import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Passage
from bot.domain.article import Revision
from knowledge.documents import sealed
from knowledge.markdown import blocks, sentences
from knowledge.passages import LONGEST, split, word_count

SENTENCE = "The warranty of this machine covers every fault in its material and its making. "


def cut(body: str, title: str = "Warranty") -> tuple[Passage, ...]:
    return split(sealed(Revision(slug="warranty", hash="", title=title, body=body)))


def test_a_short_article_is_one_passage_without_its_title_repeated() -> None:
    (passage,) = cut("# Warranty\n\nIt lasts two years.\n\n## Spare parts\n\nThey last one.")
    assert (passage.heading, passage.name) == ("", "Warranty")
    assert passage.text == "It lasts two years.\n\n## Spare parts\n\nThey last one."


def test_ids_are_the_revisions_hash_and_the_place_in_it() -> None:
    passages = cut("\n\n".join(f"## Part {i}\n\n{SENTENCE * 12}" for i in range(3)))
    assert [passage.id for passage in passages] == [f"{passages[0].revision[:12]}-{i}" for i in range(3)]
    assert passages == cut("\n\n".join(f"## Part {i}\n\n{SENTENCE * 12}" for i in range(3)))


def test_passages_of_a_long_article_know_the_headings_that_lead_to_them() -> None:
    body = (
        f"# Warranty\n\n## Machines\n\n{SENTENCE * 12}\n\n### Pumps\n\n{SENTENCE * 12}\n\n## Beans\n\n{SENTENCE * 12}"
    )
    assert [passage.heading for passage in cut(body)] == ["Machines", "Machines › Pumps", "Beans"]
    assert cut(body)[1].name == "Warranty › Machines › Pumps"


def test_a_passage_of_several_sections_is_named_after_the_first() -> None:
    body = f"## Pumps\n\n{SENTENCE * 5}\n\n## Seals\n\n{SENTENCE * 5}\n\n## Beans\n\n{SENTENCE * 12}"
    first, second = cut(body)
    assert (first.name, second.name) == ("Warranty › Pumps", "Warranty › Beans")
    assert first.text == f"{(SENTENCE * 5).strip()}\n\n## Seals\n\n{(SENTENCE * 5).strip()}"


def test_no_two_passages_of_an_article_have_the_same_name() -> None:
    body = f"{SENTENCE * 40}\n\n## Pumps\n\n{SENTENCE * 40}"
    names = [passage.name for passage in cut(body)]
    assert len(set(names)) == len(names) > 4
    assert {"Warranty", "Warranty › (2)", "Warranty › Pumps", "Warranty › Pumps (2)"} <= set(names)


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    passages = cut(SENTENCE * 60)
    assert len(passages) > 3
    assert all(passage.text.endswith("making.") and 100 < word_count(passage.text) <= 210 for passage in passages)


def test_a_list_stays_whole_with_the_line_that_leads_in() -> None:
    steps = "\n".join(f"{i}. Press the button and wait until the light has stopped." for i in range(3, 25))
    (before, passage) = cut(f"{SENTENCE * 12}\n\n## Reset\n\nFollow these steps:\n\n{steps}")
    assert passage.text == f"Follow these steps:\n\n{steps}"
    assert "button" not in before.text


def test_a_table_that_is_too_long_repeats_its_header() -> None:
    rows = "\n".join(f"| E{i} | The machine says that its part number {i} needs some care |" for i in range(60))
    passages = cut(f"| Code | Meaning |\n| --- | --- |\n{rows}")
    assert len(passages) > 1
    assert all(passage.text.startswith("| Code | Meaning |\n| --- | --- |\n| E") for passage in passages)
    assert sum(passage.text.count("needs some care") for passage in passages) == 60


def test_images_html_and_dangerous_links_leave_only_their_words() -> None:
    (passage,) = cut(
        "See ![a picture](x.png) **this** [form](https://a.example/f), [that](javascript:alert) and <b>bold</b>.\n\n"
        "<div onclick='x()'>Inside a block.</div>\n\n<script>evil()</script>\n\nE-mail <help@a.example>.<!-- no -->"
    )
    assert passage.text == (
        "See this [form](https://a.example/f), that and bold.\n\nInside a block.\n\nE-mail help@a.example."
    )


@pytest.mark.parametrize("text", [".!?" * 13_000, "…" * 40_000])
def test_no_article_makes_finding_sentences_slow(text: str) -> None:
    began = time.process_time()
    assert sentences(f"{text}x") == (f"{text}x",)
    assert time.process_time() - began < 0.5


def test_sentences_end_at_full_stops_and_not_after_abbreviations() -> None:
    assert sentences("Pay by card, e.g. Visa. It takes approx. 3 days! Version 2.1 is next.") == (
        "Pay by card, e.g. Visa.",
        "It takes approx. 3 days!",
        "Version 2.1 is next.",
    )
    assert sentences("退款需要五天。请等待。") == ("退款需要五天。", "请等待。")


def test_nested_lists_quotes_and_code_stay_readable() -> None:
    (passage,) = cut("- one\n  - two\n    1. three\n\n> Quoted\n> text.\n\n```sh\nls -l\n```")
    assert passage.text == "- one\n  - two\n    1. three\n\n> Quoted text.\n\n```\nls -l\n```"


def test_one_endless_word_and_one_endless_sentence_are_cut_too() -> None:
    for body in ("x" * 40_000, "word " * 5_000, "退款" * 5_000, "| a |\n|---|\n| " + "cell " * 2_000 + "|"):
        passages = cut(body)
        assert len(passages) > 1
        assert max(word_count(passage.text) for passage in passages) <= LONGEST


@given(st.text(alphabet=st.sampled_from("ab .#-*|`>1\n\t[]()<&退é"), max_size=3_000))
def test_any_text_gives_passages_that_are_small_enough(body: str) -> None:
    passages = cut(body)
    assert all(passage.text.strip() and word_count(passage.text) <= LONGEST for passage in passages)
    assert bool(passages) == any(block.render().strip() for block in blocks(body) if block.shape.name != "HEADING")
