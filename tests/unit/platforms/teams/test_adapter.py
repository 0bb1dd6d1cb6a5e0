import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.cards.elements import Actions, Button, Card, Paragraph, Picture, Quote
from bot.domain.chat import MessageRef, Person, Place, Role
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.platforms.patience import Refused
from bot.platforms.teams.adapter import TeamsPlatform
from bot.platforms.teams.services import Services
from bot.ports import Store
from bot.settings.edges import Teams
from bot.storage.engine import create_engine
from bot.storage.store import open_store
from tests.teams.activities import Activities
from tests.teams.cards import labels, words
from tests.teams.standin import StandIn
from tests.teams.world import Message
from tests.unit.platforms.conftest import FakeClock
from tests.unit.platforms.teams.conftest import Roles, adapter

BUTTONS = Actions(
    (
        Button("approve", "Approve", "d1"),
        Button("edit", "Edit", "d1", role=Role.SENIOR),
        Button("", "Open", "", url="https://desk.example/"),
    )
)
CARD = Card("A draft", (Paragraph(("Hello",)), Quote("<at>all</at> hi"), BUTTONS))
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def person(standin: StandIn, handle: str) -> Person:
    human = standin.world.people[handle]
    return Person("teams", human.id, human.name)


def ours(standin: StandIn) -> list[Message]:
    """What the bot said and did not take back."""
    return [one for one in standin.world.messages.values() if one.author is None and not one.deleted]


# -- posting ---------------------------------------------------------------------------------------------------------


