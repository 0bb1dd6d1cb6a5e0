"""What every platform promises: one suite, run in Slack (the sandbox) and in Teams (the stand-in), over real HTTP."""

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cards.elements import Actions, Button, Card, Form, Paragraph, Picture, Quote, TextInput
from bot.domain.chat import Click, FormErrors, MessageRef, Person, Place, Role, RoomMessage, Stimulus, Submission, Toast
from bot.domain.errors import DeliveryFailed, NotFound, Unavailable
from bot.ports import Answer
from tests.contracts.workplace import GUEST, OPENER, STRANGER, Shown, Workplace, email_of, without_spaces
from tests.contracts.workplace_slack import slack_workplace
from tests.contracts.workplace_teams import teams_workplace
from tests.unit.scripted import empty_store, store_file

__all__ = ["empty_store", "store_file"]

Make = Callable[[Path], contextlib.AbstractAsyncContextManager[Workplace]]

PLATFORMS: dict[str, Make] = {"slack": lambda _: slack_workplace(), "teams": teams_workplace}
EDIT = Button(OPENER, "Edit", "esc_1/1")
CARD = Card("A draft", (Paragraph(("Hello there",)), Quote("<!channel> <at>all</at> *hi*"), Actions((EDIT,))))
SENT = Card("Sent", (Paragraph(("This was sent",)),))
FORM = Form("review.edit", "Edit the answer", "esc_1/1", (TextInput("text", "Answer", "Dear customer"),), "Send")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAYS_SO = re.compile(r"…|\d+ more|shortened|left out|not shown", re.IGNORECASE)


@pytest.fixture(params=PLATFORMS)
async def at_work(request: pytest.FixtureRequest, store_file: Path) -> AsyncIterator[Workplace]:
    async with PLATFORMS[request.param](store_file) as workplace:
        yield workplace


@pytest.fixture
async def thread(at_work: Workplace) -> Place:
    """What a customer's message began."""
    return await at_work.write("gus", "Where is my parcel?")


@pytest.fixture(params=["room", "thread"])
async def place(request: pytest.FixtureRequest, at_work: Workplace, thread: Place) -> Place:
    return at_work.room if request.param == "room" else thread


# -- what is posted --------------------------------------------------------------------------------------------------


async def test_a_card_is_posted_where_it_belongs_and_once_for_each_key(at_work: Workplace, place: Place) -> None:
    posted = await at_work.platform.post(place, CARD, key="k1")
    assert posted.place == place
    assert "Hello there" in at_work.shown(posted)
    assert await at_work.platform.post(place, CARD, key="k1") == posted
    assert len(at_work.said()) == 1
    await at_work.platform.post(place, CARD, key="k2")
    assert len(at_work.said()) == 2


async def test_two_who_post_the_same_at_the_same_moment_post_one_message(at_work: Workplace, place: Place) -> None:
    first, second = await asyncio.gather(*(at_work.platform.post(place, CARD, key="k1") for _ in range(2)))
    assert first == second
    assert len(at_work.said()) == 1


async def test_a_card_whose_answer_was_lost_is_posted_once(at_work: Workplace, place: Place) -> None:
    at_work.lose_an_answer(place)
    posted = await at_work.platform.post(place, CARD, key="k1")
    assert len(at_work.said()) == 1
    assert "Hello there" in at_work.shown(posted)


async def test_a_text_whose_answer_was_lost_is_posted_once(at_work: Workplace, place: Place) -> None:
    at_work.lose_an_answer(place)
    posted = await at_work.platform.reply(place, "Hello <b>you</b>", key="k1")
    assert at_work.said() == ["Hello <b>you</b>"]
    assert await at_work.platform.reply(place, "Hello <b>you</b>", key="k1") == posted


async def test_a_text_arrives_as_it_is_and_in_its_thread(at_work: Workplace, thread: Place) -> None:
    written = "*bold* <!channel> <at>all</at> [link](https://a.example) & <b>more</b>"
    posted = await at_work.platform.reply(thread, written, key="k1")
    assert (posted.place, at_work.shown(posted)) == (thread, written)


