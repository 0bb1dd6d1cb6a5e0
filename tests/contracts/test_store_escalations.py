import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat import Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.escalation import Author, Customer, EscalationStatus, Outcome, OutcomeKind
from bot.ports import Store
from tests.contracts.store_samples import NOON, THREAD, TRICKY, after, escalation, turn


async def test_a_new_escalation_comes_back_as_it_was_received(store: Store) -> None:
    asked = escalation()
    assert await store.escalations.receive(asked) == (asked, True)
    assert await store.escalations.get(asked.id) == asked


async def test_the_same_request_twice_is_the_same_escalation(store: Store) -> None:
    await store.escalations.receive(escalation())
    stored, changed = await store.escalations.receive(escalation())
    assert (stored, changed) == (escalation(), False)


async def test_another_customers_words_never_join_a_conversation(store: Store) -> None:
    await store.escalations.receive(escalation())
    with pytest.raises(Conflict, match="another customer"):
        await store.escalations.receive(escalation("esc_1", turn("c2"), customer=Customer("c2", "Cleo")))
    assert await store.escalations.get("esc_1") == escalation()


async def test_fifty_concurrent_deliveries_make_one_escalation_with_each_turn_once(store: Store) -> None:
    turns = [turn(f"t{number}", at=number) for number in range(5)]
    sent = [escalation("esc_1", *turns[: 1 + number % 5]) for number in range(50)]
    answers = await asyncio.gather(*(store.escalations.receive(each) for each in sent))
    stored = await store.escalations.get("esc_1")
    assert [each.ref for each in stored.turns] == ["t0", "t1", "t2", "t3", "t4"]
    assert sum(changed for _, changed in answers) == stored.revision <= 5


async def test_a_new_customer_turn_raises_the_revision_and_an_agents_does_not(store: Store) -> None:
    await store.escalations.receive(escalation())
    agent = turn("a1", "Looking into it.", at=5, author=Author.AGENT)
    stored, changed = await store.escalations.receive(escalation("esc_1", agent))
    assert (stored.revision, changed) == (1, False)
    stored, changed = await store.escalations.receive(escalation("esc_1", turn("c2", at=9)))
    assert (stored.revision, changed) == (2, True)
    assert [each.ref for each in stored.turns] == ["esc_1:1", "a1", "c2"]


async def test_a_burst_of_messages_becomes_one_escalation(store: Store) -> None:
    await store.escalations.receive(escalation("esc_1", turn("m1")), burst_seconds=3, burst_key="k")
    joined, changed = await store.escalations.receive(
        escalation("esc_2", turn("m2", at=3)), burst_seconds=3, burst_key="k"
    )
    assert (joined.id, joined.revision, changed) == ("esc_1", 2, True)
    with pytest.raises(NotFound):
        await store.escalations.get("esc_2")


async def test_a_burst_grows_with_each_message_and_ends_after_a_pause(store: Store) -> None:
    for number, at in enumerate((0, 2, 4, 8)):
        stored, _ = await store.escalations.receive(
            escalation(f"esc_{number}", turn(f"m{number}", at=at)), burst_seconds=3, burst_key="k"
        )
    assert stored.id == "esc_3"
    assert len((await store.escalations.get("esc_0")).turns) == 3


async def test_another_key_or_no_key_or_an_answered_question_is_no_burst(store: Store) -> None:
    await store.escalations.receive(escalation("esc_1", turn("m1")), burst_seconds=3, burst_key="k")
    other, _ = await store.escalations.receive(
        escalation("esc_2", turn("m2", at=1)), burst_seconds=3, burst_key="other"
    )
    alone, _ = await store.escalations.receive(escalation("esc_3", turn("m3", at=1)), burst_seconds=3)
    await store.escalations.set_status("esc_1", EscalationStatus.ANSWERED)
    late, _ = await store.escalations.receive(escalation("esc_4", turn("m4", at=1)), burst_seconds=3, burst_key="k")
    assert (other.id, alone.id, late.id) == ("esc_2", "esc_3", "esc_4")


async def test_a_message_that_joined_a_burst_still_belongs_to_it_after_the_answer(store: Store) -> None:
    second = escalation("esc_2", turn("m2", at=1))
    await store.escalations.receive(escalation("esc_1", turn("m1")), burst_seconds=3, burst_key="k")
    await store.escalations.receive(second, burst_seconds=3, burst_key="k")
    await store.escalations.set_status("esc_1", EscalationStatus.ANSWERED)
    again, changed = await store.escalations.receive(second, burst_seconds=3, burst_key="k")
    assert (again.id, again.revision, again.status, changed) == ("esc_1", 2, EscalationStatus.ANSWERED, False)


async def test_a_burst_that_arrives_all_at_once_is_one_escalation_in_the_order_of_its_times(store: Store) -> None:
    sent = [escalation(f"esc_{n}", turn(f"m{n}", at=n / 10), opened_at=after(n / 10)) for n in range(12)]
    await asyncio.gather(*(store.escalations.receive(each, burst_seconds=3, burst_key="k") for each in reversed(sent)))
    kept = []
    for each in sent:
        try:
            kept.append(await store.escalations.get(each.id))
        except NotFound:
            continue
    assert len(kept) == 1
    assert [each.ref for each in kept[0].turns] == [f"m{n}" for n in range(12)]


