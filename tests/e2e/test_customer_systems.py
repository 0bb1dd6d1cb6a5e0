"""Escalations that customers' systems hand over by signed webhook, and how replies get back to them."""

import asyncio
import base64
import hashlib
import io
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from openapi_spec_validator import validate
from standardwebhooks import Webhook

from bot.domain.escalation import Outcome, OutcomeKind
from bot.sandbox.remote import Json
from tests.e2e.company import WEBHOOK_SECRET, Desk, buttons, company_at_work, conversation, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUND = "How long does a card refund take to arrive after you issue it?"
ANSWER = "5 to 7 working days"
NONSENSE = "Which colour does the moon of the planet Zog have?"
ROOM = "#support-orders"
"""The room that owns the question's intent in the sample taxonomy."""
OLD_SECRET = "whsec_" + base64.b64encode(hashlib.sha256(b"the one before").digest()).decode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder, secrets = tmp_path_factory.mktemp("customers"), (WEBHOOK_SECRET, OLD_SECRET)
    async with company_at_work(folder, webhook={"secrets": secrets, "timeout_seconds": 1.0}) as running:
        yield running


@pytest.fixture
def fresh(request: pytest.FixtureRequest) -> Iterator[str]:
    """A conversation id that no other test uses."""
    yield request.node.name


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, key: str = "msg_1", at: float = 0) -> dict[str, str]:
    moment = datetime.fromtimestamp(at or time.time(), UTC)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, moment, body.decode("utf-8", "replace")),
        "content-type": "application/json",
    }


async def posted(desk: Desk, body: Any, headers: dict[str, str] | None = None, **how: Any) -> tuple[int, Json]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signed(raw, **how) if headers is None else headers
    url = f"{desk.bot_url}/surfaces/webhook"
    async with aiohttp.ClientSession() as session, session.post(url, data=io.BytesIO(raw), headers=headers) as answer:
        return answer.status, await answer.json()


def escalated(data: Json) -> Json:
    return {"type": "conversation.escalated", "data": data}


async def handed_over(desk: Desk, identity: str, *texts: str, says: str = "Why") -> Json:
    """The card of a conversation that is handed over with an address for the reply."""
    url = desk.sandbox.customers.reply_url
    await desk.customer_sends(f"msg-{identity}", conversation(identity, *(texts or (REFUND,)), reply_url=url))
    return await desk.card_of(identity, says)


async def received(desk: Desk, identity: str) -> list[Json]:
    """What the customer got back."""
    listed = (await desk.hands.read("customers"))["conversations"]
    return [e for c in listed if c["id"] == identity for e in c["entries"] if e["from"] == "company"]


async def approved(desk: Desk, card: Json, says: str) -> Json:
    await desk.press(card, "Approve")
    return await desk.shows(card, says)


# --- in ---------------------------------------------------------------------------------------------------------------


async def test_a_conversation_is_accepted_with_its_id_and_drafted_in_the_room_that_owns_it(desk: Desk) -> None:
    status, answer = await posted(desk, escalated(conversation("in-1", REFUND, surface="web chat")))
    assert status == 202
    assert answer["escalation"].startswith("esc_")
    assert (await desk.app.desk.store.escalations.get(answer["escalation"])).question == REFUND
    card = await desk.card_of("in-1")
    assert "Dana Customer" in words(card)
    assert "web chat" in words(card)
    assert await desk.roots(ROOM, REFUND)


async def test_the_same_delivery_twice_is_one_escalation_with_one_card(desk: Desk, fresh: str) -> None:
    body = escalated(conversation(fresh, REFUND))
    first = await posted(desk, body, key=fresh)
    assert await posted(desk, body, key=fresh) == first
    card = await desk.card_of(fresh)
    await desk.quiet()
    assert len(await desk.thread(card["channel"], card["thread_ts"])) == 2


