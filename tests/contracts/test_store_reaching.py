from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Code,
    DateInput,
    Divider,
    Emphasis,
    Facts,
    Form,
    Heading,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    PersonInput,
    Picture,
    Quote,
    Strong,
    Struck,
    Style,
    Table,
    TextInput,
    Tick,
    Tone,
    When,
)
from bot.domain.chat import MessageRef, Person, Place, Role
from bot.ports import Store
from bot.ports.reaching import Conversation, Kind, OpenForm
from bot.storage.engine import Engine
from bot.storage.store import open_store
from tests.contracts.store_samples import NOON, TRICKY, after

ROOM = Place("teams", "19:abc@thread.tacv2", "1700000000001")
SHOWN = MessageRef(ROOM, "1700000000002")
ANA = Person("teams", "aad-ana", "Ana Ruiz")
BEN = Person("teams", "aad-ben", "Ben")
CHANNEL = Conversation(
    "teams", ROOM.room, Kind.CHANNEL, "https://smba.example/emea/", "tenant-1", NOON,
    name="#Support/Escalations", team="19:general@thread.tacv2", group="group-1",
)  # fmt: skip
CHAT = Conversation(
    "teams", "a:chat-ana", Kind.PERSONAL, "https://smba.example/emea/", "tenant-1", NOON, person="aad-ana"
)
EVERYTHING = Card(
    "A draft is waiting",
    (
        Heading("Where is my parcel?"),
        Quote("Where is my parcel?"),
        Paragraph(("plain ", Strong("strong"), Emphasis("soft"), Struck("old"), Code("x = 1"))),
        Note((Link("the article", "https://help.example/a"), Mention(ANA), When(NOON + timedelta(microseconds=5)))),
        Facts((("Risk", ("low",)), ("By", (Mention(BEN),)))),
        Notice(Tone.WARNING, ("Mind ", Strong("this"))),
        Divider(),
        Actions(
            (Button("draft.approve", "Approve", "draft-1", Style.PRIMARY, "Sure?", role=Role.SENIOR),),
            (Button("draft.open", "Open", "draft-1", url="https://desk.example/"),),
        ),
        Table(("What", "How many"), ((("Refunds",), (Strong("3"),)),), numeric=(1,)),
        Picture("data:image/png;base64,AAAA", "A rising line", "Week 47"),
    ),
)
FORM = Form(
    "draft.edit", "Edit the draft", "draft-1",
    (
        Paragraph(("Change what you like.",)),
        TextInput("reply", "Reply", "Dear Ana", multiline=True),
        Choice("reason", "Reason", (("tone", "Tone"), ("facts", "Facts")), radio=True),
        Tick("again", "Show me again"),
        PersonInput("owner", "Owner"),
        DateInput("until", "Until", date(2026, 11, 30)),
        DateInput("from", "From"),
    ),
    submit="Send",
)  # fmt: skip


async def test_a_conversation_is_known_as_it_was_noted(store: Store) -> None:
    assert await store.conversations.get("teams", CHANNEL.id) is None
    for known in (CHANNEL, CHAT):
        await store.conversations.keep(known)
        assert await store.conversations.get("teams", known.id) == known
    assert await store.conversations.get("slack", CHANNEL.id) is None


async def test_what_a_later_delivery_leaves_out_stays_known(store: Store) -> None:
    await store.conversations.keep(replace(CHANNEL, private=True))
    bare = replace(CHANNEL, name="", team="", group="", service_url="https://smba.example/amer/", seen_at=after(60))
    await store.conversations.keep(bare)
    expected = replace(CHANNEL, private=True, service_url=bare.service_url, seen_at=after(60))
    assert await store.conversations.get("teams", CHANNEL.id) == expected
    await store.conversations.keep(replace(CHANNEL, name="#Support/Urgent", seen_at=after(30)))
    renamed = await store.conversations.get("teams", CHANNEL.id)
    assert renamed
    assert (renamed.name, renamed.private, renamed.seen_at) == ("#Support/Urgent", True, after(60))


async def test_a_conversation_that_is_gone_is_no_channel_until_it_is_seen_again(store: Store) -> None:
    other = replace(CHANNEL, id="19:def@thread.tacv2")
    for known in (CHAT, other, CHANNEL):
        await store.conversations.keep(known)
    assert await store.conversations.channels("teams") == (CHANNEL, other)
    await store.conversations.keep(replace(CHANNEL, gone=True))
    assert await store.conversations.channels("teams") == (other,)
    gone = await store.conversations.get("teams", CHANNEL.id)
    assert gone
    assert gone.gone
    await store.conversations.keep(replace(CHANNEL, seen_at=after(9)))
    assert await store.conversations.channels("teams") == (replace(CHANNEL, seen_at=after(9)), other)


