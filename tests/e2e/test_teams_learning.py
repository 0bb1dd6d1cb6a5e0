"""Learning in Microsoft Teams: threads become eval cases and knowledge fixes, and what is approved there goes live."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.domain.article import Revision
from bot.domain.chat import Person, Place
from bot.domain.escalation import Author
from bot.domain.fix import FixState, KnowledgeFix, fix_id
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.workflows.fix import article, open_fix
from tests.teams.cards import labels, words
from tests.teams.company import ESCALATIONS, TeamsDesk, teams_company
from tests.teams.seen import Dialog
from tests.teams.world import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it? I am Dana Reed, order FH-1042391."
ANSWER = "A card refund takes 10 working days after it is issued."
ASKED = "Do you match the price of another shop that sells the same grinder for less?"
AGAIN = "I found the grinder cheaper at another shop. Will you match their price?"
BODY = """## Matching another shop's price

We match the price of another shop for the same grinder or machine within 14 days of your order. Send us a link to the
offer of the other shop. Beans and subscriptions are not matched.
"""
Door = Callable[[TeamsDesk, Message, str], Awaitable[Dialog]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TeamsDesk]:
    async with teams_company(tmp_path_factory.mktemp("learning")) as running:
        yield running


async def settled(desk: TeamsDesk, text: str = REFUND, answer: str = ANSWER) -> Message:
    """The card of a question whose draft somebody edited and sent."""
    card = await desk.asked(text)
    await desk.hands.send((await desk.hands.press("ana", card, "Edit")).opened, {"Reply": answer})
    return await desk.shows(card, "Delivered to this thread")


def person(desk: TeamsDesk, name: str) -> Person:
    human = desk.world.people[name]
    return Person("teams", human.id, human.name)


# --- eval cases -------------------------------------------------------------------------------------------------------


async def by_message_action(desk: TeamsDesk, card: Message, name: str) -> Dialog:
    return (await desk.hands.act("bo", desk.world.messages[card.root], name)).opened


async def by_mention(desk: TeamsDesk, card: Message, name: str) -> Dialog:
    return await opened_after(desk, await desk.hands.write("bo", ESCALATIONS, name, thread=card, mention=True))


async def by_slash(desk: TeamsDesk, card: Message, name: str) -> Dialog:
    link = desk.world.link(desk.world.messages[card.root])
    return await opened_after(desk, await desk.hands.slash("bo", "#Support/Random", f"{name} {link}"))


async def by_card(desk: TeamsDesk, card: Message, name: str) -> Dialog:
    return (await desk.hands.press("bo", card, {"eval-case": "Make eval case", "kb-fix": "Fix knowledge"}[name])).opened


def told_to_bo(desk: TeamsDesk, since: Message) -> list[Message]:
    """What nobody but Bo sees, after this."""
    bo = desk.world.people["bo"]
    later = (one for one in desk.world.messages.values() if one.created >= since.created and one.author is None)
    return [one for one in later if one.only_for is bo]


async def opened_after(desk: TeamsDesk, wrote: Message) -> Dialog:
    """The dialog behind the button that answers Bo's command."""
    opener = (await desk.until(lambda: told_to_bo(desk, wrote)))[0]
    assert "Press to open the form" in words(opener.card or {})
    return (await desk.hands.press("bo", opener, labels(opener.card or {})[0])).opened


DOORS = pytest.mark.parametrize("door", [by_message_action, by_mention, by_slash, by_card])


@DOORS
async def test_every_door_leads_to_the_same_eval_case_filled_in(desk: TeamsDesk, door: Door) -> None:
    dialog = await door(desk, await settled(desk), "eval-case")
    shown = dialog.held
    assert "order FH-0000001" in shown["turn-0"]
    assert "Dana" not in dialog.says + str(shown)
    assert shown["reference"] == ANSWER
    assert "10 working days" in shown["must_say"]
    assert "5 to 7 working days" in shown["must_not_say"]


@DOORS
async def test_every_door_leads_to_the_same_knowledge_fix_filled_in(desk: TeamsDesk, door: Door) -> None:
    dialog = await door(desk, await settled(desk), "kb-fix")
    shown = dialog.held
    assert shown["place"].startswith("returns/refund-timing#")
    assert ANSWER in shown[dialog.input("Text")]
    assert "Dana" not in str(shown)


async def test_a_saved_case_is_tried_and_the_thread_is_told_what_came_of_it(desk: TeamsDesk) -> None:
    card = await settled(desk, "How long does it take until a card refund arrives, once you issue it?")
    dialog = await by_message_action(desk, card, "eval-case")
    await desk.hands.send(dialog, {"Tags": "refund, timing"})
    told = words((await desk.card(card, "Eval case saved")).card or {})
    case = next(one for one in await desk.app.desk.store.cases.all() if one.id in told)
    assert (case.tags, [by.name for by in case.by]) == (("refund", "timing"), ["Bo Larsen"])


async def test_draft_an_answer_works_from_any_messages_menu(desk: TeamsDesk) -> None:
    wrote = await desk.hands.write("gus", "#Support/Random", "What does express delivery cost?")
    said = await desk.hands.act("bo", wrote, "draft")
    assert said.said
    assert "express delivery" in words((await desk.card(wrote, "Why")).card or {})
    assert not told_to_bo(desk, wrote)  # the dialog said it