async def test_a_card_is_posted_into_its_thread(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    posted = await teams.post(thread, CARD, key="k1")
    (message,) = ours(standin)
    assert posted == MessageRef(thread, message.id)
    assert (message.root, message.conversation) == (thread.thread, thread.room)
    assert message.card
    assert message.card["body"][0]["id"] == "k1"


async def test_a_card_without_a_thread_begins_one(teams: TeamsPlatform, standin: StandIn, room: Place) -> None:
    posted = await teams.post(room, CARD, key="k1")
    assert (posted.place, ours(standin)[0].root) == (room, posted.message)


async def test_a_room_may_be_given_by_its_name_and_a_person_by_their_id(
    teams: TeamsPlatform, standin: StandIn, room: Place
) -> None:
    assert (await teams.post(Place("teams", "#Support/Escalations"), CARD, key="k1")).place == room
    assert (await teams.post(Place("teams", "teams:#Escalations"), CARD, key="k2")).place == room
    chat = standin.world.chat(standin.world.people["ana"])
    assert (await teams.reply(Place("teams", person(standin, "ana").id), "Hi", key="k3")).place.room == chat


async def test_somebody_who_never_wrote_is_written_to_in_a_new_chat(teams: TeamsPlatform, standin: StandIn) -> None:
    for number in range(2):
        await teams.reply(Place("teams", person(standin, "bo").id), "Hi", key=f"k{number}")
    assert {one.conversation for one in ours(standin)} == {standin.world.chat(standin.world.people["bo"])}
    assert standin.faults.asked["create"] == 1


@pytest.mark.parametrize(
    ("handle", "sentence"), [("gus", "has not added Ratchet"), ("lou", "may have no licence"), ("tom", "refused")]
)
async def test_somebody_who_cannot_be_written_to_is_said_to_be_so(
    teams: TeamsPlatform, standin: StandIn, handle: str, sentence: str
) -> None:
    with pytest.raises(DeliveryFailed, match=sentence) as raised:
        await teams.reply(Place("teams", person(standin, handle).id), "Hi", key="k1")
    assert raised.value.permanent


async def test_the_same_key_posts_once(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    first = await teams.post(thread, CARD, key="k1")
    await teams.update(first, Card("Sent", (Paragraph(("Sent",)),)))
    assert await teams.post(thread, CARD, key="k1") == first
    assert len(ours(standin)) == 1
    shown = await teams.refreshed(first, person(standin, "ana"))
    assert shown
    assert words(shown).startswith("Sent")


async def test_of_many_repaints_of_a_card_only_the_newest_is_waited_for(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    posted = await teams.post(thread, CARD, key="k1")
    standin.plan("update", delay=0.2)
    cards = [Card(f"State {number}", (Paragraph((f"State {number}",)),)) for number in range(10)]
    await asyncio.gather(*(teams.update(posted, card) for card in cards))
    newest = await teams.refreshed(posted, person(standin, "ana"))
    assert newest
    assert words(ours(standin)[0].card or {}) == words(newest), "what is shown is what is kept"
    assert standin.faults.asked["update"] <= 2


async def test_a_page_that_two_begin_at_once_is_one_page(teams: TeamsPlatform, standin: StandIn) -> None:
    ana = person(standin, "ana")
    pages = [Card("Queue", (Paragraph((text,)),)) for text in ("One", "Two")]
    await asyncio.gather(*(teams.publish_home(ana, page) for page in pages))
    assert len(ours(standin)) == 1


async def test_long_text_continues_in_further_messages_as_it_is(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    text = "\n".join(f"{number} *not bold* <b>nor this</b> @ana" for number in range(900))
    posted = await teams.reply(thread, text, key="k1")
    said = [one.text for one in ours(standin)]
    assert (len(said), posted.message) == (3, ours(standin)[0].id)
    assert "\n".join(said) == text
    assert await teams.reply(thread, text, key="k1") == posted
    assert len(ours(standin)) == 3


async def test_text_of_nothing_is_still_a_message(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    await teams.reply(thread, "\x00 \n", key="k1")
    assert ours(standin)[0].text == "…"


# -- answers that are lost, late or refused --------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["room", "thread"])
@pytest.mark.parametrize("what", ["card", "text"])
@pytest.mark.parametrize("fault", [{"reset": True}, {"status": 502}, {"status": 504}, {"garbage": True}], ids=str)
async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    teams: TeamsPlatform, standin: StandIn, room: Place, thread: Place, where: str, what: str, fault: dict[str, Any]
) -> None:
    place = thread if where == "thread" else room
    await teams.reply(place, "Hello <b>there</b> & all\n\nbye", key="earlier")
    standin.plan("send" if where == "thread" else "create", after=True, **fault)
    send = (
        teams.post(place, CARD, key="k1")
        if what == "card"
        else teams.reply(place, "Hello <b>there</b> & all\n\nbye", key="k1")
    )
    posted = await send
    assert [one.id for one in ours(standin)][1:] == [posted.message]


async def test_a_card_that_could_not_be_noted_is_found_even_by_the_one_who_posted_it(
    microsoft: Services, settings: Teams, store: Store, clock: FakeClock, roles: Roles, standin: StandIn,
    deliveries: Activities, root: Message, thread: Place,
) -> None:  # fmt: skip
    class Failing:
        """An outbox that is away just when the card was posted."""

        begin, failed = store.outbox.begin, False

        async def done(self, key: str, message: MessageRef) -> None:
            if not self.failed:
                self.failed = True
                raise Unavailable("not now")
            await store.outbox.done(key, message)

    platform = adapter(microsoft, settings, replace(store, outbox=Failing()), clock, roles)
    await platform.noted(deliveries.message(root))
    with pytest.raises(Unavailable):
        await platform.post(thread, CARD, key="k1")
    posted = await platform.post(thread, CARD, key="k1")
    assert [one.id for one in ours(standin)] == [posted.message]


async def test_a_post_that_never_arrived_is_posted_again(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    standin.plan("send", status=502, times=2)
    await teams.post(thread, CARD, key="k1")
    assert len(ours(standin)) == 1


async def test_words_that_were_said_before_are_not_taken_for_those_that_never_arrived(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    first = await teams.reply(thread, "Done.", key="k1")
    standin.plan("send", status=502)
    assert await teams.reply(thread, "Done.", key="k2") != first
    assert len(ours(standin)) == 2


async def test_a_post_that_a_crash_cut_off_is_found_by_the_next_process(
    teams: TeamsPlatform, standin: StandIn, microsoft: Services, settings: Teams, clock: FakeClock, roles: Roles,
    store_file: Any, thread: Place, deliveries: Activities, root: Message,
) -> None:  # fmt: skip
    first, words_ = await teams.post(thread, CARD, key="k1"), await teams.reply(thread, "Hello", key="k2")
    engine = create_engine(f"sqlite+aiosqlite:///{store_file}")
    restarted = open_store(engine, "restarted")  # it knows nothing of what became of the two
    for key in ("k1", "k2"):
        await restarted.outbox.begin(key)
    after = adapter(microsoft, settings, restarted, clock, roles)
    await after.noted(deliveries.message(root))
    assert await after.post(thread, CARD, key="k1") == first
    assert await after.reply(thread, "Hello", key="k2") == words_
    assert len(ours(standin)) == 2
    await engine.close()


async def test_where_nothing_can_be_looked_for_a_lost_post_is_posted_again(
    teams: TeamsPlatform, standin: StandIn, thread: Place, caplog: pytest.LogCaptureFixture
) -> None:
    standin.plan("graph", status=403, code="Forbidden")
    standin.plan("send", after=True, reset=True)
    await teams.post(thread, CARD, key="k1")
    assert len(ours(standin)) == 2
    assert "ChannelMessage.Read.Group" in caplog.text


async def test_a_storm_of_rate_limits_is_waited_out(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    standin.plan("send", status=429, retry_after=0.05, times=3)
    standin.plan("send", status=412)
    started = asyncio.get_running_loop().time()
    await teams.post(thread, CARD, key="k1")
    assert asyncio.get_running_loop().time() - started >= 0.15
    assert len(ours(standin)) == 1


async def test_a_rate_limit_beyond_patience_says_when_to_come_back(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    standin.plan("send", status=429, retry_after=60)
    with pytest.raises(Unavailable) as raised:
        await teams.post(thread, CARD, key="k1")
    assert raised.value.retry_after == 60


async def test_many_messages_to_one_channel_keep_within_the_limits(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    standin.faults.rates.on = True
    await asyncio.gather(*(teams.reply(thread, f"Number {number}", key=f"k{number}") for number in range(10)))
    assert len(ours(standin)) == standin.faults.asked["send"] == 10  # none was refused and sent again


async def test_a_slow_answer_is_not_waited_for_for_ever(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    standin.plan("send", delay=3, after=True, status=200)
    started = asyncio.get_running_loop().time()
    await teams.post(thread, CARD, key="k1")
    assert asyncio.get_running_loop().time() - started < 4
    await asyncio.sleep(1.5)  # the one that was given up arrives after all: nobody could know
    assert len(ours(standin)) <= 2


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"status": 403, "code": "BotDisabledByAdmin"}, "ask them to allow the app"),
        ({"status": 403, "code": "ConversationBlockedByUser"}, "blocked Ratchet"),
        ({"status": 401, "code": "BotNotRegistered", "times": 2}, "check RATCHET_TEAMS_APP_ID"),
        ({"status": 418, "code": "Teapot"}, r"Teams refused the request \(Teapot\)"),
        ({"status": 307}, "sent us elsewhere"),
    ],
)  # fmt: skip
async def test_a_refusal_says_what_to_do(
    teams: TeamsPlatform, standin: StandIn, thread: Place, fault: dict[str, Any], sentence: str
) -> None:
    standin.plan("send", **fault)
    with pytest.raises(DeliveryFailed, match=sentence) as raised:
        await teams.post(thread, CARD, key="k1")
    assert raised.value.permanent
    assert ours(standin) == []


# -- cards that are too big ------------------------------------------------------------------------------------------


async def test_a_card_that_is_too_big_is_sent_again_smaller(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    big = Card("A long one", (Paragraph(("word " * 2000,)), Picture(f"data:image/png;base64,{DOT}", "A line"), BUTTONS))
    standin.plan("send", status=413, code="MessageSizeTooBig", times=2)
    posted = await teams.post(thread, big, key="k1")
    (message,) = ours(standin)
    shown = words(message.card or {})
    assert len(shown) < 2000
    assert "Teams did not take the whole of it" in shown
    assert "Approve" in shown
    again = await teams.refreshed(posted, person(standin, "sue"))
    assert again
    assert "Teams did not take the whole of it" in words(again)


async def test_of_a_card_that_teams_takes_in_no_size_its_summary_is_sent(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    standin.plan("send", status=400, code="BadSyntax", times=4)
    await teams.post(thread, CARD, key="k1")
    assert words(ours(standin)[0].card or {}).startswith("A draft")
    standin.plan("send", status=413, code="MessageSizeTooBig", times=9)
    with pytest.raises(DeliveryFailed, match="longer than Teams takes"):
        await teams.post(thread, CARD, key="k2")


async def test_a_picture_is_taken_whole_and_does_not_count(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    file = await teams.upload(b"\x89PNG" + bytes(200_000), name="a.png", title="A", alt="A line")
    await teams.post(thread, Card("Chart", (Picture(file, "A line"),)), key="k1")
    assert ours(standin)[0].card
    with pytest.raises(DeliveryFailed, match="1 MB") as raised:
        await teams.upload(bytes(1024 * 1024 + 1), name="a.png", title="A", alt="A line")
    assert raised.value.permanent


# -- updating, and what is not there any more --------------------------------------------------------------------------


async def test_a_card_is_updated_in_place(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    posted = await teams.post(thread, CARD, key="k1")
    await teams.update(posted, Card("Sent", (Paragraph(("Sent",)),)))
    (message,) = ours(standin)
    assert (words(message.card or {})[:4], message.versions) == ("Sent", 2)


async def test_a_message_that_was_deleted_cannot_be_updated_and_the_channel_is_still_there(
    teams: TeamsPlatform, standin: StandIn, thread: Place, store: Store
) -> None:
    posted = await teams.post(thread, CARD, key="k1")
    standin.world.messages[posted.message].deleted = True
    with pytest.raises(DeliveryFailed, match="not there any more") as raised:
        await teams.update(posted, CARD)
    assert raised.value.permanent
    known = await store.conversations.get("teams", thread.room)
    assert known
    assert not known.gone


async def test_a_channel_that_is_gone_is_remembered_so_until_it_is_heard_of(
    teams: TeamsPlatform, standin: StandIn, root: Message, thread: Place, store: Store, deliveries: Activities
) -> None:
    standin.world.gone.add(thread.room)
    with pytest.raises(DeliveryFailed, match="does not know that channel") as raised:
        await teams.post(thread, CARD, key="k1")
    assert raised.value.permanent
    known = await store.conversations.get("teams", thread.room)
    assert known
    assert known.gone
    standin.world.gone.clear()
    await teams.noted(deliveries.message(root))
    healed = await store.conversations.get("teams", thread.room)
    assert healed
    assert not healed.gone
    await teams.post(thread, CARD, key="k1")


async def test_a_bot_that_was_taken_out_of_a_team_says_so(teams: TeamsPlatform, standin: StandIn, room: Place) -> None:
    standin.world.teams["Support"].installed = False
    with pytest.raises(DeliveryFailed, match="add the app to its team again"):
        await teams.post(room, CARD, key="k1")


async def test_a_thread_that_is_gone_does_not_take_its_channel_along(
    teams: TeamsPlatform, standin: StandIn, room: Place, thread: Place, store: Store
) -> None:
    with pytest.raises(DeliveryFailed, match="thread is not there any more"):
        await teams.post(Place("teams", room.room, "1"), CARD, key="k1")
    known = await store.conversations.get("teams", room.room)
    assert known
    assert not known.gone


async def test_a_message_that_arrives_where_we_were_thought_gone_heals_it(
    teams: TeamsPlatform, standin: StandIn, thread: Place, store: Store, deliveries: Activities
) -> None:
    for activity in deliveries.team_changed(standin.world.people["mae"], standin.world.teams["Support"], added=False):
        await teams.noted(activity)
    general = Place("teams", standin.world.teams["Support"].id)
    known = await store.conversations.get("teams", general.room)
    assert known
    assert known.gone
    await teams.post(general, CARD, key="k1")
    known = await store.conversations.get("teams", general.room)
    assert known
    assert not known.gone


# -- to one person only --------------------------------------------------------------------------------------------


async def test_one_person_is_told_in_the_thread(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    await teams.tell(thread, person(standin, "ana"), "Only you")
    (message,) = ours(standin)
    assert (message.only_for, message.root, message.text) == (standin.world.people["ana"], thread.thread, "Only you")


@pytest.mark.parametrize("kind", ["elsewhere", "refused", "unknown"])
async def test_who_cannot_be_told_there_is_told_in_their_own_chat(
    teams: TeamsPlatform, standin: StandIn, thread: Place, kind: str
) -> None:
    ana, chat = standin.world.people["ana"], standin.world.chat(standin.world.people["ana"])
    place = thread
    if kind == "elsewhere":
        standin.world.find("Escalations")[1].members = (standin.world.people["gus"],)
    if kind == "refused":
        standin.plan("send", status=400, code="Bad argument")
    if kind == "unknown":
        place = Place("teams", "19:nowhere@thread.tacv2")
    await teams.tell(place, person(standin, "ana"), "Only you")
    assert [(one.conversation, one.text) for one in ours(standin)] == [(chat, "Only you")]
    assert standin.world.chats[chat] is ana


async def test_in_somebodys_chat_they_are_told_plainly(teams: TeamsPlatform, standin: StandIn) -> None:
    ana = person(standin, "ana")
    chat = standin.world.chat(standin.world.people["ana"])
    for place in (Place("teams", ana.id), Place("teams", chat)):
        await teams.tell(place, ana, "Only you")
    assert [(one.conversation, one.only_for) for one in ours(standin)] == [(chat, None)] * 2


# -- for one reader, and a page of one's own ---------------------------------------------------------------------------


async def test_each_reader_sees_the_buttons_that_they_may_press(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    posted = await teams.post(thread, CARD, key="k1")

    async def seen(handle: str) -> list[str]:
        return labels(await teams.refreshed(posted, person(standin, handle)) or {})

    assert await seen("sue") == ["Approve", "Edit", "Open"]
    assert await seen("ana") == ["Approve", "Open"]
    assert await seen("gus") == ["Open"]


@pytest.mark.parametrize("seconds", [0, 60])
async def test_without_roles_a_card_is_shown_as_to_everybody(
    teams: TeamsPlatform, standin: StandIn, thread: Place, roles: Roles, seconds: float
) -> None:
    posted = await teams.post(thread, CARD, key="k1")
    roles.away = seconds
    assert labels(await teams.refreshed(posted, person(standin, "gus")) or {}) == ["Approve", "Edit", "Open"]


async def test_a_card_that_is_not_known_is_not_made_up(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    assert await teams.refreshed(MessageRef(thread, "17"), person(standin, "ana")) is None


async def test_a_page_of_ones_own_is_kept_in_place_until_something_is_written_below_it(
    teams: TeamsPlatform, standin: StandIn, deliveries: Activities
) -> None:
    ana = person(standin, "ana")
    for text in ("One", "Two"):
        await teams.publish_home(ana, Card("Queue", (Paragraph((text,)),)))
    (page,) = ours(standin)
    assert words(page.card or {}).startswith("Two")
    human = standin.world.people["ana"]
    asked = standin.world.write(standin.world.chat(human), human, text="home")
    await teams.noted(deliveries.message(asked))
    await teams.publish_home(ana, Card("Queue", (Paragraph(("Three",)),)))
    (page,) = ours(standin)
    assert words(page.card or {}).startswith("Three")
    assert int(page.id) > int(asked.id)
    page.deleted = True
    await teams.publish_home(ana, Card("Queue", (Paragraph(("Four",)),)))
    assert words(ours(standin)[0].card or {}).startswith("Four")


# -- tokens ------------------------------------------------------------------------------------------------------------


async def test_a_token_that_is_refused_is_replaced_once(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    await teams.post(thread, CARD, key="k1")
    before = standin.faults.asked["token"]
    standin.login.forget()
    await teams.post(thread, CARD, key="k2")
    assert standin.faults.asked["token"] == before + 1
    assert len(ours(standin)) == 2


async def test_whoever_needs_a_token_waits_for_the_same_one(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    standin.login.forget()
    before = standin.faults.asked["token"]
    await asyncio.gather(*(teams.reply(thread, str(number), key=str(number)) for number in range(5)))
    assert standin.faults.asked["token"] == before + 1


async def test_a_wrong_secret_is_named_as_such(
    session: Any, settings: Teams, store: Store, clock: FakeClock, roles: Roles, microsoft: Services, root: Message
) -> None:
    from bot.platforms.teams.services import services

    wrong = settings.model_copy(update={"app_password": type(settings.app_password)("nonsense")})
    made = adapter(services(session, wrong), wrong, store, clock, roles)
    with pytest.raises(Refused, match=re.escape("invalid_client")):
        await made.reply(Place("teams", root.conversation), "Hi", key="k1")


@pytest.mark.parametrize(
    "url", ["https://evil.example/teams/", "http://127.0.0.1.evil.example/", "http://[", "ftp://127.0.0.1/"]
)
async def test_nothing_is_sent_to_a_service_that_is_not_microsofts(
    teams: TeamsPlatform, standin: StandIn, root: Message, thread: Place, store: Store, deliveries: Activities, url: str
) -> None:
    known = await store.conversations.get("teams", thread.room)
    assert known
    await teams.noted(deliveries.message(root) | {"serviceUrl": url})
    with pytest.raises(DeliveryFailed, match="Nothing is sent to") as raised:
        await teams.post(thread, CARD, key="k1")
    assert raised.value.permanent
    assert ours(standin) == []


async def test_two_who_post_the_same_at_once_post_it_once(
    teams: TeamsPlatform, standin: StandIn, thread: Place
) -> None:
    posted = await asyncio.gather(*(teams.post(thread, CARD, key="k1") for _ in range(3)))
    assert len(set(posted)) == len(ours(standin)) == 1
