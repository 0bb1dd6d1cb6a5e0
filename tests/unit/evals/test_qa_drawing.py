"""Which answers of a week are drawn: by chance alone, of each intent in proportion, the same in every process."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.calendar import Week
from bot.domain.chat import Room
from bot.domain.errors import NotFound
from bot.domain.escalation import Author, Outcome, OutcomeKind
from bot.domain.review import Action
from bot.domain.sample import Met, Part, Score, Stratum, Wrong
from bot.ports import Desk
from evals.metrics.reliability import wilson
from evals.qa.drawing import chance_of, draw, intents
from evals.qa.frame import Candidate
from evals.qa.sizing import OTHERS, allocate, effective, parts_for, planned, size
from evals.qa.weekly import draw_week, planned_share
from tests.contracts.store_samples import NOON, turn
from tests.unit.qa_desk import ANA, APPROVER, BO, MIDWEEK, WEEK, answered, cards, drawn, sampling
from tests.unit.scripted import ScriptedPlatform

FRAME = [Candidate(f"esc_{n}", f"esc_{n}/1", ("refund", "delivery")[n % 3 == 0], "", True, ()) for n in range(300)]


SIXTY = allocate(intents(FRAME), 60)


class Archived(ScriptedPlatform):
    """A platform that has lost a room."""

    async def room(self, room: str) -> Room:
        if room == "C_GONE":
            raise NotFound("There is no such room.")
        return await super().room(room)


# --- how many ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "margin", "share", "wanted"),
    [
        (1_000_000, 0.1, 0.5, 97),
        (1_000_000_000, 0.05, 0.5, 385),
        (200, 0.1, 0.5, 66),
        (1_000_000, 0.1, 0.9, 35),
        (40, 0.1, 0.5, 30),
        (1_000_000, 0.1, 0.97, 30),
        (12, 0.1, 0.5, 12),
        (1, 0.1, 0.5, 1),
        (0, 0.1, 0.5, 0),
    ],
)
def test_the_size_is_that_of_the_precision_asked_for(answers: int, margin: float, share: float, wanted: int) -> None:
    assert size(answers, margin, share) == wanted


def test_what_is_reckoned_with_is_the_likely_share_that_takes_most_answers() -> None:
    assert planned(90, 100) == pytest.approx(0.825, abs=0.005)
    assert planned(50, 100) == 0.5
    assert planned(5, 100) == pytest.approx(0.112, abs=0.005)


def test_each_intent_gets_its_part_and_rare_ones_one_together() -> None:
    parts = allocate({"refund": 500, "delivery": 300, "login": 190, "gift": 6, "wifi": 4}, 50)
    assert parts == (
        Part(OTHERS, 10, 2), Part("delivery", 300, 15), Part("login", 190, 9), Part("refund", 500, 25),
    )  # fmt: skip


def test_unequal_parts_are_made_up_for_until_the_margin_is_met() -> None:
    for counts in ({"a": 24, "b": 12, "c": 8, "d": 6, "e": 5, "f": 5}, {f"i{n}": 2_000 // (n + 1) for n in range(30)}):
        for margin, share in ((0.1, 0.5), (0.05, 0.8), (0.2, 0.9)):
            parts = parts_for(counts, margin, share)
            known = effective((part.answers, part.drawn) for part in parts)
            low, high = wilson(share * known, known)
            assert high - low <= 2 * margin
    assert parts_for({}, 0.1) == ()


def test_no_part_gets_more_than_it_has() -> None:
    for counts in ({"a": 1}, {"a": 2, "b": 1}, {f"i{n}": 1 for n in range(40)}, {"a": 3, "b": 97}):
        for wanted in range(1, sum(counts.values()) + 1):
            parts = allocate(counts, wanted)
            assert sum(part.answers for part in parts) == sum(counts.values())
            assert wanted <= sum(part.drawn for part in parts) <= wanted + 2
            assert all(min(2, part.answers) <= part.drawn <= part.answers for part in parts)


# --- which ------------------------------------------------------------------------------------------------------------


def test_the_same_week_draws_the_same_and_another_week_others() -> None:
    one, again = (
        draw(list(frame), SIXTY, failures=0, double=0.2, chance=chance_of("main", WEEK))
        for frame in (FRAME, FRAME[::-1])
    )
    other = draw(FRAME, SIXTY, failures=0, double=0.2, chance=chance_of("main", "2026-W10"))
    assert one == again
    assert {each.id for each in one.items} != {each.id for each in other.items}
    assert [each.position for each in one.items] == list(range(60))


def test_two_people_score_as_many_as_asked_for() -> None:
    for double, wanted in ((0.0, 0), (0.001, 1), (0.2, 12), (1.0, 60)):
        found = draw(FRAME, SIXTY, failures=0, double=double, chance=chance_of("main", WEEK))
        assert sum(each.scorers == 2 for each in found.items) == wanted


def test_every_answer_is_drawn_as_often_as_any_other_of_its_intent() -> None:
    times = dict.fromkeys((each.id for each in FRAME), 0)
    for week in range(400):
        for item in draw(FRAME, SIXTY, failures=0, double=0, chance=chance_of("main", str(week))).items:
            times[item.id] += 1
    assert 80 * 0.99 < sum(times.values()) / len(times) < 80 * 1.01  # 60 of 300, 400 times
    assert min(times.values()) > 80 - 4.5 * 8
    assert max(times.values()) < 80 + 4.5 * 8


def test_the_first_half_that_is_given_out_is_spread_as_the_whole() -> None:
    wrong = [Candidate(f"bad_{n}", f"bad_{n}/1", "refund", "", True, (Wrong.REOPENED,)) for n in range(40)]
    found = draw(
        [*FRAME, *wrong], allocate(intents([*FRAME, *wrong]), 60), failures=20, double=0, chance=chance_of("main", WEEK)
    )
    half = found.items[: len(found.items) // 2]
    for kind in {(each.stratum, each.part) for each in found.items}:
        whole = sum((each.stratum, each.part) == kind for each in found.items)
        assert abs(sum((each.stratum, each.part) == kind for each in half) - whole / 2) <= 1


def test_what_went_wrong_is_drawn_apart_and_each_way_in_turn() -> None:
    frame = [replace(each, wrong=(Wrong.REOPENED,)) for each in FRAME[:80]]
    frame += [replace(each, id=f"csat_{each.id}", sent=False, wrong=(Wrong.REJECTED,)) for each in FRAME[80:83]]
    found = draw(frame, allocate(intents(frame), 20), failures=7, double=0.5, chance=chance_of("main", WEEK))
    wrong = [each for each in found.items if each.stratum is Stratum.FAILURE]
    assert sorted(each.wrong[0] for each in wrong) == [Wrong.REJECTED] * 3 + [Wrong.REOPENED] * 4
    assert all(each.scorers == 1 for each in wrong)
    assert sum(each.stratum is Stratum.CHANCE for each in found.items) == 20
    assert len({each.id for each in found.items}) == 27


# --- of the week ------------------------------------------------------------------------------------------------------


async def test_the_answers_of_the_whole_week_before_the_slot_are_drawn(desk: Desk) -> None:
    desk = sampling(desk)
    await answered(desk, "in", at=MIDWEEK)
    await answered(desk, "first", at=NOON - timedelta(days=7, hours=12))
    await answered(desk, "after", at=NOON - timedelta(hours=12))
    await answered(desk, "before", at=NOON - timedelta(days=7, hours=12, minutes=1))
    sample, items = await drawn(desk)
    assert (sample.id, sample.answers) == (WEEK, 2)
    assert sorted(each.id for each in items) == ["esc_first", "esc_in"]
    assert sample.notes[0] == "Every answer of the week is in it: fewer would not be as exact as asked for."


async def test_drawn_again_by_the_same_slot_nothing_changes(desk: Desk, platform: ScriptedPlatform) -> None:
    desk = sampling(desk)
    await answered(desk, "one")
    first = await drawn(desk)
    await answered(desk, "late")
    assert await drawn(desk) == first
    assert len(cards(platform)) == 1


async def test_a_late_slot_is_of_the_week_before_it_not_before_today(desk: Desk) -> None:
    desk = sampling(desk)
    await answered(desk, "one", at=MIDWEEK - timedelta(days=7))
    sample, items = await drawn(desk, "2026-02-23T09:00+00:00")
    assert (sample.id, [each.id for each in items]) == ("2026-W08", ["esc_one"])


async def test_a_week_without_an_answer_says_so(desk: Desk, platform: ScriptedPlatform) -> None:
    sample, items = await drawn(sampling(desk, failures=3))
    assert items == ()
    (card,) = cards(platform)
    assert "nothing to score" in card.summary
    assert "No answer was sent in that week, so nothing tells how good it was." in str(card)
    assert "Score one" not in str(card)
    assert sample.notes[1] == "No other conversation of that week went wrong, as far as is on record."


async def test_without_the_setting_nothing_is_drawn(desk: Desk) -> None:
    assert await draw_week(desk, WEEK) == ()
    assert await desk.store.samples.newest() == ()


async def test_whoever_decided_guided_or_asked_may_not_score(desk: Desk) -> None:
    desk = sampling(desk)
    name = await answered(desk, "one", by=ANA)
    guide = replace(turn("guide", "Say sorry.", author=Author.REVIEWER), by=BO, at=MIDWEEK)
    await desk.store.escalations.add_turn(name, guide)
    _, (item,) = await drawn(desk)
    assert item.authors == ("slack:U50", "slack:U51")


async def test_the_machines_opinion_is_kept_of_what_was_sent_as_it_was_drafted(desk: Desk) -> None:
    desk = sampling(desk)
    await answered(desk, "as-drafted")
    await answered(desk, "edited", action=Action.EDIT, text="It comes tomorrow.")
    _, items = await drawn(desk)
    found = {each.id: each.checks for each in items}
    assert found["esc_as-drafted"] == {"guardrails": False, "citation_support": True, "length": True, "tone": True}
    assert found["esc_edited"] == {}


async def test_every_way_of_going_wrong_is_found(desk: Desk) -> None:
    desk = sampling(desk, failures=10, margin=0.5)
    await answered(desk, "rejected", action=Action.REJECT)
    await answered(desk, "handed", action=Action.HAND_OFF)
    await answered(desk, "rewritten", action=Action.EDIT, text="Please call our shop in Utrecht.")
    back = await answered(desk, "back")
    await desk.store.escalations.add_turn(
        back, replace(turn("back:2", "Still not here!"), at=MIDWEEK + timedelta(days=1))
    )
    rated = await answered(desk, "rated")
    at = MIDWEEK + timedelta(hours=2)
    await desk.store.escalations.record_outcome(Outcome("o1", rated, OutcomeKind.RATING, at, 2.0))
    await answered(desk, "fine")
    sample, items = await drawn(desk)
    found = {each.id: each.wrong for each in items if each.wrong}
    assert sample.failed == 5
    assert found == {
        "esc_rejected": (Wrong.REJECTED,),
        "esc_handed": (Wrong.HANDED_OFF,),
        "esc_rewritten": (Wrong.REWRITTEN,),
        "esc_back": (Wrong.REOPENED,),
        "esc_rated": (Wrong.DISSATISFIED,),
    }
    assert sample.answers == 4


async def test_what_a_customer_took_back_is_not_drawn(desk: Desk) -> None:
    desk = sampling(desk)
    await answered(desk, "gone")
    await desk.store.escalations.change_turn("gone:1", None)
    assert (await drawn(desk))[1] == ()


async def test_private_rooms_are_marked_and_unknown_ones_left_out(desk: Desk) -> None:
    desk = sampling(replace(desk, platforms={"slack": Archived(private=("C_PRIVATE",))}))
    for name, room in (("open", "C1"), ("private", "C_PRIVATE"), ("gone", "C_GONE")):
        await answered(desk, name, room=room)
    sample, items = await drawn(desk)
    assert {each.id: each.room for each in items} == {"esc_open": "", "esc_private": "C_PRIVATE"}
    assert sample.answers == 2
    assert "1 answer is from private rooms and only given to people who read those." in sample.notes
    assert "1 conversation was left out: I cannot tell who reads their room." in sample.notes


async def test_a_room_that_is_gone_is_no_reason_to_lose_the_sample(desk: Desk, platform: ScriptedPlatform) -> None:
    desk = sampling(desk)
    await answered(desk, "one", by=APPROVER)
    platform.shared = ("#qa", "#team")
    sample, items = await drawn(desk)
    assert (len(items), sample.card) == (1, None)
    platform.shared = ("#qa",)
    assert (await drawn(desk))[0].card is not None  # the home room stands in


async def test_earlier_scores_make_a_sure_week_s_sample_smaller(desk: Desk) -> None:
    desk = sampling(desk)
    for number in range(30):
        await answered(desk, str(number), at=MIDWEEK - timedelta(days=7))
    _, items = await drawn(desk, "2026-02-23T09:00+00:00")
    for item in items:
        await desk.store.samples.score("2026-W08", Score(item.id, BO, NOON, {"accuracy": Met.YES}, True))
    week = Week.parse(WEEK, desk.policy.calendar.zone)
    assert await planned_share(desk, week) > 0.8
    assert await planned_share(desk, week.previous) == 0.5
