import pytest

from bot.domain.answer import Sentiment, Urgency
from bot.ports import Embedder
from bot.triage.taxonomy import load_tone
from bot.triage.tone import Mood, ToneClassifier
from tests.unit.triage.conftest import CONTENT


@pytest.fixture(scope="module")
def classifier(reading: Embedder) -> ToneClassifier:
    return ToneClassifier(load_tone(CONTENT / "tone.yaml"), reading)


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I am extremely disappointed, this is the third time I have to ask.", Sentiment.ANGRY),
        ("Your service is a disgrace, you are liars.", Sentiment.ANGRY),
        ("WHERE IS MY REFUND?!! WHY DOES NOBODY ANSWER ME!!!", Sentiment.ANGRY),
        ("Unfortunately the lamp flickers again, a pity.", Sentiment.UNHAPPY),
        ("Ich bin leider sehr enttäuscht von dem Kleid.", Sentiment.UNHAPPY),
        ("How do I change my delivery address?", Sentiment.NEUTRAL),
        ("THANK YOU SO MUCH!!!", Sentiment.HAPPY),
        ("Muchas gracias, todo perfecto", Sentiment.HAPPY),
    ],
)
def test_what_is_said_counts_more_than_how_loud_it_is(
    classifier: ToneClassifier, text: str, sentiment: Sentiment
) -> None:
    assert classifier.judge(text).sentiment is sentiment


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Our whole office cannot work, the server is down, please help immediately!", Urgency.HIGH),
        ("Someone is in my account right now, block it!", Urgency.HIGH),
        ("How do I reset my PIN?", Urgency.NORMAL),
        ("What is the fee for an urgent transfer?", Urgency.NORMAL),
        ("This is a scam, I want my money back.", Urgency.NORMAL),
        ("No rush, just curious who designed the bag.", Urgency.LOW),
        ("All solved, thanks, you can close this.", Urgency.LOW),
    ],
)
def test_urgent_is_what_cannot_wait_and_not_what_is_angry(
    classifier: ToneClassifier, text: str, urgency: Urgency
) -> None:
    assert classifier.judge(text).urgency is urgency


@pytest.mark.parametrize("text", ["", "12345", "😀", "\ud800", "\x00"])
def test_without_words_nothing_is_read_into_a_text(classifier: ToneClassifier, text: str) -> None:
    assert classifier.judge(text) == Mood()


def test_a_label_that_is_hardly_likelier_than_the_others_together_is_not_believed(classifier: ToneClassifier) -> None:
    for text in ("the thing with the blue", "hm", "ok then", "a b c d"):
        mood = classifier.judge(text)
        assert mood.sentiment is Sentiment.NEUTRAL or mood.sentiment_confidence >= 0.6
        assert mood.urgency is Urgency.NORMAL or mood.urgency_confidence >= 0.6
