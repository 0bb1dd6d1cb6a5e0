"""What metrics count, of what, and when: their edges, one by one and for any history."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.answer import Level, Risk
from bot.domain.calendar import Calendar
from bot.domain.chat import Person
from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation, Decided, Drafted, Reported, Tried, edit_share
from bot.domain.hours import Hours
from bot.domain.review import Action, FailureMode, ReviewState
from evals.drafts import was_right
from evals.grouping import GROUPS
from evals.measuring import Measured, Period, Tally, measure, measure_each, metrics, watched
from evals.metric import LEAST, WEEK, Lens, Metric, Statistic, Unit

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MONDAY = NOW - timedelta(days=21)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
ANA = Person("slack", "U1", "Ana")
EVERY = {each.name: each for each in metrics()}


def drafted(action: Action | None = Action.APPROVE, *, at: datetime = MONDAY, **changes: Any) -> Drafted:
    """A draft that was decided on ten minutes after, and sent where that is what was decided."""
    end = at + timedelta(minutes=10)
    sent = action in (Action.APPROVE, Action.EDIT)
    base = Drafted(
        "c1/1", at, ReviewState.READY if action is None else ReviewState.DELIVERED, 3, 2, "refund", Risk.LOW,
        edited=action is Action.EDIT, edit_share=0.3 if action is Action.EDIT else None,
        decided=Decided(action, ANA, end) if action else None, delivered_at=end if sent else None,
    )  # fmt: skip
    return base._replace(**changes)


def conversation(*drafts: Drafted, **changes: Any) -> Conversation:
    """A conversation that was answered by the first of its drafts that was sent."""
    answer = next((each.delivered_at for each in drafts if each.delivered_at), None)
    base = Conversation(
        "c1", "web", "C1", MONDAY, customer="k", first_answer_at=answer, last_answer_at=answer,
        waiting_since=None if answer else MONDAY, drafts=drafts,
    )  # fmt: skip
    return replace(base, **changes)


def counted(name: str, *conversations: Conversation, lens: Lens | None = None) -> list[float]:
    """What the metric observes of these, by value."""
    lens = lens or Lens(NOW)
    return [each.value for one in conversations for each in EVERY[name].observe(one, lens)]


ANSWERED = conversation(drafted())
ANSWER = MONDAY + timedelta(minutes=10)


def test_every_metric_says_what_it_counts() -> None:
    assert len(EVERY) >= 29
    for name, metric in EVERY.items():
        assert import_module(f"evals.metrics.{name}").METRIC is metric
        assert metric.title and metric.numerator and metric.source
        assert metric.denominator or metric.statistic is Statistic.COUNT
        assert metric.least >= 20 or metric.statistic is Statistic.COUNT


@pytest.mark.parametrize(
    ("back", "reopened"),
    [(ANSWER, 1.0), (ANSWER + WEEK, 1.0), (ANSWER + WEEK + SECOND, 0.0), (None, 0.0)],
    ids=["at once", "after seven days to the second", "a second later", "never"],
)
def test_reopened_is_within_seven_times_24_hours(back: datetime | None, reopened: float) -> None:
    told = replace(ANSWERED, came_back_at=back, waiting_since=back)
    assert counted("reopen_rate", told) == [reopened]
    assert counted("containment", told) == [1.0 - reopened]
    system = replace(ANSWERED, reported=(Reported(OutcomeKind.REOPENED, back),) if back else ())
    assert counted("reopen_rate", system) == [reopened]


def test_a_clock_change_moves_no_edge_of_the_seven_days() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    answered = datetime(2026, 10, 20, 12, tzinfo=berlin)  # clocks go back on the 25th
    same_wall_time = datetime(2026, 10, 27, 12, tzinfo=berlin).astimezone(UTC)
    told = conversation(drafted(at=answered.astimezone(UTC) - timedelta(minutes=10)))
    for back, reopened in ((same_wall_time - HOUR, 1.0), (same_wall_time, 0.0)):
        assert counted("reopen_rate", replace(told, came_back_at=back)) == [reopened]


def test_business_hours_on_the_day_of_a_clock_change_are_as_long_as_they_were() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), Hours.parse("00:00-06:00"))
    opened = datetime(2026, 10, 24, 22, tzinfo=UTC)  # midnight; that night has 25 hours, so to 06:00 it is seven
    told = conversation(opened_at=opened, first_answer_at=opened + timedelta(hours=12), waiting_since=None)
    lens = Lens(NOW, calendar=calendar, since=opened - timedelta(days=30))
    assert counted("first_response_time", told, lens=lens) == pytest.approx([7 * 3600])


def test_nights_and_holidays_are_no_business_time() -> None:
    calendar = Calendar(ZoneInfo("UTC"), Hours.parse("mon-fri 09:00-17:00"), frozenset({date(2026, 11, 3)}))
    opened = datetime(2026, 11, 2, 16, tzinfo=UTC)
    told = conversation(opened_at=opened, first_answer_at=datetime(2026, 11, 4, 10, tzinfo=UTC), waiting_since=None)
    lens = Lens(NOW, calendar=calendar, since=opened - timedelta(days=30))
    assert counted("first_response_time", told, lens=lens) == pytest.approx([2 * 3600])
    assert counted("first_response_time", told) == [42 * 3600]


def test_who_waits_counts_for_as_long_as_they_have_waited() -> None:
    (told,) = EVERY["first_response_time"].observe(conversation(), Lens(NOW))
    assert (told.value, told.over) == ((NOW - MONDAY).total_seconds(), False)


def test_what_was_handed_over_is_watched_until_then_and_what_was_withdrawn_not_at_all() -> None:
    handed = conversation(drafted(Action.HAND_OFF))
    for name in ("first_response_time", "first_resolution_time", "final_resolution_time"):
        (told,) = EVERY[name].observe(handed, Lens(NOW))
        assert (told.value, told.over) == (600, False)
        assert counted(name, conversation(withdrawn=True)) == []


def test_a_resolution_that_the_customers_system_tells_goes_before_the_answer() -> None:
    told = replace(ANSWERED, reported=(Reported(OutcomeKind.RESOLVED, MONDAY + 5 * HOUR),))
    assert counted("first_resolution_time", ANSWERED, told) == [600, 5 * 3600]


def test_the_final_resolution_is_the_one_that_held() -> None:
    back = replace(ANSWERED, came_back_at=MONDAY + HOUR, waiting_since=MONDAY + HOUR)
    again = replace(back, waiting_since=None, last_answer_at=MONDAY + 3 * HOUR)
    assert counted("final_resolution_time", ANSWERED, again) == [600, 3 * 3600]
    (waiting,) = EVERY["final_resolution_time"].observe(back, Lens(NOW))
    assert not waiting.over
    thanks = replace(back, reported=(Reported(OutcomeKind.RESOLVED, MONDAY + 2 * HOUR),))
    assert counted("final_resolution_time", thanks) == [2 * 3600]
    reopened = replace(thanks, reported=(*thanks.reported, Reported(OutcomeKind.REOPENED, MONDAY + 4 * HOUR)))
    assert [each.over for each in EVERY["final_resolution_time"].observe(reopened, Lens(NOW))] == [False]


def test_a_person_who_writes_edits_or_takes_over_contains_nothing() -> None:
    edited, handed = conversation(drafted(Action.EDIT)), conversation(drafted(Action.HAND_OFF))
    by_hand = conversation(drafted(None), first_answer_at=MONDAY + HOUR, last_answer_at=MONDAY + HOUR)
    later = conversation(drafted(), drafted(Action.HAND_OFF, at=MONDAY + HOUR, id="c1/2"))
    transferred = replace(ANSWERED, reported=(Reported(OutcomeKind.TRANSFERRED, ANSWER + HOUR),))
    assert counted("automation_rate", ANSWERED, edited, handed, by_hand, later) == [1, 0, 0, 0, 1]
    assert counted("containment", ANSWERED, edited, handed, by_hand, later, transferred) == [1, 0, 0, 0, 0, 0]


def test_every_decided_draft_is_in_one_of_the_four_decisions() -> None:
    decided = [conversation(drafted(action)) for action in Action]
    for name, expected in (
        ("approved_unchanged", [1, 0, 0, 0]), ("edited", [0, 1, 0, 0]), ("rejected", [0, 0, 1, 0]),
        ("handed_off", [0, 0, 0, 1]),
    ):  # fmt: skip
        assert counted(name, *decided, conversation(drafted(None))) == expected
    assert counted("edited", conversation(drafted(Action.APPROVE, edited=True, edit_share=0.1))) == [1.0]


def test_an_answer_that_the_team_wrote_by_itself_adopts_no_draft() -> None:
    by_hand = conversation(drafted(None), first_answer_at=MONDAY + HOUR, last_answer_at=MONDAY + HOUR)
    nothing = conversation(drafted(None, abstained=True), first_answer_at=MONDAY + HOUR)
    assert counted("assist_adoption", ANSWERED, by_hand, nothing) == [1.0, 0.0]


def test_whether_an_abstention_was_right_is_told_by_what_the_team_did() -> None:
    def judged(*later: Drafted, **changes: Any) -> bool | None:
        first = drafted(**{"action": Action.EDIT, "abstained": True, "new_share": None, **changes})
        return was_right(first, conversation(first, *later))

    missing = Decided(Action.REJECT, ANA, ANSWER, FailureMode.MISSING_KNOWLEDGE)
    assert judged(decided=missing, delivered_at=None) is True
    assert judged(action=Action.HAND_OFF) is True
    assert judged(new_share=0.9) is True
    assert judged(new_share=0.1) is False
    assert judged(new_share=0.5) is None
    assert judged() is None
    answered = drafted(at=MONDAY + HOUR, id="c1/2")
    assert judged(answered) is False
    assert judged(answered._replace(knowledge_release=4)) is None


def test_failures_and_findings_are_told_by_kind() -> None:
    made = drafted(Action.REJECT, findings=(("links", Level.BLOCK), ("off_topic", Level.WARN)))
    told = conversation(made._replace(decided=Decided(Action.REJECT, ANA, ANSWER, FailureMode.STALE_POLICY)))
    (mode,) = EVERY["failure_modes"].observe(told, Lens(NOW))
    (finding,) = EVERY["guardrail_findings"].observe(told, Lens(NOW))
    assert (mode.kinds, finding.kinds) == (("Stale policy",), ("links (block)", "off topic (warn)"))


def test_the_last_rating_of_a_conversation_counts_and_handle_times_are_added_up() -> None:
    rated = [Reported(OutcomeKind.RATING, MONDAY + hours * HOUR, value) for hours, value in ((1, 5.0), (2, 3.0))]
    handled = [Reported(OutcomeKind.HANDLE_TIME, MONDAY + hours * HOUR, 60.0) for hours in (1, 3)]
    told = replace(ANSWERED, reported=(*reversed(rated), *handled))
    assert counted("csat", told) == [0.0]
    assert counted("handle_time", told) == [120.0]
    assert counted("csat_response", told, ANSWERED) == [1.0, 0.0]


def test_a_contact_is_a_repeat_up_to_seven_days_after_the_one_before() -> None:
    repeats = [replace(ANSWERED, previous_at=MONDAY - WEEK - late) for late in (timedelta(), SECOND)]
    assert counted("repeat_contacts", *repeats, replace(ANSWERED, customer="")) == [1.0, 0.0]


def test_the_same_words_in_another_order_are_no_edit_and_other_words_are_all_of_one() -> None:
    assert edit_share("It comes on Friday.", "on friday it comes") == 0.0
    assert edit_share("It comes on Friday.", "Nobody knows.") == 1.0
    assert edit_share("a b c d", "a b c e") == 0.25
    assert edit_share("", "") == 0.0
    assert edit_share("x\x00\ud800" * 30_000, "y " * 100_000) == 1.0


WINDOW = Period(NOW - WEEK, NOW)


class Kept:
    """A history of these conversations, some at a time."""

    def __init__(self, *conversations: Conversation, tried: Sequence[Tried] = ()) -> None:
        self._conversations, self._tried = conversations, tuple(tried)

    async def between(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Conversation]]:
        for start in range(0, len(self._conversations), 7):
            yield self._conversations[start : start + 7]

    async def tried(self, since: datetime, until: datetime) -> tuple[Tried, ...]:
        return tuple(each for each in self._tried if since <= each.at < until)


async def _measure(*conversations: Conversation, **options: Any) -> dict[tuple[str, str, str], Measured]:
    found = await measure(Kept(*conversations), WINDOW, now=NOW, **options)
    return {(each.metric.name, each.group, each.kind): each for each in found}


def _at(opened: datetime, action: Action | None = Action.APPROVE, **changes: Any) -> Conversation:
    return conversation(drafted(action, at=opened), opened_at=opened, **changes)


async def test_a_figure_is_told_from_the_least_n_on_and_below_it_how_few_there_are() -> None:
    week = [_at(NOW - timedelta(days=3))] * LEAST
    told = await _measure(*week)
    assert told["approved_unchanged", "", ""].now.told is not None
    told = await _measure(*week[1:])
    assert (told["approved_unchanged", "", ""].now.n, told["approved_unchanged", "", ""].now.told) == (19, None)


async def test_without_anything_on_record_every_figure_says_so() -> None:
    told = await _measure()
    assert {name for name, _, _ in told} == set(EVERY)
    assert all(each.now.n == 0 and (each.now.told is None or name == "volume") for (name, _, _), each in told.items())


async def test_what_needs_a_weeks_watching_is_counted_in_the_week_that_was_watched() -> None:
    this, before = [_at(NOW - timedelta(days=3))] * 30, [_at(NOW - timedelta(days=10))] * 20
    told = await _measure(*this, *before)
    assert told["reopen_rate", "", ""].period == WINDOW.earlier(WEEK)
    assert told["reopen_rate", "", ""].now.n == 20
    assert (told["approved_unchanged", "", ""].now.n, told["approved_unchanged", "", ""].before.n) == (30, 20)


async def test_a_period_that_was_watched_long_enough_is_not_moved() -> None:
    past = Period(NOW - 4 * WEEK, NOW - 3 * WEEK)
    (told,) = await measure(Kept(), past, now=NOW, chosen=[EVERY["containment"]])
    assert told.period == past


async def test_the_period_ends_before_its_end_and_begins_with_its_beginning() -> None:
    edges = (WINDOW.since, WINDOW.until - timedelta(microseconds=1), WINDOW.until)
    told = await _measure(*(_at(at) for at in edges))
    assert told["volume", "", ""].now.n == 2


async def test_a_change_beyond_noise_is_told_as_such() -> None:
    good = [_at(NOW - timedelta(days=3))] * 60
    bad = [_at(NOW - timedelta(days=10), Action.REJECT)] * 60
    change = (await _measure(*good, *bad))["approved_unchanged", "", ""].change
    assert change is not None and change.beyond_noise and change.value == 1.0


async def test_reps_stand_in_the_order_of_their_names_and_a_renamed_one_is_one() -> None:
    def by(who: Person) -> Conversation:
        return conversation(drafted(at=NOW - HOUR, decided=Decided(Action.APPROVE, who, NOW - HOUR)))

    people = [Person("slack", "U3", "zoe"), Person("slack", "U1", "Ben"), Person("slack", "U2", "ana")]
    renamed = Person("slack", "U1", "Bo")
    told = await _measure(*(by(who) for who in (*people, renamed)), by="rep")
    assert [group for name, group, _ in told if name == "approved_unchanged"] == ["ana", "Bo", "zoe"]
    assert told["approved_unchanged", "Bo", ""].now.n == 2


async def test_eval_cases_are_counted_by_intent_and_release_and_by_nothing_else() -> None:
    tried = [Tried(f"case_{n}", NOW - HOUR, n % 4 > 0, "refund", 3, 2) for n in range(40)]
    for by, group in (("intent", "refund"), ("release", "knowledge v3, workflow v2"), ("rep", None)):
        told = await measure(Kept(tried=tried), WINDOW, now=NOW, by=by, chosen=[EVERY["eval_pass_rate"]])
        assert [each.group for each in told] == ([group] if group else [])
        assert all(each.now.told is not None and each.now.told.value == 0.75 for each in told)


MOMENTS = st.timedeltas(timedelta(), timedelta(days=33)).map(lambda span: datetime(2026, 10, 20, tzinfo=UTC) + span)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Any conversation that the store may tell of."""
    opened = draw(MOMENTS)

    def later() -> datetime | None:
        return draw(st.none() | st.timedeltas(timedelta(), timedelta(days=9)).map(lambda span: opened + span))

    drafts = tuple(
        drafted(draw(st.sampled_from([*Action, None])), at=opened + number * HOUR)._replace(
            id=f"c/{number}",
            abstained=draw(st.booleans()), new_share=draw(st.none() | st.floats(0, 1)),
            risk=draw(st.sampled_from([*Risk, None])), intent=draw(st.sampled_from(["refund", "parcel"])),
        )
        for number in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    reported = tuple(
        Reported(kind, at, float(draw(st.integers(1, 5))))
        for kind in draw(st.lists(st.sampled_from(OutcomeKind), max_size=3))
        if (at := later()) is not None
    )
    answered = next((each.delivered_at for each in drafts if each.delivered_at), None) or later()
    return Conversation(
        "c", "web", "C1", opened, withdrawn=draw(st.booleans()), customer=draw(st.sampled_from(["", "k"])),
        previous_at=draw(st.none() | st.just(opened - HOUR)), first_answer_at=answered, last_answer_at=answered,
        came_back_at=answered and later(), waiting_since=later(), drafts=drafts, reported=reported,
    )  # fmt: skip


HISTORIES = st.lists(conversations(), max_size=12)
THOROUGH = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _tallied(history: Sequence[Conversation], by: str = "") -> dict[tuple[str, str], tuple[Measured, Metric]]:
    tally = Tally([replace(each, least=1) for each in EVERY.values()], Period(NOW - 8 * WEEK, NOW), Lens(NOW), by=by)
    tally.add(history)
    return {(each.metric.name, each.group): (each, each.metric) for each in tally.measured() if not each.kind}


@THOROUGH
@given(HISTORIES)
def test_a_share_is_between_none_and_all_and_no_time_is_negative(history: list[Conversation]) -> None:
    for told, metric in _tallied(history).values():
        if told.now.told is not None and told.now.told.value is not None:
            assert 0 <= told.now.told.low <= told.now.told.value <= told.now.told.high
            assert metric.unit is not Unit.SHARE or told.now.told.high <= 1
        assert 0 <= told.now.going_on <= told.now.n


@THOROUGH
@given(HISTORIES, st.sampled_from(sorted(GROUPS)))
def test_the_groups_together_are_no_more_than_all(history: list[Conversation], by: str) -> None:
    every, groups = _tallied(history), _tallied(history, by)
    for name in EVERY:
        parts = sum(told.now.n for (metric, _), (told, _) in groups.items() if metric == name)
        whole = every[name, ""][0].now.n
        assert parts == whole if by in ("intent", "surface") else parts <= whole


@THOROUGH
@given(HISTORIES)
def test_what_happened_long_before_changes_nothing(history: list[Conversation]) -> None:
    long_ago = NOW - timedelta(days=300)
    other = conversation(drafted(at=long_ago), opened_at=long_ago)
    assert {k: v[0].now for k, v in _tallied([*history, other]).items()} == {
        k: v[0].now for k, v in _tallied(history).items()
    }


@THOROUGH
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_in_which_conversations_are_read_changes_nothing(history: list[Conversation], chance: Any) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert {k: v[0].now for k, v in _tallied(shuffled).items()} == {k: v[0].now for k, v in _tallied(history).items()}


@THOROUGH
@given(HISTORIES)
def test_what_is_contained_is_automated_and_the_four_decisions_make_one(history: list[Conversation]) -> None:
    lens = Lens(NOW)
    for one in history:
        for contained, automated in zip(
            counted("containment", one, lens=lens), counted("automation_rate", one, lens=lens), strict=True
        ):
            assert contained <= automated
        names = ("approved_unchanged", "edited", "rejected", "handed_off")
        for four in zip(*(counted(name, one, lens=lens) for name in names), strict=True):
            assert sum(four) == 1


@THOROUGH
@given(HISTORIES)
def test_everything_counts_at_a_moment_of_its_conversation(history: list[Conversation]) -> None:
    for one in history:
        first, last = one.span
        for metric in (each for each in EVERY.values() if each.of is Conversation):
            assert all(first <= observed.at <= last for observed in metric.observe(one, Lens(NOW)))


def _counted_plainly(metric: Metric, history: Sequence[Conversation], period: Period, by: str) -> dict[str, list[Any]]:
    """What a metric counts in a period, found the long way: every conversation is asked, and nothing is remembered."""
    found: dict[str, list[Any]] = {}
    for one in history:
        asked = replace(one)
        for observed in metric.observe(asked, Lens(NOW)):
            group = GROUPS[by](asked, observed) if by else ("", "")
            if group is not None and period.since <= observed.at < period.until:
                found.setdefault(group[0], []).append(observed)
    return found


@THOROUGH
@given(HISTORIES)
async def test_one_reading_gives_the_figures_of_every_grouping_as_counting_them_the_long_way(
    history: list[Conversation],
) -> None:
    chosen = [replace(each, least=1) for each in EVERY.values() if each.of is Conversation]
    span = Period(NOW - 2 * WEEK, NOW)
    told = await measure_each(Kept(*history), span, now=NOW, by=("", *GROUPS), chosen=chosen)
    for by, figures in told.items():
        assert figures == await measure(Kept(*history), span, now=NOW, by=by, chosen=chosen)
        for metric in chosen:
            expected = _counted_plainly(metric, history, watched(span, metric, NOW), by).values()
            shown = [each.now for each in figures if each.metric is metric and not each.kind and each.now.n]
            assert sorted(each.n for each in shown) == sorted(map(len, expected))
            if metric.statistic is Statistic.SHARE and not metric.kinds:
                shares = sorted(each.told.value or 0.0 for each in shown if each.told)
                assert shares == pytest.approx(sorted(sum(o.value for o in found) / len(found) for found in expected))