async def test_a_customers_new_turn_opens_an_answered_escalation_again_but_not_one_handed_off(store: Store) -> None:
    await store.escalations.receive(escalation())
    await store.escalations.set_status("esc_1", EscalationStatus.ANSWERED)
    assert (await store.escalations.add_turn("esc_1", turn("c2"))).status is EscalationStatus.OPEN
    await store.escalations.set_status("esc_1", EscalationStatus.HANDED_OFF)
    assert (await store.escalations.add_turn("esc_1", turn("c3"))).status is EscalationStatus.HANDED_OFF


async def test_a_turn_is_added_once(store: Store) -> None:
    await store.escalations.receive(escalation())
    guidance = turn("g1", "Be brief.", author=Author.REVIEWER)
    assert (await store.escalations.add_turn("esc_1", guidance)).revision == 2
    again = await store.escalations.add_turn("esc_1", guidance)
    assert (again.revision, again.guidance) == (2, ("Be brief.",))
    with pytest.raises(NotFound):
        await store.escalations.add_turn("esc_nowhere", guidance)


async def test_an_edited_turn_raises_the_revision_and_the_same_edit_again_changes_nothing(store: Store) -> None:
    await store.escalations.receive(escalation())
    edited = await store.escalations.change_turn("esc_1:1", "Where is my refund?")
    assert edited is not None
    assert (edited.question, edited.revision) == ("Where is my refund?", 2)
    assert await store.escalations.change_turn("esc_1:1", "Where is my refund?") is None
    assert await store.escalations.change_turn("unknown", "?") is None


async def test_an_escalation_without_customer_turns_is_withdrawn(store: Store) -> None:
    await store.escalations.receive(escalation("esc_1", turn("m1"), turn("m2", at=1)))
    first = await store.escalations.change_turn("m1", None)
    assert first is not None
    assert (first.status, [each.ref for each in first.turns]) == (EscalationStatus.OPEN, ["m2"])
    second = await store.escalations.change_turn("m2", None)
    assert second is not None
    assert (second.status, second.revision, second.turns) == (EscalationStatus.WITHDRAWN, 3, ())


async def test_a_removed_turn_does_not_come_back_when_it_is_delivered_again(store: Store) -> None:
    await store.escalations.receive(escalation())
    await store.escalations.change_turn("esc_1:1", None)
    stored, changed = await store.escalations.receive(escalation())
    assert (stored.turns, changed) == ((), False)
    assert await store.escalations.change_turn("esc_1:1", "again") is None


async def test_an_escalation_is_found_by_the_thread_that_it_is_worked_on_in(store: Store) -> None:
    await store.escalations.receive(escalation(place=None))
    assert await store.escalations.at_place(THREAD) is None
    placed = await store.escalations.set_place("esc_1", THREAD)
    assert placed.place == THREAD
    assert await store.escalations.at_place(THREAD) == placed
    assert await store.escalations.at_place(Place("slack", "C1", "other")) is None
    assert await store.escalations.at_place(Place("slack", "C1")) is None
    with pytest.raises(NotFound):
        await store.escalations.set_place("esc_nowhere", THREAD)


async def test_a_status_is_kept(store: Store) -> None:
    await store.escalations.receive(escalation())
    await store.escalations.set_status("esc_1", EscalationStatus.HANDED_OFF)
    assert (await store.escalations.get("esc_1")).status is EscalationStatus.HANDED_OFF
    with pytest.raises(NotFound):
        await store.escalations.set_status("esc_nowhere", EscalationStatus.OPEN)


async def test_an_outcome_is_recorded_once_per_key(store: Store) -> None:
    await store.escalations.receive(escalation())
    outcome = Outcome("o1", "esc_1", OutcomeKind.RATING, NOON, 4.0, "nice")
    assert await store.escalations.record_outcome(outcome)
    assert not await store.escalations.record_outcome(outcome)
    with pytest.raises(NotFound):
        await store.escalations.record_outcome(replace(outcome, key="o2", escalation_id="esc_nowhere"))


async def test_moments_come_back_aware_and_exact(store: Store) -> None:
    await store.escalations.receive(escalation(opened_at=after(0.123456)))
    stored = await store.escalations.get("esc_1")
    assert stored.opened_at == after(0.123456)
    assert stored.opened_at.utcoffset() is not None
    assert stored.turns[0].at.utcoffset() is not None


async def test_a_long_text_with_emoji_and_control_characters_is_kept_exactly(store: Store) -> None:
    asked = escalation("esc_1", turn("m1", TRICKY))
    assert len(TRICKY) >= 40_000
    assert (await store.escalations.receive(asked))[0] == asked


async def test_what_no_database_can_hold_is_left_out_of_a_text(store: Store) -> None:
    stored, _ = await store.escalations.receive(escalation("esc_1", turn("m\x001", "a\x00b\ud800c")))
    assert (stored.turns[0].ref, stored.turns[0].text) == ("m1", "ab?c")
    _, changed = await store.escalations.receive(escalation("esc_1", turn("m\x001", "a\x00b")))
    assert not changed


async def test_a_rooms_escalations_are_found_newest_first_and_no_other_rooms(store: Store) -> None:
    for number, room in enumerate(("C1", "C1", "C2")):
        place = Place("slack", room, f"100.{number}")
        await store.escalations.receive(escalation(f"esc_{number}", place=place, opened_at=after(number)))
    assert [found.id for found in await store.escalations.in_room("slack", "C1")] == ["esc_1", "esc_0"]
    assert [found.id for found in await store.escalations.in_room("slack", "C1", limit=1)] == ["esc_1"]
