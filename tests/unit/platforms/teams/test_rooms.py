import pytest

from bot.domain.chat import Person, Place, Room
from bot.domain.errors import NotFound, Unavailable
from bot.platforms.teams.adapter import TeamsPlatform
from bot.ports import Store
from bot.ports.reaching import Kind
from tests.teams.activities import Activities
from tests.teams.standin import StandIn
from tests.teams.world import Channel, Message
from tests.unit.platforms.conftest import FakeClock


def person(standin: StandIn, handle: str) -> Person:
    human = standin.world.people[handle]
    return Person("teams", human.id, human.name)


@pytest.mark.parametrize(
    "name",
    [
        "#Support/Escalations",
        "#Escalations",
        "#support/escalations",
        "teams:#Escalations",
        "teams:#Support/Escalations",
    ],
)
async def test_a_channel_is_found_by_its_name_with_its_team_and_without(
    teams: TeamsPlatform, standin: StandIn, name: str
) -> None:
    channel = standin.world.find("Escalations")[1]
    assert await teams.room(name) == Room(channel.id, "Support/Escalations")
    assert await teams.room(channel.id) == Room(channel.id, "Support/Escalations")
    assert await teams.room(f"teams:{channel.id}") == Room(channel.id, "Support/Escalations")


async def test_a_name_that_several_teams_use_must_say_which(teams: TeamsPlatform, standin: StandIn) -> None:
    with pytest.raises(NotFound, match="Several channels are called #General"):
        await teams.room("#General")
    assert (await teams.room("#Leads/General")).id == standin.world.teams["Leads"].id


@pytest.mark.parametrize(
    "name", ["slack:#escalations", "#Nowhere", "#", "", "19:nowhere@thread.tacv2", "C0123", "#Escalations/Support"]
)
async def test_a_room_that_is_not_there_is_not_found(teams: TeamsPlatform, name: str) -> None:
    with pytest.raises(NotFound):
        await teams.room(name)


async def test_names_are_asked_for_again_after_five_minutes_and_missing_ones_after_one(
    teams: TeamsPlatform, standin: StandIn, clock: FakeClock
) -> None:
    team, channel = standin.world.find("Escalations")
    for _ in range(3):
        await teams.room("#Escalations")
        with pytest.raises(NotFound):
            await teams.room("#Later")
    asked = standin.faults.asked["channels"]
    assert asked == len(standin.world.teams)
    team.channels["Later"] = Channel("19:later@thread.tacv2", "Later")
    channel.name = "Renamed"
    clock.pass_by(seconds=61)
    assert (await teams.room("#Escalations")).name == "Support/Escalations"
    clock.pass_by(seconds=300)
    assert (await teams.room(channel.id)).name == "Support/Renamed"
    assert (await teams.room("#Later")).id == "19:later@thread.tacv2"


async def test_a_channel_that_is_renamed_or_made_is_known_at_once(
    teams: TeamsPlatform, standin: StandIn, deliveries: Activities
) -> None:
    team, channel = standin.world.find("Escalations")
    await teams.room("#Escalations")
    with pytest.raises(NotFound):
        await teams.room("#Renamed")
    channel.name = "Renamed"
    await teams.noted(deliveries.channel_changed(standin.world.people["mae"], team, channel, "channelRenamed"))
    assert (await teams.room("#Renamed")).id == channel.id


async def test_after_a_restart_channels_are_reached_by_what_is_kept(teams: TeamsPlatform, store: Store) -> None:
    await teams.room("#Escalations")
    kept = {one.name: one for one in await store.conversations.channels("teams")}
    assert set(kept) >= {"Support/General", "Support/Escalations", "Leads/support-managers"}
    assert all(one.group and one.team and one.service_url and one.kind is Kind.CHANNEL for one in kept.values())


async def test_private_and_shared_channels_are_said_to_be_so(
    teams: TeamsPlatform, standin: StandIn, deliveries: Activities, store: Store
) -> None:
    world = standin.world
    world.find("support-orders")[1].kind = "private"
    world.find("support-billing")[1].kind = "shared"
    private, shared = await teams.room("#support-orders"), await teams.room("#support-billing")
    assert (private.private, private.shared, shared.private, shared.shared) == (True, False, True, True)
    message = world.write(world.find("Random")[1].id, world.people["ana"], text="Hi")
    delivered = deliveries.message(message)
    delivered["channelData"]["channel"]["type"] = "shared"
    await teams.noted(delivered)
    known = await store.conversations.get("teams", message.conversation)
    assert known
    assert (known.private, known.shared) == (True, True)


