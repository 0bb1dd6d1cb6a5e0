"""The digest on its way: posted once with its pictures, mailed to each alone, and whole enough when something fails."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.cards.digest_sections import ALL_DRIVERS
from bot.cards.elements import Actions, Card, Picture, Table
from bot.domain.calendar import Week
from bot.domain.chat import MessageRef, Place
from bot.domain.digest import Digest
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.ports import Desk, Mail
from evals.chart import Chart
from evals.digest import weekly
from evals.digest.weekly import last_week, post_digest, send_digest, weekly_digest
from tests.unit.cards.digest_samples import RICH, WEEK
from tests.unit.scripted import (
    Clock,
    LiveRun,
    ScriptedPlatform,
    clock,
    desk,
    empty_store,
    judge,
    platform,
    run,
    runtime,
    store_file,
    surface,
)

__all__ = ["clock", "desk", "empty_store", "judge", "platform", "run", "runtime", "store_file", "surface"]

SLOT = "2026-11-23T07:00+00:00"


@dataclass
class Postman:
    """Sends mail; `troubles` are raised by its next deliveries, in turn."""

    troubles: list[Exception] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append(mail)


def with_digest(desk: Desk, postman: Postman | None = None, *to: str) -> Desk:
    policy = replace(desk.policy, managers_room="#managers", mail_to=to, retry_seconds=(1.0, 2.0))
    return replace(desk, policy=policy, mailer=postman)


async def test_it_is_posted_as_one_page_with_a_thread_and_its_pictures(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform
) -> None:
    desk = with_digest(desk)
    await desk.store.digests.keep(RICH)
    await post_digest(run, desk, WEEK)

    keys = list(platform.cards)
    assert keys == ["digest:2026-W47", *(f"digest:2026-W47/{number}" for number in range(1, len(keys)))]
    shown = [each.file for card in platform.cards.values() for each in card.elements if isinstance(each, Picture)]
    assert shown == ["F1", "F2", "F3", "F4"]
    assert all(png.startswith(b"\x89PNG") for png in platform.pictures)
    kept = await desk.store.digests.get("2026-W47")
    assert kept is not None
    assert kept.card is not None
    assert kept.card.place == Place("slack", "#managers")


async def test_posted_again_it_is_the_same_message(desk: Desk, run: LiveRun, platform: ScriptedPlatform) -> None:
    desk = with_digest(desk)
    await desk.store.digests.keep(RICH)
    await post_digest(run, desk, WEEK)
    before = dict(platform.cards)
    await desk.store.digests.keep(replace(RICH, conversations=1))
    await post_digest(run, desk, WEEK)
    assert platform.cards.keys() == before.keys()
    assert platform.cards["digest:2026-W47"] == before["digest:2026-W47"]


async def test_the_week_is_the_last_whole_one_before_the_slot_and_lateness_is_told(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, clock: Clock
) -> None:
    desk = with_digest(desk)
    clock.at = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)  # three days late
    await weekly_digest(run, desk, slot=SLOT)
    kept = await desk.store.digests.get("2026-W47")
    assert kept is not None
    assert kept.digest.late
    assert "(late)" in platform.cards["digest:2026-W47"].summary
    assert last_week(desk) == Week(2026, 47)


async def test_an_outage_is_waited_out(desk: Desk, run: LiveRun, platform: ScriptedPlatform) -> None:
    desk = with_digest(desk)
    await desk.store.digests.keep(RICH)
    platform.troubles += [Unavailable("down"), Unavailable("down", retry_after=7.0)]
    await post_digest(run, desk, WEEK)
    assert run.waits == [1.0, 7.0]
    assert "digest:2026-W47" in platform.cards


async def test_a_picture_that_is_refused_is_told_in_words(desk: Desk, run: LiveRun, platform: ScriptedPlatform) -> None:
    class Refusing(ScriptedPlatform):
        async def upload(self, png: bytes, *, name: str, title: str, alt: str) -> str:
            raise DeliveryFailed("no", permanent=True)

    refusing = Refusing()
    desk = replace(with_digest(desk), platforms={"slack": refusing})
    await desk.store.digests.keep(RICH)
    await post_digest(run, desk, WEEK)
    pictures = [each for card in refusing.cards.values() for each in card.elements if isinstance(each, Picture)]
    assert [each.file for each in pictures] == [""] * 4
    assert all(each.alt for each in pictures)


async def test_without_its_room_the_digest_is_still_mailed(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    postman = Postman()
    desk = with_digest(desk, postman, "mae@example.com")
    platform.shared = ("#managers",)  # another organisation would read it
    await desk.store.digests.keep(RICH)
    await post_digest(run, desk, WEEK)
    assert platform.cards == {}
    assert "RATCHET_DIGEST_ROOM" in caplog.text
    assert [mail.to for mail in postman.sent] == [("mae@example.com",)]


async def test_each_address_gets_a_mail_of_its_own_with_the_pictures(desk: Desk, run: LiveRun) -> None:
    postman = Postman(troubles=[Unavailable("down"), DeliveryFailed("no such mailbox", permanent=True)])
    desk = with_digest(desk, postman, "gone@example.com", "mae@example.com", "ed@example.com")
    await desk.store.digests.keep(RICH)
    await post_digest(run, desk, WEEK)
    assert [mail.to for mail in postman.sent] == [("mae@example.com",), ("ed@example.com",)]
    first, second = postman.sent
    assert first.key != second.key
    assert first.subject == "Support digest: The week of 16–22 November 2026"
    assert all(f"cid:{picture.name}" in first.html for picture in first.pictures)
    assert len(first.pictures) == 4
    assert "ed@example.com" not in first.html + first.text


async def test_what_was_mailed_from_a_terminal_is_not_mailed_again_on_schedule(desk: Desk, clock: Clock) -> None:
    postman = Postman()
    desk = with_digest(desk, postman, "mae@example.com")
    await desk.store.digests.keep(RICH)
    await post_digest(LiveRun("terminal", clock), desk, WEEK)
    await weekly_digest(LiveRun("schedule", clock), desk, slot=SLOT)
    assert [mail.to for mail in postman.sent] == [("mae@example.com",)]


async def test_charts_that_cannot_be_made_cost_neither_the_thread_nor_the_mail(
    desk: Desk, run: LiveRun, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_digest: Digest) -> tuple[Chart, ...]:
        raise ValueError("a label that nothing can draw")

    monkeypatch.setattr(weekly, "charts", broken)
    postman = Postman()
    desk = with_digest(desk, postman, "mae@example.com")
    await desk.store.digests.keep(RICH)
    await post_digest(run, desk, WEEK)
    assert len(platform.cards) > 1
    assert [len(mail.pictures) for mail in postman.sent] == [0]


async def test_who_asks_gets_it_alone_and_nothing_is_kept(desk: Desk, run: LiveRun, platform: ScriptedPlatform) -> None:
    places: list[Place] = []
    post = platform.post

    async def noting(place: Place, card: Card, *, key: str) -> MessageRef:
        places.append(place)
        return await post(place, card, key=key)

    platform.post = noting  # type: ignore[method-assign]
    await send_digest(run, with_digest(desk), week="2026-W47", platform="slack", person="U7")
    assert places[0] == Place("slack", "U7")
    assert await desk.store.digests.get("2026-W47") is None


async def test_who_asks_gets_all_contact_drivers_at_once(desk: Desk, run: LiveRun, platform: ScriptedPlatform) -> None:
    await desk.store.digests.keep(RICH)
    await send_digest(run, with_digest(desk), week="2026-W47", platform="slack", person="U7")
    told = [element for card in platform.cards.values() for element in card.elements]
    [drivers] = [each for each in told if isinstance(each, Table) and each.head[0] == "By volume"]
    assert len(drivers.rows) == len(RICH.drivers) > 5
    assert not any(
        button.action == ALL_DRIVERS for each in told if isinstance(each, Actions) for button in each.buttons
    )
