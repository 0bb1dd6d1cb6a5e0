"""What becomes of a stimulus: handled once, kept through outages, answered to whoever waits."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain.chat import Click, Command, Person, Place, RoomMessage, Toast
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.ports import Answer, Desk
from handlers.commands import CommandPlugin
from handlers.dispatch import SORRY, Dispatcher
from tests.contracts.store_samples import ANA, NOON
from tests.unit.scripted import NotingRuntime, ScriptedPlatform

ROOM = Place("slack", "C1")
CLEO = Person("slack", "U9", "Cleo")
REVOKED = DeliveryFailed("Slack refused the bot's token.", permanent=True)
WORDS = RoomMessage("ev1", ROOM, "100.1", CLEO, "Where is my parcel?", NOON)


@pytest.fixture
def watching(desk: Desk) -> Desk:
    return replace(desk, policy=replace(desk.policy, rooms=("C1",)))


async def done(dispatcher: Dispatcher) -> None:
    """Return when everything that was accepted has been worked on."""
    await dispatcher.close()


async def test_the_same_event_is_handled_once(watching: Desk, runtime: NotingRuntime) -> None:
    dispatcher = Dispatcher(watching, ())
    for _ in range(3):
        await dispatcher.accept(WORDS)
    await done(dispatcher)
    assert len(runtime.started) == 1
    assert not await watching.store.inbox.pending()


async def test_a_customers_words_are_kept_while_the_platform_refuses_us(
    watching: Desk, runtime: NotingRuntime, platform: ScriptedPlatform
) -> None:
    dispatcher = Dispatcher(watching, ())
    platform.troubles = [REVOKED]
    await dispatcher.accept(WORDS)
    await done(dispatcher)
    assert not runtime.started
    assert not platform.told
    await dispatcher.sweep()
    await done(dispatcher)
    assert len(runtime.started) == 1
    assert not await watching.store.inbox.pending()


async def test_who_asked_for_something_that_the_platform_refuses_is_told(
    desk: Desk, platform: ScriptedPlatform
) -> None:
    dispatcher = Dispatcher(desk, ())
    thread = Place("slack", "C1", "100.1")
    platform.troubles = [REVOKED]
    await dispatcher.accept(replace(WORDS, place=thread, message="100.2", asked=True, asked_by=ANA, author=ANA))
    await done(dispatcher)
    assert platform.told == [(ANA.id, str(REVOKED))]
    assert not await desk.store.inbox.pending()


async def test_an_outage_is_waited_out(watching: Desk, runtime: NotingRuntime, platform: ScriptedPlatform) -> None:
    dispatcher = Dispatcher(watching, ())
    platform.troubles = [Unavailable("Slack did not answer.", retry_after=0.01)] * 3
    await dispatcher.accept(WORDS)
    await done(dispatcher)
    assert len(runtime.started) == 1


async def test_a_fault_is_told_without_its_details_and_not_tried_for_ever(
    watching: Desk, platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    dispatcher = Dispatcher(watching, ())
    platform.troubles = [ZeroDivisionError("secret details")]
    await dispatcher.accept(WORDS)
    await done(dispatcher)
    assert platform.told == [(CLEO.id, SORRY)]
    assert "ZeroDivisionError" in caplog.text
    assert not await watching.store.inbox.pending()


async def test_a_refusal_of_an_immediate_answer_is_a_sentence(desk: Desk) -> None:
    click = Click("act1", "review.edit", "esc_0/1#hash", ANA, ROOM)
    answer = await Dispatcher(desk, ()).answer(click)
    assert isinstance(answer, Toast)
    assert "There is no review" in answer.text


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("help", ("ratchet", "help")),
        ("STATUS", ("ratchet", "status")),
        ("ratchet status", ("ratchet", "status")),
        ("status of my order?", None),
        ("help me with this refund", None),
        ("draft something", None),
    ],
)
async def test_a_mention_is_a_command_only_if_it_is_one(desk: Desk, said: str, command: tuple[str, str] | None) -> None:
    given, dispatcher = listening(desk)
    await dispatcher.answer(replace(WORDS, text=said, asked=True, asked_by=ANA, author=ANA))
    assert given == ([command] if command else [])


@pytest.mark.parametrize("said", ["help me with this refund", "draft something"])
async def test_what_nobody_else_sees_is_a_command_and_never_a_question_answered_for_all(desk: Desk, said: str) -> None:
    given, dispatcher = listening(desk)
    await dispatcher.answer(replace(WORDS, text=said, asked=True, asked_by=ANA, author=ANA, whispered=True))
    assert given == [("ratchet", said)]


def listening(desk: Desk) -> tuple[list[tuple[str, str]], Dispatcher]:
    """A dispatcher of two commands, and which of them were given."""
    given: list[tuple[str, str]] = []

    def plugin(name: str, *, slash: bool) -> CommandPlugin:
        async def run(_: Desk, command: Command) -> Answer:
            given.append((command.name, command.text))
            return None

        does: Callable[[Desk, Command], Awaitable[Answer]] = run
        return CommandPlugin(name, "", "", does, slash=slash)

    return given, Dispatcher(desk, (plugin("ratchet", slash=True), plugin("draft", slash=False)))