async def test_a_text_beyond_the_limit_continues_in_further_messages(at_work: Workplace, thread: Place) -> None:
    written = "\n".join(f"Line {number} of a long answer to a customer." for number in range(600))
    posted = await at_work.platform.reply(thread, written, key="k1")
    said = at_work.said()
    assert 1 < len(said) < 6
    assert without_spaces("".join(said)) == without_spaces(written)
    assert without_spaces(at_work.shown(posted)) == without_spaces(said[0])
    assert await at_work.platform.reply(thread, written, key="k1") == posted
    assert len(at_work.said()) == len(said)


async def test_a_card_beyond_the_limit_arrives_in_less_and_says_so(at_work: Workplace, thread: Place) -> None:
    parts = tuple(Quote(f"Part {number}. " + "A long story. " * 2000) for number in range(60))
    posted = await at_work.platform.post(thread, Card("A long one", (*parts, Actions((EDIT,)))), key="k1")
    told = at_work.shown(posted)
    assert "Part 0." in told
    assert SAYS_SO.search(told)
    await at_work.platform.update(posted, Card("A long one", parts))
    assert len(at_work.said()) == 1


async def test_a_card_is_replaced(at_work: Workplace, thread: Place) -> None:
    posted = await at_work.platform.post(thread, CARD, key="k1")
    await at_work.platform.update(posted, SENT)
    assert "This was sent" in at_work.shown(posted)
    assert "Hello there" not in at_work.shown(posted)
    assert len(at_work.said()) == 1


async def test_a_deleted_message_cannot_be_replaced_and_is_not_tried_again(at_work: Workplace, thread: Place) -> None:
    posted = await at_work.platform.post(thread, CARD, key="k1")
    at_work.take_back(posted)
    with pytest.raises(DeliveryFailed, match="message is not there any more") as raised:
        await at_work.platform.update(posted, SENT)
    assert raised.value.permanent


async def test_a_picture_shows_in_a_card_with_its_description(at_work: Workplace, thread: Place) -> None:
    file = await at_work.platform.upload(PIXEL, name="week.png", title="The week", alt="A chart of the week")
    posted = await at_work.platform.post(thread, Card("Week", (Picture(file, "A chart", "The week"),)), key="k1")
    [(alt, png)] = at_work.pictures(posted)
    assert "A chart" in alt
    assert png == PIXEL


async def test_a_picture_that_was_refused_is_told_in_words(at_work: Workplace, thread: Place) -> None:
    posted = await at_work.platform.post(thread, Card("Week", (Picture("", "Fewer refunds than usual"),)), key="k1")
    assert at_work.pictures(posted) == []
    assert "Fewer refunds than usual" in at_work.shown(posted)


# -- what only one person sees ---------------------------------------------------------------------------------------


async def test_only_the_one_who_is_told_sees_it(at_work: Workplace, place: Place) -> None:
    await at_work.platform.tell(place, at_work.person("ana"), "You were too late, <Ana>")
    assert [one.replace("&lt;", "<").replace("&gt;", ">") for one in at_work.told("ana")] == [
        "You were too late, <Ana>"
    ]
    assert at_work.said() == at_work.told("bo") == []


async def test_a_card_for_one_person_is_seen_by_nobody_else(at_work: Workplace, thread: Place) -> None:
    await at_work.platform.tell(thread, at_work.person("ana"), CARD)
    assert "Hello there" in at_work.told("ana")[0]
    assert at_work.said() == at_work.told("bo") == []


async def test_who_cannot_be_told_in_the_room_is_told_in_their_own_chat(at_work: Workplace) -> None:
    await at_work.platform.tell(at_work.elsewhere, at_work.person("ana"), "Hello Ana")
    assert at_work.told("ana") == ["Hello Ana"]


