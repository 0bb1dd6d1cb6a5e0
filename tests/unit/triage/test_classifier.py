import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.ports import Embedder
from bot.triage.classifier import FewShotClassifier
from knowledge.embeddings.remembering import RememberingEmbedder

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


def test_a_hundred_intents_are_refitted_in_under_two_seconds() -> None:
    chance = np.random.default_rng(3)
    topics = chance.normal(size=(100, 64))
    examples = [(f"example {n} of topic {topic}", f"topic-{topic}") for topic in range(100) for n in range(10)]
    vectors = {text: topics[i // 10] + chance.normal(size=64) / 2 for i, (text, _) in enumerate(examples)}
    begun = time.thread_time()
    classifier = FewShotClassifier(Placed(vectors), examples)
    assert time.thread_time() - begun < 2.0
    assert classifier.predict(["example 3 of topic 42"])[0].label == "topic-42"


def test_five_hundred_intents_are_told_apart_by_an_example_each() -> None:
    places = np.random.default_rng(4).normal(size=(500, 64))
    examples = [(f"question number {word}", f"intent-{word}") for word in range(500)]
    classifier = FewShotClassifier(Placed({text: at for (text, _), at in zip(examples, places, strict=True)}), examples)
    told = classifier.predict([text for text, _ in examples[::25]])
    assert [p.label for p in told] == [label for _, label in examples[::25]]


def test_nearly_the_same_text_under_two_labels_leaves_it_unsure(reading: Embedder) -> None:
    examples = [
        *EXAMPLES,
        ("please stop my subscription today", "login"),
        ("please stop my subscription today!", "refund"),
    ]
    sure, torn = FewShotClassifier(reading, examples).predict(
        ["where is my parcel", "please stop my subscription today"]
    )
    assert torn.probability < 0.75 < sure.probability
    assert {label for label, _ in torn.probabilities[:2]} == {"login", "refund"}


def test_what_no_label_fits_is_less_known_than_what_one_does(reading: Embedder) -> None:
    classifier = FewShotClassifier(reading, EXAMPLES)
    at_home, foreign = classifier.predict(["my package is lost", "who painted the ceiling of the chapel"])
    assert foreign.known < 0.5 < at_home.known
    assert foreign.trust == pytest.approx(foreign.known * foreign.probability)


def test_the_label_s_own_examples_are_quoted_first(classifier: FewShotClassifier) -> None:
    prediction = classifier.predict(["where is my refund"], neighbours=4)[0]
    assert [n.label for n in prediction.nearest[:2]] == [prediction.label] * 2
    assert len({n.text for n in prediction.nearest}) == 4


def test_a_title_teaches_and_is_never_quoted(embedder: Embedder) -> None:
    examples = [("where is it", "a"), ("still nothing here", "a"), ("it does not let me in", "b"), ("no entry", "b")]
    plain = FewShotClassifier(embedder, examples).predict(["parcel delivery"])[0]
    titled = FewShotClassifier(embedder, examples, titles={"a": "Parcel delivery", "b": "Login", "c": "Gone"})
    taught = titled.predict(["parcel delivery"], neighbours=10)[0]
    assert dict(taught.probabilities)["a"] > dict(plain.probabilities)["a"]
    assert {n.text for n in taught.nearest} == {text for text, _ in examples}


def test_only_new_texts_are_embedded_again(embedder: Embedder) -> None:
    counting = Counting(embedder)
    reading = RememberingEmbedder(counting, kept=3)
    assert np.allclose(reading.embed(["one", "two", "one"]), embedder.embed(["one", "two", "one"]))
    reading.embed(["two", "three"])
    assert counting.embedded == ["one", "two", "three"]
    reading.embed(["four"])
    reading.embed(["one"])  # forgotten
    assert counting.embedded[3:] == ["four", "one"]


def test_what_was_embedded_is_remembered_over_a_restart(embedder: Embedder, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "questions.npz"
    first = RememberingEmbedder(embedder)
    vectors = first.embed(["one", "two"])
    first.keep(file)
    counting = Counting(embedder)
    again = RememberingEmbedder(counting)
    again.recall(file)
    assert np.array_equal(again.embed(["one", "two"]), vectors)
    assert counting.embedded == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn"])
def test_a_memory_that_cannot_be_read_is_passed_by(embedder: Embedder, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "questions.npz"
    file.write_bytes(content)
    reading = RememberingEmbedder(embedder)
    reading.recall(file)
    reading.recall(tmp_path / "missing.npz")
    reading.keep(tmp_path / "missing.npz")  # nothing is remembered, so nothing is written
    assert not (tmp_path / "missing.npz").exists()
    assert reading.embed(["one"]).shape == (1, embedder.dimensions)


@pytest.mark.parametrize(
    ("known", "rows"),
    [
        (True, np.full((1, 256), np.nan, dtype=np.float32)),
        (True, np.full((1, 256), 1e30, dtype=np.float32)),
        (True, np.full((1, 256), "x")),
        (True, np.full((1, 256), 0.01, dtype=np.float64)),
        (False, np.full((1, 256), 0.01, dtype=np.float32)),
    ],
)
def test_a_memory_that_somebody_changed_spoils_no_judgement(
    embedder: Embedder, tmp_path: Path, known: bool, rows: Any
) -> None:
    file = tmp_path / "questions.npz"
    reading = RememberingEmbedder(embedder)
    digest = hashlib.blake2b(b"one", digest_size=16).digest()
    key = np.frombuffer(digest, dtype=np.uint8).reshape(1, -1) if known else np.uint8(1)
    np.savez(file, name=reading.name, keys=key, rows=rows)
    reading.recall(file)
    assert np.array_equal(reading.embed(["one"]), RememberingEmbedder(embedder).embed(["one"]))


def test_a_memory_with_any_byte_changed_stops_nothing(embedder: Embedder, tmp_path: Path) -> None:
    file = tmp_path / "questions.npz"
    reading = RememberingEmbedder(embedder)
    reading.embed(["one"])
    reading.keep(file)
    whole, chance = file.read_bytes(), random.Random(1)
    for _ in range(300):
        torn = bytearray(whole)
        torn[chance.randrange(len(torn))] = chance.randrange(256)
        file.write_bytes(torn)
        RememberingEmbedder(embedder).recall(file)


def test_another_embedder_s_memory_is_not_mixed_in(embedder: Embedder, tmp_path: Path) -> None:
    other = RememberingEmbedder(Placed({"a": np.array([1.0, 0.0])}))
    other.embed(["a"])
    other.keep(tmp_path / "questions.npz")
    reading = RememberingEmbedder(embedder)
    reading.recall(tmp_path / "questions.npz")
    assert np.array_equal(reading.embed(["a"]), RememberingEmbedder(embedder).embed(["a"]))


class Placed:
    """An embedder whose texts lie where the test put them."""

    name = "placed"

    def __init__(self, vectors: Mapping[str, Any]) -> None:
        self._vectors = {text: vector / np.linalg.norm(vector) for text, vector in vectors.items()}
        self.dimensions = len(next(iter(self._vectors.values())))

    def embed(self, texts: Sequence[str]) -> Any:
        return np.array([self._vectors[text] for text in texts], dtype=np.float32)


class Counting:
    """An embedder that notes what it was asked to embed."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Any:
        self.embedded += texts
        return self._embedder.embed(texts)
