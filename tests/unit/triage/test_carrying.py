"""A taxonomy's file changes: what was learned beside the old one goes along."""

from bot.domain.answer import Risk
from bot.triage.carrying import carried_over
from bot.triage.taxonomy import Intent, Taxonomy, parse_taxonomy
from bot.triage.teaching import with_examples, with_intent

FILE = """\
version: 1
unknown_below: 0.4
intents:
  - name: refund
    title: Refunds
    risk: medium
    examples:
      - where is my money  # as they say it
      - send it back
  - name: delivery
    title: Delivery
    risk: low
    examples:
      - where is my parcel
"""
PICKUP = Intent("pickup", "Pick-up points", "", Risk.LOW, "#orders", ("can I fetch it at the kiosk", "which kiosk"))
TAUGHT = with_intent(with_examples(FILE, {"delivery": ["has the van left", "is it on the way"]}), PICKUP)


def read(text: str) -> Taxonomy:
    return parse_taxonomy(text, "test")


def examples(text: str, intent: str) -> set[str]:
    found = read(text).intent(intent)
    return set(found.examples) if found else set()


def test_learned_examples_and_intents_are_in_the_new_file_with_what_it_says_anew() -> None:
    file = FILE.replace("unknown_below: 0.4", "unknown_below: 0.5").replace("send it back", "how do I return it")
    carried = carried_over(file, FILE, TAUGHT)
    assert read(carried).unknown_below == 0.5
    assert examples(carried, "refund") == {"where is my money", "how do I return it"}
    assert examples(carried, "delivery") == {"where is my parcel", "has the van left", "is it on the way"}
    pickup = read(carried).intent("pickup")
    assert pickup is not None and (pickup.title, pickup.risk, pickup.room) == ("Pick-up points", Risk.LOW, "#orders")
    assert set(pickup.examples) == set(PICKUP.examples)
    assert "# as they say it" in carried


def test_where_nothing_was_learned_the_file_is_taken_as_it_is() -> None:
    file = FILE.replace("send it back", "how do I return it")
    assert carried_over(file, FILE, FILE) == file


def test_once_more_changes_nothing() -> None:
    file = FILE.replace("Refunds", "Money back")
    carried = carried_over(file, FILE, TAUGHT)
    assert carried_over(file, FILE, carried) == carried


def test_an_example_that_the_file_gives_to_another_intent_stays_there() -> None:
    file = FILE.replace("send it back", "Has the van left")
    carried = carried_over(file, FILE, TAUGHT)
    assert examples(carried, "refund") == {"where is my money", "Has the van left"}
    assert examples(carried, "delivery") == {"where is my parcel", "is it on the way"}


def test_what_was_learned_for_an_intent_that_the_file_no_longer_has_is_left_behind() -> None:
    file = FILE[: FILE.index("  - name: delivery")]
    assert examples(carried_over(file, FILE, TAUGHT), "delivery") == set()
    assert examples(carried_over(file, FILE, TAUGHT), "pickup") == set(PICKUP.examples)


def test_a_learned_intent_that_the_file_has_by_now_gets_the_learned_examples() -> None:
    file = f"""{FILE}  - name: pickup
    title: Kiosks
    risk: high
    examples: [which kiosk, "is the kiosk open"]
"""
    carried = carried_over(file, FILE, TAUGHT)
    pickup = read(carried).intent("pickup")
    assert pickup is not None and (pickup.title, pickup.risk) == ("Kiosks", Risk.HIGH)
    assert set(pickup.examples) == {"which kiosk", "is the kiosk open", "can I fetch it at the kiosk"}