async def test_a_message_to_a_person_goes_to_their_own_chat(at_work: Workplace) -> None:
    ana = at_work.person("ana")
    posted = await at_work.platform.post(Place(ana.platform, ana.id), CARD, key="k1")
    assert "Hello there" in at_work.told("ana")[0]
    await at_work.platform.update(posted, SENT)
    assert len(at_work.told("ana")) == 1
    assert "This was sent" in at_work.told("ana")[0]


async def test_a_page_published_twice_is_one_page_with_what_is_new(at_work: Workplace) -> None:
    for card in (CARD, SENT):
        await at_work.platform.publish_home(at_work.person("ana"), card)
    [page] = at_work.pages("ana")
    assert "This was sent" in page
    assert "Hello there" not in page
    assert at_work.pages("bo") == []


# -- what is read ----------------------------------------------------------------------------------------------------


async def test_a_thread_is_read_oldest_first_and_without_what_we_said(at_work: Workplace, thread: Place) -> None:
    await at_work.platform.post(thread, CARD, key="k1")
    await at_work.write("ana", "I & you, <look>", thread)
    await at_work.platform.reply(thread, "Our answer", key="k2")
    await at_work.write("gus", "Thanks", thread)
    read = await at_work.platform.thread(thread)
    assert [one.text for one in read] == ["Where is my parcel?", "I & you, <look>", "Thanks"]
    assert [one.author.id for one in read] == [at_work.person(handle).id for handle in ("gus", "ana", "gus")]
    assert {one.place for one in read} == {thread}
    assert [one.at for one in read] == sorted(one.at for one in read)


async def test_what_is_read_in_a_thread_is_what_was_heard(at_work: Workplace, thread: Place) -> None:
    heard = at_work.intake.heard[-1]
    assert isinstance(heard, RoomMessage)
    [read] = await at_work.platform.thread(thread)
    assert (read.message, read.author.id, read.text) == (heard.message, heard.author.id, heard.text)
    assert (read.origin, replace(read.place, thread=None)) == (heard.origin, heard.place)
    assert abs(read.at - heard.at) < timedelta(seconds=1)


async def test_a_thread_that_is_not_there_is_not_found(at_work: Workplace) -> None:
    with pytest.raises(NotFound, match="no such thread"):
        await at_work.platform.thread(replace(at_work.room, thread="1400000000.000001"))


async def test_a_message_is_found_again_by_its_address(at_work: Workplace, place: Place) -> None:
    posted = await at_work.platform.post(place, CARD, key="k1")
    link = await at_work.platform.permalink(posted)
    assert link.startswith("http")
    found = at_work.platform.message_of(link)
    assert found == MessageRef(Place(place.platform, place.room, place.thread or posted.message), posted.message)
    assert found is not None
    assert at_work.shown(found) == at_work.shown(posted)


@pytest.mark.parametrize("text", ["", "see above", "https://a.example/l/message", "https://a.example/archives/C1/p1"])
async def test_other_addresses_lead_to_no_message(at_work: Workplace, text: str) -> None:
    assert at_work.platform.message_of(text) is None


# -- rooms -----------------------------------------------------------------------------------------------------------


async def test_a_room_is_found_by_its_name_by_its_id_and_by_its_name_on_this_platform(at_work: Workplace) -> None:
    platform = at_work.platform
    by_id = await platform.room(at_work.room.room)
    assert (by_id.id, by_id.member, by_id.shared, by_id.private) == (at_work.room.room, True, False, False)
    assert await platform.room(at_work.named) == by_id
    assert await platform.room(f"{platform.name}:{at_work.named}") == by_id
    posted = await platform.post(Place(platform.name, at_work.named), CARD, key="k1")
    assert posted.place == at_work.room


async def test_a_room_that_is_not_there_is_not_found(at_work: Workplace) -> None:
    for room in ("#nowhere", "C0NOWHERE99", "19:nowhere@thread.tacv2"):
        with pytest.raises(NotFound, match=r"There is no|not in"):
            await at_work.platform.room(room)


