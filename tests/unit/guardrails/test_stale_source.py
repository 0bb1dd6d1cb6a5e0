"""What is cited is in force, meant for customers, looked after, and not overtaken."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.answer import Level
from bot.domain.article import Audience
from tests.unit.guardrails.conftest import FEES, Judge


def test_a_source_past_its_review_is_warned_of_with_owner_and_date(judge: Judge) -> None:
    (finding,) = judge("stale-source", cites=(replace(FEES, review_by=date(2026, 5, 1)),))
    assert finding.level is Level.WARN
    assert "2026-05-01" in finding.message
    assert "@delivery-leads" in finding.message


@pytest.mark.parametrize(
    "change", [{"audience": Audience.INTERNAL}, {"effective": date(2027, 1, 15)}, {"expires": date(2026, 11, 20)}]
)
def test_what_is_internal_or_not_in_force_may_not_be_cited(judge: Judge, change: dict[str, date]) -> None:
    assert [f.level for f in judge("stale-source", cites=(replace(FEES, **change),))] == [Level.BLOCK]  # type: ignore[arg-type]
    assert judge("stale-source", cites=(FEES,), passages=(FEES, replace(FEES, id="x", slug="x", **change))) == []  # type: ignore[arg-type]


def test_an_article_that_a_newer_one_took_the_place_of_is_warned_of(judge: Judge) -> None:
    old = replace(FEES, effective=date(2025, 1, 1))
    newer = replace(FEES, id="n", slug="n", title="Delivery fees 2026", effective=date(2026, 9, 1))
    (finding,) = judge("stale-source", cites=(old,), passages=(old, newer))
    assert '"Delivery fees 2026" is newer (from 2026-09-01)' in finding.message
    assert judge("stale-source", cites=(newer,), passages=(old, newer)) == []
