"""How a thread becomes an eval case or a knowledge fix, through each of the five doors."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from bot.domain.chat import Person
from bot.domain.fix import FixState
from bot.sandbox.remote import Json
from tests.e2e.company import Desk, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it? I am Dana Reed, order FH-1042391."
ANSWER = "A card refund takes 10 working days after it is issued."
TITLES = {"eval-case": "Make eval case", "kb-fix": "Fix knowledge"}
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
    await desk.press(await desk.whispered("bo", f"Press to open the form. {TITLES[name]}"), "command", as_="bo")


async def by_menu(desk: Desk, card: Json, name: str) -> None:
    shown = await desk.message(card)
    for block in shown["blocks"]:
        for element in block.get("elements") or ():
            if element.get("action_id") == "command" and element["value"].startswith(name):
                await desk.press(shown, "command", as_="bo")
                return
    await desk.hands.do("press", as_="bo", room=card["channel"], ts=card["ts"], action="more", option=TITLES[name])


DOORS = pytest.mark.parametrize("door", [by_link, by_picker, by_shortcut, by_mention, by_menu])


def held(form: Json) -> dict[str, str]:
    """What the inputs of a form hold, by name."""
    values = {}
    for block_id, inputs in form["state"]["values"].items():
        for value in inputs.values():
            chosen = value.get("selected_option") or {}
            values[block_id.partition("@")[0]] = (
                value.get("value") or chosen.get("value") or value.get("selected_date") or ""
            )
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
    await told(desk, f"{place}/{room}/p1700000000000100", "it is gone, or I am not in that room")
    await desk.hands.do("rooms", name="secret", members=["bo"], private=True, bot=False)
    secret = await desk.hands.do("messages", as_="bo", room="#secret", text="Psst")
    await told(desk, f"{place}/{secret['room']}/p{secret['ts'].replace('.', '')}", f"no room {secret['room']}")
    wrote = await desk.hands.do("messages", as_="bo", room="#random", text="Lunch?")
    await told(desk, f"{place}/{room}/p{wrote['ts'].replace('.', '')}", "There is no escalation in that thread")


async def test_a_link_to_a_private_room_is_no_key_to_it(desk: Desk) -> None:
    await desk.hands.do("rooms", name="board", members=["bo"], private=True)
    asked = "How long does a card refund take to arrive? @ratchet"
    card = await desk.asked(asked, as_="bo", room="#board")
    assert "private room that you are not in" in await told(desk, link_of(card), "private room")
    assert "private room" in await told(desk, next(value for value in reviews_named(card)), "private room", who="ana")
    await desk.hands.do("commands", as_="bo", room="#random", text=f"/eval-case {link_of(card)}")
    assert "How long does a card refund take" in held(await desk.opened("bo"))["turn-0"]
    await closed(desk)


def reviews_named(card: Json) -> list[str]:
    """The reviews that the buttons of a card give to their commands."""
    values = [one.get("value", "") for block in card["blocks"] for one in block.get("elements") or ()]
    return [value.partition("#")[0] for value in values if value.startswith("esc_")]


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


async def fix_form(desk: Desk, who: str = "bo") -> Json:
    """The form of a knowledge fix, as soon as this person has it open."""

    async def shown() -> Json | None:
        form = await desk.opened(who)
        return form if form["callback_id"] == "capture.fix" else None

    form: Json = await desk.until(shown)
    return form


@DOORS
async def test_every_door_leads_to_the_same_knowledge_fix_filled_in(desk: Desk, door: Door) -> None:
    card = await settled(desk)
    await door(desk, card, "kb-fix")
    form = await fix_form(desk)
    shown = held(form)
    assert shown["place"].startswith("returns/refund-timing#")
    assert "A card refund takes 10 working days after it is issued." in shown["text"]
    assert "| Credit or debit card | 10 working days |" in shown["text"]
    assert "A PayPal refund takes 1 to 2 working days" in shown["text"]
    assert shown["owner"] == "@billing-leads"
    assert (shown["effective"], shown["audience"]) == ("2026-03-09", "customer")
    assert shown["mode"] == "stale_policy"
    assert "Dana" not in str(shown)
    await closed(desk)


async def test_a_gap_becomes_a_new_article_from_the_answer(desk: Desk) -> None:
    card = await desk.asked("I am Dana. Do you engrave names on the grinder?", as_="gus")
    label = "Write answer" if "Write answer" in words(card) else "Edit"
    await desk.form(card, label)
    told = "Engraving a grinder costs 12 EUR and takes three days."
    answer = f"Hi Dana,\n\n{told} Yours is booked, Dana.\n\nBest regards,\nAna"
    await desk.hands.do("forms/submit", as_="ana", values={"Reply": answer})
    card = await desk.shows(card, "Delivered to this thread")
    await desk.press(card, "Fix knowledge", as_="ana")
    shown = held(await fix_form(desk, "ana"))
    assert told in shown["text"]
    assert "Dana" not in shown["text"] + shown["reason"]
    await closed(desk, "ana")


async def test_another_section_comes_with_its_own_text(desk: Desk) -> None:
    card = await settled(desk)
    await by_menu(desk, card, "kb-fix")
    place = held(await fix_form(desk))["place"]

    async def chosen(other: str, says: str) -> None:
        await desk.hands.do("forms/submit", as_="bo", values={"place": other})

        async def switched() -> bool:
            return says in held(await desk.opened("bo"))["text"]

        await desk.until(switched)

    await chosen(place[:-1] + str(int(place[-1]) - 1), "inspected within 3 working days")
    await chosen("new", ANSWER)
    await closed(desk)


async def test_a_fix_that_is_sent_comes_before_the_articles_owner_and_the_thread_is_told(desk: Desk) -> None:
    card = await settled(desk)
    await desk.press(card, "Fix knowledge", as_="ana")
    await fix_form(desk, "ana")
    await desk.hands.do("forms/submit", as_="ana", values={"Why": "The bank needs longer since March."})
    await desk.whisper("ana", "Sent to whoever owns “When a refund arrives”")
    fix = (await desk.app.desk.store.fixes.proposed_by(Person("slack", desk.sandbox.workspace.user("ana").id)))[0]
    assert "| Credit or debit card | 10 working days |" in fix.revision.body
    assert "## Where a refund goes" in fix.revision.body
    assert (fix.state, fix.reason) == (FixState.OPEN, "The bank needs longer since March.")
    assert "When a refund arrives" in words(await desk.card("#escalations", card["thread_ts"], "When a refund arrives"))


async def test_a_fix_with_a_customers_address_in_it_is_stopped_with_the_words_marked(desk: Desk) -> None:
    card = await settled(desk)
    await desk.press(card, "Fix knowledge", as_="ana")
    await fix_form(desk, "ana")
    sent = await desk.hands.do("forms/submit", as_="ana", values={"Text": "Write to dana@reed.example for a refund."})
    assert "»dana@reed.example«" in str(sent["errors"])
    await closed(desk, "ana")


async def test_a_fix_whose_reason_names_a_customer_is_stopped_with_the_words(desk: Desk) -> None:
    card = await settled(desk)
    await desk.press(card, "Fix knowledge", as_="ana")
    reason = held(await fix_form(desk, "ana"))["reason"]
    sent = await desk.hands.do("forms/submit", as_="ana", values={"Why": f"{reason} Ask dana@reed.example."})
    assert "dana@reed.example" in sent["errors"]["reason"]
    assert "FH-0000001" not in sent["errors"]["reason"]
    await closed(desk, "ana")


async def test_a_fix_of_an_answer_without_its_customers_number_is_no_slip(desk: Desk) -> None:
    card = await settled(desk, answer="A card refund for order FH-1042391 takes 10 working days after it is issued.")
    await desk.press(card, "Fix knowledge", as_="ana")
    shown = await fix_form(desk, "ana")
    text = held(shown)["text"].replace("5 to 7 working days", "10 working days")
    sent = await desk.hands.do("forms/submit", as_="ana", values={"Text": text, "Why": "The number is left out."})
    assert sent["errors"] == {}
    posted = await desk.until(lambda: _fix_card(desk, "The number is left out."))
    assert "Check which one is right" not in words(posted)


async def _fix_card(desk: Desk, says: str) -> Json | None:
    rooms = ("#escalations", "#support-orders", "#support-billing")
    return next(iter([card for room in rooms for card in await desk.roots(room, says)]), None)


async def test_an_article_that_is_called_otherwise_is_said_to_be_unknown(desk: Desk) -> None:
    await desk.hands.do("commands", as_="bo", room="#random", text="/kb-fix returns/no-such-article")
    await desk.whisper("bo", "No article is called “returns/no-such-article” either")


async def test_why_shows_what_the_draft_of_a_linked_thread_rests_on(desk: Desk) -> None:
    card = await desk.asked("How long does PayPal take for a refund after you issue it?")
    await desk.hands.do("commands", as_="sue", room="#random", text=f"/ratchet why {link_of(card)}")
    assert "When a refund arrives" in words(await desk.opened("sue"))
    await closed(desk, "sue")
    said = {"room": "#escalations", "thread": card["thread_ts"], "text": "@ratchet why"}
    await desk.hands.do("messages", as_="sue", **said)
    await desk.press(await desk.whispered("sue", "Press to open the form"), "command", as_="sue")
    assert "When a refund arrives" in words(await desk.opened("sue"))
    await closed(desk, "sue")


async def test_status_counts_the_fixes_and_the_cases(desk: Desk) -> None:
    await desk.hands.do("commands", as_="mae", room="#random", text="/ratchet status")
    said = await desk.whisper("mae", "Knowledge fixes:")
    fixes = await desk.app.desk.store.fixes.in_state(FixState.OPEN)
    assert f"{len(fixes)} open, 0 testing, 0 held" in said
    assert f"Eval cases: {len(await desk.app.desk.store.cases.all())}, 0 of them core" in said