async def test_a_channel_that_its_team_does_not_list_counts_as_private(
    teams: TeamsPlatform, standin: StandIn, deliveries: Activities
) -> None:
    message = standin.world.write(standin.world.find("Random")[1].id, standin.world.people["ana"], text="Hi")
    delivered = deliveries.message(message)
    unlisted = "19:unlisted@thread.tacv2"
    delivered["conversation"]["id"] = f"{unlisted};messageid=1"
    delivered["channelData"]["channel"]["id"] = unlisted
    await teams.noted(delivered)
    assert (await teams.room(unlisted)).private


async def test_a_personal_chat_is_private_and_called_by_its_persons_name(
    teams: TeamsPlatform, standin: StandIn
) -> None:
    ana, chat = person(standin, "ana"), standin.world.chat(standin.world.people["ana"])
    assert await teams.room(ana.id) == await teams.room(chat) == Room(chat, "Ana Ruiz", private=True)


async def test_a_channel_is_seen_by_who_is_in_it(teams: TeamsPlatform, standin: StandIn) -> None:
    world = standin.world
    channel = world.find("Escalations")[1]
    world.find("support-orders")[1].members = (world.people["sue"],)
    seen = {handle: await teams.sees(person(standin, handle), channel.id) for handle in ("ana", "pia", "lou")}
    assert seen == {"ana": True, "pia": True, "lou": False}
    assert await teams.sees(person(standin, "sue"), "#support-orders")
    assert not await teams.sees(person(standin, "ana"), "#support-orders")
    assert not await teams.sees(Person("slack", person(standin, "ana").id), channel.id)
    with pytest.raises(NotFound):
        await teams.sees(person(standin, "ana"), "19:nowhere@thread.tacv2")


async def test_a_personal_chat_is_seen_by_its_person_alone(teams: TeamsPlatform, standin: StandIn) -> None:
    chat = standin.world.chat(standin.world.people["ana"])
    assert await teams.sees(person(standin, "ana"), chat)
    assert not await teams.sees(person(standin, "sue"), chat)


async def test_people_are_called_as_they_are_called_in_teams(teams: TeamsPlatform, standin: StandIn) -> None:
    bo = standin.world.people["bo"]
    assert await teams.name_of(Person("teams", bo.id)) == "Bo Larsen"
    asked = standin.faults.asked["member"]
    assert await teams.name_of(Person("teams", bo.id)) == "Bo Larsen"
    assert standin.faults.asked["member"] == asked
    assert await teams.name_of(Person("teams", "nobody", "Said Name")) == "Said Name"
    assert await teams.name_of(Person("teams", "nobody")) == "nobody"


async def test_a_team_that_took_us_out_without_a_word_is_found_out(
    teams: TeamsPlatform, standin: StandIn, store: Store, deliveries: Activities, root: Message, clock: FakeClock
) -> None:
    standin.world.teams["Support"].installed = False
    with pytest.raises(NotFound):
        await teams.room("#Support/Escalations")
    kept = {one.id for one in await store.conversations.channels("teams")}
    assert root.conversation not in kept
    standin.world.teams["Support"].installed = True
    for activity in deliveries.team_changed(standin.world.people["mae"], standin.world.teams["Support"], added=True):
        await teams.noted(activity)
    assert (await teams.room("#Support/Escalations")).id == root.conversation


async def test_teams_that_does_not_answer_is_not_taken_for_a_missing_channel(
    teams: TeamsPlatform, standin: StandIn
) -> None:
    standin.plan("team", status=503, times=20)
    with pytest.raises(Unavailable):
        await teams.room("#Escalations")
    standin.faults.planned.clear()
    assert (await teams.room("#Escalations")).name == "Support/Escalations"


async def test_what_is_known_already_is_not_written_down_again_for_each_delivery(
    teams: TeamsPlatform, store: Store, deliveries: Activities, root: Message, clock: FakeClock
) -> None:
    first = await store.conversations.get("teams", root.conversation)
    clock.pass_by(seconds=200)
    await teams.noted(deliveries.message(root))
    assert await store.conversations.get("teams", root.conversation) == first
    clock.pass_by(seconds=200)
    await teams.noted(deliveries.message(root))
    later = await store.conversations.get("teams", root.conversation)
    assert first
    assert later
    assert later.seen_at > first.seen_at