async def test_a_new_message_of_the_customer_supersedes_the_draft(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    more = conversation(fresh, REFUND, "I paid with a Visa card.")
    await desk.customer_sends(f"more-{fresh}", more)
    await desk.shows(card, "was replaced by a newer one")
    assert "I paid with a Visa card." in words(await desk.card(card["channel"], card["thread_ts"], "Why"))


async def test_a_message_without_an_id_is_not_taken_for_an_earlier_one(desk: Desk, fresh: str) -> None:
    def only(text: str) -> Json:
        return escalated({"conversation_id": fresh, "customer": {"id": "dana"}, "turns": [{"text": text}]})

    await posted(desk, only(REFUND), key=f"{fresh}-1")
    card = await desk.card_of(fresh)
    await posted(desk, only("It was a Visa card."), key=f"{fresh}-2")
    await desk.shows(card, "was replaced by a newer one")


async def test_what_colleagues_say_below_the_card_is_no_part_of_the_conversation(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh, NONSENSE)
    assert card["channel"] == desk.sandbox.workspace.channel("#escalations").id  # a room that is watched
    await desk.hands.do("messages", as_="bo", room="#escalations", text="Easy one.", thread=card["thread_ts"])
    await desk.quiet()
    await desk.customer_sends(f"more-{fresh}", conversation(fresh, NONSENSE, "Hello?"))
    await desk.shows(card, "was replaced by a newer one")
    newer = words(await desk.card("#escalations", card["thread_ts"], "Why"))
    assert NONSENSE in newer
    assert "Hello?" in newer


async def test_either_secret_signs_while_one_is_being_replaced(desk: Desk, fresh: str) -> None:
    for number, secret in enumerate((WEBHOOK_SECRET, OLD_SECRET)):
        status, _ = await posted(desk, escalated(conversation(f"{fresh}-{number}", REFUND)), secret=secret)
        assert status == 202


async def test_a_wrong_old_or_missing_signature_is_401(desk: Desk) -> None:
    body = json.dumps(escalated(conversation("unsigned", REFUND))).encode()
    stranger = "whsec_" + base64.b64encode(b"somebody else's secret, 32 bytes").decode()
    tampered = signed(body) | {"webhook-id": "msg_2"}
    nonsense = signed(body) | {"webhook-signature": "v1,ünicode"}
    for headers in (
        signed(body, secret=stranger),
        signed(body, at=time.time() - 600),
        signed(body, at=time.time() + 600),
        {"content-type": "application/json"},
        tampered,
        nonsense,
    ):
        status, answer = await posted(desk, body, headers)
        assert status == 401
        assert "signature" in answer["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000])
async def test_what_is_not_json_is_400(desk: Desk, body: bytes) -> None:
    status, answer = await posted(desk, body)
    assert (status, answer["error"]) == (400, "The body is not JSON.")


GOOD = conversation("c", REFUND)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ([], "type"),
        ({"type": "conversation.deleted", "data": {}}, "type"),
        (escalated(GOOD) | {"more": 1}, "more"),
        (escalated({"customer": GOOD["customer"], "turns": GOOD["turns"]}), "data.conversation_id"),
        (escalated(GOOD | {"turns": []}), "data.turns"),
        (escalated(GOOD | {"turns": [{"text": "   "}]}), "data.turns"),
        (escalated(GOOD | {"turns": [{"text": 5}]}), "data.turns.0.text"),
        (escalated(GOOD | {"turns": [{"text": "x", "at": "0001-01-01T00:00:00+05:00"}]}), "data.turns.0.at"),
        (escalated(GOOD | {"language": "english"}), "data.language"),
        (escalated(GOOD | {"reply_url": "not an address"}), "data.reply_url"),
        (escalated(GOOD | {"reply_url": "http://evil.example/replies"}), "data.reply_url"),
        ({"type": "conversation.outcome", "data": {"conversation_id": "c", "outcome": "won"}}, "data.outcome"),
        ({"type": "conversation.outcome", "data": {"conversation_id": "c", "outcome": "rating"}}, "data.value"),
    ],
)
async def test_what_breaks_the_schema_is_422_and_names_the_field(desk: Desk, body: Any, field: str) -> None:
    status, answer = await posted(desk, body)
    assert (status, answer.get("field")) == (422, field)
    assert field in answer["error"]


async def test_more_than_a_mebibyte_is_413_however_it_is_sent(desk: Desk) -> None:
    body = b'{"a": "' + b"x" * (1024 * 1024) + b'"}'
    assert (await posted(desk, body))[0] == 413

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    url = f"{desk.bot_url}/surfaces/webhook"
    async with aiohttp.ClientSession() as session, session.post(url, data=chunks(), headers=signed(body)) as answer:
        assert answer.status == 413


async def test_a_number_of_thousands_of_digits_is_no_json_of_ours(desk: Desk) -> None:
    body = b'{"type": ' + b"1" * 10_000 + b"}"
    url = f"{desk.bot_url}/surfaces/webhook"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=signed(body)) as answer:
        assert answer.status == 400


async def test_two_customers_never_share_a_conversation(desk: Desk, fresh: str) -> None:
    await desk.customer_sends(f"{fresh}-1", conversation(fresh, REFUND))
    other = conversation(fresh, "Where is my parcel?", customer={"id": "erin", "name": "Erin Other"})
    assert (await desk.customer_sends(f"{fresh}-2", other))["status"] == 409


async def test_an_unknown_surface_is_404_and_another_method_405(desk: Desk) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{desk.bot_url}/surfaces/fax", data=b"{}") as answer:
            assert answer.status == 404
        async with session.get(f"{desk.bot_url}/surfaces/webhook") as answer:
            assert answer.status == 405
            assert (await answer.json())["error"]


async def test_the_published_description_is_valid_and_names_every_status(desk: Desk) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{desk.bot_url}/openapi.json") as answer:
        description = await answer.json()
    validate(description)
    responses = description["paths"]["/surfaces/webhook"]["post"]["responses"]
    assert set(responses) == {"202", "400", "401", "404", "409", "413", "422", "503"}


