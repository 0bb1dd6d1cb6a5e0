from pathlib import Path

import pytest

from bot.domain.answer import Risk
from bot.domain.errors import Misconfigured
from bot.ports import Embedder
from bot.triage.contradictions import contradictions
from bot.triage.patterns import objection
from bot.triage.taxonomy import load_taxonomy, load_tone

GOOD = """
version: 1
intents:
  - {name: refund, title: Refunds, risk: medium, room: "#billing", examples: [money back please]}
  - {name: delivery, title: Delivery, risk: low, examples: [where is my parcel], threshold: 0.6}
fields:
  - {name: order_id, regex: 'FH-\\d{7}', example: FH-1042391}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "taxonomy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        load_taxonomy(write(folder, text))
    return str(caught.value)


def test_a_taxonomy_is_read_with_its_defaults(tmp_path: Path) -> None:
    taxonomy = load_taxonomy(write(tmp_path, GOOD))
    assert [intent.name for intent in taxonomy.intents] == ["refund", "delivery"]
    refund = taxonomy.intent("refund")
    assert refund is not None
    assert (refund.risk, refund.threshold, taxonomy.unknown_below) == (Risk.MEDIUM, None, 0.45)
    assert taxonomy.intent("nonsense") is None


def test_the_hash_follows_the_content_and_not_the_layout(tmp_path: Path) -> None:
    first = load_taxonomy(write(tmp_path, GOOD)).hash
    assert load_taxonomy(write(tmp_path, f"# a remark\n{GOOD}")).hash == first
    assert load_taxonomy(write(tmp_path, GOOD.replace("money back", "cash back"))).hash != first


def test_the_complaint_names_the_file_the_intent_and_the_field(tmp_path: Path) -> None:
    said = refused(tmp_path, GOOD.replace("risk: medium", "risk: huge"))
    assert said.startswith("taxonomy.yaml: ")
    assert 'intent "refund", risk' in said


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    assert 'intent "delivery", colour: is not a known key' in refused(
        tmp_path, GOOD.replace("0.6}", "0.6, colour: red}")
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: delivery", "name: refund", '"refund" is taken'),
        ("name: delivery", "name: unknown", '"unknown" is taken'),
        ("where is my parcel", "money back please", 'is in both "refund" and "delivery"'),
        ("[where is my parcel]", "[a, A]", "is there twice"),
        ("[where is my parcel]", "[]", "examples"),
        ("FH-1042391", "XX-1", "does not match its own example"),
        (r"FH-\d{7}", "(a+)+b", "can hang"),
        ("version: 1", "version: [", "is not valid YAML near line"),
    ],
)
def test_a_contradictory_taxonomy_is_refused_with_a_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in refused(tmp_path, GOOD.replace(old, new))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"cannot be read"):
        load_tone(tmp_path / "tone.yaml")


@pytest.mark.parametrize("regex", ["(a+)+", "((a|b)+c)+d", "(?:x*y*)*z", r"(\w+\s?)+$", "(a|a){1,50}c", "(", "x*"])
def test_a_pattern_that_could_hang_or_finds_everything_is_refused(regex: str) -> None:
    assert objection(regex)


@pytest.mark.parametrize("regex", [r"\bFH-\d{7}\b", r"(?:\d{3}-){2}\d+", r"E(?:0[1-9]|1\d)", r"[(+)+]+x", r"\(a+\)+"])
def test_a_harmless_pattern_is_accepted(regex: str) -> None:
    assert objection(regex) == ""


def test_examples_that_say_nearly_the_same_under_two_intents_are_named(tmp_path: Path, reading: Embedder) -> None:
    clashing = GOOD.replace("[where is my parcel]", "[where is my parcel, money back please!]")
    (pair,) = contradictions(load_taxonomy(write(tmp_path, clashing)), reading)
    assert {(pair.text, pair.intent), (pair.other_text, pair.other_intent)} == {
        ("money back please", "refund"),
        ("money back please!", "delivery"),
    }
    assert contradictions(load_taxonomy(write(tmp_path, GOOD)), reading) == ()