async def test_an_outsider_captures_nothing(desk: TeamsDesk) -> None:
    card = await settled(desk, "How many days does a refund to a card take?")
    said = await desk.hands.act("gus", desk.world.messages[card.root], "eval-case")
    assert "Only support reps can capture threads" in said.said


# --- knowledge fixes --------------------------------------------------------------------------------------------------


async def ended(desk: TeamsDesk, fix: KnowledgeFix) -> KnowledgeFix:
    async def end() -> KnowledgeFix | None:
        now = await desk.app.desk.store.fixes.get(fix.id)
        return now if now.state not in (FixState.OPEN, FixState.TESTING) else None

    found: KnowledgeFix = await desk.until(end, seconds=60)
    return found


async def test_a_fix_that_is_sent_comes_before_the_articles_owner_and_the_thread_is_told(desk: TeamsDesk) -> None:
    card = await settled(desk)
    dialog = (await desk.hands.press("ana", card, "Fix knowledge")).opened
    said = await desk.hands.send(dialog, {"Why": "The bank needs longer since March."})
    assert said.said or await desk.whisper("ana", "Sent to whoever owns “When a refund arrives”")
    [fix] = await desk.app.desk.store.fixes.proposed_by(person(desk, "ana"))
    assert (fix.state, fix.reason) == (FixState.OPEN, "The bank needs longer since March.")
    await desk.card(card, "When a refund arrives")


async def test_a_fix_is_approved_by_somebody_else_passes_the_gate_and_is_told_live_in_the_thread(
    desk: TeamsDesk,
) -> None:
    store = desk.app.desk.store
    asked = await desk.asked(ASKED)
    thread = Place("teams", asked.conversation, asked.root)
    escalation = await store.escalations.at_place(thread)
    assert escalation is not None
    turns = (CaseTurn(Author.CUSTOMER, ASKED),)
    case = EvalCase(case_id(turns), turns, ("14 days",), sources=("orders/price-match",), escalation=escalation.id)
    await store.cases.save(case)
    revision = Revision("orders/price-match", "", "Price matching", BODY)
    now = desk.app.desk.clock.now()
    fix = KnowledgeFix(fix_id(revision.slug, "1"), FixState.OPEN, revision, "", person(desk, "ana"), now)
    await open_fix(desk.app.desk, replace(fix, reason="Customers ask.", escalation=escalation.id, place=thread))
    card = await desk.posted(ESCALATIONS, "A new article: Price matching")
    await desk.hands.press("ana", card, "Approve", look=False)
    await desk.whisper("ana", "You proposed this fix")
    await desk.hands.press("sue", card, "Approve")
    live = await ended(desk, fix)
    assert (live.state, live.gate is not None and live.gate.fixed) == (FixState.LIVE, (case.id,))
    told = await desk.card(asked, f"Live as knowledge v{live.release}")
    assert ASKED in words(told.card or {})
    answered = await desk.asked(AGAIN)
    assert "within 14 days of your order" in words(answered.card or {})


async def test_a_fix_that_breaks_a_core_case_is_held_until_a_manager_says_why(desk: TeamsDesk) -> None:
    now = await article(desk.app.desk, "orders/price-match")
    assert now is not None
    revision = replace(now, body=now.body.replace("within 14 days of your order", "only at the till of our own shop"))
    at = desk.app.desk.clock.now()
    fix = KnowledgeFix(fix_id(revision.slug, "2"), FixState.OPEN, revision, now.hash, person(desk, "ana"), at)
    await open_fix(desk.app.desk, fix)
    card = await desk.posted(ESCALATIONS, "A change: Price matching")
    assert "only at the till" in words(card.card or {})
    await desk.hands.press("sue", card, "Approve")
    assert (await ended(desk, fix)).state is FixState.HELD
    shown = await desk.shows(card, "It breaks 1 case of the core set.")
    assert "Let it through" not in labels(await desk.hands.look("ana", shown))
    dialog = (await desk.hands.press("mae", shown, "Let it through")).opened
    await desk.hands.send(dialog, {"Why shall it go live all the same?": "The offer ended."})

    async def live() -> KnowledgeFix | None:
        again = await desk.app.desk.store.fixes.get(fix.id)
        return again if again.state is FixState.LIVE else None

    assert (await desk.until(live)).override == "The offer ended."


async def test_a_fix_that_is_returned_goes_no_further(desk: TeamsDesk) -> None:
    now = await article(desk.app.desk, "orders/order-number")
    assert now is not None
    revision = replace(now, body=f"{now.body}\nIt has seven digits.\n")
    at = desk.app.desk.clock.now()
    fix = KnowledgeFix(fix_id(revision.slug, "4"), FixState.OPEN, revision, now.hash, person(desk, "ana"), at)
    await open_fix(desk.app.desk, fix)
    card = await desk.posted(ESCALATIONS, f"A change: {now.title}")
    dialog = (await desk.hands.press("sue", card, "Return")).opened
    await desk.hands.send(dialog, {"What should be different?": "It has eight."})
    returned = await desk.shows(card, "It has eight.")
    assert "Approve" not in labels(returned.card or {})
