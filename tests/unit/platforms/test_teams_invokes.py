"""What Teams waits for: which press, dialog and message action is answered with what."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.elements import Actions, Button, Choice, Form, TextInput
from bot.domain.chat import (
    Click,
    Command,
    FormErrors,
    HomeOpened,
    MessageRef,
    Person,
    Place,
    Stimulus,
    Submission,
    Toast,
)
from bot.domain.errors import Rejected, Unavailable
from bot.platforms.teams import invokes
from bot.platforms.teams.activities import Own
from bot.platforms.teams.invokes import Invokes
from bot.platforms.teams.replies import Reply
from bot.ports import Answer
from bot.ports.reaching import OpenForm
from tests.teams.cards import faults_of, words
from tests.unit.platforms.conftest import FakeClock, ListeningIntake
from tests.unit.platforms.test_teams_activities import APP, JSON, delivery, message_action

ANA = Person("teams", "aaaaaaaa-1111-4222-8333-000000000001", "Ana Ruiz")
ROOM = "19:693ecdb923ac4458a5c23661b505fc84@thread.tacv2"
THREAD = Place("teams", ROOM, "1795339000111")
SHOWN = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "As it is"}]}
EDIT = Form(
    "review.edit",
    "Edit the answer",
    "review-1",
    (
        TextInput("answer", "Answer", "Dear customer"),
        Choice("reason", "Reason", (("a", "A"), ("b", "B"))),
        Actions((Button("preview", "Preview", "review-1"),)),
    ),
    "Send it",
)


@dataclass
class Talking:
    """The adapter as invokes see it: it shows one card, and hears what is told."""

    own: Own = field(default_factory=lambda: Own(APP))
    card: dict[str, Any] | None = field(default_factory=lambda: dict(SHOWN))
    asked: list[tuple[MessageRef, Person]] = field(default_factory=list)
    told: list[tuple[Place, str, str]] = field(default_factory=list)
    away: bool = False
    seconds: float = 0.0
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def noted(self, activity: dict[str, Any]) -> None: ...

    async def refreshed(self, message: MessageRef, person: Person) -> dict[str, Any] | None:
        await asyncio.sleep(self.seconds)
        if self.away:
            raise Unavailable("The database does not answer.")
        self.asked.append((message, person))
        return self.card

    async def tell(self, place: Place, person: Person, text: str) -> None:
        if self.away:
            raise Unavailable("Teams does not answer.")
        self.told.append((place, person.id, text))

    def later(self, work: Any) -> None:
        self.tasks.append(asyncio.ensure_future(work))


@dataclass
class Forms:
    """Open forms as they are kept, in memory."""

    kept: dict[str, OpenForm] = field(default_factory=dict)

    async def keep(self, opened: OpenForm, now: datetime) -> None:
        self.kept[opened.id] = opened

    async def get(self, form_id: str, person: Person) -> OpenForm | None:
        opened = self.kept.get(form_id)
        return opened if opened is not None and opened.person.same_as(person) else None


@dataclass
class Desk:
    """Everything that answers an invoke."""

    intake: ListeningIntake = field(default_factory=ListeningIntake)
    talks: Talking = field(default_factory=Talking)
    forms: Forms = field(default_factory=Forms)

    def __post_init__(self) -> None:
        self.intake.urgent = lambda stimulus: not (isinstance(stimulus, Click) and stimulus.action == "approve")
        self.invokes = Invokes(self.intake, self.talks, self.forms, FakeClock())

    async def asks(self, name: str, value: Any, **more: Any) -> Reply:
        activity = delivery("reply") | {"type": "invoke", "id": "f:1", "name": name, "value": value} | more
        return await self.invokes.answer(activity)

    async def presses(self, action: str, **more: Any) -> Reply:
        data = {"action": action, "subject": "review-1"}
        value = {"action": {"type": "Action.Execute", "verb": action, "data": data}, "trigger": "manual"}
        return await self.asks("adaptiveCard/action", value, **{"replyToId": "1795339000222"} | more)

    async def opens(self, form: Form = EDIT) -> str:
        """Press a button that opens the form; gives the id that it was opened under."""
        self.intake.answers = lambda _: form
        reply = await self.asks("task/fetch", {"data": {"action": "edit", "subject": "review-1", "msteams": {}}})
        assert "Edit the answer" in str(reply.body)
        return next(reversed(self.forms.kept))

    async def sends(self, form: Any, gets: Answer, **data: Any) -> Reply:
        self.intake.answers = lambda _: gets
        return await self.asks("task/submit", {"data": {"form": form} | data})

    def heard(self) -> Stimulus:
        return self.intake.heard[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def told(reply: Reply) -> str:
    """The sentence that is shown."""
    assert reply.body is not None
    shown = reply.body.get("task") or reply.body
    assert isinstance(shown["value"], str), shown
    return str(shown["value"])


async def test_a_press_that_is_work_is_taken_in_and_the_card_stays_as_it_is(desk: Desk) -> None:
    reply = await desk.presses("approve")
    assert reply.body == {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": SHOWN}
    where = f"{ROOM};messageid=1795339000111"
    assert desk.heard() == Click(f"teams:{where}:f:1", "approve", "review-1", ANA, THREAD)
    assert desk.talks.asked == [(MessageRef(THREAD, "1795339000222"), ANA)]


async def test_a_press_on_a_card_that_is_not_known_any_more_is_taken_in_all_the_same(desk: Desk) -> None:
    desk.talks.card = None
    assert told(await desk.presses("approve")) == "Got it."
    desk.talks.away = True
    assert told(await desk.presses("approve")) == "Got it."
    assert len(desk.intake.heard) == 2


async def test_a_press_is_taken_in_however_long_it_takes_to_find_out_what_the_card_is_now(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invokes, "SHOW_SECONDS", 0.02)
    desk.talks.seconds = 30
    assert told(await desk.presses("approve")) == "Got it."
    assert len(desk.intake.heard) == 1


async def test_a_press_that_cannot_be_kept_asks_to_press_again(desk: Desk) -> None:
    desk.intake.failures = 1
    assert (await desk.presses("approve")).status == 503


async def test_a_press_that_only_asks_is_answered_at_once(desk: Desk) -> None:
    desk.intake.answers = lambda _: Toast("Bo approved it at 9:30.")
    assert told(await desk.presses("who")) == "Bo approved it at 9:30."
    desk.intake.answers = lambda _: None
    assert told(await desk.presses("who")) == "Done."
    desk.intake.answers = lambda _: EDIT
    assert "cannot show" in told(await desk.presses("edit"))


async def test_whoever_looks_gets_the_card_as_it_is_for_them(desk: Desk) -> None:
    value = {"action": {"type": "Action.Execute", "verb": "ratchet.refresh", "data": {}}, "trigger": "automatic"}
    reply = await desk.asks("adaptiveCard/action", value, replyToId="1795339000111")
    assert reply.body is not None
    assert reply.body["value"] == SHOWN
    assert desk.talks.asked == [(MessageRef(Place("teams", ROOM), "1795339000111"), ANA)]
    assert not desk.intake.heard
    desk.talks.card = None
    for answer in (
        await desk.asks("adaptiveCard/action", value, replyToId="1"),
        await desk.asks("adaptiveCard/action", value),
    ):
        assert answer.status == 200
        assert answer.body is not None
        assert answer.body["statusCode"] == 404


async def test_a_form_opens_in_a_dialog_that_carries_only_its_id(desk: Desk) -> None:
    desk.intake.answers = lambda _: EDIT
    reply = await desk.asks("task/fetch", {"data": {"action": "edit", "subject": "review-1"}})
    assert reply.body is not None
    value = reply.body["task"]["value"]
    assert value["title"] == "Edit the answer"
    assert faults_of(value["card"]["content"]) == []
    ((identity, opened),) = desk.forms.kept.items()
    assert opened == OpenForm(identity, EDIT, THREAD, ANA)
    assert value["card"]["content"]["actions"][-1]["data"] == {"form": identity}


async def test_a_form_that_was_sent_is_what_it_was_opened_as(desk: Desk) -> None:
    form = await desk.opens()
    reply = await desk.sends(form, None, answer="Dear Cas", reason="c", subject="review-2", more="x")
    assert reply == Reply()
    sent = desk.heard()
    assert isinstance(sent, Submission)
    assert (sent.form, sent.subject, sent.actor, sent.place) == ("review.edit", "review-1", ANA, THREAD)
    assert sent.values == {"answer": "Dear Cas", "reason": ""}


async def test_what_is_wrong_with_a_form_is_said_above_what_was_typed(desk: Desk) -> None:
    form = await desk.opens()
    reply = await desk.sends(form, FormErrors({"answer": "There is no greeting."}), answer="Hm", reason="b")
    assert reply.body is not None
    shown = reply.body["task"]["value"]["card"]["content"]
    assert "There is no greeting." in words(shown)
    assert "Hm" in words(shown)
    assert shown["actions"][-1]["data"] == {"form": form}


async def test_a_form_may_be_answered_by_a_sentence_or_by_the_next_form(desk: Desk) -> None:
    form = await desk.opens()
    assert told(await desk.sends(form, Toast("Sue has to approve this."))) == "Sue has to approve this."
    reply = await desk.sends(form, Form("next", "Who is to blame?", "x", (TextInput("who", "Who"),), "Tell"))
    assert reply.body is not None
    assert reply.body["task"]["value"]["title"] == "Who is to blame?"
    assert len(desk.forms.kept) == 2


async def test_a_button_in_a_form_is_pressed_where_the_form_was_opened(desk: Desk) -> None:
    form = await desk.opens()
    await desk.sends(form, EDIT, action="preview", subject="review-1")
    assert desk.heard() == Click(desk.heard().key, "preview", "review-1", ANA, THREAD)


async def test_an_input_may_be_called_as_buttons_are(desk: Desk) -> None:
    form = await desk.opens(Form("odd", "Edit the answer", "s", (TextInput("action", "Action"),), "Go"))
    await desk.sends(form, None, action="walk")
    sent = desk.heard()
    assert isinstance(sent, Submission)
    assert sent.values == {"action": "walk"}


@pytest.mark.parametrize("form", ["", "unknown", 7, None])
async def test_a_form_that_is_not_open_is_not_sent(desk: Desk, form: Any) -> None:
    assert "not open any more" in told(await desk.sends(form, None))
    assert not desk.intake.heard


async def test_somebody_elses_form_is_not_sent(desk: Desk) -> None:
    form = await desk.opens()
    other = {"id": "29:bo", "name": "Bo", "aadObjectId": "bo"}
    before = len(desk.intake.heard)
    reply = await desk.asks("task/submit", {"data": {"form": form}}, **{"from": other})
    assert "somebody else's" in told(reply)
    assert len(desk.intake.heard) == before


async def test_a_message_action_opens_its_form(desk: Desk) -> None:
    desk.intake.answers = lambda _: EDIT
    reply = await desk.invokes.answer(message_action(id="1795339807437", replyToId="1795339000111"))
    assert reply.body is not None
    assert reply.body["task"]["type"] == "continue"
    asked = desk.heard()
    assert isinstance(asked, Command)
    assert (asked.name, asked.message) == ("eval-case", MessageRef(THREAD, "1795339807437"))
    form = next(iter(desk.forms.kept))
    desk.intake.answers = lambda _: Toast("The case was made.")
    value = message_action()["value"] | {"data": {"form": form, "answer": "x"}}
    assert told(await desk.asks("composeExtension/submitAction", value)) == "The case was made."


async def test_a_message_action_that_begins_work_is_confirmed(desk: Desk) -> None:
    desk.intake.urgent = lambda _: False
    assert "working on it" in told(await desk.invokes.answer(message_action(id="1")))
    desk.intake.failures = 1
    assert (await desk.invokes.answer(message_action(id="1"))).status == 503


async def test_the_button_that_shows_the_queue_is_taken_in(desk: Desk) -> None:
    desk.intake.urgent = lambda _: False
    await desk.presses("ratchet.home")
    assert isinstance(desk.heard(), HomeOpened)


async def test_what_takes_longer_than_teams_waits_is_told_afterwards(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await desk.opens()
    monkeypatch.setattr(invokes, "DIALOG_SECONDS", 0.02)
    desk.intake.seconds = 0.1
    for answer, text in (
        (Toast("Sent."), "Sent."),
        (FormErrors({"answer": "Too long."}), "Too long."),
        (None, "Done."),
        (EDIT, "press again"),
    ):
        assert "takes a little longer" in told(await desk.sends(form, answer))
        await asyncio.gather(*desk.talks.tasks)
        place, person, said = desk.talks.told[-1]
        assert (place, person) == (THREAD, ANA.id)
        assert text in said


async def test_an_answer_that_cannot_be_told_late_is_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    form = await desk.opens()
    monkeypatch.setattr(invokes, "DIALOG_SECONDS", 0.02)
    desk.intake.seconds, desk.talks.away = 0.1, True
    await desk.sends(form, Toast("Sent."))
    await asyncio.gather(*desk.talks.tasks)
    assert "could not be shown" in caplog.text


async def test_a_form_that_cannot_be_kept_asks_to_try_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(desk.forms, "keep", full)
    desk.intake.answers = lambda _: EDIT
    assert "try again" in told(await desk.asks("task/fetch", {"data": {"action": "edit"}}))


@pytest.mark.parametrize("name", ["signin/verifyState", "composeExtension/query", "fileConsent/invoke", "", None, 5])
async def test_an_invoke_that_is_not_offered_is_not_implemented(desk: Desk, name: Any) -> None:
    assert (await desk.asks(name, {})).status == 501


KNOWN = ["adaptiveCard/action", "task/fetch", "composeExtension/fetchTask"]


@pytest.mark.parametrize("name", [*KNOWN, "task/submit", "composeExtension/submitAction"])
@pytest.mark.parametrize("value", [None, "approve", ["approve"], 5])
async def test_a_value_that_is_no_object_is_bad(desk: Desk, name: str, value: Any) -> None:
    with pytest.raises(Rejected):
        await desk.asks(name, value)


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("value", [{}, {"data": "x", "action": []}, {"data": {"action": {}}, "commandId": 7}])
async def test_a_value_without_what_it_needs_is_bad(desk: Desk, name: str, value: Any) -> None:
    with pytest.raises(Rejected):
        await desk.asks(name, value)


@pytest.mark.parametrize("more", [{"from": None}, {"from": {"id": 5}}, {"conversation": []}])
async def test_an_invoke_of_nobody_or_nowhere_is_bad(desk: Desk, more: Any) -> None:
    with pytest.raises(Rejected):
        await desk.presses("approve", **more)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from([*KNOWN, "task/submit"]), value=JSON, data=JSON)
def test_no_value_makes_answering_fail(name: str, value: Any, data: Any) -> None:
    async def run() -> None:
        desk = Desk()
        for one in (value, {"data": data, "action": {"data": data}, "commandId": data, "messagePayload": data}):
            with contextlib.suppress(Rejected):
                await desk.asks(name, one)

    asyncio.run(run())
