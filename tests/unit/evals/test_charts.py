"""The digest's and the alert's pictures: what they show, what they say of it, and that names stay text."""

import re
import struct
import subprocess
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import Week
from bot.domain.digest import Digest, Driver, EvalPoint, Failure, Value
from bot.domain.spike import Alert, Count, Series, What
from evals.chart import ACCENT, MARKED, Chart, drawn, readable
from evals.digest.charts import charts
from evals.metrics.reliability import reliability, wilson
from evals.reliability_chart import reliability_chart
from evals.spikes.chart import alert_alt, alert_chart

FEW = Value(3)
NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
POISON = (
    "<script>alert(1)</script>", "datum.text + 1", "{'signal': 'width'}", 'quo"ted\nand\x00cut', "\u202eturned",
    "https://example.com/a.png", "é" * 500, "Z" + "\u0301" * 60, "🚀 مرحبا 退款", "\ud800", "%s {0} $x", "",
)  # fmt: skip
NAMES = st.one_of(st.sampled_from(POISON), st.text(max_size=40))
NAMED = ("name", "kind", "version")  # columns of what marks are drawn from that hold names
COUNTS = st.integers(0, 10**6)


def rate(count: int, of: int) -> Value:
    return Value(of, count / of, *wilson(count, of))


def driver(title: str = "Refund status", *weekly: int, unchanged: Value = FEW, moved: bool = False) -> Driver:
    return Driver("refund_status", title, weekly or (9, 12), 4.0, unchanged, moved=moved)


def digest(**parts: Any) -> Digest:
    return Digest(Week(2026, 46), NOW, 400, **parts)


def only(**parts: Any) -> Chart:
    (chart,) = charts(digest(**parts))
    return chart


def test_a_picture_that_goes_to_many_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = only(failures=(Failure("tone", "Tone", 41, 7),)).png()
    monkeypatch.setattr(subprocess, "run", None)  # a second drawing would fail
    assert only(failures=(Failure("tone", "Tone", 41, 7),)).png() == first


def painted(chart: Chart) -> list[Element]:
    """What the picture is made of, as the library paints it."""
    svg = vl_convert.vegalite_to_svg(chart.spec, allowed_base_urls=[])
    return list(fromstring(svg).iter())


def shown(chart: Chart) -> list[str]:
    """All texts that the picture shows."""
    return [each.text or "" for each in painted(chart)]


def marked(chart: Chart) -> list[str]:
    """What is orange: the texts, and what kind of mark else."""
    return [each.text or str(each.get("aria-roledescription")) for each in painted(chart) if each.get("fill") == MARKED]


