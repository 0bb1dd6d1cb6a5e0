"""How a thread becomes an eval case or a knowledge fix, through each of the five doors."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from bot.sandbox.remote import Json
from tests.e2e.company import Desk, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it? I am Dana Reed, order FH-1042391."
ANSWER = "A card refund takes 10 working days after it is issued."
Door = Callable[[Desk, Json, str], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("capture")) as running:
        yield running


async def settled(desk: Desk, text: str = REFUND, answer: str = ANSWER, *, by: str = "ana") -> Json:
    """The card of a question whose draft somebody edited and sent."""
    card = await desk.asked(text)
    await desk.form(card, "Edit", as_=by)
    await desk.hands.do("forms/submit", as_=by, values={"Reply": answer})
    return await desk.shows(card, "Delivered to this thread")


def link_of(card: Json) -> str:
    return f"https://fern.slack.example/archives/{card['channel']}/p{card['thread_ts'].replace('.', '')}"


async def by_link(desk: Desk, card: Json, name: str) -> None:
    await desk.hands.do("commands", as_="bo", room="#random", text=f"/{name} {link_of(card)}")


async def by_picker(desk: Desk, card: Json, name: str) -> None:
    await desk.hands.do("commands", as_="bo", room="#escalations", text=f"/{name}")
    form = await desk.opened("bo")
    assert "delivered: How long does a card refund take" in words(form)
    await desk.hands.do("forms/submit", as_="bo", values={})


async def by_shortcut(desk: Desk, card: Json, name: str) -> None:
    await desk.hands.do("shortcuts", as_="bo", room="#escalations", ts=card["thread_ts"], callback_id=name)


async def by_mention(desk: Desk, card: Json, name: str) -> None:
    said = {"room": "#escalations", "thread": card["thread_ts"], "text": f"@ratchet {name}"}
    await desk.hands.do("messages", as_="bo", **said)
    opener = await desk.card("#escalations", card["thread_ts"], "press to open the form")
    await desk.press(opener, "command", as_="bo")


async def by_menu(desk: Desk, card: Json, name: str) -> None:
    shown = await desk.message(card)
    for block in shown["blocks"]:
        for element in block.get("elements") or ():
            if element.get("action_id") == "command" and element["value"].startswith(name):
                await desk.press(shown, "command", as_="bo")
                return
    option = {"eval-case": "Make eval case", "kb-fix": "Fix knowledge"}[name]
    await desk.hands.do("press", as_="bo", room=card["channel"], ts=card["ts"], action="more", option=option)


DOORS = pytest.mark.parametrize("door", [by_link, by_picker, by_shortcut, by_mention, by_menu])


def held(form: Json) -> dict[str, str]:
    """What the inputs of a form hold, by name."""
    values = {}
    for block_id, inputs in form["state"]["values"].items():
        for value in inputs.values():
            chosen = value.get("selected_option") or {}
            values[block_id] = value.get("value") or chosen.get("value") or value.get("selected_date") or ""
    return values


async def closed(desk: Desk, who: str = "bo") -> None:
    for _ in (await desk.hands.read("forms", as_=who))["forms"]:
        await desk.hands.do("forms/close", as_=who)


@DOORS
async def test_every_door_leads_to_the_same_eval_case_filled_in(desk: Desk, door: Door) -> None:
    card = await settled(desk)
    await door(desk, card, "eval-case")

    async def case_form() -> Json | None:
        form = await desk.opened("bo")
        return form if "Approved answer" in words(form) else None

    form = await desk.until(case_form)
    shown = held(form)
    assert "order FH-0000001" in shown["turn-0"]
    assert "Dana" not in words(form) + str(shown)
    assert shown["reference"] == ANSWER
    assert "10 working days" in shown["must_say"]
    assert "5 to 7 working days" in shown["must_not_say"]
    assert shown["mode"] == "stale_policy"
    await closed(desk)


async def test_a_saved_case_is_tried_at_once_and_the_thread_says_why_it_does_not_pass(desk: Desk) -> None:
    card = await settled(desk, "How long does it take until a card refund arrives, once you issue it?")
    await by_menu(desk, card, "eval-case")
    await desk.opened("bo")
    await desk.hands.do("forms/submit", as_="bo", values={"Tags": "refund, timing"})
    await desk.whisper("bo", "I am trying it now")
    told = words(await desk.card("#escalations", card["thread_ts"], "Eval case saved"))
    assert "Today's system does not pass it" in told
    case = next(one for one in await desk.app.desk.store.cases.all() if one.id in told)
    assert case.tags == ("refund", "timing")
    assert [person.name for person in case.by] == ["Bo Larsen"]


async def test_two_people_who_capture_the_same_thread_make_one_case_and_are_both_credited(desk: Desk) -> None:
    card = await settled(desk, "My card refund was issued on Monday. How long does it take to arrive?")
    for who in ("bo", "sue"):
        said = {"as_": who, "room": "#escalations", "ts": card["thread_ts"], "callback_id": "eval-case"}
        await desk.hands.do("shortcuts", **said)
        form = await desk.opened(who)
        assert ("is a case already (Bo Larsen)" in words(form)) == (who == "sue")
        await desk.hands.do("forms/submit", as_=who, values={})
        await desk.whisper(who, "Saved: case_" if who == "bo" else "you are credited too")
    cases = [one for one in await desk.app.desk.store.cases.all() if "on Monday" in one.question]
    assert [[person.name for person in case.by] for case in cases] == [["Bo Larsen", "Sue Okafor"]]


async def test_a_case_with_somebodys_address_in_it_is_not_saved(desk: Desk) -> None:
    card = await settled(desk, "When does the refund to my card arrive after it is issued?")
    await by_shortcut(desk, card, "eval-case")
    await desk.opened("bo")
    answer = await desk.hands.do("forms/submit", as_="bo", values={"Must cite": "no/such", "Tags": "dana@reed.example"})
    assert "something personal" in answer["errors"]["tags"]
    assert "There is no article no/such" in answer["errors"]["sources"]
    await closed(desk)


async def told(desk: Desk, link: str, says: str, *, who: str = "sue") -> str:
    await desk.hands.do("commands", as_=who, room="#random", text=f"/eval-case {link}")
    return await desk.whisper(who, says)


async def test_a_link_that_leads_nowhere_is_answered_with_what_to_do(desk: Desk) -> None:
    place = "https://fern.slack.example/archives"
    room = desk.sandbox.workspace.channel("#random").id
    await told(desk, "what?", "Choose “Copy link”")
    await told(desk, f"{place}/C0NOSUCH/p1700000000000100", "There is no room C0NOSUCH, or Ratchet was not invited")
    await told(desk, f"{place}/{room}/p1700000000000100", "is not there any more")
    wrote = await desk.hands.do("messages", as_="bo", room="#random", text="Lunch?")
    await told(desk, f"{place}/{room}/p{wrote['ts'].replace('.', '')}", "There is no escalation in that thread")


async def test_a_thread_whose_message_was_deleted_has_nothing_to_capture(desk: Desk) -> None:
    card = await desk.asked("What does express delivery cost?")
    await desk.hands.do("messages/delete", as_="gus", room="#escalations", ts=card["thread_ts"])
    await desk.shows(card, "message was deleted")
    await told(desk, link_of(card), "The customer deleted that message")


async def test_an_outsider_captures_nothing(desk: Desk) -> None:
    card = await settled(desk, "How many days does a refund to a card take?")
    await told(desk, link_of(card), "Only support reps can capture threads", who="gus")


async def test_a_room_without_threads_says_how_to_name_one(desk: Desk) -> None:
    await told(desk, "", "No thread of this room has a draft yet")
