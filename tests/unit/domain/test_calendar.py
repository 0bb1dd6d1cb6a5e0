"""The team's time, held against clocks that are read minute by minute."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.calendar import Calendar, Week, instant, time_zone
from bot.domain.errors import Rejected
from bot.domain.hours import DAYS, MINUTES, Hours

BERLIN = ZoneInfo("Europe/Berlin")
SAMOA = ZoneInfo("Pacific/Apia")  # skipped the whole of 2011-12-30
CHANGES = {  # clocks are changed then
    "UTC": ["2026-12-31T23:00"],  # they never are: the end of a year
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "Asia/Kolkata": ["2026-12-31T18:30"],  # half an hour off, never changed
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],  # by half an hour
    "America/Santiago": ["2026-04-05T03:00", "2026-09-06T04:00"],  # at midnight
    "America/Havana": ["2026-03-08T05:00", "2026-11-01T05:00"],
    "Pacific/Apia": ["2011-12-30T10:00"],  # by a day
}
ZONES = [ZoneInfo(name) for name in CHANGES]
MINUTE = timedelta(minutes=1)

ranges = st.tuples(st.integers(0, MINUTES - 1), st.integers(1, MINUTES)).filter(lambda pair: pair[0] < pair[1])
week_hours = st.lists(st.one_of(st.just(()), ranges.map(lambda pair: (pair,))), min_size=7, max_size=7).map(
    lambda days: Hours(tuple(days))
)
moments = st.integers(0, 1_190_000_000).map(
    lambda seconds: datetime(2000, 1, 3, tzinfo=UTC) + timedelta(seconds=seconds)
)
near_changes = st.tuples(
    st.sampled_from([(name, moment) for name, moments in CHANGES.items() for moment in moments]),
    st.integers(-3_000, 3_000),
).map(lambda pair: (ZoneInfo(pair[0][0]), datetime.fromisoformat(pair[0][1] + "+00:00") + pair[1] * MINUTE))
"""A zone, and a moment within two days of a change of its clocks."""


def calendar(hours: str, zone: ZoneInfo = BERLIN, *holidays: str) -> Calendar:
    return Calendar(zone, Hours.parse(hours), frozenset(map(date.fromisoformat, holidays)))


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def open_minutes(team: Calendar, start: datetime, end: datetime) -> int:
    """The minutes at whose beginning the clock on the wall is within the hours."""
    count = 0
    while start < end:
        local = start.astimezone(team.zone)
        hours = team.hours.days[local.weekday()] if local.date() not in team.holidays else ()
        count += any(opens <= local.hour * 60 + local.minute < closes for opens, closes in hours)
        start += MINUTE
    return count


@settings(max_examples=150, deadline=None)
@given(near_changes, week_hours, st.integers(0, 4_000), st.sets(st.integers(-2, 2), max_size=2))
def test_business_time_is_what_the_clock_on_the_wall_counts_minute_by_minute(
    near: tuple[ZoneInfo, datetime], hours: Hours, length: int, off: set[int]
) -> None:
    zone, start = near
    end = start + length * MINUTE
    team = Calendar(zone, hours, frozenset(start.astimezone(zone).date() + timedelta(days=day) for day in off))
    assert team.business_seconds(start, end) == 60 * open_minutes(team, start, end)
    stretches = list(team.stretches(start, end))
    assert sum((closes - opens).total_seconds() for opens, closes in stretches) == team.business_seconds(start, end)
    assert all(first[1] < second[0] for first, second in pairwise(stretches))
    assert all(team.is_open(opens) and (closes == end or not team.is_open(closes)) for opens, closes in stretches)


@settings(max_examples=100, deadline=None)
@given(near_changes, week_hours, st.lists(st.floats(0, 9e5), min_size=3, max_size=3))
def test_business_time_adds_up_and_the_pace_gives_the_same(
    near: tuple[ZoneInfo, datetime], hours: Hours, spans: list[float]
) -> None:
    zone, start = near
    team = Calendar(zone, hours)
    first, middle, last = (start + timedelta(seconds=span) for span in sorted(spans))
    parts = team.business_seconds(first, middle) + team.business_seconds(middle, last)
    assert parts == pytest.approx(team.business_seconds(first, last), abs=1e-3)
    table = team.pace(start, last + timedelta(days=1))
    worked = np.interp([first.timestamp(), last.timestamp()], *table)
    assert worked[1] - worked[0] == pytest.approx(team.business_seconds(first, last), abs=1e-3)


@settings(max_examples=150, deadline=None)
@given(near_changes, week_hours)
def test_the_next_opening_is_the_first_minute_that_is_open(near: tuple[ZoneInfo, datetime], hours: Hours) -> None:
    zone, start = near
    team = Calendar(zone, hours)
    found = team.next_opening(start)
    if found is None:
        assert not any(hours.days)
        return
    assert team.is_open(found)
    assert open_minutes(team, start, found) == 0


def test_an_evening_question_that_is_answered_in_the_morning_took_minutes() -> None:
    team = calendar("mon-fri 09:00-17:30")
    friday, monday = at("2026-11-20 17:20"), at("2026-11-23 09:05")
    assert team.business_seconds(friday, monday) == 15 * 60
    assert team.business_seconds(monday, friday) == 0


def test_a_holiday_is_closed() -> None:
    team = calendar("mon-fri 09:00-17:00", BERLIN, "2026-12-25")
    assert not team.is_open(at("2026-12-25 10:00"))
    assert team.next_opening(at("2026-12-24 17:00")) == at("2026-12-28 09:00")
    assert team.business_seconds(at("2026-12-24 00:00"), at("2026-12-27 00:00")) == 8 * 3600


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)])
def test_a_day_on_which_clocks_are_changed_has_its_own_length(day: str, hours: int) -> None:
    start = instant(date.fromisoformat(day), 0, BERLIN)
    end = instant(date.fromisoformat(day) + timedelta(days=1), 0, BERLIN)
    assert calendar("daily 00:00-24:00").business_seconds(start, end) == hours * 3600


def test_a_team_that_never_closes_has_no_closing_and_one_that_never_works_no_opening() -> None:
    now = at("2026-11-22 12:00")
    assert calendar("daily 00:00-24:00").next_closing(now) is None
    assert Calendar(BERLIN, Hours()).next_opening(now) is None
    assert calendar("mon-fri 09:00-17:30").next_closing(now) == at("2026-11-23 17:30")


def test_a_day_that_a_zone_skipped_has_no_business_time() -> None:
    team = calendar("fri 09:00-17:00", SAMOA)
    assert team.business_seconds(at("2011-12-29 00:00", SAMOA), at("2012-01-01 00:00", SAMOA)) == 0


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        (150, "2026-03-29T01:00"),  # 02:30 is skipped: the clocks go from 02:00 to 03:00 then
        (120, "2026-03-29T01:00"),
        (180, "2026-03-29T01:00"),
        (119, "2026-03-29T00:59"),
    ],
)
def test_a_time_that_clocks_skip_is_the_moment_at_which_they_do(shown: int, moment: str) -> None:
    assert instant(date(2026, 3, 29), shown, BERLIN) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_time_that_clocks_show_twice_is_the_first() -> None:
    assert instant(date(2026, 10, 25), 150, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# --- weeks ------------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), moments)
@example(SAMOA, datetime(2011, 12, 30, 10, tzinfo=UTC))
def test_every_instant_lies_in_one_week_and_weeks_follow_each_other(zone: ZoneInfo, moment: datetime) -> None:
    week = Week.of(moment, zone)
    assert week.start <= moment < week.end
    assert week.next.start == week.end
    assert week.next.previous == week == Week.parse(week.label, zone)
    assert week.previous < week < week.next
    assert Week.of(week.start, zone) == week == Week.of(week.end - timedelta(microseconds=1), zone)


def test_a_week_is_named_by_the_year_that_has_most_of_its_days() -> None:
    assert Week.of(at("2026-12-31 12:00"), BERLIN).label == "2026-W53"
    assert Week.of(at("2027-01-03 23:59"), BERLIN).label == "2026-W53"
    assert Week.of(at("2027-01-04 00:00"), BERLIN).label == "2027-W01"
    assert Week.parse("2026-W53", BERLIN).next.label == "2027-W01"


def test_a_week_begins_at_midnight_where_the_team_is() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    assert Week.parse("2026-W47", kolkata).start == datetime(2026, 11, 15, 18, 30, tzinfo=UTC)
    assert Week.parse("2026-W47", BERLIN).start == datetime(2026, 11, 15, 23, tzinfo=UTC)


def test_the_weeks_in_which_clocks_are_changed_are_an_hour_shorter_and_longer() -> None:
    spring, autumn = Week.parse("2026-W13", BERLIN), Week.parse("2026-W43", BERLIN)
    assert spring.end - spring.start == timedelta(hours=167)
    assert autumn.end - autumn.start == timedelta(hours=169)


@pytest.mark.parametrize("label", ["", "2026", "2026-W54", "2026-W00", "last week", "-W", "2026-W4७७", "2026-W\x00"])
def test_a_label_that_is_no_week_is_refused(label: str) -> None:
    with pytest.raises(Rejected, match="2026-W47"):
        Week.parse(label, BERLIN)


# --- hours in words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("mon-fri 09:00-17:30", "Mon-Fri 09:00-17:30"),
        ("Monday – Tuesday 9:00 - 12:00 13:00-17:00", "Mon-Tue 09:00-12:00 13:00-17:00"),
        ("mon, wed 09:00-17:00", "Mon 09:00-17:00, Wed 09:00-17:00"),
        ("sat-mon 10:00-11:00", "Mon 10:00-11:00, Sat-Sun 10:00-11:00"),
        ("22:00-07:00", "Mon-Sun 00:00-07:00 22:00-24:00"),
        ("sun 22:00-06:00", "Mon 00:00-06:00, Sun 22:00-24:00"),
        ("daily 00:00-24:00", "Mon-Sun 00:00-24:00"),
        ("mon 09:00-12:00 11:00-14:00", "Mon 09:00-14:00"),
    ],
)  # fmt: skip
def test_hours_are_read_as_people_write_them(written: str, said: str) -> None:
    assert str(Hours.parse(written)) == said


@pytest.mark.parametrize(
    "written",
    ["", "mon", "mon-fri", "mon 9", "mon 09:00", "mon 25:00-26:00", "mon 09:60-10:00", "funday 09:00-10:00",
     "mon 09:00-09:00", "mon 24:00-02:00", "mo 09:00-10:00", "\x00", "mon " * 30_000, "²:00-09:00"],
)  # fmt: skip
def test_hours_that_cannot_be_read_are_refused_with_an_example(written: str) -> None:
    with pytest.raises(Rejected, match=r"hours as in mon-fri|it as 08:00|00:00-24:00"):
        Hours.parse(written)


@given(week_hours)
def test_hours_read_back_what_they_say(hours: Hours) -> None:
    if any(hours.days):
        assert Hours.parse(str(hours)) == hours
    else:
        assert str(hours) == "never"
    assert len(DAYS) == 7


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/passwd", "\x00", "Europe/Berlin\n"]
)
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="Europe/Berlin or UTC"):
        time_zone(name)


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (Week(2026, 47), "16–22 November 2026"),
        (Week(2026, 31), "27 July–2 August 2026"),
        (Week(2026, 53), "28 December 2026–3 January 2027"),
    ],
)
def test_a_week_is_named_by_its_days(week: Week, said: str) -> None:
    assert week.days == said
