"""A knowledge fix on its way: proposed in a thread, approved by somebody else, tried by the evals, live or held."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.domain.article import Revision
from bot.domain.chat import Person, Place
from bot.domain.escalation import Author
from bot.domain.fix import FixState, KnowledgeFix, fix_id
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.sandbox.remote import Json
from bot.workflows.fix import article, open_fix
from tests.e2e.company import Desk, buttons, company_at_work, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = "Do you match the price of another shop that sells the same grinder for less?"
AGAIN = "I found the grinder cheaper at another shop. Will you match their price?"
BODY = """## Matching another shop's price

We match the price of another shop for the same grinder or machine within 14 days of your order. Send us a link to the
offer of the other shop. Beans and subscriptions are not matched.
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with company_at_work(tmp_path_factory.mktemp("fixes")) as running:
        yield running


def person(desk: Desk, name: str) -> Person:
    user = desk.sandbox.workspace.user(name)
    return Person("slack", user.id, user.real_name)


def proposed(desk: Desk, revision: Revision, *, by: str = "ana", base: str = "", ref: str = "1") -> KnowledgeFix:
    now = desk.app.desk.clock.now()
    return KnowledgeFix(fix_id(revision.slug, ref), FixState.OPEN, revision, base, person(desk, by), now)


async def fix_card(desk: Desk, says: str, *, room: str = "#escalations") -> Json:
    async def root() -> Json | None:
        return next(iter(reversed(await desk.roots(room, says))), None)

    found: Json = await desk.until(root)
    return found


async def ended(desk: Desk, fix: KnowledgeFix) -> KnowledgeFix:
    async def end() -> KnowledgeFix | None:
        now = await desk.app.desk.store.fixes.get(fix.id)
        return now if now.state not in (FixState.OPEN, FixState.TESTING) else None

    found: KnowledgeFix = await desk.until(end)
    return found


async def test_what_a_fix_says_is_answered_once_somebody_else_approved_it(desk: Desk) -> None:
    store = desk.app.desk.store
    asked = await desk.asked(ASKED)
    assert "Write answer" in buttons(asked)
    thread = Place("slack", asked["channel"], asked["thread_ts"])
    escalation = await store.escalations.at_place(thread)
    assert escalation is not None
    turns = (CaseTurn(Author.CUSTOMER, ASKED),)
    case = EvalCase(case_id(turns), turns, ("14 days",), sources=("orders/price-match",), escalation=escalation.id)
    await store.cases.save(case)
    fix = replace(
        proposed(desk, Revision("orders/price-match", "", "Price matching", BODY)),
        reason="Customers ask.", escalation=escalation.id, place=thread,
    )  # fmt: skip
    await open_fix(desk.app.desk, fix)
    card = await fix_card(desk, "A new article: Price matching")
    assert buttons(card) == ["Approve", "Edit", "Return"]
    await desk.press(card, "Approve", as_="ana")
    await desk.whisper("ana", "You proposed this fix")
    await desk.press(card, "Approve", as_="sue")
    live = await ended(desk, fix)
    assert live.gate is not None
    assert (live.state, live.release, live.gate.fixed) == (FixState.LIVE, 2, (case.id,))
    assert (await store.releases.live("knowledge")).number == 2
    assert (await store.cases.get(case.id)).core
    told = await desk.card(asked["channel"], asked["thread_ts"], "Live as knowledge v2")
    assert ASKED in words(told)
    answered = await desk.asked(AGAIN)
    assert "within 14 days of your order" in words(answered)
    assert "knowledge v2" in words(answered)
    assert {change.kind for change in await store.policy_log.newest(4)} >= {"article", "activation"}


async def test_a_fix_that_breaks_a_core_case_is_held_until_a_manager_says_why(desk: Desk) -> None:
    store = desk.app.desk.store
    now = await article(desk.app.desk, "orders/price-match")
    assert now is not None
    revision = replace(now, body=now.body.replace("within 14 days of your order", "only at the till of our own shop"))
    fix = proposed(desk, revision, base=now.hash, ref="2")
    await open_fix(desk.app.desk, fix)
    card = await fix_card(desk, "A change: Price matching")
    assert "only at the till" in words(card)
    assert '"strike": true' in json.dumps(card["blocks"])
    await desk.press(card, "Approve", as_="sue")
    held = await ended(desk, fix)
    assert held.state is FixState.HELD
    assert held.gate is not None
    assert len(held.gate.broken_core) == 1
    shown = await desk.shows(card, "It breaks 1 case of the core set.")
    assert ASKED in words(shown)
    assert (await store.releases.live("knowledge")).number == 2
    await desk.form(shown, "Let it through", as_="mae")
    await desk.hands.do("forms/submit", as_="mae", values={"Why shall it go live all the same?": "The offer ended."})
    live: KnowledgeFix = await desk.until(lambda: _live(desk, fix))
    assert live.override == "The offer ended."
    assert (await store.releases.live("knowledge")).fix == fix.id
    assert any(change.kind == "override" for change in await store.policy_log.newest(5))


async def _live(desk: Desk, fix: KnowledgeFix) -> KnowledgeFix | None:
    now = await desk.app.desk.store.fixes.get(fix.id)
    return now if now.state is FixState.LIVE else None


async def test_a_senior_edits_a_fix_in_a_form_that_says_what_may_not_stand_there(desk: Desk) -> None:
    now = await article(desk.app.desk, "orders/gift-wrapping")
    assert now is not None
    fix = proposed(desk, replace(now, body=f"{now.body}\nWrapping takes one day more.\n"), base=now.hash, ref="3")
    await open_fix(desk.app.desk, fix)
    card = await fix_card(desk, f"A change: {now.title}")
    await desk.form(card, "Edit", as_="sue")
    refused = await desk.hands.do("forms/submit", as_="sue", values={"Article": f"{now.body}\nAsk <!channel> first."})
    assert "»<!channel>«" in json.dumps(refused, ensure_ascii=False)
    await desk.hands.do("forms/submit", as_="sue", values={"Article": f"{now.body}\nWrapping takes two days more.\n"})
    edited = await desk.shows(card, "two days more")
    await desk.press(edited, "Approve", as_="sue")
    await desk.whisper("sue", "You changed this fix")
    await desk.press(edited, "Approve", as_="ana")
    assert (await ended(desk, fix)).state is FixState.LIVE


async def test_a_returned_fix_goes_no_further(desk: Desk) -> None:
    now = await article(desk.app.desk, "orders/order-number")
    assert now is not None
    fix = proposed(desk, replace(now, body=f"{now.body}\nIt has seven digits.\n"), base=now.hash, ref="4")
    await open_fix(desk.app.desk, fix)
    card = await fix_card(desk, f"A change: {now.title}")
    await desk.form(card, "Return", as_="bo")
    refused = await desk.hands.do("forms/submit", as_="bo", values={"What should be different?": "All of it."})
    assert "A senior rep or a manager" in json.dumps(refused)
    await desk.hands.do("forms/close", as_="bo", all=True)
    await desk.form(card, "Return", as_="sue")
    await desk.hands.do("forms/submit", as_="sue", values={"What should be different?": "It has eight."})
    returned = await desk.shows(card, "It has eight.")
    assert "Approve" not in buttons(returned)
