from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.errors import Rejected
from bot.domain.intents import Label, LabelSource, label_id
from bot.domain.refit import Outcome, Refit
from bot.ports import Embedder
from bot.triage.intents import IntentAnswer
from bot.triage.learner import TaxonomyLearner
from bot.triage.paired import Asked, chance_of_losing, verdict
from bot.triage.relearning import refit, taught
from bot.triage.taxonomy import Taxonomy, load_taxonomy, parse_taxonomy
from tests.contracts.store_samples import ANA, BEN, NOON
from tests.unit.triage.conftest import CONTENT

COURSES = (
    "Do you give barista courses in Amsterdam?",
    "When is the next barista course?",
    "Is there a barista course for beginners?",
    "Can I book a barista course for two people?",
    "What does a barista course cost?",
    "Is the barista course given in English?",
    "Where do I sign up for a course in latte art?",
    "How long is the barista course on Saturday?",
)
SOME = ("order-change", "delivery-status", "return-or-refund", "business-account", "data-deletion", "machine-help")
PARCEL = "The tracking of my parcel has not moved since Tuesday, where is it?"


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    whole = load_taxonomy(CONTENT / "taxonomy.yaml")
    return replace(whole, intents=tuple(intent for intent in whole.intents if intent.name in SOME))


def labels(intent: str, said: Sequence[str] = COURSES) -> list[Label]:
    return [
        Label(label_id(text), text, intent, LabelSource.RELABEL, ANA, NOON + timedelta(minutes=n), text)
        for n, text in enumerate(said)
    ]


@pytest.fixture(scope="module")
def learned(taxonomy: Taxonomy, embedder: Embedder) -> Refit:
    return refit(taxonomy, [*labels("business-account"), *labels("data-deletion", [PARCEL])], [], embedder)


def test_labels_that_are_held_out_are_judged_right_after_their_like_were_learned(learned: Refit) -> None:
    assert learned.outcome is Outcome.BETTER, learned.why
    assert learned.labels.of == len(COURSES)
    assert learned.labels.after >= learned.labels.before + 4
    assert learned.examples.of == 64
    assert learned.learned == tuple(label_id(text) for text in COURSES)


def test_a_label_that_all_else_contradicts_is_put_aside(learned: Refit) -> None:
    assert learned.doubtful == (label_id(PARCEL),)


def test_no_one_person_labels_a_high_risk_away(taxonomy: Taxonomy, embedder: Embedder) -> None:
    erase = [f"{start} please erase all my data and my account" for start in ("Hi", "Hello", "Now", "Well", "So", "Ok")]
    hers = labels("order-change", erase)
    made = refit(taxonomy, hers, [], embedder)
    assert (made.outcome, made.alone) == (Outcome.WAITS, tuple(label.id for label in hers))
    assert "a second person" in made.why
    theirs = [*hers[:-1], replace(hers[-1], by=BEN)]
    assert refit(taxonomy, theirs, [], embedder).alone == ()


def test_labels_that_teach_nothing_about_each_other_are_not_learned(taxonomy: Taxonomy, embedder: Embedder) -> None:
    names = [intent.name for intent in taxonomy.intents]
    known = [intent.examples[0] for intent in taxonomy.intents]
    shuffled = [
        replace(labels(names[(n + 5) % len(names)], [f"{text} Thanks"])[0], id=f"label_{n}")
        for n, text in enumerate(known)
    ]
    made = refit(taxonomy, shuffled, [], embedder)
    assert made.outcome is not Outcome.BETTER
    assert made.taxonomy == ""


def test_a_few_labels_wait_and_it_says_how_many_it_takes(taxonomy: Taxonomy, embedder: Embedder) -> None:
    made = refit(taxonomy, labels("business-account", COURSES[:4]), [], embedder)
    assert made.outcome is Outcome.WAITS
    assert made.why == "There are 4 new labels to learn from; it takes 5."


def test_what_is_an_example_already_or_of_no_intent_is_nothing_new(taxonomy: Taxonomy, embedder: Embedder) -> None:
    known = labels("order-change", [text.upper() for text in taxonomy.intents[0].examples])
    gone = labels("an-intent-that-was-removed")
    foreign = labels(UNKNOWN_INTENT)
    assert refit(taxonomy, [*known, *gone, *foreign], [], embedder).outcome is Outcome.WAITS


def test_of_two_labels_with_the_same_words_the_newer_counts(taxonomy: Taxonomy, embedder: Embedder) -> None:
    older = [replace(label, id=f"{label.id}-old", at=NOON - timedelta(days=1)) for label in labels("data-deletion")]
    assert refit(taxonomy, [*labels("business-account"), *older], [], embedder).learned == tuple(
        label.id for label in labels("business-account")
    )


