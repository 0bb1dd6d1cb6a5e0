"""Whether the evidence tells what is covered from what is not, and says so in the customer's words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.answer import Passage, Risk, Sentiment, Triage, Urgency
from bot.domain.article import Audience
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.offline.evidence import SIGNS, Evidence
from bot.llm.offline.missing import missing_topic
from bot.llm.offline.question import ask
from bot.ports import DraftRequest, Embedder, StoredPassage, TokenEmbedder
from knowledge.passages import searchable
from knowledge.release_index import Asked, ReleaseIndex

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def passage(slug: str, title: str, text: str) -> Passage:
    return Passage(f"{slug}-0", slug, "r1", title, "", text, "@owner")


FEES = passage("fees", "Delivery fees", "Delivery to Austria costs 6.90 EUR. Delivery to Belgium costs 4.90 EUR.")
DAMAGE = passage(
    "damage", "Damaged or wrong items",
    "Transport damage must be reported within 5 days of delivery. "
    "A wrong item must be reported within 14 days of delivery.",
)  # fmt: skip
GIFT = passage("gift", "Gift cards", "A gift card is valid for 36 months. Gift cards cannot be paid out in cash.")
DESCALE = passage("descale", "Descale the machine", "Descale the machine every 200 cups. Do not use vinegar.")
LOGIN = passage("login", "Sign in", "After five wrong passwords the account is locked for 30 minutes.")
REFILL = passage("refill", "Refill subscription", "A refill can be paused for up to 12 weeks. Skipped boxes are free.")
EVERYTHING = (FEES, DAMAGE, GIFT, DESCALE, LOGIN, REFILL)
ANSWERED = {
    "fees": "What does delivery to Austria cost?", "damage": "By when must I report transport damage?",
    "gift": "How long is a gift card valid?", "descale": "May I descale the machine with vinegar?",
    "login": "My account is locked after wrong passwords, for how long?", "refill": "How long can I pause my refill?",
}  # fmt: skip


@pytest.fixture(scope="module")
def drafter(embedder: Embedder, meanings: TokenEmbedder) -> OfflineDrafter:
    return OfflineDrafter(embedder, meanings=meanings)


@pytest.fixture(scope="module")
def request_of(embedder: Embedder) -> "Asking":
    return Asking(embedder)


class Asking:
    """Requests with what the product's search finds among some passages."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def __call__(self, question: str, passages: Sequence[Passage] = EVERYTHING) -> DraftRequest:
        turn = Turn("1", Author.CUSTOMER, question, NOW)
        escalation = Escalation("esc_1", "webhook", "1", Customer("c"), (turn,), NOW)
        triage = Triage("unknown", "", 0, Risk.LOW, Sentiment.NEUTRAL, 0.5, Urgency.NORMAL, 0.5, "en", 0.9)
        vectors = self._embedder.embed([question, *map(searchable, passages)])
        stored = [
            StoredPassage(each, 0, self._embedder.name, vector.tobytes())
            for each, vector in zip(passages, vectors[1:], strict=True)
        ]
        index = ReleaseIndex(1, stored, self._embedder.name)
        found = index.rank(Asked(question, vectors[0]), on=NOW.date(), audience=Audience.CUSTOMER, limit=8)
        return DraftRequest(escalation, triage, found)


def evidence(drafter: OfflineDrafter, request: DraftRequest) -> Evidence:
    (weighed,) = drafter.evidence(request)
    return weighed


@pytest.mark.parametrize("slug", ANSWERED)
def test_a_matter_is_less_covered_once_its_article_is_gone(
    slug: str, drafter: OfflineDrafter, request_of: Asking
) -> None:
    whole = evidence(drafter, request_of(ANSWERED[slug]))
    without = evidence(drafter, request_of(ANSWERED[slug], [each for each in EVERYTHING if each.slug != slug]))
    assert whole.article == slug
    assert whole.covered > 0.5 > without.covered
    assert whole.confidence > without.confidence


def test_the_same_scores_on_another_scale_are_the_same_evidence(drafter: OfflineDrafter, request_of: Asking) -> None:
    request = request_of(ANSWERED["gift"])
    scaled = tuple(replace(each, scores={**each.scores, "bm25": 7 * each.scores["bm25"]}) for each in request.passages)
    assert evidence(drafter, replace(request, passages=scaled)).signs == pytest.approx(evidence(drafter, request).signs)


