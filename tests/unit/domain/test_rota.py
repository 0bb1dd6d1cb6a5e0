"""Who is on call when: turns that go round, and what overrides them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.chat import Person
from bot.domain.errors import Rejected
from bot.domain.rota import Rota, parse_rota

BERLIN = ZoneInfo("Europe/Berlin")
ROTA = """
time_zone: Europe/Berlin
handover: 09:00
turns: {every: week, from: 2026-11-16, people: [ana, [bo, sue], mae]}
weeks:
  2026-W53: bo
days:
  2026-12-25: [sue, sue]
  2027-01-01: []
overrides:
  - {from: 2026-12-25 20:00, to: 2026-12-25 23:00, people: mae}
  - {from: 2026-11-20 18:00:00, to: 2026-11-21 08:00:00, people: [bo]}
"""


def rota(text: str = ROTA) -> Rota:
    return parse_rota(yaml.safe_load(text), zone=ZoneInfo("UTC"), platform="slack")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def names(people: tuple[Person, ...]) -> str:
    return " ".join(person.id for person in people)


@pytest.mark.parametrize(
    ("moment", "who"),
    [
        ("2026-11-16 08:59", ""),  # before the first turn
        ("2026-11-16 09:00", "ana"),
        ("2026-11-23 08:59", "ana"),
        ("2026-11-23 09:00", "bo sue"),
        ("2026-12-07 09:00", "ana"),  # round again
        ("2026-11-20 18:00", "bo"),  # covers for an evening
        ("2026-11-21 08:00", "ana"),
        ("2026-12-25 08:59", "mae"),
        ("2026-12-25 09:00", "sue"),
        ("2026-12-25 20:00", "mae"),  # an override of the day
        ("2026-12-25 23:00", "sue"),
        ("2026-12-26 09:00", "mae"),
        ("2026-12-28 09:00", "bo"),  # the week of the new year
        ("2027-01-01 09:00", ""),
        ("2027-01-02 09:00", "bo"),
        ("2027-01-04 09:00", "bo sue"),
    ],
)
def test_overrides_come_before_days_and_days_before_weeks_and_weeks_before_turns(moment: str, who: str) -> None:
    assert names(rota().people(at(moment))) == who


def test_a_shift_says_until_when_it_is_and_who_is_next() -> None:
    shift = rota().shift(at("2026-11-20 12:00"))
    assert (names(shift.people), shift.until, names(shift.next)) == ("ana", at("2026-11-20 18:00"), "bo")
    before = rota().shift(at("2026-11-01 12:00"))
    assert (names(before.people), before.until, names(before.next)) == ("", at("2026-11-16 09:00"), "ana")


def test_one_person_who_takes_over_from_themselves_stays_on() -> None:
    alone = rota("turns: {every: day, from: 2026-11-01, people: [ana]}")
    assert alone.shift(at("2026-11-20 12:00")).until is None
    assert alone.gap(at("2026-11-20 12:00"), at("2027-11-20 12:00")) is None


@pytest.mark.parametrize("text", ["", "turns: {every: week, from: 2026-11-16, people: []}", "weeks: {}", "days:"])
def test_a_rota_with_nobody_in_it_has_nobody_on_call(text: str) -> None:
    nobody = rota(text)
    now = at("2026-11-20 12:00")
    assert nobody.shift(now).people == ()
    assert nobody.shift(now).until is None
    assert nobody.gap(now, now + timedelta(days=7)) == now


def test_the_next_gap_is_found() -> None:
    assert rota().gap(at("2026-12-29 12:00"), at("2027-01-05 12:00")) == at("2027-01-01 09:00")
    assert rota().gap(at("2026-11-17 12:00"), at("2026-11-24 12:00")) is None


def test_a_handover_keeps_its_time_on_the_wall_when_clocks_are_changed() -> None:
    daily = rota(
        "{time_zone: Europe/Berlin, handover: 10:00, turns: {every: day, from: 2026-03-20, people: [ana, bo]}}"
    )
    assert daily.shift(at("2026-03-28 12:00")).until == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert daily.shift(at("2026-03-27 12:00")).until == datetime(2026, 3, 28, 9, tzinfo=UTC)


covers = st.lists(
    st.fixed_dictionaries(
        {"from": st.integers(0, 600), "length": st.integers(1, 200), "people": st.sampled_from(["x", "y", "ana"])}
    ),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(covers, st.sampled_from(["day", "week"]), st.integers(0, 1439), st.integers(0, 500))
def test_a_shift_lasts_exactly_until_other_people_are_on_call(
    told: list[dict[str, Any]], every: str, handover: int, hour: int
) -> None:
    start = datetime(2026, 10, 15, tzinfo=UTC)  # clocks are changed on the way
    overrides = [
        {
            "from": start + timedelta(hours=each["from"]),
            "to": start + timedelta(hours=each["from"] + each["length"]),
            "people": each["people"],
        }
        for each in told
    ]
    turns = {"every": every, "from": "2026-10-12", "people": ["ana", "bo"]}
    made = parse_rota({"handover": handover, "turns": turns, "overrides": overrides}, zone=BERLIN, platform="slack")
    now = start + timedelta(hours=hour)
    shift = made.shift(now)
    assert shift.people == made.people(now)
    assert shift.until is not None
    assert made.people(shift.until) == shift.next != shift.people
    between = (
        now + timedelta(minutes=minute) for minute in range(0, int((shift.until - now).total_seconds() // 60), 7)
    )
    assert all(made.people(moment) == shift.people for moment in between)
    assert made.people(shift.until - timedelta(microseconds=1)) == shift.people


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- ana", "The rota must be names with values"),
        ("wekks: {}", "wekks"),
        ("time_zone: Mars", "Europe/Berlin"),
        ("handover: noon", "write it as 08:00"),
        ("handover: 1500", "write it as 08:00"),
        ("turns: {every: month, from: 2026-11-16, people: [ana]}", "week or day"),
        ("turns: {people: [ana]}", "is no day"),
        ("turns: {from: 2026-11-16, people: ana}", "`people` a list"),
        ("weeks: {2026-47: ana}", "2026-W47"),
        ("days: {tomorrow: ana}", "2026-12-25"),
        ("days: {2026-12-25: 7}", "names nobody"),
        ("days: {2026-12-25: }", "names nobody"),
        ("overrides: {from: 2026-12-25}", "is a list"),
        ("overrides: [{from: 2026-12-25 09:00, to: 2026-12-25 08:00, people: ana}]", "ends before it begins"),
        ("overrides: [{from: soon, to: later, people: ana}]", "is no time"),
    ],
)
def test_a_rota_that_cannot_be_read_is_refused_with_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        rota(text)


def test_a_rota_may_say_on_which_platform_somebody_is() -> None:
    turns = {"every": "day", "from": "2026-11-16", "people": [["U0ANA", "teams:11-22"]]}
    made = parse_rota({"turns": turns}, zone=BERLIN, platform="slack")
    people = made.people(datetime(2026, 11, 16, 12, tzinfo=BERLIN))
    assert people == (Person("slack", "U0ANA"), Person("teams", "11-22"))
