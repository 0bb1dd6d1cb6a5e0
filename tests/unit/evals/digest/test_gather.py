"""The whole digest of a week: also where nothing is on record, nothing may be shown, or everything is hostile."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from bot.domain.calendar import Week
from bot.domain.chat import Person
from bot.domain.digest import Digest, Kind
from bot.domain.errors import Unavailable
from bot.domain.escalation import Outcome, OutcomeKind
from bot.domain.escaped import Escape
from bot.domain.review import FailureMode
from bot.ports import Desk
from evals.digest.gather import gather
from tests.contracts.store_samples import NOON, TRICKY
from tests.unit.evals.digest.week_samples import (
    BEANS,
    DAY,
    POLICY,
    SECRET,
    WEEK,
    Linking,
    case,
    drafted,
    escaped,
    fix,
    rejected,
)
from tests.unit.scripted import Clock

LONG = f"\u202e<!channel> *x* [a](https://evil.example) {TRICKY}" + "x" * 100_000
PARTS = ("decisions", "figures", "failures", "wins", "published", "upkeep", "trend", "alerts", "thanks", "upcoming")


async def _recorded(desk: Desk, room: str = "C1") -> None:
    """A week with something of every kind."""
    await desk.knowledge.publish(BEANS, reason="Test")  # type: ignore[attr-defined]
    await desk.knowledge.publish(replace(POLICY, review_by=date(2026, 1, 1)), reason="Test")  # type: ignore[attr-defined]
    await rejected(desk, *(f"esc_{number}" for number in range(4)), room=room)
    await rejected(
        desk, *(f"esc_{number}" for number in range(4, 8)), room=room, intent="refund", mode=FailureMode.TONE
    )
    for number in range(8):
        await escaped(desk, f"esc_{number}/1", Escape.REJECTED)
    await desk.store.fixes.open(fix(reason=f"{SECRET} asked"))
    await desk.store.cases.save(case())


async def test_an_empty_desk_has_a_digest_that_says_so_and_asks_for_nothing(desk: Desk) -> None:
    told = await gather(desk, WEEK)
    assert told.conversations == 0
    empty = Digest(WEEK, told.made_at, 0)
    assert all(getattr(told, name) == getattr(empty, name) for name in PARTS if name != "figures")
    assert told.notes[0] == "No conversation is on record for this week."
    assert "No decision is asked for: nothing waits that is worth one." in told.notes


async def test_a_week_is_put_together_and_lateness_is_passed_on(desk: Desk) -> None:
    await _recorded(desk)
    told = await gather(desk, WEEK, late=True)
    assert (told.late, told.conversations, told.made_at) == (True, 8, desk.clock.now())
    assert [ask.kind for ask in told.decisions] == [Kind.PUBLISH_FIX, Kind.LOOK_AT_REJECTED]
    assert [(each.mode, each.count) for each in told.failures] == [("missing_knowledge", 4), ("tone", 4)]
    assert [each.severe for each in told.upkeep] == [True, False]
    assert told.upkeep[0].what == "“Opened beans” and “Returns policy” disagree"
    assert "Only 2 decisions are asked for: nothing else waits that is worth one." in told.notes
    assert "Alerts are in shadow mode: they were only recorded, and nobody was told." in told.notes


async def test_no_word_and_no_name_of_a_customer_is_in_it(desk: Desk) -> None:
    await _recorded(desk)
    said = repr(await gather(desk, WEEK))
    assert not [word for word in (SECRET, "Cleo", "cleo@example.com", "c1'") if word in said]


async def test_private_rooms_count_and_are_not_led_to(desk: Desk, platform: Linking) -> None:
    platform.private = ("C9",)
    await _recorded(desk, room="C9")
    told = await gather(desk, WEEK)
    assert sum(each.count for each in told.failures) == 8
    assert not any(each.link or each.example for each in told.failures)
    assert "C9" not in repr(told)


async def test_a_platform_that_does_not_answer_costs_links_and_names_and_nothing_else(
    desk: Desk, platform: Linking
) -> None:
    await _recorded(desk)
    whole = await gather(desk, WEEK)
    platform.troubles = [Unavailable("Slack is down.") for _ in range(100)]
    told = await gather(desk, WEEK)
    assert not any(each.link for each in told.failures)
    assert told.decisions == whole.decisions and told.thanks == whole.thanks


async def test_at_a_terminal_without_a_platform_the_digest_says_the_same_without_links(desk: Desk) -> None:
    await _recorded(desk)
    whole, told = await gather(desk, WEEK), await gather(replace(desk, platforms={}), WEEK)
    assert told.decisions == whole.decisions and told.upkeep == whole.upkeep
    assert [replace(each, link="", example="") for each in whole.failures] == list(told.failures)


async def test_names_of_any_length_and_kind_are_cut_and_kept_as_text(desk: Desk, clock: Clock) -> None:
    clock.at = NOON + DAY
    hostile: Any = replace(BEANS, title=LONG, owner=LONG)
    await desk.knowledge.publish(hostile, reason=LONG)  # type: ignore[attr-defined]
    await desk.knowledge.publish(replace(POLICY, title=LONG), reason=LONG)  # type: ignore[attr-defined]
    await rejected(desk, *(f"esc_{number}" for number in range(5)), intent=LONG[:5_000])
    person = Person("slack", "U1", LONG)
    await desk.store.cases.save(case(intent=LONG, by=(person,)))
    await desk.store.fixes.open(fix(revision=hostile, by=person))
    told = await gather(desk, WEEK)
    assert len(told.decisions) == 1 and told.upkeep and told.thanks and told.published
    shown = [ask.title + ask.why for ask in told.decisions]
    shown += [each.title + each.what + each.owner for each in told.upkeep]
    shown += [each.name for each in told.thanks] + [each.title for each in told.upcoming]
    shown += [title for each in told.published for title in each.articles]
    assert max(map(len, shown)) < 1_000


async def test_a_week_of_long_ago_says_what_is_of_today(desk: Desk) -> None:
    await drafted(desk, "esc_1", at=-timedelta(weeks=9).total_seconds())
    told = await gather(desk, Week.of(NOON - timedelta(weeks=9), WEEK.zone))
    assert told.conversations == 1
    assert "Decisions, articles that need care and what comes next are as they stand today." in told.notes


async def test_few_ratings_are_said_to_be_few(desk: Desk) -> None:
    await drafted(desk, "esc_1")
    await desk.store.escalations.record_outcome(Outcome("k", "esc_1", OutcomeKind.RATING, NOON, 5.0))
    told = await gather(desk, WEEK)
    assert "1 conversation was rated this week: too few to tell how satisfied customers are." in told.notes


async def test_gathering_changes_nothing_and_gives_the_same_again(desk: Desk) -> None:
    await _recorded(desk)
    first, second = await gather(desk, WEEK), await gather(desk, WEEK)
    assert {each.name for each in fields(Digest) if getattr(first, each.name) != getattr(second, each.name)} == set()