async def test_a_room_of_the_other_platform_is_not_found_here(at_work: Workplace) -> None:
    with pytest.raises(NotFound, match="is not in"):
        await at_work.platform.room(f"{at_work.other}:{at_work.named}")


async def test_a_private_room_says_so_and_is_read_by_its_members_only(at_work: Workplace) -> None:
    private = at_work.private.room
    assert (await at_work.platform.room(private)).private
    people = (at_work.person("ana"), at_work.person("bo"), at_work.unknown)
    assert [await at_work.platform.sees(one, private) for one in people] == [True, False, False]
    assert await at_work.platform.sees(at_work.person("bo"), at_work.room.room)


# -- what the platform refuses ---------------------------------------------------------------------------------------


async def test_where_we_are_not_nothing_is_posted_and_a_sentence_says_what_to_do(at_work: Workplace) -> None:
    with pytest.raises(DeliveryFailed, match=r"invite @ratchet|add the app to its team") as raised:
        await at_work.platform.post(at_work.elsewhere, CARD, key="k1")
    assert raised.value.permanent
    with pytest.raises(DeliveryFailed, match=r"invite @ratchet|add the app to its team"):
        await at_work.platform.reply(at_work.elsewhere, "Hello", key="k2")


async def test_where_we_are_not_no_thread_is_read(at_work: Workplace, thread: Place) -> None:
    with pytest.raises((DeliveryFailed, NotFound), match=r"Ratchet"):
        await at_work.platform.thread(Place(thread.platform, at_work.elsewhere.room, thread.thread))


async def test_what_is_too_fast_waits_and_nothing_is_lost_or_said_twice(at_work: Workplace, thread: Place) -> None:
    at_work.slow_down(0.3, times=2)
    started = asyncio.get_running_loop().time()
    await asyncio.gather(*(at_work.platform.reply(thread, f"Number {number}", key=f"k{number}") for number in range(3)))
    assert asyncio.get_running_loop().time() - started >= 0.3
    assert sorted(at_work.said()) == ["Number 0", "Number 1", "Number 2"]


async def test_a_wait_beyond_patience_says_when_to_come_back_and_then_it_is_said_once(
    at_work: Workplace, thread: Place
) -> None:
    at_work.slow_down(60)
    with pytest.raises(Unavailable) as raised:
        await at_work.platform.post(thread, CARD, key="k1")
    assert raised.value.retry_after == 60
    await at_work.platform.post(thread, CARD, key="k1")
    assert len(at_work.said()) == 1


# -- people ----------------------------------------------------------------------------------------------------------


async def test_people_go_by_their_names(at_work: Workplace) -> None:
    assert await at_work.platform.name_of(Person(at_work.platform.name, at_work.person("ana").id)) == "Ana Ruiz"


async def test_an_account_that_nobody_has_may_do_nothing_and_what_it_cannot_be_told_is_said(
    at_work: Workplace, thread: Place
) -> None:
    nobody = at_work.unknown
    assert await at_work.people.role(nobody) is None
    assert await at_work.people.email_of(nobody) == ""
    assert await at_work.platform.name_of(nobody) == "Nora Nobody"
    with pytest.raises(DeliveryFailed) as raised:
        await at_work.platform.tell(thread, nobody, "Hello?")
    assert raised.value.permanent
    assert at_work.said() == []


@pytest.mark.parametrize(
    ("handle", "role"),
    [
        ("ana", Role.REP),
        ("bo", Role.REP),
        ("sue", Role.SENIOR),
        ("mae", Role.MANAGER),
        ("gus", None),
        (GUEST, None),
        (STRANGER, None),
    ],
)
async def test_everybody_has_the_role_that_they_are_listed_for_and_guests_have_none(
    at_work: Workplace, handle: str, role: Role | None
) -> None:
    assert await at_work.people.role(at_work.person(handle)) is role


async def test_a_person_of_the_other_platform_has_no_role_here(at_work: Workplace) -> None:
    assert await at_work.people.role(Person(at_work.other, at_work.person("mae").id)) is None


