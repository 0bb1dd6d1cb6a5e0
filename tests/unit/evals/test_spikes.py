"""Spikes of one series: who is woken, and for what nobody is."""

import math
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.codec import codec
from evals.spikes.alarm import Alarm, Change
from evals.spikes.detector import BUCKET, Detector, Reading
from evals.spikes.rarity import Dispersion, height_of, probability

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAY = 288

Rate = Callable[[datetime], float]


def flat(mean: float) -> Rate:
    return lambda at: mean


def office(zone: ZoneInfo) -> Rate:
    """Busy from nine to five of the zone's working days."""

    def rate(at: datetime) -> float:
        local = at.astimezone(zone)
        return 20.0 if local.weekday() < 5 and 9 <= local.hour < 17 else 1.0

    return rate


def counts(rate: Rate, days: float, seed: int = 1, start: datetime = MONDAY) -> list[int]:
    chance = random.Random(seed)
    return [poisson(chance, rate(start + i * BUCKET)) for i in range(int(days * DAY))]


def poisson(chance: random.Random, mean: float) -> int:
    limit, product, events = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        events += 1
    return events


class Line:
    """A series that is read live, bucket by bucket, from `start` on."""

    def __init__(self, start: datetime = MONDAY, zone: ZoneInfo | None = None) -> None:
        self.at, self.zone = start, zone or UTC
        self.detector, self.alarm = Detector(), Alarm()
        self.changes: list[tuple[Change, Reading]] = []

    def read(self, series: Iterable[int], *, late: timedelta = timedelta()) -> "Line":
        for count in series:
            reading = self.detector.update(self.at, count, self.zone)
            self.at += BUCKET
            change = self.alarm.hear(reading, self.at + late)
            if change is not Change.NONE:
                self.changes.append((change, reading))
        return self

    def opened(self) -> list[Reading]:
        return [reading for change, reading in self.changes if change is Change.OPENED]


def test_an_outage_is_told_within_ten_minutes_once_grows_and_is_over() -> None:
    line = Line().read(counts(flat(3), 14))
    begins = line.at
    line.read([30] * 4).read([90] * 4).read(counts(flat(3), 1, seed=2))

    assert [change for change, _ in line.changes[:2]] == [Change.OPENED, Change.GREW]
    assert [change for change, _ in line.changes].count(Change.OPENED) == 1
    assert line.changes[-1][0] is Change.RESOLVED
    first = line.opened()[0]
    assert first.at - begins <= timedelta(minutes=10)
    assert first.seen > 3 * first.expected
    assert first.probability < 1 / 21


@pytest.mark.parametrize("mean", [0.14, 1.0, 12.0])
def test_chance_wakes_somebody_at_most_once_in_three_weeks(mean: float) -> None:
    weeks, woken = 8, [len(Line().read(counts(flat(mean), 56, seed=seed)).opened()) for seed in range(4)]

    assert sum(woken) <= len(woken) * weeks / 3


def test_a_thin_series_is_told_too() -> None:
    line = Line().read(counts(flat(40 / DAY), 21)).read([2, 1, 3, 2, 2, 3])

    assert len(line.opened()) == 1
    assert line.opened()[0].seen >= 5


def test_too_few_events_are_no_alert_however_rare() -> None:
    line = Line().read([0] * 21 * DAY).read([4])

    assert not line.opened()
    assert line.detector.update(line.at, 0).probability < 1 / 21


def test_nothing_is_told_before_three_full_days_were_seen() -> None:
    for days in (0, 1, 2.9):
        line = Line().read(counts(flat(3), days)).read([500])
        assert not line.opened()
        assert line.detector.update(line.at, 500).probability == 1.0
    assert Line().read(counts(flat(3), 4)).read([500]).opened()


def test_what_bursts_every_day_must_burst_more_to_be_told() -> None:
    chance = random.Random(4)
    bursting = counts(flat(3), 28)
    for day in range(28):
        burst = day * DAY + chance.randrange(DAY - 3)
        bursting[burst : burst + 3] = [chance.randrange(50, 70)] * 3

    at = MONDAY + timedelta(days=14)  # by then the habit is known
    assert not [each for each in Line().read(bursting).read([60] * 3).opened() if each.at > at]
    assert Line().read(counts(flat(3), 28)).read([60] * 3).opened()
    assert [each for each in Line().read(bursting).read([1500] * 3).opened() if each.at > at]


def test_a_past_spike_does_not_hide_the_next_one() -> None:
    line = Line().read(counts(flat(3), 14)).read([60] * 12)
    line.read(counts(flat(3), 7, seed=2)).read([60] * 12)

    assert len(line.opened()) == 2


def test_not_even_a_huge_spike_hides_a_smaller_one_a_week_later() -> None:
    line = Line().read(counts(flat(3), 14)).read([3000] * 24)
    line.read(counts(flat(3), 7, seed=2)).read([30] * 12)

    assert len(line.opened()) == 2


