"""Thanks in the order of the alphabet, what comes next, and what on-call was told of, in words."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendar import Week
from bot.domain.chat import Person
from bot.domain.digest import Thanks, Upcoming
from bot.domain.fix import FixState
from bot.domain.intents import Label, LabelSource, TopicProposal, TopicState, label_id
from bot.domain.spike import Alert, AlertState, Series, What
from bot.ports import Desk
from bot.ports.watching import Watched
from evals.digest.alerts import alerts
from evals.digest.facts import facts_of
from evals.digest.thanks import thanks
from evals.digest.upcoming import upcoming
from tests.contracts.store_samples import ANA, BEN, CARD, NOON, after
from tests.unit.evals.digest.week_samples import DAY, WEEK, Linking, case, fix, managers

ZOE, NAMELESS = Person("slack", "U9", "Zoë"), Person("slack", "U5")


async def _thanks(desk: Desk) -> tuple[Thanks, ...]:
    return await thanks(
        desk,
        await facts_of(desk, WEEK, managers(desk)),
        managers(desk),
    )


async def _labelled(desk: Desk, name: str, by: Person, source: LabelSource = LabelSource.RELABEL) -> None:
    await desk.store.labels.save(Label(label_id(name), "A?", "refund", source, by, NOON, name))


async def test_everybody_is_thanked_in_the_order_of_the_alphabet_whatever_they_gave(
    desk: Desk, platform: Linking
) -> None:
    platform.names["U5"] = "ben the second"
    for number in range(3):
        await _labelled(desk, f"esc_{number}", ZOE)
    await _labelled(desk, "esc_8", NAMELESS)
    await desk.store.cases.save(case(by=(BEN, ANA)))
    await desk.store.fixes.open(fix(by=ANA))
    await desk.store.fixes.open(fix("fix_2", FixState.LIVE, by=ZOE, decided_by=BEN, decided_at=after(60)))
    assert await _thanks(desk) == (
        Thanks("Ana", cases=1, fixes=1),
        Thanks("Ben", cases=1, fixes=1),
        Thanks("ben the second", labels=1),
        Thanks("Zoë", fixes=1, labels=3),
    )


async def test_what_follows_by_itself_what_was_returned_and_other_weeks_are_not_thanked_for(desk: Desk) -> None:
    await desk.store.cases.save(case(tags=("proof",)))
    await desk.store.cases.save(case("case_2", created_at=NOON - 8 * DAY))
    await _labelled(desk, "esc_1", ANA, LabelSource.CASE)
    early = NOON - 8 * DAY
    await desk.store.fixes.open(fix("fix_1", FixState.RETURNED, opened_at=early, decided_by=BEN, decided_at=NOON))
    assert await _thanks(desk) == ()


async def test_somebody_whose_name_nobody_knows_is_thanked_by_id(desk: Desk) -> None:
    await _labelled(desk, "esc_1", NAMELESS)
    assert await _thanks(replace(desk, platforms={})) == (Thanks("U5", labels=1),)


async def test_what_comes_next_is_told_by_how_near_it_is(desk: Desk) -> None:
    states = (FixState.HELD, FixState.OPEN, FixState.TESTING, FixState.LIVE)
    for number, state in enumerate(states):
        await desk.store.fixes.open(fix(f"fix_{number}", state))
    topic = TopicProposal("topic_1", TopicState.TRYING, ("esc_1",), ("A?",), NOON, title="Courses", card=CARD)
    await desk.store.topics.open(topic)
    await desk.store.topics.open(replace(topic, id="topic_2", state=TopicState.PROPOSED))
    facts = await facts_of(desk, WEEK, managers(desk))
    told = upcoming(facts, 7)
    assert [each.state for each in told] == [
        "approved, being tried on the eval cases",
        "waits for approval",
        "held by the evals",
        "decided, being tried on the eval cases",
        "learned tonight if that makes triage better",
    ]
    assert told[0].title == "Fix of “Opened beans”"
    assert told[-2:] == (
        Upcoming("New topic “Courses”", "decided, being tried on the eval cases"),
        Upcoming("7 labels", "learned tonight if that makes triage better"),
    )
    assert upcoming(facts, 3)[-1] == Upcoming("3 labels", "learned from 5 on")


ALERT = Alert(
    "a",
    (Series(What.INTENT, "refund_status"),),
    NOON,
    after(300),
    after(300),
    minutes=60,
    seen=31,
    expected=3.6,
    told=True,
)


async def _told(desk: Desk, *found: Alert, week: Week = WEEK) -> tuple[str, ...]:
    await desk.store.spikes.keep(Watched(NOON, {}), found, after=None)
    return await alerts(desk, week, managers(desk))


async def test_an_alert_is_told_in_a_sentence_on_the_teams_clocks(desk: Desk) -> None:
    over = replace(
        ALERT,
        state=AlertState.RESOLVED,
        by=ANA,
        acknowledged_at=ALERT.opened_at + timedelta(minutes=6),
        resolved_at=NOON + timedelta(hours=2),
    )
    berlin = Week.of(NOON, ZoneInfo("Europe/Berlin"))
    assert await _told(desk, over, week=berlin) == (
        "Mon 13:05: conversations about refund status, 31 in an hour where 4 were expected; "
        "taken up by Ana after 6 minutes; over after 2 hours",
    )


async def test_alerts_that_go_on_that_were_false_or_only_recorded_say_so(desk: Desk) -> None:
    both = replace(ALERT, cause="b", series=(*ALERT.series, Series(What.UNHAPPY)), expected=0.2, told=False)
    false = replace(
        ALERT, cause="c", false_alarm=True, false_by=NAMELESS, resolved_at=after(900), state=AlertState.RESOLVED
    )
    told = await _told(desk, both, false)
    assert told == (
        "Mon 12:05: conversations about refund status and 1 other count, 31 in an hour where less than 1 was expected; "
        "not over yet; only recorded",
        "Mon 12:05: conversations about refund status, 31 in an hour where 4 were expected; a false alarm, says U5; "
        "over after 15 minutes",
    )


async def test_alerts_of_other_weeks_are_not_told_though_they_go_on(desk: Desk) -> None:
    assert (
        await _told(desk, replace(ALERT, opened_at=NOON - 7 * DAY), replace(ALERT, cause="b", opened_at=NOON + 7 * DAY))
        == ()
    )
