"""The weekly sample in the sandbox: drawn once, scored blind by two people, told, and a weak answer made a case."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.domain.calendar import Week, time_zone
from bot.domain.sample import Met
from bot.sandbox.remote import Json
from evals.qa.words import week_in_words
from evals.rubric import load_rubric
from tests.e2e.company import COMPANY, Desk, MovedClock, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = (
    "Hi, I am Gus Outsider, gus@example.org. How long does a card refund take?",
    "What does shipping to Germany cost?",
    "How do I descale my machine?",
)
POINTS = {point.name: f"{point.name.capitalize()}: {point.of_sent}" for point in load_rubric().points}
DRAW = "draw the weekly sample"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clock() -> MovedClock:
    return MovedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> AsyncIterator[Desk]:
    rooms = {**COMPANY, "channels": [*COMPANY["channels"], {"name": "qa"}]}
    quality = {"room": "#qa", "schedule": "mon 09:00", "double": 1.0, "failures": 2}
    folder = tmp_path_factory.mktemp("qa")
    async with company_at_work(folder, company=rooms, clock=clock, quality=quality) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def week(desk: Desk, clock: MovedClock) -> Week:
    """The week in which the questions were answered; it is the Monday after."""
    await desk.app.jobs[DRAW]()  # from now on slots count
    this = Week.of(clock.now(), time_zone("UTC"))
    for question in ASKED:
        await desk.press(await desk.asked(question), "Approve", as_="sue")
    await desk.quiet()
    clock.moved = this.end - clock.now() + timedelta(hours=9, minutes=1)
    await desk.app.jobs[DRAW]()
    return this


async def sample_card(desk: Desk, week: Week) -> Json:
    async def root() -> Json | None:
        return next(iter(await desk.roots("#qa", f"Quality sample of the week of {week.days}")), None)

    found: Json = await desk.until(root)
    return found


def question_in(form: Json) -> str:
    told = json.dumps(form)
    return next(asked for asked in ASKED if asked[-20:] in told)


async def scores(desk: Desk, as_: str, **levels: str) -> Json:
    """Send the form that this person has open; what they have open then."""
    said = {label: levels.get(name, "Yes") for name, label in POINTS.items()}
    await desk.hands.do("forms/submit", as_=as_, values=said)
    return await desk.opened(as_)


async def test_the_sample_is_drawn_once_and_its_card_says_of_what(desk: Desk, week: Week) -> None:
    card = await sample_card(desk, week)
    assert "0 of 3 scored, 0 of 3 by two people" in words(card)
    assert "3 of the 3 answers that were approved in the week" in words(card)
    assert buttons(card) == ["Score one"]
    await desk.app.jobs[DRAW]()
    await desk.quiet()
    assert len(await desk.roots("#qa", f"Quality sample of the week of {week.days}")) == 1


async def test_what_mae_cannot_judge_she_leaves_and_gets_another_in_its_place(desk: Desk, week: Week) -> None:
    form = await desk.form(await sample_card(desk, week), "Score one", as_="mae")
    await desk.hands.do("forms/press", as_="mae", action="Leave it to somebody else")

    async def another() -> bool:
        shown = await desk.opened("mae")
        return question_in(shown) != question_in(form)

    await desk.until(another)
    assert len((await desk.hands.read("forms", as_="mae"))["forms"]) == 1
    for _ in ASKED[1:]:
        await desk.hands.do("forms/press", as_="mae", action="Leave it to somebody else")
        await desk.quiet()
    assert "Nothing is left for you" in json.dumps(await desk.opened("mae"))


async def test_outsiders_and_whoever_approved_the_answers_score_none(desk: Desk, week: Week) -> None:
    card = await sample_card(desk, week)
    await desk.press(card, "Score one", as_="sue")
    await desk.whisper("sue", "is your own answer")
    await desk.press(card, "Score one", as_="gus")
    await desk.whisper("gus", "Only support reps can score answers.")


async def test_two_people_score_blind_each_form_opening_the_next(desk: Desk, week: Week) -> None:
    card = await sample_card(desk, week)
    first = await desk.form(card, "Score one", as_="ana")
    other = await desk.form(card, "Score one", as_="bo")
    assert question_in(first) != question_in(other)
    assert "gus@example.org" not in json.dumps([first, other])
    assert "Sue" not in json.dumps([first, other])
    for person in ("ana", "bo"):
        for _ in range(3):
            form = await desk.opened(person)
            weak = question_in(form) == ASKED[1]
            form = await scores(desk, person, completeness="Partly" if weak else "Yes")
        assert "Nothing is left for you" in json.dumps(form) or "Everything of the sample of " in json.dumps(form)
    done = await desk.shows(card, "All scored. Thank you!")
    assert "3 of 3 scored, 3 of 3 by two people" in words(done)
    assert "people found exactly 67 % (n = 3) good" in words(done)
    assert "in 12 weeks two people scored 3 answers, and 20 are needed" in words(done)
    assert buttons(done) == ["Make eval case"]
    scored = [mark.score for mark in await desk.app.desk.store.samples.marks(week.label) if mark.score]
    assert sorted({score.by.name for score in scored}) == ["Ana Ruiz", "Bo Larsen"]
    assert all(score.points["tone"] is Met.YES for score in scored)


async def test_a_weak_one_becomes_an_eval_case_by_one_click(desk: Desk, week: Week) -> None:
    card = await sample_card(desk, week)
    while (await desk.hands.read("forms", as_="ana"))["forms"]:
        await desk.hands.do("forms/close", as_="ana")
    form = await desk.form(await desk.message(card), "Make eval case", as_="ana")
    assert "Scorers found that the answer lacks" in json.dumps(form)
    assert "completeness" in json.dumps(form)
    await desk.hands.do("forms/submit", as_="ana", values={"Must say": "4.90 EUR"})
    await desk.whisper("ana", "Saved")
    (case,) = await desk.app.desk.store.cases.all()
    assert case.question == ASKED[1]
    assert case.must_say == ("4.90 EUR",)
    assert case.reference == ""


async def test_the_digest_of_that_week_says_what_the_sample_told(desk: Desk, week: Week) -> None:
    told = await week_in_words(desk.app.desk, week)
    assert told[0].startswith(f"Of the answers of the week of {week.days}, people found exactly 67 %")
    assert told[1].startswith("The weakest point is completeness: exactly 67 %")
    assert await week_in_words(desk.app.desk, week.previous) == ()


async def test_what_its_customer_deletes_leaves_the_sample(desk: Desk, week: Week) -> None:
    card = await sample_card(desk, week)
    (asked,) = await desk.roots("#escalations", ASKED[2])
    await desk.hands.do("messages/delete", as_="gus", room="#escalations", ts=asked["ts"])
    left = await desk.shows(card, "taken back by the customer since")
    assert "2 of 2 scored, 2 of 2 by two people" in words(left)