# --- outcomes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [("resolved", None), ("reopened", None), ("rating", 4), ("transferred", None), ("handle_time", 312.5)],
)
async def test_an_outcome_is_recorded_once_however_often_it_comes(
    desk: Desk, fresh: str, kind: str, value: float | None
) -> None:
    await posted(desk, escalated(conversation(fresh, REFUND)))
    data = {"conversation_id": fresh, "outcome": kind} | ({"value": value} if value else {})
    for _ in range(2):
        status, answer = await posted(desk, {"type": "conversation.outcome", "data": data}, key=f"out-{fresh}")
        assert status == 202
    known = Outcome(f"out-{fresh}", answer["escalation"], OutcomeKind(kind), datetime.now(UTC), value)
    assert not await desk.app.desk.store.escalations.record_outcome(known)


async def test_an_outcome_of_an_unknown_conversation_is_404(desk: Desk) -> None:
    data = {"conversation_id": "never seen", "outcome": "resolved"}
    assert (await posted(desk, {"type": "conversation.outcome", "data": data}))[0] == 404


# --- out --------------------------------------------------------------------------------------------------------------


async def test_an_approved_reply_reaches_the_customer_signed_and_once(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    done = await approved(desk, card, "Delivered to web chat")
    [entry] = await received(desk, fresh)
    assert ANSWER in entry["text"]  # the sandbox answers 401 unless it is signed
    assert entry["id"].startswith("reply:esc_")
    assert buttons(done) == ["Why"]


async def test_a_reply_that_meets_a_500_is_delivered_once_afterwards(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", status=500)
    await approved(desk, card, "Delivered to web chat")
    assert [entry["repeats"] for entry in await received(desk, fresh)] == [0]


async def test_a_reply_waits_as_long_as_the_receiver_asks(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", status=429, retry_after=1)
    begun = time.monotonic()
    await approved(desk, card, "Trying again in 1 s")
    await desk.shows(card, "Delivered to web chat")
    assert time.monotonic() - begun >= 1.0
    assert len(await received(desk, fresh)) == 1


async def test_a_reply_whose_receipt_was_lost_shows_once_to_the_customer(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", disconnect=True, after_effect=True)
    await approved(desk, card, "Delivered to web chat")
    assert [entry["repeats"] for entry in await received(desk, fresh)] == [1]


async def test_a_receiver_that_is_too_slow_is_tried_again(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", delay=1.5)
    await approved(desk, card, "Delivered to web chat")
    assert len(await received(desk, fresh)) == 1


async def test_a_refused_reply_is_told_in_the_thread_and_can_be_sent_again(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", status=410)
    failed = await approved(desk, card, "Delivery failed")
    assert "refused the reply (HTTP 410)" in words(failed)
    assert buttons(failed) == ["Send again"]
    notice = await desk.card(card["channel"], card["thread_ts"], "the reply was not delivered")
    assert desk.sandbox.workspace.user("ana").id in json.dumps(notice["blocks"])
    assert not await received(desk, fresh)
    await desk.press(failed, "Send again", as_="bo")
    await desk.shows(card, "Delivered to web chat")
    assert len(await received(desk, fresh)) == 1


async def test_only_reps_can_send_again(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", status=400)
    failed = await approved(desk, card, "Delivery failed")
    await desk.press(failed, "Send again", as_="gus")
    await desk.whisper("gus", "Only support reps can")
    assert not await received(desk, fresh)


async def test_a_receiver_that_never_recovers_ends_in_a_failure_that_says_so(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", status=503, times=4)
    failed = await approved(desk, card, "Delivery failed")
    assert "answered 503" in words(failed)


async def test_without_a_reply_address_the_card_says_where_to_answer(desk: Desk, fresh: str) -> None:
    await posted(desk, escalated(conversation(fresh, REFUND)))
    failed = await approved(desk, await desk.card_of(fresh), "Delivery failed")
    assert "came without a reply URL: answer it in its own system" in words(failed)


async def test_two_who_send_again_at_once_deliver_once(desk: Desk, fresh: str) -> None:
    card = await handed_over(desk, fresh)
    await desk.hands.do("faults", method="customers.replies", status=410)
    failed = await approved(desk, card, "Delivery failed")
    await asyncio.gather(*(desk.press(failed, "Send again", as_=name) for name in ("ana", "bo")))
    await desk.shows(card, "Delivered to web chat")
    await desk.quiet()
    assert len(await received(desk, fresh)) == 1


# --- rooms shared with another organisation ---------------------------------------------------------------------------


async def test_a_draft_never_goes_to_a_room_that_another_organisation_can_read(desk: Desk) -> None:
    wrote = await desk.hands.do("messages", as_="gus", room="#partners", text=REFUND)
    [root] = await desk.until(lambda: desk.roots("#support-orders", "asks via Slack"))  # the intent's own room
    card = await desk.card("#support-orders", root["ts"], "Why")
    assert len(await desk.thread("#partners", wrote["ts"])) == 1
    await desk.press(card, "Approve")
    await desk.shows(card, "Delivered to")
    shared = await desk.thread("#partners", wrote["ts"])
    assert len(shared) == 2
    assert ANSWER in words(shared[1])
    assert "Sources" not in words(shared[1])
