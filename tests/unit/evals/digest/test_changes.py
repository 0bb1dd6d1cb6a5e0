"""What a digest says changed: only what is beyond noise, with its size, whatever the week was like."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.domain.calendar import Calendar, Week
from bot.domain.digest import KeyFigure
from bot.domain.history import Conversation
from bot.domain.hours import Hours
from bot.ports import Desk
from evals.digest.changes.by_day import Days
from evals.digest.changes.correction import corrected, value
from evals.digest.changes.drivers import Volumes
from evals.digest.changes.key_figures import (
    BY_INTENT,
    FIGURES,
    WEEKS,
    Compared,
    key_figures,
    looked_at,
    record_of,
    weeks_read,
)
from evals.digest.changes.overdispersion import Spread, alike, beside, of_values
from evals.measuring import Period, measure, metrics
from evals.metric import Statistic
from tests.benchmarks.desks import LIVELY, PLAIN, WEEK, Change, Made, desk, make
from tests.unit.evals.digest.made_up_desk import write

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _by_name(compared: Compared) -> dict[str, KeyFigure]:
    return {each.metric: each for each in reversed(compared.figures)}


def _moved(compared: Compared) -> list[str]:
    """The titles of all that is said to have moved."""
    figures = [each.title for each in compared.figures if each.moved]
    return figures + [each.title for each in compared.drivers if each.moved]


def _only(made: Made, *, since: datetime | None = None, until: datetime | None = None) -> Made:
    kept = [each for each in made.conversations if (since or each.opened_at) <= each.opened_at < (until or WEEK.end)]
    return Made(kept)


def _moved_by(made: Made, by: timedelta) -> list[Conversation]:
    """The same conversations at other times."""

    def later(value: Any) -> Any:
        if isinstance(value, datetime):
            return value + by
        if isinstance(value, tuple):
            moved = tuple(later(each) for each in value)
            return type(value)(*moved) if hasattr(value, "_fields") else moved
        if hasattr(value, "__dataclass_fields__"):
            return replace(value, **{name: later(getattr(value, name)) for name in value.__dataclass_fields__})
        return value

    return [later(each) for each in made.conversations]


async def test_of_weeks_in_which_nothing_changed_nothing_is_claimed() -> None:
    for kind in (PLAIN, LIVELY):
        for seed in range(400, 403):
            compared = await key_figures(desk(make(kind, 250, seed)), WEEK)
            assert not _moved(compared)
            assert compared.figures[0].change == "within noise"


async def test_a_change_is_named_with_its_size_its_interval_and_whether_it_is_good() -> None:
    better = await key_figures(desk(make(PLAIN, 1000, 1, weeks=4, change=Change(unchanged=0.8, wait=1.6))), WEEK)
    told = _by_name(better)
    unchanged, wait = told["approved_unchanged"], told["first_response_time"]
    assert unchanged.moved and unchanged.better is True
    assert unchanged.change.startswith("better by 1") and " points (" in unchanged.change
    assert wait.moved and wait.better is False
    assert wait.change.startswith("worse by ")
    assert told["csat"].change == "within noise" and told["csat"].better is None
    assert unchanged.now.n > 500 and unchanged.now.low is not None and unchanged.now.value is not None
    assert unchanged.now.low < unchanged.now.value


async def test_the_key_figures_come_in_one_order_and_those_of_single_intents_after_them() -> None:
    made = make(PLAIN, 1500, 2, weeks=4, change=Change(unchanged=1.5, intents=(1,)))
    compared = await key_figures(desk(made), WEEK)
    assert tuple(each.metric for each in compared.figures[: len(FIGURES)]) == FIGURES
    (more,) = [each for each in compared.figures[len(FIGURES) :] if each.metric == "approved_unchanged"]
    assert more.title == "Approved unchanged for “intent 1”" and more.moved
    rated = {each.intent: each for each in compared.by_intent}
    assert rated["intent_1"].moved and rated["intent_1"].change == more.change
    assert not rated["intent_0"].moved


async def test_all_comparisons_are_counted_that_are_corrected_for() -> None:
    compared = await key_figures(desk(make(replace(PLAIN, intents=2), 700, 3, weeks=3)), WEEK)
    assert compared.compared == len(FIGURES) + 2 * (len(BY_INTENT) + 1)
    few = await key_figures(desk(make(replace(PLAIN, intents=2), 40, 3, weeks=3)), WEEK)
    assert 0 < few.compared < compared.compared


async def test_what_is_too_rare_says_how_few_there_are() -> None:
    told = _by_name(await key_figures(desk(make(PLAIN, 60, 5)), WEEK))["csat"]
    assert told.now.n < 20 and told.now.value is None
    assert told.shown == f"too few to tell (n = {told.now.n})"
    assert told.change == f"too few to tell (n = {min(told.now.n, told.before.n)})"
    assert not told.moved


async def test_without_any_record_every_figure_says_so() -> None:
    compared = await key_figures(desk(Made()), WEEK)
    assert len(compared.figures) == len(FIGURES)
    assert {each.shown for each in compared.figures[1:]} == {"none"}
    assert (compared.drivers, compared.compared, compared.conversations, compared.days) == ((), 0, 0, 0)
    assert {each.change for each in compared.figures} == {""}


async def test_one_day_of_data_is_told_and_compared_with_nothing() -> None:
    day = _only(make(PLAIN, 1500, 6, weeks=1), since=WEEK.start, until=WEEK.start + DAY)
    compared = await key_figures(desk(day), WEEK)
    assert (compared.days, compared.compared) == (1, 0)
    assert compared.conversations == len(day.conversations)
    assert "Conversations came in on 1 of 7 days only." in compared.notes
    told = _by_name(compared)
    assert told["approved_unchanged"].now.value is not None
    assert told["approved_unchanged"].change == "nothing to compare with"


async def test_a_desk_that_began_in_the_week_before_has_no_change_of_volume() -> None:
    made = _only(make(PLAIN, 1000, 7, weeks=2), since=WEEK.start - 3 * DAY)
    compared = await key_figures(desk(made), WEEK)
    told = _by_name(compared)
    assert not told["volume"].moved and told["volume"].change == "too few days to compare"
    assert any(note.startswith("The week before is not on record from its Monday") for note in compared.notes)
    assert not any(each.moved for each in compared.drivers)


async def test_a_desk_of_two_weeks_is_compared_with_more_caution_than_an_old_one() -> None:
    made = make(PLAIN, 1000, 8, change=Change(unchanged=0.55))
    old = await key_figures(desk(made), WEEK)
    young = await key_figures(desk(_only(made, since=WEEK.start - 7 * DAY)), WEEK)
    assert young.compared and not any(each.moved for each in young.figures)
    assert any(each.moved for each in old.figures)


async def test_old_conversations_that_are_imported_change_nothing_of_the_week() -> None:
    made, old = make(PLAIN, 300, 9), make(PLAIN, 2000, 10, weeks=1)
    before = await key_figures(desk(made), WEEK)
    with_old = Made([*made.conversations, *_moved_by(old, -35 * DAY)])
    after = await key_figures(desk(with_old), WEEK)
    assert [each.now for each in after.figures] == [each.now for each in before.figures]
    assert not _moved(after)
    assert after.conversations == before.conversations


@pytest.mark.parametrize(("number", "hours"), [(43, 169), (13, 167)], ids=["clocks go back", "clocks go forward"])
async def test_a_week_with_a_clock_change_has_all_its_hours_and_each_conversation_once(number: int, hours: int) -> None:
    week = Week(2026, number, BERLIN)
    assert week.end - week.start == hours * HOUR
    made = Made(_moved_by(make(PLAIN, 250, 11, weeks=5), week.end - WEEK.end))
    last = replace(made.conversations[0], opened_at=week.end - timedelta(seconds=1))
    first = replace(made.conversations[0], opened_at=week.start)
    made = Made([*made.conversations, last, first])
    here = desk(made, now=week.end + 8 * HOUR)
    compared, before = await key_figures(here, week), await key_figures(here, week.previous)
    told = _by_name(compared)["volume"]
    assert told.now.n == sum(week.start <= each.opened_at < week.end for each in made.conversations)
    assert told.before.n == _by_name(before)["volume"].now.n
    assert f"This week has {hours} hours, because the clocks were changed." in compared.notes
    after = await key_figures(desk(made, now=week.next.end), week.next)
    assert f"The week before has {hours} hours, because the clocks were changed." in after.notes
    assert not any(each.moved for each in compared.figures)


async def test_a_week_that_is_not_over_is_held_against_as_much_of_the_one_before() -> None:
    made, now = make(PLAIN, 700, 12), WEEK.start + 2 * DAY + 9 * HOUR
    compared = await key_figures(desk(_only(made, until=now), now=now), WEEK)
    told = _by_name(compared)["volume"]
    start = WEEK.previous.start
    assert told.before.n == sum(start <= each.opened_at < now - 7 * DAY for each in made.conversations)
    assert not told.moved
    assert compared.notes[0].startswith("The week is not over")


@pytest.mark.parametrize("wait", [timedelta(), 8 * HOUR, 7 * DAY, 300 * DAY])
async def test_every_figure_is_the_one_of_ratchet_metrics_for_the_same_week(wait: timedelta) -> None:
    here, now = desk(make(PLAIN, 300, 13), now=WEEK.end + wait), WEEK.end + wait
    hours = Calendar(ZoneInfo("UTC"), Hours.parse("mon-fri 09:00-17:00"), frozenset())
    vars(here)["policy"] = SimpleNamespace(calendar=hours)
    said = _by_name(await key_figures(here, WEEK))
    chosen = [each for each in metrics() if each.name in said]
    week = Period(WEEK.start, WEEK.end)
    measured = await measure(here.store.history, week, now=now, calendar=hours, chosen=chosen)
    assert len(measured) == len(said) == len(FIGURES)
    for each in measured:
        figure = said[each.metric.name]
        assert (figure.now, figure.before) == (value(each.now), value(each.before)), figure.title
        assert ("a week earlier" in figure.title) is (each.period != week)


async def test_what_no_model_is_paid_for_is_no_figure() -> None:
    made = make(PLAIN, 200, 18)
    free = [replace(each, drafts=tuple(draft._replace(cost=0) for draft in each.drafts)) for each in made.conversations]
    said = _by_name(await key_figures(desk(Made(free)), WEEK))
    assert set(FIGURES) - said.keys() == {"cost"}


async def test_what_takes_a_week_to_know_is_told_of_the_week_before() -> None:
    made = make(PLAIN, 300, 14)
    told = _by_name(await key_figures(desk(made), WEEK))["reopen_rate"]
    start = WEEK.previous.start
    answered = [each for each in made.conversations if each.first_answer_at and start <= each.first_answer_at]
    assert told.now.n == sum(each.first_answer_at < WEEK.start for each in answered if each.first_answer_at)


async def test_times_are_within_business_hours_where_the_team_has_hours() -> None:
    made = make(PLAIN, 300, 15)
    always = _by_name(await key_figures(desk(made), WEEK))["first_response_time"]
    here = desk(made)
    hours = Calendar(ZoneInfo("UTC"), Hours.parse("mon-fri 09:00-17:00"), frozenset({date(2026, 11, 18)}))
    vars(here)["policy"] = SimpleNamespace(calendar=hours)
    within = _by_name(await key_figures(here, WEEK))["first_response_time"]
    assert within.title == "First response time (in business hours)"
    assert within.now.value is not None and always.now.value is not None
    assert within.now.value < always.now.value


async def test_a_change_moved_if_and_only_if_its_corrected_interval_leaves_out_zero() -> None:
    for seed in range(420, 422):
        change = Change(unchanged=0.35, wait=1.3, volume=1.15)
        record, volumes = await _looked_at(desk(make(LIVELY, 800, seed, change=change, weeks=4)))
        for told in corrected(dict(looked_at(record, volumes)).values()):
            if told.change is not None and told.moved:
                assert told.change.beyond_noise


async def _looked_at(here: Desk) -> tuple[Any, Any]:
    days = Days(WEEK, WEEKS, here.clock.now())
    volumes = Volumes(await here.store.history.volumes(days.bounds), days)
    return await record_of(here, days), volumes


async def test_of_a_large_desk_no_more_weeks_are_read_than_needed() -> None:
    days = Days(WEEK, WEEKS, WEEK.end)

    def read(weekly: Sequence[int]) -> int:
        return weeks_read(Volumes({"a": [count for week in weekly for count in (week, *[0] * 6)]}, days))

    assert read([100] * 8) == 8
    assert read([0] * 8) == 8
    assert read([10_000] * 8) == 3
    assert read([4_000] * 8) == 5


async def test_the_store_gives_the_same_digest_as_the_conversations_themselves(desk: Desk, store_file: Path) -> None:
    made = make(LIVELY, 150, 16, weeks=4)
    bare = Made([replace(each, reported=()) for each in made.conversations])
    write(store_file, bare)
    desk.clock.at = WEEK.end + 8 * HOUR  # type: ignore[attr-defined]
    from tests.benchmarks.desks import desk as made_up

    found, expected = await key_figures(desk, WEEK), await key_figures(made_up(bare), WEEK)
    assert found.figures == expected.figures
    assert [replace(each, title="") for each in found.drivers] == [replace(each, title="") for each in expected.drivers]
    assert (found.compared, found.conversations, found.days) == (expected.compared, expected.conversations, 7)


async def test_hostile_names_of_intents_are_names() -> None:
    made = make(PLAIN, 100, 17, weeks=3)
    hostile = "<!channel>\u202e\x00" + "x" * 100_000
    drafts = ((each.drafts[0]._replace(intent=hostile),) for each in made.conversations)
    renamed = [replace(each, drafts=one) for each, one in zip(made.conversations, drafts, strict=True)]
    compared = await key_figures(desk(Made(renamed)), WEEK)
    assert compared.drivers[0].intent == hostile


def test_this_zone_is_the_one_of_the_made_desks() -> None:
    assert WEEK.start == datetime(2026, 11, 16, tzinfo=UTC)


async def test_a_step_of_one_intent_on_a_small_desk_is_named() -> None:
    """About 40 drafts a week; what the days of so few can differ by multiplies no variance by much."""
    for seed in range(430, 433):
        made = make(LIVELY, 130, seed, change=Change(unchanged=-4.0, intents=(0,)), weeks=5)
        compared = await key_figures(desk(made), WEEK)
        (told,) = [each for each in compared.by_intent if each.intent == "intent_0"]
        assert told.moved and told.change.startswith("worse by ")
        assert "Approved unchanged for “intent 0”" in _moved(compared)


async def test_no_interval_of_a_share_goes_beyond_what_there_is() -> None:
    for seed in range(3):
        made = make(LIVELY, 60, seed, change=Change(unchanged=6.0), weeks=3)
        record, volumes = await _looked_at(desk(made))
        for told in corrected(dict(looked_at(record, volumes)).values()):
            if told.change is not None and told.measured.metric.statistic is Statistic.SHARE:
                assert -1 <= told.change.low <= told.change.high <= 1


def test_a_change_in_the_midst_of_the_week_is_not_its_own_noise() -> None:
    days = np.repeat(np.arange(5 * 7), 20)
    usual = (np.arange(len(days)) % 20 < 2).astype(float)
    mended = np.where(days >= 4 * 7 + 3, 1.0, usual)  # from the last Thursday on

    def spreads(weeks: int) -> list[Spread]:
        these = days < weeks * 7
        return [of_values(Statistic.SHARE, mended[these], days[these])]

    known, all_of_it, young = beside(4, spreads), alike(spreads(5)), beside(1, spreads)
    assert known is not None and all_of_it is not None and young is not None
    assert known.noise(19).reach(0.001) < all_of_it.noise(19).reach(0.001) / 1.5
    assert young.noise(19) == alike(spreads(2)).noise(19)  # type: ignore[union-attr]