async def test_a_person_is_reached_in_the_chat_that_is_there_and_was_seen_last(store: Store) -> None:
    assert await store.conversations.personal("teams", "aad-ana") is None
    newer = replace(CHAT, id="a:chat-newer", seen_at=after(60))
    group = replace(CHAT, id="19:group", kind=Kind.GROUP, seen_at=after(90))
    for known in (CHAT, newer, group):
        await store.conversations.keep(known)
    assert await store.conversations.personal("teams", "aad-ana") == newer
    await store.conversations.keep(replace(newer, gone=True))
    assert await store.conversations.personal("teams", "aad-ana") == CHAT
    assert await store.conversations.personal("teams", "aad-ben") is None


async def test_a_card_is_given_back_with_every_part_as_it_was(store: Store) -> None:
    assert await store.shown_cards.get(SHOWN) is None
    await store.shown_cards.keep(SHOWN, EVERYTHING, NOON)
    assert await store.shown_cards.get(SHOWN) == EVERYTHING
    await store.shown_cards.keep(SHOWN, Card("Done", ()), after(1))
    assert await store.shown_cards.get(SHOWN) == Card("Done", ())
    assert await store.shown_cards.get(MessageRef(Place("teams", "19:other"), SHOWN.message)) is None


async def test_a_card_is_found_whichever_thread_it_is_asked_in(store: Store) -> None:
    await store.shown_cards.keep(SHOWN, EVERYTHING, NOON)
    assert await store.shown_cards.get(MessageRef(Place("teams", ROOM.room), SHOWN.message)) == EVERYTHING


@pytest.mark.parametrize("text", [TRICKY, "a\x00b\ud800c", "", "\u202e right to left"])
async def test_a_card_of_any_text_can_be_kept(store: Store, text: str) -> None:
    await store.shown_cards.keep(SHOWN, Card(text, (Quote(text), Table((text,), (((text,),),)))), NOON)
    shown = await store.shown_cards.get(SHOWN)
    cleaned = text.replace("\x00", "").replace("\ud800", "?")
    assert shown == Card(cleaned, (Quote(cleaned), Table((cleaned,), (((cleaned,),),))))


async def test_cards_of_long_ago_are_forgotten(engine: Engine, workspace: str, store: Store) -> None:
    old = MessageRef(ROOM, "old")
    await store.shown_cards.keep(old, EVERYTHING, NOON - timedelta(days=91))
    await open_store(engine, workspace).shown_cards.keep(SHOWN, EVERYTHING, NOON)
    assert await store.shown_cards.get(old) is None
    assert await store.shown_cards.get(SHOWN) == EVERYTHING


async def test_a_form_is_given_back_to_the_person_it_was_opened_for_alone(engine: Engine, workspace: str) -> None:
    forms = open_store(engine, workspace, now=lambda: NOON).open_forms
    opened = OpenForm("f-1", FORM, ROOM, ANA)
    await forms.keep(opened, NOON)
    await forms.keep(replace(opened, id="f-2", place=None, form=replace(FORM, elements=EVERYTHING.elements)), NOON)
    assert await forms.get("f-1", replace(ANA, name="Ana")) == opened
    second = await forms.get("f-2", ANA)
    assert second
    assert (second.place, second.form.elements) == (None, EVERYTHING.elements)
    assert await forms.get("f-1", BEN) is None
    assert await forms.get("f-1", Person("slack", ANA.id)) is None
    assert await forms.get("f-3", ANA) is None


async def test_a_form_is_open_for_a_day(engine: Engine, workspace: str) -> None:
    clock = [NOON]
    forms = open_store(engine, workspace, now=lambda: clock[0]).open_forms
    await forms.keep(OpenForm("f-1", FORM, ROOM, ANA), NOON)
    clock[0] = NOON + timedelta(days=1)
    assert await forms.get("f-1", ANA)
    clock[0] += timedelta(seconds=1)
    assert await forms.get("f-1", ANA) is None
    await forms.keep(OpenForm("f-2", FORM, ROOM, ANA), clock[0])
    clock[0] = NOON
    assert await forms.get("f-1", ANA) is None


