"""The card of a new topic in each of its states, and its forms."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.cards.block_kit import render_card, render_form
from bot.cards.elements import Actions, Choice, Style, TextInput
from bot.cards.topics import accept_form, dismiss_form, merge_form, slug, topic_card
from bot.domain.answer import Risk
from bot.domain.intents import TopicProposal, TopicState
from bot.domain.quality import GateResult, Verdict
from tests.contracts.store_samples import ANA, NOON

HELD = GateResult(Verdict.HELD, "It breaks 1 case of the core set.", broken=("case_1",), broken_core=("case_1",))
PASSED = GateResult(Verdict.PASSED, "Nothing gets worse.", unchanged=("case_1",))


def topic(**changes: Any) -> TopicProposal:
    base = TopicProposal(
        "topic_1", TopicState.PROPOSED, tuple(f"esc_{n}" for n in range(14)),
        ("Do you give barista courses?", "When is the next course?", "Latte art class?", "A fourth"), NOON,
        weekly=(2, 2, 3, 7), risk=Risk.MEDIUM, title="Barista course", room="#events", nearest="return-or-refund",
        nearest_title="Return or refund", likeness=0.52,
    )  # fmt: skip
    return replace(base, **changes)


def shown(proposal: TopicProposal, *links: str) -> str:
    return json.dumps(render_card(topic_card(proposal, links, {})), ensure_ascii=False)


def buttons(proposal: TopicProposal) -> list[str]:
    elements = topic_card(proposal, [], {}).elements
    return [button.label for each in elements if isinstance(each, Actions) for button in each.buttons]


def decided(state: TopicState, **changes: Any) -> TopicProposal:
    made = {"intent": "courses", "intent_title": "Courses", "decided_by": ANA, "decided_at": NOON} | changes
    return topic(state=state, **made)


def test_a_new_topic_says_how_often_it_is_asked_how_it_grows_and_what_is_like_it() -> None:
    card = shown(topic(), "https://example.com/1", "https://example.com/2")
    assert "New topic: Barista course" in card
    assert "14 conversations in 4 weeks fit no intent and ask about the same; rising: 2, 2, 3, 7 a week." in card
    for example in ("Do you give barista courses?", "When is the next course?", "Latte art class?"):
        assert example in card
    assert "A fourth" not in card
    assert "🟡 medium" in card
    assert "“Return or refund”, likeness 0.52 of 1" in card
    assert "https://example.com/2" in card
    assert buttons(topic()) == ["Accept", "Merge", "Dismiss"]


@pytest.mark.parametrize(
    ("weekly", "said"),
    [((0, 0, 0, 14), "all of them in the last week"), ((6, 4, 3, 1), "falling"), ((3, 4, 3, 4), "steady")],
)
def test_the_trend_is_said_in_a_word(weekly: tuple[int, ...], said: str) -> None:
    assert said in shown(topic(weekly=weekly))


def test_a_topic_that_may_be_a_known_intent_in_other_words_is_offered_to_be_merged() -> None:
    def styles(proposal: TopicProposal) -> list[Style]:
        elements = topic_card(proposal, [], {}).elements
        return [button.style for each in elements if isinstance(each, Actions) for button in each.buttons]

    assert "in other words" in shown(topic(likeness=0.81))
    assert styles(topic(likeness=0.81)) == [Style.PLAIN, Style.PRIMARY, Style.PLAIN]
    assert styles(topic()) == [Style.PRIMARY, Style.PLAIN, Style.PLAIN]


def test_the_last_card_of_a_week_counts_the_topics_that_were_not_put_before_the_team() -> None:
    assert "3 smaller topics were found too" in shown(topic(others=3))
    assert "smaller topic" not in shown(topic())


def test_while_the_evals_have_it_nobody_can_decide_again() -> None:
    trying = decided(TopicState.TRYING)
    assert "Making it the intent" in shown(trying)
    assert buttons(trying) == []


def test_a_held_topic_names_what_it_breaks_and_can_be_tried_again() -> None:
    held = decided(TopicState.HELD, gate=HELD)
    card = shown(held)
    assert "nothing changed" in card
    assert "It breaks 1 case of the core set." in card
    assert "case_1" in card
    assert buttons(held) == ["Try again", "Accept", "Merge", "Dismiss"]


def test_an_end_says_who_made_it_and_which_release_it_is() -> None:
    accepted = shown(decided(TopicState.ACCEPTED, gate=PASSED, release=8))
    merged = shown(decided(TopicState.MERGED, gate=PASSED, release=9, merges=True))
    dismissed = shown(decided(TopicState.DISMISSED, note="A joke of one customer."))
    assert "Now the intent “Courses”" in accepted
    assert "workflow v8" in accepted
    assert "Added to “Courses”" in merged
    assert "A joke of one customer." in dismissed
    assert all(ANA.id in card for card in (accepted, merged, dismissed))
    assert not any(map(buttons, map(decided, (TopicState.ACCEPTED, TopicState.MERGED, TopicState.DISMISSED))))


def test_the_form_of_an_intent_comes_filled_in_and_after_a_hold_as_it_was_sent() -> None:
    def values(proposal: TopicProposal) -> dict[str, str]:
        form = accept_form(proposal)
        return {each.name: each.initial for each in form.elements if isinstance(each, TextInput | Choice)}

    assert values(topic()) == {
        "title": "Barista course", "name": "barista-course", "risk": "medium", "room": "#events",
        "examples": "\n".join(topic().examples),
    }  # fmt: skip
    assert values(decided(TopicState.HELD, gate=HELD))["title"] == "Courses"
    assert values(decided(TopicState.HELD, gate=HELD, merges=True))["title"] == "Barista course"


def test_the_nearest_intent_is_the_one_that_is_chosen_however_many_there_are() -> None:
    many = [(f"intent-{n}", f"Intent {n}") for n in range(150)]
    form = merge_form(topic(), [*many, ("return-or-refund", "Return or refund")])
    (choice,) = (each for each in form.elements if isinstance(each, Choice))
    assert choice.initial == "return-or-refund"
    assert len(choice.options) == 100
    rendered = render_form(form, None)["blocks"][0]["element"]
    assert rendered["initial_option"]["value"] == "return-or-refund"
    assert render_form(dismiss_form(topic()), None)["submit"]["text"] == "Dismiss"


@pytest.mark.parametrize(
    ("title", "name"), [("Barista course", "barista-course"), ("Café & C°", "caf-c"), ("  ", ""), ("日本", "")]
)
def test_a_title_suggests_a_name(title: str, name: str) -> None:
    assert slug(title) == name
