"""What customers come for: counted by week, told by what they waited, changed only beyond what days differ by."""

from dataclasses import replace

import pytest

from bot.domain.answer import UNKNOWN_INTENT
from evals.digest.changes.by_day import Days
from evals.digest.changes.drivers import Volumes
from evals.digest.changes.key_figures import key_figures
from evals.digest.names import Titles
from tests.benchmarks.desks import PLAIN, WEEK, Change, Made, desk, make


def _volumes(*weeks: int, days: Days | None = None) -> Volumes:
    """Each week's conversations, as many on each of its days."""
    return Volumes({"a": [each for each in weeks for _ in range(7)]}, days or Days(WEEK, len(weeks), WEEK.end))


async def test_drivers_come_by_volume_with_eight_weeks_of_counts_oldest_first() -> None:
    made = make(PLAIN, 300, 1)
    drivers = (await key_figures(desk(made), WEEK)).drivers
    volumes = [each.weekly[-1] for each in drivers]
    assert volumes == sorted(volumes, reverse=True) and all(len(each.weekly) == 8 for each in drivers)
    first = drivers[0]
    mine = [each for each in made.conversations if each.drafts[0].intent == first.intent]
    assert sum(first.weekly) == len(mine)
    assert first.weekly[-1] == sum(each.opened_at >= WEEK.start for each in mine)
    assert first.title == first.intent.replace("_", " ")


async def test_a_driver_that_grew_is_named_and_the_others_are_not() -> None:
    made = make(PLAIN, 1500, 2, change=Change(volume=1.8, intents=(2,)), weeks=6)
    moved = {each.intent: each.change for each in (await key_figures(desk(made), WEEK)).drivers if each.moved}
    assert set(moved) == {"intent_2"} and moved["intent_2"].startswith("more by ")


async def test_pain_is_the_hours_that_customers_waited_all_conversations_together() -> None:
    made = make(replace(PLAIN, intents=2), 100, 3, weeks=3)
    answered = [each for each in made.conversations if each.first_answer_at and each.opened_at >= WEEK.start]
    expected = sum(
        (each.first_answer_at - each.opened_at).total_seconds() / 3_600
        for each in answered
        if each.first_answer_at and each.first_answer_at <= WEEK.end
    )
    only = Made([each for each in answered if each.first_answer_at and each.first_answer_at <= WEEK.end])
    drivers = (await key_figures(desk(only), WEEK)).drivers
    assert sum(each.pain for each in drivers) == pytest.approx(expected)


async def test_no_more_than_25_intents_are_drivers() -> None:
    made = make(replace(PLAIN, intents=40), 900, 4, weeks=3)
    assert len((await key_figures(desk(made), WEEK)).drivers) == 25


def test_the_week_in_which_the_record_begins_tells_nothing_of_how_weeks_differ() -> None:
    begun = Volumes({"a": [0] * 10 + [30] * 18}, Days(WEEK, 4, WEEK.end))
    whole = Volumes({"a": [30] * 14}, Days(WEEK, 2, WEEK.end))
    assert begun.noise() is not None and begun.noise() == whole.noise()
    assert _volumes(30, 30, 30, 30).noise() is not None
    late = Volumes({"a": [0] * 16 + [30] * 12}, Days(WEEK, 4, WEEK.end))
    assert late.noise() is None and late.noise("a") is None


def test_nothing_on_record_has_no_drivers() -> None:
    none = Volumes({}, Days(WEEK, 8, WEEK.end))
    assert (none.intents, none.days, none.weekly(), none.noise()) == ((), 0, (0,) * 8, None)


def test_questions_without_an_intent_are_called_so() -> None:
    titles = Titles({"late_parcel": "Late parcels"})
    assert (titles.plain(UNKNOWN_INTENT), titles.of(UNKNOWN_INTENT)) == (
        "No known intent",
        "questions that fit no intent",
    )
    assert (titles.plain("late_parcel"), titles.of("late_parcel")) == ("Late parcels", "“Late parcels”")
