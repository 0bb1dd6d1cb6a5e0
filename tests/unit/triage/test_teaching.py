from pathlib import Path

import pytest
import yaml

from bot.domain.answer import Risk
from bot.domain.errors import Rejected
from bot.triage.taxonomy import Intent, Taxonomy, parse_taxonomy
from bot.triage.teaching import with_examples, with_intent, without_examples

CONTENT = Path(__file__).parents[3] / "knowledge" / "content"
BLOCK = """
# what customers want
version: 1
intents:
  - name: refund
    title: Refunds
    risk: medium  # money
    examples:
      - money back please
      - "I want my money"   # often
  - name: delivery
    title: Delivery
    risk: low
    examples:
    - >-
      where is
      my parcel
unknown_below: 0.4
"""
MERGED = """
version: 1
intents:
  - name: refund
    title: Refunds
    <<: {risk: low, examples: [money back]}
"""
FLOW = "{version: 1, intents: [{name: refund, title: Refunds, risk: low, examples: [money back]}]}"
SHARED = """
version: 1
intents:
  - {name: refund, title: Refunds, risk: low, examples: &those [money back]}
"""


def read(text: str) -> Taxonomy:
    return parse_taxonomy(text, "The taxonomy")


def examples(text: str, name: str) -> set[str]:
    intent = read(text).intent(name)
    assert intent is not None
    return set(intent.examples)


def gifts(*said: str, name: str = "gifts") -> Intent:
    return Intent(name, 'Gift "cards"', "", Risk.HIGH, "#shop: gifts", said)


def lost(before: str, after: str) -> list[str]:
    """The lines that are no longer there."""
    return [line for line in before.splitlines() if line not in after.splitlines()]


@pytest.mark.parametrize("text", [BLOCK, FLOW, SHARED, MERGED], ids=["block", "flow", "anchor", "merge"])
@pytest.mark.parametrize(
    "said", ["it's late: why?", '"cancel" \\ # 100% {x} [y]', "- no", "où est\x00 mon \ud800colis 📦", "null"]
)
def test_an_example_is_added_whatever_is_in_it_and_however_the_file_is_written(text: str, said: str) -> None:
    kept = said.replace("\x00", "").replace("\ud800", "")
    assert examples(with_examples(text, {"refund": [said]}), "refund") == examples(text, "refund") | {kept}


def test_comments_and_order_stay_and_only_lines_are_added() -> None:
    taught = with_examples(BLOCK, {"refund": ["give it back"], "delivery": ["parcel?", "not here"]})
    assert lost(BLOCK, taught) == []
    assert len(taught.splitlines()) == len(BLOCK.splitlines()) + 3
    assert examples(taught, "delivery") == {"where is my parcel", "parcel?", "not here"}


def test_the_sample_taxonomy_is_taught_without_losing_a_line() -> None:
    text = (CONTENT / "taxonomy.yaml").read_text(encoding="utf-8")
    taught = with_examples(text, {intent.name: [f"new {intent.name}"] for intent in read(text).intents[::5]})
    taught = with_intent(taught, gifts("I have a voucher: may I use it?"))
    assert lost(text, taught) == []
    assert len(read(taught).intents) == len(read(text).intents) + 1
    assert read(taught).fields == read(text).fields


def test_an_example_that_is_there_already_is_left_out_and_one_is_added_once() -> None:
    assert with_examples(BLOCK, {"refund": ["Money back  please"], "delivery": ["where is my parcel", " "]}) == BLOCK
    assert with_examples(BLOCK, {"refund": ["Now!", "now!"]}).casefold().count("now!") == 1


def test_an_example_of_another_intent_is_refused_and_so_is_one_of_no_intent() -> None:
    with pytest.raises(Rejected, match='an example of "refund" already'):
        with_examples(BLOCK, {"delivery": ["MONEY back please"]})
    with pytest.raises(Rejected, match='an example of "refund" already'):
        with_examples(BLOCK, {"refund": ["new words"], "delivery": ["new words"]})
    with pytest.raises(Rejected, match='no intent "unknown"'):
        with_examples(BLOCK, {"unknown": ["what is this"]})


@pytest.mark.parametrize("text", [BLOCK, FLOW], ids=["block", "flow"])
def test_a_new_intent_is_added_with_its_examples(text: str) -> None:
    taught = with_intent(text, gifts("my voucher", "gift?"))
    intent = read(taught).intent("gifts")
    assert intent is not None
    assert (intent.title, intent.risk, intent.room) == ('Gift "cards"', Risk.HIGH, "#shop: gifts")
    assert intent.examples == ("my voucher", "gift?")
    assert len(read(taught).intents) == len(read(text).intents) + 1
    assert lost(BLOCK, taught) == [] if text is BLOCK else True


def test_a_new_intents_name_may_read_like_something_else() -> None:
    for name in ("no", "null", "12"):
        taught = with_intent(BLOCK, gifts("never", name=name))
        assert read(taught).intent(name) is not None
        assert lost(BLOCK, taught) == []


@pytest.mark.parametrize(
    ("name", "said"), [("refund", "is taken"), ("unknown", "is taken"), ("Gift Cards", "name"), ("", "name")]
)
def test_a_name_that_is_taken_or_none_is_refused(name: str, said: str) -> None:
    with pytest.raises(Rejected, match=said):
        with_intent(BLOCK, gifts("my voucher", name=name))


def test_a_new_intent_needs_an_example_and_none_of_another_intents() -> None:
    with pytest.raises(Rejected, match="examples"):
        with_intent(BLOCK, gifts(" "))
    with pytest.raises(Rejected, match='of "refund" already'):
        with_intent(BLOCK, gifts("money back please"))


def test_what_is_no_taxonomy_is_refused_with_what_is_wrong() -> None:
    for text in ("", "][", yaml.safe_dump({"version": 1})):
        with pytest.raises(Rejected, match="The taxonomy"):
            with_examples(text, {})


@pytest.mark.parametrize("text", [BLOCK, FLOW, SHARED, MERGED], ids=["block", "flow", "anchor", "merge"])
def test_an_example_is_taken_out_again(text: str) -> None:
    more = with_examples(text, {"refund": ["give it back: now", "and this"]})
    assert examples(without_examples(more, {"refund": ["GIVE it back: now", "and this", "not there"]}), "refund") == (
        examples(text, "refund")
    )


def test_taking_one_out_takes_its_lines_alone() -> None:
    text = BLOCK.replace("      my parcel\n", "      my parcel\n    - too late\n")
    assert without_examples(text, {"delivery": ["where is my parcel"]}) == text.replace(
        "    - >-\n      where is\n      my parcel\n", ""
    )


def test_the_last_example_of_an_intent_is_not_taken() -> None:
    with pytest.raises(Rejected, match="examples"):
        without_examples(FLOW, {"refund": ["money back"]})


def test_many_are_taken_out_at_once() -> None:
    many = [f"question {number}" for number in range(300)]
    taught = with_examples(BLOCK, {"refund": many})
    assert without_examples(taught, {"refund": many}) == BLOCK
