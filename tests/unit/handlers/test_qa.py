"""Scoring the sample in Slack: who may, what they see of an answer, what is kept, and what comes next."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.cards.block_kit import render_form
from bot.cards.capture import without_place
from bot.cards.elements import Button, Choice, Form, Quote, TextInput
from bot.cards.sample import CASE, LEAVE, subject_of
from bot.domain.chat import FormErrors, Toast
from bot.domain.errors import Conflict, NotAllowed
from bot.domain.escalation import Author
from bot.domain.quality import EvalCase
from bot.domain.review import Action
from bot.domain.sample import Met, Score
from bot.ports import Desk
from bot.workflows.receive import withdraw
from evals.qa.showing import paint
from handlers import qa
from tests.contracts.store_samples import NOON, turn
from tests.unit.qa_desk import ANA, APPROVER, BO, GUS, SUE, WEEK, answered, cards, drawn, filled, press, sampling
from tests.unit.scripted import Clock, LiveRun, ScriptedPlatform


@pytest_asyncio.fixture
async def week(desk: Desk) -> Desk:
    """A desk whose sample has four answers, all drawn by chance, one of them for two people."""
    desk = sampling(desk, double=0.25)
    for name in ("one", "two", "three", "four"):
        await answered(desk, name, asked=f"Hi, I am Cleo Marsh, cleo@example.com. Where is parcel {name}?")
    await drawn(desk)
    return desk


async def given(desk: Desk, person: Any = ANA) -> Form:
    form = await qa.score_one(desk, press(WEEK, person))
    assert isinstance(form, Form), form
    return form


async def scores(desk: Desk) -> list[Score]:
    return [mark.score for mark in await desk.store.samples.marks(WEEK) if mark.score]


def shown(form: Form) -> str:
    return " ".join(str(each) for each in form.elements)


def buttons(form: Form) -> Mapping[str, Button]:
    found = (each for element in form.elements for each in getattr(element, "buttons", ()))
    return {button.action: button for button in found}


# --- the form ---------------------------------------------------------------------------------------------------------


async def test_the_form_asks_the_rubrics_questions_with_nothing_chosen(week: Desk) -> None:
    form = await given(week)
    asked = {without_place(each.name): each for each in form.elements if isinstance(each, Choice)}
    assert list(asked) == ["accuracy", "policy", "completeness", "escalation", "tone"]
    assert all(each.initial == "" and not each.optional for each in asked.values())
    assert asked["accuracy"].label.startswith("Accuracy: Is everything that it states true")


async def test_nobody_learns_who_wrote_it_what_machines_say_or_why_it_was_drawn(desk: Desk) -> None:
    desk = sampling(desk, failures=1)
    await answered(desk, "one", by=APPROVER)
    await drawn(desk)
    told = shown(await given(desk))
    for secret in ("Mae", "U60", "chance", "failure", "confidence", "guardrail", "offline", "esc_one/1", "[1]"):
        assert secret not in told


async def test_whoever_signed_an_answer_is_not_told(desk: Desk) -> None:
    desk = sampling(desk)
    signed = replace(APPROVER, name="Mae Winter")
    await answered(desk, "one", action=Action.EDIT, text="It comes on Monday.\n\nBest, Mae", by=signed)
    await drawn(desk)
    told = shown(await given(desk))
    assert "It comes on Monday." in told and "Mae" not in told and "Winter" not in told


async def test_what_the_team_wrote_instead_is_not_told(desk: Desk) -> None:
    desk = sampling(desk, failures=1)
    name = await answered(desk, "one", action=Action.REJECT, asked="Where is my parcel?")
    for ref, author, text in (("late:1", Author.AGENT, "It is lost."), ("late:2", Author.CUSTOMER, "Oh no!")):
        await desk.store.escalations.add_turn(name, replace(turn(ref, text, author=author), at=NOON))
    await drawn(desk)
    told = shown(await given(desk))
    assert "Where is my parcel?" in told and "it is on its way" in told
    assert "It is lost." not in told and "Oh no!" not in told


async def test_a_long_answer_is_shown_to_its_end(desk: Desk) -> None:
    desk = sampling(desk)
    steps = "\n".join(f"Step {number}: press the button and wait a minute." for number in range(200))
    await answered(desk, "one", action=Action.EDIT, text=steps)
    await drawn(desk)
    blocks = json.dumps(render_form(await given(desk), None), ensure_ascii=False)
    assert all(f"Step {number}:" in blocks for number in range(200))


async def test_each_question_is_answered_by_one_click(week: Desk) -> None:
    view = render_form(await given(week), None)
    chosen = [each["element"]["type"] for each in view["blocks"] if each["type"] == "input"]
    assert chosen == ["radio_buttons"] * 5 + ["plain_text_input"] * 2


async def test_personal_data_is_replaced_in_question_and_answer(week: Desk) -> None:
    form = await given(week)
    told = " ".join(each.text for each in form.elements if isinstance(each, Quote))
    assert "Where is parcel" in told and "it is on its way" in told
    assert not any(word in told for word in ("Cleo", "Marsh", "cleo@example.com"))


async def test_inputs_of_two_answers_never_share_a_name(week: Desk) -> None:
    one, other = await given(week), await given(week, BO)
    names = [{each.name for each in form.elements if isinstance(each, Choice | TextInput)} for form in (one, other)]
    assert not names[0] & names[1]


# --- who --------------------------------------------------------------------------------------------------------------


async def test_outsiders_neither_take_nor_score_nor_leave_nor_make_cases(week: Desk) -> None:
    form = await given(week)
    for opened in (qa.score_one(week, press(WEEK, GUS)), qa.leave(week, press(form.subject, GUS, LEAVE))):
        with pytest.raises(NotAllowed, match="Only support reps"):
            await opened
    assert isinstance(await qa.send_score(week, filled(form, GUS)), FormErrors)
    with pytest.raises(NotAllowed):
        await qa.make_case(week, press(form.subject, GUS, CASE))
    assert await scores(week) == []


async def test_two_who_press_at_once_get_different_answers(week: Desk) -> None:
    forms = await asyncio.gather(*(given(week, person) for person in (ANA, BO, SUE)))
    assert len({form.subject for form in forms}) == 3


async def test_nobody_scores_what_they_approved_even_by_a_forged_form(desk: Desk) -> None:
    desk = sampling(desk)
    await answered(desk, "mine", by=ANA)
    await answered(desk, "theirs", by=BO)
    await drawn(desk)
    form = await given(desk)
    assert form.subject == subject_of(WEEK, "esc_theirs")
    forged = replace(filled(form, ANA), subject=subject_of(WEEK, "esc_mine"))
    refused = await qa.send_score(desk, forged)
    assert isinstance(refused, FormErrors)
    assert "You wrote, guided or approved this answer" in str(refused.errors)


async def test_a_private_rooms_conversation_is_given_only_to_those_who_read_it(
    desk: Desk, platform: ScriptedPlatform
) -> None:
    desk = sampling(desk)
    platform.private = ("C_PRIVATE",)
    await answered(desk, "secret", room="C_PRIVATE")
    await drawn(desk)
    form = await given(desk)
    platform.closed = ("C_PRIVATE",)
    toast = await qa.score_one(desk, press(WEEK, BO))
    assert isinstance(toast, Toast) and "a room that you do not read" in toast.text
    refused = await qa.send_score(desk, filled(form, BO))
    assert isinstance(refused, FormErrors) and "private room" in str(refused.errors)
    (card,) = cards(platform)
    assert "parcel" not in str(card)


# --- what is kept -----------------------------------------------------------------------------------------------------


async def test_a_score_is_kept_and_the_next_form_opens_at_once(week: Desk) -> None:
    form = await given(week)
    after = await qa.send_score(week, filled(form, ANA, tone="1", note="Thank you"))
    assert isinstance(after, Form)
    assert after.subject != form.subject
    assert "Saved." in shown(after) and "1 of 4 scored" in shown(after)
    (score,) = await scores(week)
    assert subject_of(WEEK, score.item) == form.subject
    assert (score.by, score.passed, score.note) == (ANA, True, "Thank you")
    assert score.points == {
        "accuracy": Met.YES, "policy": Met.YES, "completeness": Met.YES, "escalation": Met.YES, "tone": Met.PARTLY,
    }  # fmt: skip


async def test_partly_is_not_enough_for_a_point_that_decides(week: Desk) -> None:
    after = await qa.send_score(week, filled(await given(week), ANA, completeness="1"))
    assert isinstance(after, Form)
    assert (await scores(week))[0].passed is False
    assert "The last one lacks " in shown(after) and "completeness" in shown(after)
    assert CASE in buttons(after)


async def test_a_question_left_open_is_said_beside_it(week: Desk) -> None:
    form = await given(week)
    refused = await qa.send_score(week, filled(form, ANA, policy=""))
    assert isinstance(refused, FormErrors)
    assert [without_place(name) for name in refused.errors] == ["policy"]
    assert await scores(week) == []


async def test_what_is_personal_in_a_note_is_not_kept(week: Desk) -> None:
    await qa.send_score(week, filled(await given(week), ANA, note="Cleo Marsh (cleo@example.com) was right"))
    (score,) = await scores(week)
    assert "Cleo" not in score.note and "cleo@" not in score.note and "was right" in score.note


async def test_a_form_sent_twice_counts_once_and_other_words_change_nothing(week: Desk) -> None:
    form = await given(week)
    both = await asyncio.gather(*(qa.send_score(week, filled(form, ANA)) for _ in range(2)))
    assert all(isinstance(each, Form) for each in both)
    refused = await qa.send_score(week, filled(form, ANA, accuracy="0"))
    assert isinstance(refused, FormErrors) and "What you said first stands." in str(refused.errors)
    assert len(await scores(week)) == 1


async def test_a_form_sent_after_the_week_closed_says_so(week: Desk, clock: Clock) -> None:
    form = await given(week)
    clock.pass_by(days=7)
    await answered(week, "next", at=NOON + timedelta(days=1))
    await drawn(week, "2026-03-09T09:00+00:00")
    refused = await qa.send_score(week, filled(form, ANA))
    assert isinstance(refused, FormErrors) and "was closed on 9 March" in str(refused.errors)
    with pytest.raises(Conflict, match="newest card"):
        await given(week)


async def test_a_conversation_taken_back_since_is_passed_over_and_its_form_refused(week: Desk) -> None:
    form = await given(week)
    item = form.subject.partition("#")[2]
    await week.store.escalations.change_turn(f"{item.removeprefix('esc_')}:1", None)
    refused = await qa.send_score(week, filled(form, ANA))
    assert isinstance(refused, FormErrors) and "taken this conversation back" in str(refused.errors)
    assert (await given(week)).subject != form.subject
    assert [each.id for each in await week.store.samples.items(WEEK) if each.gone] == [item]


async def test_a_weak_one_that_is_taken_back_leaves_the_card(
    week: Desk, platform: ScriptedPlatform, clock: Clock
) -> None:
    single = next(each for each in await week.store.samples.items(WEEK) if each.scorers == 1)
    await week.store.samples.score(WEEK, Score(single.id, ANA, NOON, {"policy": Met.NO}, False))
    await paint(week, WEEK)
    assert "Found weak" in str(cards(platform)[0])
    await week.store.escalations.change_turn(f"{single.id.removeprefix('esc_')}:1", None)
    run = LiveRun("withdraw", clock)
    await withdraw(run, week, escalation=single.id)
    assert [name for name, _ in run.started if name == "show_sample"]
    await paint(week, WEEK)
    (card,) = cards(platform)
    assert "Found weak" not in str(card) and "0 of 3 scored" in card.summary


async def test_what_somebody_leaves_is_given_to_another(week: Desk) -> None:
    form = await given(week)
    after = await qa.leave(week, press(form.subject, ANA, LEAVE))
    assert isinstance(after, Form) and after.subject != form.subject
    seen = set()
    while isinstance(another := await qa.score_one(week, press(WEEK, BO)), Form):
        seen.add(another.subject)
        await qa.leave(week, press(another.subject, BO, LEAVE))
    assert form.subject in seen


async def test_whoever_has_scored_all_they_can_is_told(week: Desk) -> None:
    form: Any = await given(week)
    for _ in range(4):
        assert form.submit
        form = await qa.send_score(week, filled(form, ANA))
    assert form.submit == ""
    assert "Nothing is left for you: every answer is scored, and some wait for a second person." in shown(form)
    second: Any = await given(week, BO)
    ended = await qa.send_score(week, filled(second, BO))
    assert isinstance(ended, Form) and "Everything of the sample of " in shown(ended)
    toast = await qa.score_one(week, press(WEEK, SUE))
    assert isinstance(toast, Toast) and "Thank you!" in toast.text


# --- the card and the case --------------------------------------------------------------------------------------------


async def test_the_card_tells_how_far_people_are_and_what_was_found_once_all_is_scored(
    week: Desk, platform: ScriptedPlatform
) -> None:
    assert "0 of 4 scored, 0 of 1 by two people" in cards(platform)[0].summary
    form: Any = await given(week)
    form = await qa.send_score(week, filled(form, ANA))
    await paint(week, WEEK)
    assert "1 of 4 scored" in cards(platform)[0].summary
    assert "people found" not in str(cards(platform)[0])
    while form.submit:
        form = await qa.send_score(week, filled(form, ANA))
    await qa.send_score(week, filled(await given(week, BO), BO))
    await paint(week, WEEK)
    (card,) = cards(platform)
    assert "All scored. Thank you!" in str(card)
    assert "Of the answers of the week of 23 February–1 March 2026, people found exactly 100 % (n = 4) good" in str(
        card
    )
    assert "Score one" not in str(card)


async def test_a_weak_one_is_on_the_card_once_nobody_is_still_to_score_it(
    week: Desk, platform: ScriptedPlatform
) -> None:
    double = next(each for each in await week.store.samples.items(WEEK) if each.scorers == 2)
    bad = Score(double.id, ANA, NOON, {"accuracy": Met.NO}, False, "Wrong days.", "It takes 5 days.\nCall us.")
    await week.store.samples.score(WEEK, bad)
    await paint(week, WEEK)
    assert "Found weak" not in str(cards(platform)[0])
    with pytest.raises(Conflict, match="still to score"):
        await qa.make_case(week, press(subject_of(WEEK, double.id), SUE, CASE))
    await week.store.samples.score(WEEK, replace(bad, by=BO))
    await paint(week, WEEK)
    told = str(cards(platform)[0])
    assert "Found weak" in told and "Lacks accuracy." in told and "Where is parcel" in told
    assert "Cleo" not in told and "Wrong days" not in told


async def test_one_click_makes_an_eval_case_that_begins_with_what_was_said(week: Desk) -> None:
    form = await given(week)
    said = filled(form, ANA, escalation="0", note="A person knows.", should_say="Within 5 days.\nAsk cleo@example.com")
    after = await qa.send_score(week, said)
    assert isinstance(after, Form)
    case = await qa.make_case(week, press(buttons(after)[CASE].subject, ANA, CASE))
    assert isinstance(case, Form) and case.name == "capture.case"
    inputs = {each.name: each.initial for each in case.elements if isinstance(each, TextInput | Choice)}
    assert inputs["must_say"].startswith("Within 5 days.\nAsk ")
    assert "cleo@example.com" not in shown(case)
    assert inputs["escalates"] == "yes"
    assert inputs["reference"] == ""  # a weak answer is no model
    assert "escalation" in shown(case) and "A person knows." in shown(case)


async def test_what_is_a_case_already_is_offered_no_more(week: Desk, platform: ScriptedPlatform) -> None:
    single = next(each for each in await week.store.samples.items(WEEK) if each.scorers == 1)
    await week.store.samples.score(WEEK, Score(single.id, ANA, NOON, {"policy": Met.NO}, False))
    await paint(week, WEEK)
    assert "Found weak" in str(cards(platform)[0])
    await week.store.cases.save(EvalCase("case_1", (), escalation=single.id, must_say=("x",)))
    await paint(week, WEEK)
    assert "Found weak" not in str(cards(platform)[0])