async def test_colleagues_are_known_by_their_addresses_and_nobody_else_is(at_work: Workplace) -> None:
    for handle in ("ana", "bo"):  # Bo signs in to Teams by another name
        assert (await at_work.people.email_of(at_work.person(handle))).lower() == email_of(handle)
        assert at_work.person(handle).same_as(await at_work.people.with_email(email_of(handle).upper()))
    for handle in (GUEST, STRANGER):
        assert await at_work.people.email_of(at_work.person(handle)) == ""
    for unknown in (email_of("nobody"), "pia@partner.example", email_of(STRANGER), ""):
        assert await at_work.people.with_email(unknown) is None


# -- forms -----------------------------------------------------------------------------------------------------------


def answering(sent: Answer) -> Callable[[Stimulus], Answer]:
    """A press opens the form; sending it is answered so."""
    return lambda stimulus: FORM if isinstance(stimulus, Click) else sent


@pytest.fixture
async def form(at_work: Workplace, thread: Place) -> Shown:
    """The form that Ana has open."""
    at_work.intake.answers = answering(Toast("Thank you."))
    shown = await at_work.press("ana", await at_work.platform.post(thread, CARD, key="card"), EDIT)
    at_work.intake.heard.clear()
    return shown


async def test_a_press_opens_the_form_that_it_is_answered_with(at_work: Workplace, form: Shown) -> None:
    assert form.title == "Edit the answer"
    assert dict(form.holds) == {"Answer": "Dear customer"}


async def test_who_pressed_what_where_is_heard(at_work: Workplace, thread: Place) -> None:
    at_work.intake.answers = answering(None)
    await at_work.press("ana", await at_work.platform.post(thread, CARD, key="card"), EDIT)
    click = at_work.intake.heard[-1]
    assert isinstance(click, Click)
    assert (click.action, click.subject, click.place) == (EDIT.action, EDIT.subject, thread)
    assert click.actor.same_as(at_work.person("ana"))


async def test_a_form_that_is_right_is_heard_as_it_was_filled_in_and_its_sender_is_told(
    at_work: Workplace, form: Shown, thread: Place
) -> None:
    assert await at_work.send("ana", form, {"Answer": "Dear *Dana*,\nit is <on> its way"}) == "Thank you."
    [submission] = at_work.intake.heard
    assert isinstance(submission, Submission)
    assert (submission.form, submission.subject, submission.place) == ("review.edit", "esc_1/1", thread)
    assert submission.values == {"text": "Dear *Dana*,\nit is <on> its way"}
    assert submission.actor.same_as(at_work.person("ana"))


async def test_errors_stay_in_the_form_with_what_was_typed_until_it_is_right(at_work: Workplace, form: Shown) -> None:
    at_work.intake.answers = answering(FormErrors({"text": "Say more than that."}))
    again = await at_work.send("ana", form, {"Answer": "Hm"})
    assert isinstance(again, Shown)
    assert "Say more than that." in again.says
    assert dict(again.holds) == {"Answer": "Hm"}
    at_work.intake.answers = answering(Toast("Thank you."))
    assert await at_work.send("ana", again, {"Answer": "Enough"}) == "Thank you."
    assert [one.values for one in at_work.intake.heard if isinstance(one, Submission)] == [
        {"text": "Hm"},
        {"text": "Enough"},
    ]


async def test_a_form_is_followed_by_the_next_one(at_work: Workplace, form: Shown) -> None:
    following = Form("review.edit", "And why", "esc_1/1", (TextInput("why", "Why"),), "Send")
    at_work.intake.answers = answering(following)
    shown = await at_work.send("ana", form, {"Answer": "Enough"})
    assert isinstance(shown, Shown)
    assert (shown.title, dict(shown.holds)) == ("And why", {"Why": ""})


async def test_nobody_sends_the_form_of_somebody_else(at_work: Workplace, form: Shown) -> None:
    answer = await at_work.send("bo", form, {"Answer": "It was me"})
    assert isinstance(answer, str)
    assert answer
    assert at_work.intake.heard == []