def dots(chart: Chart) -> list[float]:
    """How far right each dot is that the picture shows."""
    found = [each for each in painted(chart) if each.get("aria-roledescription") == "circle"]
    return [float(each.get("transform", "").removeprefix("translate(").split(",")[0]) for each in found]


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """What the marks are drawn from."""
    (found,) = spec["datasets"].values() if "datasets" in spec else (spec["data"]["values"],)
    return list(found)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def alert(*seen: int, expected: float = 2.0, title: str = "") -> Alert:
    counts = tuple(Count(NOW + timedelta(minutes=5 * n), each, expected) for n, each in enumerate(seen))
    series = Series(What.INTENT, title) if title else Series(What.VOLUME)
    since = NOW + timedelta(minutes=5 * (len(seen) // 2))
    return Alert("a", (series,), since, NOW, NOW, minutes=60, seen=sum(seen), expected=11.6, counts=counts)


# --- what they show ---------------------------------------------------------------------------------------------------


def test_a_share_is_shown_with_its_interval_and_of_how_many() -> None:
    chart = only(by_intent=(driver(unchanged=rate(30, 40)), driver("Warranty", unchanged=rate(2, 20))), drivers=())
    assert {"75 % of 40", "10 % of 20"} <= set(shown(chart))
    assert "Most often for Refund status with 75 % of 40 (60 % to 86 %)" in chart.alt
    assert "least often for Warranty with 10 % of 20" in chart.alt


def test_a_share_of_too_few_is_a_word_and_no_dot() -> None:
    chart = only(by_intent=(driver(unchanged=rate(30, 40)), driver("Warranty", unchanged=Value(4))))
    assert "too few to tell" in shown(chart)
    assert len(dots(chart)) == 1
    assert "for 1 there are too few to tell" in chart.alt


def test_shares_are_drawn_on_a_scale_from_none_to_all() -> None:
    chart = only(by_intent=(driver(unchanged=rate(0, 40)), driver("Warranty", unchanged=rate(40, 40))))
    labels = {each.text: each.get("transform", "") for each in painted(chart) if each.get("text-anchor") == "middle"}
    assert dots(chart) == [float(labels[end].split("(")[1].split(",")[0]) for end in ("0 %", "100 %")]


def test_a_volume_that_changed_is_marked_and_named() -> None:
    chart = only(drivers=(driver("Refund status", 9, 9, 44, moved=True), driver("Warranty", 8, 9, 7)))
    assert marked(chart) == ["bar", "44, was 9"]
    assert chart.alt.endswith("More than chance explains changed: Refund status (44, was 9).")


def test_a_share_that_changed_is_marked_and_named() -> None:
    rows = (driver("Refund status", unchanged=rate(30, 40), moved=True), driver("Warranty", unchanged=rate(2, 20)))
    chart = only(by_intent=rows)
    assert marked(chart) == ["circle", "75 % of 40"]
    assert "changed by more than chance explains: Refund status" in chart.alt


def test_failures_of_the_week_stand_beside_those_of_the_week_before() -> None:
    chart = only(failures=(Failure("tone", "Tone", 3, 9), Failure("missing", "Missing knowledge", 6, 2)))
    assert {"3 this week", "9 the week before", "6", "2"} <= set(shown(chart))
    assert chart.alt.startswith("How answers failed: 9 this week, 11 the week before.")


def test_evals_are_a_trend_from_the_second_release_on() -> None:
    points = [EvalPoint(f"knowledge v{n}", NOW, rate(80 + n, 100)) for n in range(3)]
    assert charts(digest(trend=tuple(points[:1]))) == ()
    assert "knowledge v2 passes 82 % of 100" in only(trend=tuple(points)).alt


def test_where_there_is_nothing_to_show_there_is_no_picture() -> None:
    assert charts(digest()) == ()
    assert charts(digest(by_intent=(driver("Idle", 0, 0),), drivers=(driver("Idle", 0, 0),))) == ()
    assert charts(digest(failures=(Failure("tone", "Tone", 0, 0),))) == ()


def test_a_picture_shows_the_first_twelve_and_says_that_there_are_more() -> None:
    chart = only(drivers=tuple(driver(f"Intent {n}", 5, n) for n in range(25)))
    assert "The first 12 of 25 intents" in shown(chart)
    assert "Intent 12" not in shown(chart)


def test_every_picture_is_a_thousand_pixels_wide_and_its_text_no_smaller_than_thirteen() -> None:
    many = tuple(driver(f"An intent with number {n}", 5, n, 9, unchanged=rate(n, 40), moved=n > 8) for n in range(25))
    points = tuple(EvalPoint(f"knowledge v{n}", NOW, rate(80 + n, 100)) for n in range(9))
    found = charts(digest(by_intent=many, drivers=many, failures=(Failure("tone", "Tone", 3, 9),), trend=points))
    assert [chart.name for chart in found] == ["unchanged", "volume", "failures", "evals"]
    for chart in (*found, alert_chart(alert(1, 2, 9, 14)), reliability_chart(reliability([]))):
        assert (width(chart), 2 * smallest(chart) >= 13) == (1000, True)
    assert len(found[1].png()) < 300_000


def width(chart: Chart) -> int:
    return 2 * int(painted(chart)[0].get("width", ""))


def smallest(chart: Chart) -> float:
    return min(float(each.get("font-size", "").removesuffix("px")) for each in painted(chart) if each.get("font-size"))


def test_an_alerts_picture_marks_its_beginning_and_says_its_highest_count() -> None:
    told = alert_alt(alert(1, 2, 9, 14), ZoneInfo("Europe/Berlin"))
    assert " since 16 Nov 08:10 CET: 26 in 60 minutes, where 11.6 were expected." in told
    assert "The highest count of 5 minutes is 14 at 08:15, beside 2 expected." in told
    assert "began 08:10" in shown(alert_chart(alert(1, 2, 9, 14), ZoneInfo("Europe/Berlin")))
    assert "began 07:00" in shown(alert_chart(replace(alert(3), since=NOW - timedelta(days=2))))


def test_what_came_before_an_alert_is_of_another_colour_than_what_came_after() -> None:
    bars = [each for each in painted(alert_chart(alert(1, 2, 9, 14))) if each.get("aria-roledescription") == "bar"]
    assert [each.get("fill") for each in bars] == [ACCENT, ACCENT, MARKED, MARKED]


def test_an_alerts_axis_tells_the_teams_time() -> None:
    texts = shown(alert_chart(alert(*range(60)), ZoneInfo("Asia/Kolkata")))
    assert "Counted every 5 minutes; times in IST" in texts
    assert [text for text in texts if re.fullmatch(r"\d\d:\d\d", text)] == ["13:00", "14:00", "15:00", "16:00", "17:00"]


@pytest.mark.parametrize("expected", [0.0, float("nan"), float("inf"), -1.0, 10.0**12])
def test_an_expectation_that_makes_no_sense_spoils_no_picture(expected: float) -> None:
    assert width(alert_chart(alert(0, 0, 10**7, 1, expected=expected))) == 1000


# --- names are anybody's ----------------------------------------------------------------------------------------------


def nameless(spec: dict[str, Any]) -> dict[str, Any]:
    """The whole picture with the same name everywhere."""
    renamed = [{key: "A" if key in NAMED else value for key, value in row.items()} for row in rows_of(spec)]
    return {**spec, "title": {**spec["title"], "text": "A"}, "data": renamed, "datasets": None}


def uses(part: object, of: str, key: str = "") -> set[str]:
    """The channels that show a field."""
    if isinstance(part, dict):
        here = {key} if part.get("field") == of else set()
        return here.union(*(uses(each, of, name) for name, each in part.items()))
    return set().union(*(uses(each, of, key) for each in part)) if isinstance(part, list) else set()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(NAMES, st.lists(COUNTS, min_size=1, max_size=9)), min_size=1, max_size=5), st.booleans())