def test_questions_of_no_intent_and_approved_ones_are_asked_too(taxonomy: Taxonomy, embedder: Embedder) -> None:
    foreign = labels(UNKNOWN_INTENT, ["Who painted the Night Watch?"])
    made = refit(taxonomy, [*labels("business-account"), *foreign], [(PARCEL, "delivery-status")], embedder)
    assert made.usual.of == 2


def test_every_fit_is_told(taxonomy: Taxonomy, embedder: Embedder) -> None:
    told: list[tuple[int, int]] = []
    refit(taxonomy, labels("business-account"), [], embedder, step=lambda *step: told.append(step))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]


def test_an_example_that_is_labelled_otherwise_moves_to_the_other_intent(taxonomy: Taxonomy) -> None:
    text = taxonomy.intents[0].examples[2]
    after = taught(taxonomy, labels("return-or-refund", [text]))
    first, other = after.intents[0], after.intent("return-or-refund")
    assert other is not None
    assert text not in first.examples
    assert other.examples[-1] == text


# --- the taxonomy's text ----------------------------------------------------------------------------------------------


async def test_what_was_learned_is_written_into_the_text_with_all_else_left(embedder: Embedder) -> None:
    text = (CONTENT / "taxonomy.yaml").read_text(encoding="utf-8")
    moved = "Is it possible to add one more bag to the basket I just paid for?"
    made = await TaxonomyLearner(embedder).learn(text, labels("business-account", (*COURSES, moved)), ())
    assert made.outcome is Outcome.BETTER, made.why
    after = parse_taxonomy(made.taxonomy, "It")
    account, change = after.intent("business-account"), after.intent("order-change")
    assert account is not None
    assert change is not None
    assert set(COURSES) <= set(account.examples)
    assert (moved in account.examples) == (label_id(moved) in made.learned)
    assert (moved in change.examples) == (label_id(moved) not in made.learned)
    gone = [line for line in text.splitlines() if line not in made.taxonomy.splitlines()]
    assert not [line for line in gone if moved not in line]


async def test_a_text_that_is_no_taxonomy_is_refused(embedder: Embedder) -> None:
    with pytest.raises(Rejected, match="The taxonomy"):
        await TaxonomyLearner(embedder).learn("intents: []", labels("business-account"), ())


# --- the verdict ------------------------------------------------------------------------------------------------------


def asked(*judged: tuple[bool, bool], sure: tuple[float, float] = (0.7, 0.7)) -> Asked:
    """Questions that were judged rightly or not before and after, and how sure both were of what they said."""

    def answers(at: int) -> tuple[IntentAnswer, ...]:
        said = [("right" if each[at] else "wrong", sure[at]) for each in judged]
        return tuple(
            IntentAnswer(name, {"right": p if name == "right" else 1 - p, "wrong": 1 - p if name == "right" else p})
            for name, p in said
        )

    return Asked(tuple((f"question {n}", "right") for n in range(len(judged))), answers(0), answers(1))


WON, LOST, KEPT = (False, True), (True, False), (True, True)


def test_it_is_better_where_labels_are_won_and_little_is_lost() -> None:
    made = verdict(asked(WON, WON, KEPT), asked(LOST, WON, *[KEPT] * 20), asked(LOST, *[KEPT] * 20))
    assert made.outcome is Outcome.BETTER
    assert (made.labels.before, made.labels.after, made.labels.fixed, made.labels.broken) == (1, 3, 2, 0)


@pytest.mark.parametrize(
    ("labels", "examples", "usual", "why"),
    [
        (asked(KEPT, WON, LOST), asked(KEPT), asked(KEPT), "no more of the held-out labels"),
        (asked(WON), asked(KEPT), asked(*[LOST] * 8, KEPT), "loses 8 and wins 1"),
        (asked(WON, WON), asked(*[LOST] * 5, *[KEPT] * 20), asked(), "of the known examples it loses 5 and wins 0"),
        (asked(WON), asked(*[KEPT] * 40, sure=(0.99, 0.6)), asked(), "log loss"),
        (asked(WON), asked(*[KEPT] * 40, sure=(0.99, 0.6)), asked(), "calibration"),
    ],
)
def test_it_is_not_better_where_something_gets_surely_worse(
    labels: Asked, examples: Asked, usual: Asked, why: str
) -> None:
    made = verdict(labels, examples, usual)
    assert made.outcome is Outcome.WORSE
    assert why in made.why


def test_losing_is_sure_from_five_of_five_on() -> None:
    assert chance_of_losing(0, 0) == chance_of_losing(0, 9) == 1.0
    assert chance_of_losing(4, 0) == pytest.approx(1 / 16)
    assert chance_of_losing(5, 0) == pytest.approx(1 / 32)
    assert chance_of_losing(900, 1100) > 0.99