async def test_accounts_with_one_address_are_one_person_known_by_the_first_of_them(store: Store) -> None:
    accounts, slack = store.accounts, Person("slack", "U1", "Ana")
    assert await accounts.person_of(ANA) is None
    assert await accounts.of_person(ANA) == {"teams": ANA}
    assert await accounts.link(slack, "Ana@Example.com ", NOON) == slack
    assert await accounts.link(ANA, "ana@example.COM", after(60)) == slack
    assert await accounts.person_of(replace(ANA, name="")) == slack
    for one in (ANA, slack):
        assert await accounts.of_person(one) == {"slack": slack, "teams": ANA}
    assert await accounts.link(BEN, "ben@example.com", NOON) == BEN
    assert await accounts.of_person(BEN) == {"teams": BEN}


async def test_an_account_that_is_noted_again_keeps_its_turn_and_gets_its_new_name(store: Store) -> None:
    slack = Person("slack", "U1", "Ana")
    await store.accounts.link(slack, "ana@example.com", NOON)
    await store.accounts.link(ANA, "ana@example.com", after(60))
    married = replace(slack, name="Ana Ruiz-Kern")
    assert await store.accounts.link(married, "ana@example.com", after(90)) == married
    assert await store.accounts.link(replace(slack, name=""), "ana@example.com", after(99)) == married
    assert await store.accounts.person_of(ANA) == married


async def test_accounts_without_an_address_are_nobody_elses(store: Store) -> None:
    assert await store.accounts.link(ANA, "", NOON) == ANA
    assert await store.accounts.link(Person("slack", "U1"), " ", NOON) == Person("slack", "U1")
    assert await store.accounts.link(BEN, "", NOON) == BEN
    assert await store.accounts.person_of(ANA) == ANA
    assert await store.accounts.of_person(ANA) == {"teams": ANA}


async def test_an_address_that_is_given_to_somebody_new_does_not_make_them_their_predecessor(store: Store) -> None:
    slack, successor = Person("slack", "U1", "Ana"), Person("slack", "U2", "Another Ana")
    await store.accounts.link(slack, "ana@example.com", NOON)
    assert await store.accounts.link(successor, "ana@example.com", after(60)) == successor
    assert await store.accounts.person_of(slack) == slack
    assert await store.accounts.link(ANA, "ana@example.com", after(90)) == successor
    assert await store.accounts.of_person(slack) == {"slack": slack}


async def test_an_address_that_changes_changes_whose_account_it_is(store: Store) -> None:
    slack = Person("slack", "U1", "Ana")
    await store.accounts.link(slack, "ana@example.com", NOON)
    await store.accounts.link(ANA, "ana@example.com", after(60))
    assert await store.accounts.link(ANA, "ana@new.example", after(90)) == ANA
    assert await store.accounts.of_person(slack) == {"slack": slack}


async def test_any_text_can_be_part_of_a_conversation_or_an_account(store: Store) -> None:
    named = replace(CHANNEL, name=TRICKY, gone=False, seen_at=datetime(2026, 1, 1, tzinfo=UTC))
    await store.conversations.keep(named)
    assert await store.conversations.channels("teams") == (named,)
    tricky = Person("teams", "a\x00b", TRICKY)
    assert await store.accounts.link(tricky, "ana\x00@example.com", NOON) == Person("teams", "ab", TRICKY)


async def test_how_a_neighbour_reaches_people_is_unknown(store: Store, neighbour: Store) -> None:
    await store.conversations.keep(CHANNEL)
    await store.conversations.keep(CHAT)
    await store.shown_cards.keep(SHOWN, EVERYTHING, NOON)
    await store.open_forms.keep(OpenForm("f-1", FORM, ROOM, ANA), datetime.now(UTC))
    await store.accounts.link(Person("slack", "U1"), "ana@example.com", NOON)
    assert await neighbour.conversations.channels("teams") == ()
    assert await neighbour.conversations.get("teams", CHAT.id) is None
    assert await neighbour.conversations.personal("teams", "aad-ana") is None
    assert await neighbour.shown_cards.get(SHOWN) is None
    assert await neighbour.open_forms.get("f-1", ANA) is None
    assert await neighbour.accounts.link(ANA, "ana@example.com", after(60)) == ANA
    assert await neighbour.accounts.person_of(Person("slack", "U1")) is None
    assert await store.open_forms.get("f-1", ANA)