def test_a_sign_that_cannot_be_told_counts_neither_way(drafter: OfflineDrafter, request_of: Asking) -> None:
    alone = evidence(drafter, request_of(ANSWERED["gift"], [GIFT]))
    unscored = request_of(ANSWERED["gift"])
    unscored = replace(unscored, passages=tuple(replace(each, scores={}) for each in unscored.passages))
    assert {"near_lead", "vector_lead", "word_lead"}.isdisjoint(alone.signs)
    assert {"vector_lead", "word_lead"}.isdisjoint(evidence(drafter, unscored).signs)
    assert alone.covered > 0.5


def test_a_name_that_no_article_knows_speaks_against_an_answer(drafter: OfflineDrafter, request_of: Asking) -> None:
    known = evidence(drafter, request_of("What does delivery to Austria cost?"))
    foreign = evidence(drafter, request_of("What does delivery to Iceland cost?"))
    assert known.signs["foreign"] == 0
    assert foreign.signs["foreign"] > 0.5
    assert foreign.covered < known.covered


def test_whether_the_matter_is_covered_and_whether_the_unit_answers_are_told_apart(
    drafter: OfflineDrafter, request_of: Asking
) -> None:
    sure = evidence(drafter, request_of("What does delivery to Austria cost?"))
    torn = evidence(drafter, request_of("What does delivery cost?"))
    assert (len(torn.told), len(sure.told)) == (2, 1)
    assert torn.told[0].shares[0] < sure.told[0].shares[0]
    assert torn.confidence / torn.covered < sure.confidence / sure.covered


def test_siblings_are_told_where_the_customer_did_not_say_which(drafter: OfflineDrafter, request_of: Asking) -> None:
    torn = drafter.compose(request_of("By when must I report it?"))
    assert DAMAGE.text in torn.text


def test_a_figure_of_a_sibling_case_is_told_to_the_rep(drafter: OfflineDrafter, request_of: Asking) -> None:
    torn = drafter.compose(request_of("In how many days must I report a damaged item?"))
    told = {line.split(" within ")[0]: line for line in DAMAGE.text.split(". ")}
    (other,) = (line for line in told.values() if line.rstrip(".") not in torn.text)
    assert f'Also found: "{other.rstrip(".")}." (Damaged or wrong items).' in torn.notes
    assert not any("Also found" in note for note in drafter.compose(request_of(ANSWERED["gift"])).notes)


def test_every_sign_has_a_spread_and_points_where_it_should() -> None:
    assert all(sign.spread > 0 for sign in SIGNS.values())
    assert SIGNS["foreign"].covered < 0
    assert all(sign.covered >= 0 for name, sign in SIGNS.items() if name != "foreign")


@pytest.mark.parametrize(
    ("question", "unknown", "topic"),
    [
        ("Do you deliver to Norway?", {"Norway"}, "deliver to Norway"),
        ("Is there a student discount?", {"student"}, "student discount"),
        ("What are the opening hours of your store in Amsterdam?", {"Amsterdam"},
         "opening hours of your store in Amsterdam"),
        ("How heavy is the grinder?", {"heavy"}, "How heavy is the grinder"),
        ("Hi there, hope you are well. I was wondering whether your machines can be rented for a wedding?",
         {"rented", "wedding"}, "rented for a wedding"),
        ("hello, pls tell me if u sell tea", {"tea"}, "tea"),
        ("Can I get a price reduction because the item went on sale?", {"reduction"}, "price reduction"),
        ("Guten Tag, kann ich bei euch auch Teebeutel kaufen?", {"Teebeutel"}, "Teebeutel kaufen"),
        ("What is the wattage of the Fernhill One?", {"wattage"}, "wattage of the Fernhill One"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_in_the_customers_words_without_fillers(
    question: str, unknown: set[str], topic: str, meanings: TokenEmbedder
) -> None:
    asked = ask(question, [], meanings)
    found = np.array(
        [0.0 if word.casefold() in {each.casefold() for each in unknown} else 1.0 for word in asked.surface]
    )
    assert missing_topic(asked, found) == topic


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300), lacking=st.booleans())
def test_any_text_has_a_topic_that_fits_on_a_line(text: str, lacking: bool, meanings: TokenEmbedder) -> None:
    asked = ask(text, [], meanings)
    topic = missing_topic(asked, np.full(len(asked.roots), 0.0 if lacking else 1.0))
    assert len(topic) <= 82
    assert "\n" not in topic
