"""New topics are clusters of what fits no intent, as fine as the team's own intents are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bot.ports import Embedder
from bot.triage.topics import MOST, topics

ROASTING = [
    "Do you roast beans to order?", "Can you roast my own green beans?", "Is custom roasting something you offer?",
    "I have green coffee, would you roast it for me?", "What does roasting my own beans cost?",
    "Could I send you raw beans for roasting?",
]  # fmt: skip
COURSES = [
    "Do you give barista courses?", "When is the next barista course?", "Is there a barista course with latte art?",
    "How much is a barista course?", "Can I book a barista course for two?", "Is the barista course for beginners?",
]  # fmt: skip
KNOWN = [
    (text, intent)
    for intent, texts in {
        "delivery": ["Where is my parcel?", "My package is late", "When does my order arrive?", "Track my delivery"],
        "refund": ["I want my money back", "When is my refund paid?", "Refund my order please", "No refund yet"],
        "account": ["I cannot log in", "Reset my password", "My account is locked", "Wrong password"],
        "machine": ["The machine leaks", "No steam comes out", "It shows an error code", "The pump is loud"],
    }.items()
    for text in texts
]


def test_conversations_about_one_new_thing_become_one_topic(reading: Embedder) -> None:
    found = topics([*ROASTING, "Hello?", *COURSES], KNOWN, reading)
    gathered = [set(topic.members) for topic in found]
    assert len(gathered) == 2
    assert set(range(6)) in gathered
    assert set(range(7, 13)) in gathered


def test_a_topic_that_is_like_a_known_intent_names_it(reading: Embedder) -> None:
    late = ["My parcel is late again", "The parcel has not arrived", "Where does my package stay?",
            "My delivery is overdue", "The courier never came with my parcel"]  # fmt: skip
    alike, new = topics(late, KNOWN, reading)[0], topics(ROASTING, KNOWN, reading)[0]
    assert alike.nearest == "delivery"
    assert alike.likeness > new.likeness


def test_the_most_typical_conversation_comes_first(reading: Embedder) -> None:
    (found,) = topics(ROASTING, KNOWN, reading)
    vectors = np.asarray(reading.embed(ROASTING))
    middle = vectors.mean(axis=0)
    assert found.members[0] == int(np.argmax(vectors @ middle))


@pytest.mark.parametrize("texts", [[], ["alone"], ROASTING[:4]])
def test_a_few_conversations_are_no_topic(texts: list[str], reading: Embedder) -> None:
    assert topics(texts, KNOWN, reading) == []


def test_without_any_known_intent_topics_are_found_all_the_same(reading: Embedder) -> None:
    assert topics([*ROASTING, *COURSES], [], reading)


def test_equal_and_empty_texts_do_no_harm(reading: Embedder) -> None:
    (found,) = topics(["Do you sell tea?"] * 6 + ["", "\x00"], KNOWN, reading)
    assert found.members == tuple(range(6))


def test_of_too_many_conversations_the_newest_are_looked_at() -> None:
    class Numbers:
        name, dimensions = "numbers", 4

        def embed(self, texts: Sequence[str]) -> Any:
            return np.eye(4, dtype=np.float32)[[int(text) % 4 for text in texts]]

    found = topics([str(i) for i in range(MOST + 40)], [], Numbers())
    assert min(min(topic.members) for topic in found) == 40
