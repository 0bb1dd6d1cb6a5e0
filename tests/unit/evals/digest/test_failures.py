"""What counts as a failure, which example of it may be shown, and what is no failure."""

from dataclasses import replace

from bot.domain.digest import Failure
from bot.domain.escaped import Escape
from bot.domain.review import Action, FailureMode
from bot.ports import Desk
from evals.digest.failures import failures, gone_wrong
from tests.contracts.store_samples import RECEIPT
from tests.unit.evals.digest.week_samples import (
    BLOCKED,
    DAY,
    WEEK,
    Linking,
    abstained,
    decided,
    drafted,
    escaped,
    managers,
    rejected,
)


async def _failures(desk: Desk) -> tuple[Failure, ...]:
    now = await gone_wrong(desk, WEEK.start, WEEK.end)
    before = await gone_wrong(desk, WEEK.previous.start, WEEK.start)
    return await failures(now, before, managers(desk))


async def _counts(desk: Desk) -> dict[str, tuple[int, int]]:
    return {each.mode: (each.count, each.before) for each in await _failures(desk)}


async def test_rejections_count_by_mode_beside_the_week_before(desk: Desk) -> None:
    await rejected(desk, "esc_1", "esc_2")
    await rejected(desk, "esc_3", mode=FailureMode.TONE)
    await rejected(desk, "esc_4", "esc_5", "esc_6", mode=FailureMode.TONE, at=-7 * DAY.total_seconds())
    assert await _counts(desk) == {"missing_knowledge": (2, 0), "tone": (1, 3)}
    assert [each.label for each in await _failures(desk)] == ["Missing knowledge", "Tone"]


async def test_what_was_sent_and_turned_out_wrong_counts_once_and_as_that(desk: Desk) -> None:
    for name in ("esc_1", "esc_2"):
        await decided(desk, name, Action.APPROVE, findings=BLOCKED)
        await desk.store.reviews.settle(f"{name}/1", receipt=RECEIPT, problem="")
    await escaped(desk, "esc_1/1")
    await rejected(desk, "esc_3")
    await escaped(desk, "esc_3/1", Escape.REJECTED)
    assert await _counts(desk) == {"blocked": (1, 0), "missing_knowledge": (1, 0), "wrong_answer": (1, 0)}


async def test_a_hand_off_is_a_failure_only_where_there_was_no_answer(desk: Desk) -> None:
    await decided(desk, "esc_1", Action.HAND_OFF)
    await decided(desk, "esc_2", Action.HAND_OFF, draft=abstained())
    assert await _counts(desk) == {"no_answer": (1, 0)}


async def test_what_was_not_delivered_is_told_from_what_was_not_written(desk: Desk) -> None:
    await decided(desk, "esc_1", Action.APPROVE)
    await desk.store.reviews.settle("esc_1/1", receipt=None, problem="Down.")
    escalated = await desk.store.escalations.get("esc_1")
    review, _ = await desk.store.reviews.open(replace(escalated, revision=2), at=escalated.opened_at)
    await desk.store.reviews.settle(review.id, receipt=None, problem="The model is down.")
    assert await _counts(desk) == {"not_delivered": (1, 0), "not_written": (1, 0)}


async def test_an_edit_and_an_approval_are_no_failures(desk: Desk) -> None:
    await decided(desk, "esc_1", Action.EDIT)
    await decided(desk, "esc_2", Action.APPROVE)
    await drafted(desk, "esc_3")
    assert await _counts(desk) == {}


async def test_the_newest_thread_that_is_not_in_a_private_room_is_the_example(desk: Desk, platform: Linking) -> None:
    platform.private = ("C9",)
    for at, (name, room) in enumerate((("esc_1", "C1"), ("esc_2", "C2"), ("esc_3", "C9"))):
        await rejected(desk, name, room=room, at=at)
    (told,) = await _failures(desk)
    assert (told.count, told.example, told.link) == (3, "esc_2", "https://chat.example/C2/m.esc_2")


async def test_the_managers_own_room_may_be_shown_to_its_readers_though_it_is_private(
    desk: Desk, platform: Linking
) -> None:
    platform.private = ("C9",)
    desk = replace(desk, policy=replace(desk.policy, managers_room="C9"))
    await rejected(desk, "esc_1", room="C9")
    assert (await _failures(desk))[0].example == "esc_1"


async def test_where_every_thread_is_private_or_archived_the_failure_stands_without_an_example(
    desk: Desk, platform: Linking
) -> None:
    platform.private, platform.archived = ("C9",), ("C8",)
    await rejected(desk, "esc_1", room="C8")
    await rejected(desk, "esc_2", room="C9")
    (told,) = await _failures(desk)
    assert (told.count, told.example, told.link) == (2, "", "")


async def test_without_a_platform_there_are_counts_and_no_links(desk: Desk) -> None:
    await rejected(desk, "esc_1")
    (told,) = await _failures(replace(desk, platforms={}))
    assert (told.count, told.example, told.link) == (1, "", "")