def test_a_name_is_only_ever_data_and_fits_on_a_line(rows: list[tuple[str, list[int]]], moved: bool) -> None:
    drivers = tuple(driver(name, *weekly, unchanged=rate(1, 20), moved=moved) for name, weekly in rows)
    failures = tuple(Failure(name, name, weekly[0], weekly[-1]) for name, weekly in rows)
    trend = tuple(EvalPoint(name, NOW, rate(1, 20)) for name, _ in rows)
    found = charts(digest(by_intent=drivers, drivers=drivers, failures=failures, trend=trend))
    found = (*found, alert_chart(alert(1, 2, 3, title=rows[0][0])))
    specs = [chart.spec for chart in found]
    for spec, chart in zip(specs, found, strict=True):
        names = [str(row[key]) for row in rows_of(spec) for key in NAMED if key in row]
        for text in (*names, spec["title"]["text"], chart.alt):
            assert text == " ".join(text.split()) and "\u202e" not in text and "\x00" not in text
            text.encode()
        assert set().union(*(uses(spec, key) for key in NAMED)) <= {"text"}
    renamed = charts(
        digest(
            by_intent=tuple(replace(each, title="A") for each in drivers),
            drivers=tuple(replace(each, title="A") for each in drivers),
            failures=tuple(replace(each, label="A") for each in failures),
            trend=tuple(replace(each, release="A") for each in trend),
        )
    )
    renamed = (*renamed, alert_chart(alert(1, 2, 3, title="A")))
    assert [nameless(spec) for spec in specs] == [nameless(chart.spec) for chart in renamed]


@pytest.mark.parametrize("name", POISON)
def test_poisoned_names_are_drawn(name: str) -> None:
    held = (driver(name, 3, 4, unchanged=rate(3, 20)),)
    trend = (EvalPoint(name, NOW, rate(1, 20)), EvalPoint(name, NOW, rate(2, 20)))
    found = charts(digest(by_intent=held, drivers=held, failures=(Failure(name, name, 1, 2),), trend=trend))
    assert {width(chart) for chart in (*found, alert_chart(alert(1, 2, 3, title=name)))} == {1000}


def test_nothing_is_read_from_an_address() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        drawn({"data": {"url": "http://127.0.0.1:9/a.json"}, "mark": "point"})


def test_a_name_cannot_hide_turn_around_or_pile_up() -> None:
    assert len(readable("x" * 100_000)) <= 120
    assert readable("a\u202eb\x1b[2J\nc") == "a b [2J c"
    assert readable("\u200b\ud800") == "–"


def test_what_a_name_paints_stays_within_its_column() -> None:
    wide = ("W" * 90, "\ufdfd" * 9, "\U0001242b" * 20, "g" + "\u0360" * 90)
    for names in ((*POISON[:8], *wide), POISON[8:]):
        plain, poisoned = (
            pixels(only(by_intent=tuple(driver(each, unchanged=rate(3, 20)) for each in some)).png())
            for some in ("A" * len(names), names)
        )
        figures = 2 * (20 + 208)
        assert np.array_equal(plain[:, figures:], poisoned[:, figures:])


def pixels(png: bytes) -> Any:
    """Rows of pixels; the renderer tells each by what it has beyond its left neighbour (PNG's filter 1)."""
    (wide, high), packed, at = size(png), b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(high, 1 + 4 * wide)
    assert set(raw[:, 0].tolist()) == {1}
    return raw[:, 1:].reshape(high, wide, 4).cumsum(axis=1, dtype=np.uint8)
