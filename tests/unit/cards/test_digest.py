"""The digest's cards: what the first page says, and that nothing is lost whatever the data."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.block_kit import render_card, render_form
from bot.cards.digest import digest_cards, drivers_form
from bot.cards.elements import Actions, Card, Element, Heading, Picture, Table
from bot.domain.digest import (
    Ask,
    Cause,
    Digest,
    Driver,
    EvalPoint,
    Failure,
    KeyFigure,
    Kind,
    Proof,
    Published,
    Thanks,
    Upcoming,
    Upkeep,
    Value,
    Win,
)
from tests.unit.cards.digest_samples import EMPTY, FIGURES, HOSTILE, RICH, WEEK
from tests.unit.cards.test_block_kit import HOSTILE as TEXTS
from tests.unit.cards.test_block_kit import assert_slack_takes, nodes

CHARTS = {
    each: Picture(f"F{each}", f"What {each} shows", each) for each in ("unchanged", "volume", "failures", "evals")
}
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def shown(card: Card) -> str:
    """Everything that Slack shows of a card, one string."""
    return " ".join(
        str(node["text"]) for node in nodes(render_card(card)["blocks"]) if isinstance(node.get("text"), str)
    )


def elements(cards: tuple[Card, ...]) -> list[Element]:
    return [element for card in cards for element in card.elements]


def test_the_first_page_is_read_in_a_minute() -> None:
    first, *thread = digest_cards(RICH, CHARTS)
    assert len(render_card(first)["blocks"]) <= 15
    assert len(shown(first).split()) < 350
    assert 1 <= len(thread) <= 6


def test_what_is_to_be_decided_comes_first_then_what_changed_then_why() -> None:
    said = shown(digest_cards(RICH, CHARTS)[0])
    order = ["The week of 16–22 November 2026", "312 conversations", "1. Publish the fix", "2. Make eval cases",
             "3. Look at the rejected", "What changed", "Satisfied customers", "Why", "Knowledge v12", "Not proven",
             "Details follow"]  # fmt: skip
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_each_decision_has_its_button() -> None:
    buttons = [
        button
        for element in digest_cards(RICH, {})[0].elements
        if isinstance(element, Actions)
        for button in element.buttons
    ]
    assert [(button.action, button.subject) for button in buttons] == [
        ("digest.fix", RICH.decisions[0].subject),
        ("fix.approve", RICH.decisions[0].subject),
        ("digest.cases", "double-charge"),
        ("digest.rejected", "2026-W47 stale_policy gift-card"),
    ]
    assert buttons[1].confirm


def test_only_what_is_more_than_noise_is_marked_and_said() -> None:
    said = shown(digest_cards(RICH, {})[0])
    named = "Reopened: worse by 5 points (1–9); First response: better by 7 min (3–10); and 3 more, marked below."
    assert f"{named} The other 29 figures compared did not change by more than chance explains." in said
    assert said.count("✅ better") == 2
    assert said.count("⚠️ worse") == 1
    assert said.count("within noise") == 4
    assert "of 34 comparisons some look large by chance" in said


def test_what_was_not_compared_is_not_said_to_be_the_same() -> None:
    said = shown(digest_cards(replace(RICH, figures=FIGURES[3:4], drivers=(), compared=0), {})[0])
    assert "There is too little on record to say what changed." in said
    assert "comparisons" not in said


def test_a_late_digest_and_a_week_that_is_not_whole_say_so_at_the_top() -> None:
    said = shown(digest_cards(replace(RICH, late=True, days=1), {})[0])
    assert said.index("Late.") < said.index("They came in on 1 of 7 days.") < said.index("1. Publish")


def test_a_week_without_anything_is_one_honest_page() -> None:
    [only] = digest_cards(EMPTY, {})
    assert "Nothing is on record for this week" in shown(only)
    assert len(render_card(only)["blocks"]) == 2


def test_figures_of_which_nothing_is_on_record_take_no_room() -> None:
    nothing = replace(FIGURES[0], now=Value(0), before=Value(0), shown="none", before_shown="none", moved=False)
    [only] = digest_cards(replace(EMPTY, figures=(nothing,) * 12), {})
    assert not any(isinstance(element, Table) for element in only.elements)


def test_of_many_figures_the_page_has_those_that_moved_and_the_thread_all() -> None:
    many = replace(RICH, figures=(*FIGURES[2:3], *FIGURES[4:7] * 4, *FIGURES[:2]))
    first, *thread = digest_cards(many, {})
    assert shown(first).count("✅ better") == 2
    assert rows(elements((first,)), "Figure") == 12
    assert rows(elements(tuple(thread)), "Figure") == len(many.figures) - 12


def test_intents_of_which_too_little_is_known_are_named_in_a_line() -> None:
    few = replace(RICH.by_intent[5], unchanged=Value(3))
    thread = digest_cards(replace(RICH, by_intent=(*RICH.by_intent[:5], few)), {})[1:]
    assert rows(elements(thread), "Intent") == 5
    assert "Too few to tell:  Gift cards (3)" in " ".join(map(shown, thread))


def test_a_cause_that_says_itself_that_it_is_not_proven_does_not_say_it_twice() -> None:
    cause = replace(RICH.causes[1], said="Not proven: too few drafts.")
    assert shown(digest_cards(replace(RICH, causes=(cause,)), {})[0]).lower().count("not proven") == 1


def test_a_picture_stands_with_its_section_and_one_that_is_new_is_not_lost() -> None:
    cards = digest_cards(RICH, {**CHARTS, "mood": Picture("Fmood", "Mood")})
    told = elements(cards)
    for which in (*CHARTS, "mood"):
        assert sum(isinstance(element, Picture) and element.file == f"F{which}" for element in told) == 1
    at = next(n for n, element in enumerate(told) if isinstance(element, Picture) and element.file == "Fevals")
    assert told[at - 1] == Heading("Eval cases passed, by release")


def test_a_picture_that_was_refused_is_told_in_words() -> None:
    refused = {"volume": Picture("", "Refunds rose from 70 to 96.")}
    assert "Picture not shown" in " ".join(map(shown, digest_cards(RICH, refused)))


def test_all_drivers_are_shown_on_request() -> None:
    form = render_form(drivers_form(RICH), None)
    said = " ".join(str(node["text"]) for node in nodes(form["blocks"]) if isinstance(node.get("text"), str))
    assert all(driver.title in said for driver in RICH.drivers)
    assert_slack_takes(render_form(drivers_form(HOSTILE), None)["blocks"], 100)
    assert_slack_takes(render_form(drivers_form(EMPTY), None)["blocks"], 100)


def test_a_cause_is_told_in_full_once_and_the_thread_has_what_it_rests_on() -> None:
    more = replace(RICH.causes[0], release="knowledge v13", said="Knowledge v13 did as much again.")
    first, *thread = digest_cards(replace(RICH, causes=(*RICH.causes, more)), {})
    told = " ".join(map(shown, thread))
    assert "1 more under “What releases did”." in shown(first)
    assert [told.count(each.said) + shown(first).count(each.said) for each in (*RICH.causes, more)] == [1, 1, 1]
    assert "+9 points (+2 to +15)" in told and "+3 points (−4 to +10)" in told
    assert rows(elements(tuple(thread)), "What went live") == 3


# --- whatever the data ------------------------------------------------------------------------------------------------

text = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(), max_size=60), st.just("word"))
count = st.integers(0, 10**9)
number = st.floats(-1e6, 1e6, allow_nan=False)
maybe = st.one_of(st.none(), number)
value = st.builds(Value, count, maybe, maybe, maybe)


def many(of: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most).map(tuple)


driver = st.builds(Driver, text, text, many(count, 9), st.floats(0, 1e9), value, text, st.booleans())
key_figure = st.builds(
    KeyFigure, text, text, text, value, value, text, text, text, st.booleans(), st.none() | st.booleans()
)
digests = st.builds(
    Digest, st.just(WEEK), st.just(NOW), count, st.integers(0, 7), st.booleans(),
    many(st.builds(Ask, st.sampled_from(Kind), text.map(lambda said: said[:200]), text, text), 5),
    many(key_figure, 30),
    many(driver, 70), count,
    many(st.builds(Cause, text, st.just(NOW), text, many(text, 5), value, value, st.sampled_from(Proof), text), 8),
    many(driver, 25),
    many(st.builds(Failure, text, text, count, count, text, st.just("https://x.example/p1") | text), 30),
    many(st.builds(Win, text, text), 12),
    many(st.builds(Published, count, st.just(NOW), many(text, 9), text, text), 12),
    many(st.builds(Upkeep, text, text, text, text, st.booleans()), 60),
    many(st.builds(EvalPoint, text, st.just(NOW), value), 40),
    many(text, 12), many(text, 12),
    many(st.builds(Thanks, text, count, count, count), 60),
    many(st.builds(Upcoming, text, text), 30), many(text, 12),
)  # fmt: skip


@settings(max_examples=60, deadline=None, derandomize=True)
@given(digests)
def test_slack_takes_every_digest_and_every_part_of_it_is_shown(digest: Digest) -> None:
    cards = digest_cards(digest, CHARTS)
    assert_whole(digest, cards)


def test_a_hostile_digest_is_shown_whole() -> None:
    assert_whole(HOSTILE, digest_cards(HOSTILE, CHARTS))
    packed = replace(HOSTILE, figures=HOSTILE.figures * 6, upkeep=HOSTILE.upkeep * 40, thanks=HOSTILE.thanks * 60)
    assert_whole(packed, digest_cards(packed, CHARTS))


def assert_whole(digest: Digest, cards: tuple[Card, ...]) -> None:
    for number, card in enumerate(cards):
        blocks = render_card(card)["blocks"]
        assert_slack_takes(blocks)
        assert number or len(blocks) <= 15
        said = str(blocks)
        assert "more parts; see" not in said
        assert "more characters; see" not in said
        assert "not shown here" not in said
    told = elements(cards)
    buttons = [button.subject for each in told if isinstance(each, Actions) for button in each.buttons]
    assert all(any(ask.subject in subject for subject in buttons) for ask in digest.decisions)
    known = any(each.now.n or each.before.n for each in digest.figures)
    assert not known or rows(told, "Figure") >= len(digest.figures)
    assert rows(told, "Intent") == sum(each.unchanged.value is not None for each in digest.by_intent)
    assert rows(told, "By volume") == min(5, len(digest.drivers))
    assert rows(told, "What was wrong") == len(digest.failures)
    assert rows(told, "Release") == len(digest.trend)
    assert sum(isinstance(each, Picture) for each in told) == len(CHARTS)


def rows(told: list[Element], first: str) -> int:
    return sum(len(each.rows) for each in told if isinstance(each, Table) and each.head[0] == first)