@pytest.mark.parametrize(
    "activity",
    [
        {},
        {"conversation": "x", "channelData": [], "from": None},
        {"conversation": {"id": 5}, "type": "message"},
        {"conversation": {"id": "19:a\x00@thread.v2" + "x" * 5000, "conversationType": 7}, "serviceUrl": {}},
    ],
)
async def test_whatever_a_delivery_looks_like_it_is_noted_or_not(
    teams: TeamsPlatform, activity: dict[str, object]
) -> None:
    await teams.noted(activity)


# -- threads -----------------------------------------------------------------------------------------------------------


async def test_a_thread_is_read_oldest_first_without_what_we_wrote(
    teams: TeamsPlatform, standin: StandIn, root: Message, thread: Place, deliveries: Activities
) -> None:
    world = standin.world
    await teams.reply(thread, "ours", key="k1")
    answer = world.write(root.conversation, world.people["ana"], root.id, text="Looking <b>now</b>")
    answer.html = "<p>Looking <strong>now</strong>&nbsp;&amp; here</p>"
    gone = world.write(root.conversation, world.people["ana"], root.id, text="oops")
    gone.deleted = True
    last = world.write(root.conversation, world.people["gus"], root.id, text="Thanks")
    last.attachments = [{"contentType": "reference", "name": "invoice.pdf"}]
    seen = await teams.thread(thread)
    assert [(one.author.name, one.text) for one in seen] == [
        ("Gus Outsider", "Where is my parcel?"), ("Ana Ruiz", "Looking now & here"), ("Gus Outsider", "Thanks"),
    ]  # fmt: skip
    assert [one.message for one in seen] == [root.id, answer.id, last.id]
    assert {one.place for one in seen} == {thread}
    assert seen[0].author == Person("teams", world.people["gus"].id, "Gus Outsider")
    assert seen[2].attachments == ("invoice.pdf",)


async def test_a_long_thread_is_read_to_its_end(
    teams: TeamsPlatform, standin: StandIn, root: Message, thread: Place
) -> None:
    for number in range(120):
        standin.world.write(root.conversation, standin.world.people["ana"], root.id, text=str(number))
    assert [one.text for one in await teams.thread(thread)][1:] == [str(number) for number in range(120)]


async def test_a_thread_that_is_not_there_or_in_no_channel_is_not_found(
    teams: TeamsPlatform, standin: StandIn, room: Place
) -> None:
    chat = standin.world.chat(standin.world.people["ana"])
    for place, why in (
        (Place("teams", room.room, "1"), "no such thread"),
        (Place("teams", chat), "no app read a personal chat"),
        (Place("teams", "19:nowhere@thread.tacv2", "1"), "There is no channel"),
    ):
        with pytest.raises(NotFound, match=why):
            await teams.thread(place)


async def test_a_missing_permission_is_named(teams: TeamsPlatform, standin: StandIn, thread: Place) -> None:
    standin.plan("graph", status=403, code="Forbidden")
    with pytest.raises(Exception, match=r"permission ChannelMessage\.Read\.Group"):
        await teams.thread(thread)


# -- addresses ---------------------------------------------------------------------------------------------------------


async def test_an_address_leads_back_to_its_message(
    teams: TeamsPlatform, standin: StandIn, root: Message, thread: Place
) -> None:
    answer = await teams.reply(thread, "Hi", key="k1")
    link = await teams.permalink(answer)
    assert teams.message_of(link) == answer
    copied = standin.world.link(standin.world.messages[answer.message])
    assert teams.message_of(copied) == answer
    begun = teams.message_of(standin.world.link(root))
    assert begun
    assert (begun.place, begun.message) == (thread, root.id)


async def test_a_message_of_a_personal_chat_has_no_address(teams: TeamsPlatform, standin: StandIn) -> None:
    posted = await teams.reply(Place("teams", person(standin, "ana").id), "Hi", key="k1")
    assert await teams.permalink(posted) == ""


async def test_what_comes_of_the_bot_itself_does_not_make_somebodys_chat_its_own(
    teams: TeamsPlatform, standin: StandIn, deliveries: Activities, store: Store
) -> None:
    ana = standin.world.people["ana"]
    for activity in deliveries.installed(ana, added=True):
        await teams.noted(activity | {"from": activity["recipient"]})
    chat = await store.conversations.personal("teams", ana.id)
    assert chat
    assert chat.id == standin.world.chat(ana)
