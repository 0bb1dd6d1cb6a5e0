"""The books of bench-learning: what is planted, how an answer is judged, what a fix and the gate come to."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.answer import Citation, Passage, Proposal
from bot.domain.fix import FixState
from tests.benchmarks.learning.found import after_a_fix, arrived, curve, fixes
from tests.benchmarks.learning.rep import Sent
from tests.benchmarks.learning.weeks import Condition, Plan, Played, Week, play
from tests.benchmarks.learning.world import (
    Asked,
    Fact,
    Outcome,
    Planted,
    World,
    arriving,
    facts,
    plant,
    write_articles,
)
from tests.contracts.store_samples import draft, proposal
from tests.embedders import MEANINGS

FACTS = facts()
PIN = FACTS["change_pin"]
SECTION = ("change_pin", "pin_blocked")


def world(planted: Planted, known: dict[str, Fact] = FACTS) -> World:
    return World(known, dict.fromkeys(known, planted))


def answering(text: str, source: str) -> Proposal:
    passage: Passage = replace(proposal().passages[0], text=source)
    return proposal(passages=(passage,), draft=draft(text, citations=(Citation(1, passage.id, source),)))


def test_no_words_that_an_answer_must_say_tell_two_facts_or_an_old_figure() -> None:
    said = [fact.says.format(figure) for fact in FACTS.values() for figure in (fact.now, fact.was, fact.slip)]
    assert len(set(said)) == len(said)
    assert all(fact.told_in(fact.true) and not fact.denied_in(fact.true) for fact in FACTS.values())
    assert not any(fact.told_in(other.true) for fact in FACTS.values() for other in FACTS.values() if other != fact)


def test_a_figure_within_another_figure_is_not_said() -> None:
    assert PIN.told_in("as often as 5 times a month.")
    assert not PIN.told_in("as often as 15 times a month, 5.5 times a month")


def test_each_seed_plants_others_and_as_many() -> None:
    some, others = plant(FACTS, 0).planted, plant(FACTS, 1).planted
    assert some != others
    assert sorted(some.values()) == sorted(others.values())
    assert set(some.values()) == set(Planted)


@pytest.mark.parametrize(("planted", "says"), [(Planted.TOLD, PIN.true), (Planted.STALE, PIN.old), (Planted.GAP, "")])
def test_the_first_day_s_articles_say_what_was_planted(planted: Planted, says: str, tmp_path: Path) -> None:
    write_articles(World(FACTS, {name: planted if name == PIN.intent else Planted.TOLD for name in FACTS}), tmp_path)
    text = (tmp_path / "cards/security.md").read_text()
    assert [sentence in text for sentence in (PIN.true, PIN.old)] == [says == PIN.true, says == PIN.old]
    assert FACTS["pin_blocked"].true in text


def test_an_answer_is_right_only_with_the_true_figure_and_a_source_that_says_it() -> None:
    def judged(text: str, source: str, *bodies: str) -> Outcome:
        return world(Planted.TOLD).judge(PIN.intent, answering(text, source), bodies)

    assert judged(PIN.true, PIN.true, PIN.true) is Outcome.RIGHT
    assert judged(PIN.true, "Something else.", PIN.true) is Outcome.PARTLY
    assert judged("Something else.", "Something else.", PIN.true) is Outcome.PARTLY
    assert judged("Something else.", "Something else.", "") is Outcome.WRONG
    assert judged(PIN.old, PIN.old, PIN.old) is Outcome.WRONG
    assert judged(f"{PIN.true} {PIN.old}", PIN.true, PIN.true) is Outcome.WRONG


def test_to_abstain_is_right_while_no_article_tells_the_truth() -> None:
    silent = proposal(draft=draft("", citations=(), missing="pins"))
    assert silent.draft.abstained
    for body, outcome in (("", Outcome.HONEST), (PIN.old, Outcome.HONEST), (PIN.true, Outcome.SHY)):
        assert world(Planted.GAP).judge(PIN.intent, silent, [body]) is outcome


def test_no_phrasing_arrives_twice_and_the_same_seed_brings_the_same_weeks() -> None:
    texts = {name: [f"{name} {number}" for number in range(9)] for name in ("a", "b", "c")}
    weeks = list(arriving(texts, [10, 12], 3))
    assert weeks == list(arriving(texts, [10, 12], 3)) != list(arriving(texts, [10, 12], 4))
    said = [asked.text for week in weeks for asked in week]
    assert (len(said), len(set(said))) == (22, 22)


def played(*weeks: Week, sent: Sequence[Sent] = (), planted: Planted = Planted.GAP) -> Played:
    plan = Plan(world(planted), (), (Asked("change_pin", "?"), Asked("pin_blocked", "?")), 0, 30, 0.1)
    return Played(Condition.GATED, plan, list(weeks), list(sent), Counter(), [])


def test_shares_are_of_what_arrived_and_of_what_was_probed() -> None:
    right, wrong = Outcome.RIGHT, Outcome.WRONG
    first = Week(
        1, arrived=[("a", right), ("b", wrong), ("b", wrong), ("b", right)], unchanged=1, probed=(right, wrong)
    )
    found = played(Week(0, probed=(wrong, wrong)), first)
    assert [share.value for share in curve([found], right)] == [0.0, 0.5]
    shares = arrived([found], 1)
    assert (shares["approved unchanged"], shares["correct and cited"], shares["wrongly answered"]) == (0.25, 0.5, 0.5)


def test_the_week_after_counts_sound_fixes_that_went_live_and_no_others() -> None:
    right, wrong = Outcome.RIGHT, Outcome.WRONG
    weeks = [
        Week(0),
        Week(1, probed=(right, wrong)),
        Week(2, arrived=[("change_pin", right), ("pin_blocked", wrong), ("change_pin", wrong)], probed=(right, right)),
    ]
    sent = [Sent(1, "change_pin", "", FixState.LIVE), Sent(1, "pin_blocked", "figure", FixState.LIVE)]
    sent.append(Sent(1, "pin_blocked", "", FixState.HELD))
    assert after_a_fix([played(*weeks, sent=sent)], Planted.GAP) == (1, 2, 1, 1)
    assert after_a_fix([played(*weeks, sent=sent)], Planted.STALE) == (0, 0, 0, 0)
    assert fixes([played(*weeks, sent=sent)])[""] == {"live": 1, "held": 1}


@pytest.fixture
def little() -> Plan:
    """One section with a gap beside a fact that is told, one customer a week, and a rep who makes no mistakes."""
    known = {name: FACTS[name] for name in SECTION}
    bank = World(known, {"change_pin": Planted.TOLD, "pin_blocked": Planted.GAP})
    asked = Asked("pin_blocked", "My PIN is blocked after wrong tries, what now?")
    again = Asked("pin_blocked", "I entered the wrong PIN too often and it is blocked.")
    own = Asked("change_pin", "At which machine can I change my PIN?")
    return Plan(bank, ([asked], [again]), (again, own), 0, 30.0, 0.0)


async def test_a_gap_is_answered_the_week_after_where_the_loop_is_on_and_not_where_it_is_off(
    little: Plan, tmp_path: Path
) -> None:
    off = await play(little, Condition.OFF, tmp_path / "off", MEANINGS)
    on = await play(little, Condition.GATED, tmp_path / "on", MEANINGS)
    assert [week.arrived[0][1] is Outcome.RIGHT for week in off.weeks[1:]] == [False, False]
    assert [week.arrived[0][1] is Outcome.RIGHT for week in on.weeks[1:]] == [False, True]
    assert [week.unchanged for week in on.weeks] == [0, 0, 1]
    assert (on.sent[0].state, on.weeks[1].releases, on.weeks[1].spent, on.refusals) == (FixState.LIVE, 1, 6.0, [])


async def test_a_mistyped_figure_is_seen_on_the_card_and_comes_back(
    little: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random.Random, "random", lambda self: 0.6)  # no rejection, and every figure is mistyped
    careless = replace(little, weeks=little.weeks[:1], slips=1.0)
    found = await play(careless, Condition.GATED, tmp_path, MEANINGS)
    assert [(sent.mistake, sent.state) for sent in found.sent] == [("figure", FixState.RETURNED)]


async def test_a_fix_pasted_over_its_neighbour_goes_live_only_without_the_gate(
    little: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random.Random, "random", lambda self: 0.4)  # no rejection, and every fix is pasted over
    stale = World(little.world.facts, {"change_pin": Planted.TOLD, "pin_blocked": Planted.STALE})
    careless = replace(little, world=stale, weeks=little.weeks[:1], slips=1.0)
    through = await play(careless, Condition.UNGATED, tmp_path / "off", MEANINGS)
    held = await play(careless, Condition.GATED, tmp_path / "on", MEANINGS)
    assert [(sent.mistake, sent.state) for sent in through.sent] == [("neighbour", FixState.LIVE)]
    assert through.weeks[1].broken == ("change_pin",)
    assert [(sent.mistake, sent.state) for sent in held.sent] == [("neighbour", FixState.HELD)]
    assert not any(week.broken or week.broken_core for week in held.weeks)