def test_a_level_that_has_risen_for_good_is_told_once_and_then_believed() -> None:
    line = Line().read(counts(flat(3), 14)).read(counts(flat(9), 14, seed=2))

    assert len(line.opened()) == 1
    assert line.changes[-1][0] is Change.RESOLVED
    assert line.detector.baseline.expected(0) == pytest.approx(9, rel=0.2)


def test_an_office_that_opens_in_the_morning_is_no_spike() -> None:
    zone = ZoneInfo("Europe/Berlin")

    assert not Line(zone=zone).read(counts(office(zone), 35)).opened()


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
def test_a_change_of_the_clocks_is_no_spike(change: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime.fromisoformat(change).replace(tzinfo=UTC) - timedelta(days=28)
    line = Line(start, zone).read(counts(office(zone), 35, start=start))

    assert not [each for each in line.opened() if each.at > start + timedelta(days=26)]


def test_days_in_which_nobody_counted_are_not_days_without_tickets() -> None:
    line = Line().read(counts(flat(12), 14))
    usual = line.detector.baseline.expected(0)
    line.at += timedelta(days=3)
    line.read(counts(flat(12), 1, seed=2))

    assert not line.opened()
    assert line.detector.baseline.expected(0) == pytest.approx(usual, rel=0.1)


def test_a_gap_does_not_hide_a_spike_that_follows_it() -> None:
    line = Line().read(counts(flat(12), 14))
    line.at += timedelta(days=3)

    assert line.read([150] * 2).opened()


def test_what_is_read_too_late_teaches_and_wakes_nobody() -> None:
    line = Line().read(counts(flat(3), 14), late=timedelta(days=30)).read([300] * 6, late=timedelta(hours=1))
    assert not line.changes
    assert line.detector.baseline.expected(0) > 2

    assert line.read(counts(flat(3), 1, seed=2)).read([300] * 3).opened()


def test_a_second_spike_in_a_day_is_told_only_if_it_is_far_rarer() -> None:
    line = Line().read(counts(flat(3), 21)).read([25] * 3).read(counts(flat(3), 0.4, seed=2))
    assert [change for change, _ in line.changes][-1] is Change.RESOLVED

    line.read([25] * 3)
    assert len(line.opened()) == 1
    line.read([400] * 3)
    assert len(line.opened()) == 2


def test_kept_as_json_and_read_back_it_goes_on_as_if_nothing_had_happened() -> None:
    before = counts(flat(5), 6)
    going, stopped = Line().read(before), Line().read(before)
    kept = codec(Detector)
    stopped.detector = kept.validate_json(kept.dump_json(stopped.detector))

    for i, count in enumerate(counts(flat(5), 2, seed=3)):
        at = going.at + i * BUCKET
        assert going.detector.update(at, count) == stopped.detector.update(at, count)


def test_what_is_kept_does_not_grow_with_time() -> None:
    kept = codec(Detector)
    month, year = (len(kept.dump_json(Line().read([3] * days * DAY).detector)) for days in (30, 120))

    assert year < 1.1 * month


def test_a_bucket_that_was_read_before_changes_nothing() -> None:
    line = Line().read(counts(flat(5), 4))
    before = codec(Detector).dump_json(line.detector)
    line.detector.update(line.at - BUCKET, 10_000)

    assert codec(Detector).dump_json(line.detector) == before


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=400), st.sampled_from([0, 1, 100]))
def test_whatever_is_counted_the_probability_is_one(some: list[int], repeats: int) -> None:
    line = Line().read(some * (1 + repeats if len(some) < 20 else 1))
    reading = line.detector.update(line.at, some[0])

    assert 0.0 <= reading.probability <= 1.0
    assert math.isfinite(reading.height)
    assert reading.seen >= 0 <= reading.expected


def test_once_in_so_many_days_is_what_it_says() -> None:
    for days in (2.0, 21.0, 400.0):
        assert 1 / probability(height_of(days)) == pytest.approx(days)


@pytest.mark.parametrize(("seen", "expected"), [(1, 0.2), (9, 3.0), (40, 20.0)])
def test_the_tail_is_the_negative_binomial_distributions(seen: int, expected: float) -> None:
    from scipy.stats import nbinom

    dispersion = Dispersion(squares=5.0 * expected, means=expected, learned=1)

    assert dispersion.factor == pytest.approx(5.0)
    wanted = nbinom.sf(seen, expected / 4.0, 0.2) + nbinom.pmf(seen, expected / 4.0, 0.2) / 2
    assert math.exp(-dispersion.surprise(seen, expected)) == pytest.approx(wanted, rel=1e-6)


def test_one_stray_bucket_of_a_busy_series_wakes_nobody() -> None:
    line = Line().read(counts(flat(30), 21)).read([70])

    assert not line.opened()
    assert line.read([70] * 3).opened()
