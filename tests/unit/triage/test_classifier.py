import time

import numpy as np
import pytest

from bot.ports import Embedder
from bot.triage.classifier import FewShotClassifier

TOPICS = {
    "delivery": ["parcel", "package", "tracking", "courier", "shipping", "delivered", "doorstep", "late"],
    "refund": ["refund", "money", "reimbursed", "returned", "credited", "cash", "repay", "paid"],
    "login": ["password", "login", "locked", "account", "reset", "code", "signin", "username"],
}
SHAPES = ["where is my {}", "i have a problem with the {}", "{} please", "what about {} today", "no {} yet"]
EXAMPLES = [(shape.format(word), topic) for topic, known in TOPICS.items() for word in known for shape in SHAPES[:1]]


@pytest.fixture(scope="module")
def classifier(embedder: Embedder) -> FewShotClassifier:
    return FewShotClassifier(embedder, EXAMPLES)


def test_a_question_of_a_known_kind_gets_its_label(classifier: FewShotClassifier) -> None:
    labels = [p.label for p in classifier.predict(["my parcel is late", "i want a refund", "i forgot my password"])]
    assert labels == ["delivery", "refund", "login"]


def test_the_nearest_example_explains_the_label(classifier: FewShotClassifier) -> None:
    nearest = classifier.predict(["where is my parcel"])[0].nearest[0]
    assert (nearest.text, nearest.label) == ("where is my parcel", "delivery")
    assert nearest.likeness == pytest.approx(1, abs=0.01)


def test_the_same_examples_give_the_same_probabilities(embedder: Embedder, classifier: FewShotClassifier) -> None:
    again = FewShotClassifier(embedder, EXAMPLES).predict(["is it lost"])[0]
    assert again == classifier.predict(["is it lost"])[0]


def test_probabilities_add_up_to_one(classifier: FewShotClassifier) -> None:
    probabilities = classifier.predict(["where is my reset code"])[0].probabilities
    assert sum(p for _, p in probabilities) == pytest.approx(1.0)


def test_what_is_unlike_every_example_is_trusted_less_than_it_is_probable(classifier: FewShotClassifier) -> None:
    strange = classifier.predict(["photosynthesis in alpine meadows"])[0]
    assert strange.trust < 0.6 * strange.probability


@pytest.mark.parametrize("text", ["", "😀😀", "\x00\x01", "x" * 40_000, "配送", "!!!"])
def test_any_text_gets_an_answer(classifier: FewShotClassifier, text: str) -> None:
    prediction = classifier.predict([text])[0]
    assert 0 <= prediction.trust <= prediction.probability <= 1


def test_one_label_alone_is_a_question_of_likeness(embedder: Embedder) -> None:
    alone = FewShotClassifier(embedder, [("where is my parcel", "delivery"), ("parcel lost", "delivery")])
    near, far = alone.predict(["where is the parcel", "photosynthesis"])
    assert near.probability > 0.8 > 0.4 > far.probability


def test_two_examples_are_enough_to_start_with(embedder: Embedder) -> None:
    small = FewShotClassifier(embedder, [("where is my parcel", "delivery"), ("i forgot my password", "login")])
    assert small.predict(["parcel?"])[0].label == "delivery"
    assert small.temperature == 1.0


def test_without_examples_there_is_no_classifier(embedder: Embedder) -> None:
    with pytest.raises(ValueError, match="at least one example"):
        FewShotClassifier(embedder, [])


def test_held_out_examples_are_right_about_as_often_as_their_probabilities_say(embedder: Embedder) -> None:
    examples = [(shape.format(word), topic) for topic, known in TOPICS.items() for word in known for shape in SHAPES]
    chance = np.random.default_rng(7)
    order = chance.permutation(len(examples))
    taught, held = [examples[i] for i in order[:40]], [examples[i] for i in order[40:]]
    predictions = FewShotClassifier(embedder, taught).predict([text for text, _ in held])
    right = np.mean([p.label == label for p, (_, label) in zip(predictions, held, strict=True)])
    assert abs(float(right) - float(np.mean([p.probability for p in predictions]))) < 0.12


def test_it_is_refitted_in_well_under_two_seconds(embedder: Embedder) -> None:
    known = [word for topic in TOPICS.values() for word in topic][:15]
    examples = [(f"{shape.format(word)} {n}", word) for word in known for n, shape in enumerate((SHAPES * 2)[:8])]
    assert len(examples) == 15 * 8
    FewShotClassifier(embedder, examples[:20])  # scikit-learn is imported
    begun = time.thread_time()
    FewShotClassifier(embedder, examples)
    assert time.thread_time() - begun < 2.0
