"""What the doctor says of what comes weekly: the digest, and the sample that people score."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.cli import doctor_weekly
from bot.cli.findings import Health, Result
from bot.domain.calendar import Calendar
from bot.domain.chat import Room
from bot.domain.errors import NotFound, Unavailable
from bot.domain.schedule import Schedule
from bot.ports import Desk, Sampling
from bot.settings import Settings
from tests.local import free_port
from tests.unit.scripted import (
    Clock,
    ScriptedPlatform,
    clock,
    desk,
    empty_store,
    judge,
    platform,
    runtime,
    store_file,
    surface,
)

__all__ = ["clock", "desk", "empty_store", "judge", "platform", "runtime", "store_file", "surface"]

BERLIN = ZoneInfo("Europe/Berlin")


def with_digest(desk: Desk) -> Desk:
    schedule = Schedule.parse("mon 08:00", BERLIN)
    policy = replace(
        desk.policy, digest=schedule, managers_room="#managers", mail_to=("a@example.com",), calendar=Calendar(BERLIN)
    )
    return replace(desk, policy=policy)


async def said_of(desk: Desk, platform: ScriptedPlatform) -> Result:
    desk = replace(desk, platforms={platform.name: platform})
    [result] = [each async for each in doctor_weekly.rooms(desk)]
    return result


def test_the_next_digest_and_its_readers_are_named(desk: Desk, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    said = doctor_weekly.schedule(with_digest(desk))
    assert said.found == "next Mon 23 Nov 08:00 (Europe/Berlin), to #managers and 1 by e-mail"
    assert doctor_weekly.schedule(desk).health is Health.OFF


async def test_a_room_that_cannot_be_posted_to_says_what_to_do(desk: Desk, platform: ScriptedPlatform) -> None:
    desk = with_digest(desk)
    assert (await said_of(desk, platform)).health is Health.GOOD

    platform.troubles.append(NotFound("There is no room #managers."))
    gone = await said_of(desk, platform)
    assert (gone.health, "RATCHET_DIGEST_ROOM" in gone.mend) == (Health.BAD, True)

    platform.shared = ("#managers",)
    assert "another organisation" in (await said_of(desk, platform)).found

    class Outside(ScriptedPlatform):
        async def room(self, room: str) -> Room:
            return Room(room, room, member=False)

    assert (await said_of(desk, Outside())).mend.startswith("Add the bot to #managers: ")


async def test_the_sample_s_room_and_its_next_draw_are_told(
    desk: Desk, platform: ScriptedPlatform, clock: Clock
) -> None:
    assert doctor_weekly.sample(desk).health is Health.OFF
    clock.at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    sample = Sampling("#qa", Schedule.parse("mon 09:00", BERLIN))
    desk = replace(desk, policy=replace(desk.policy, sample=sample, calendar=Calendar(BERLIN)))
    assert doctor_weekly.sample(desk).found == "next Mon 23 Nov 09:00 (Europe/Berlin), to #qa"
    platform.shared = ("#qa",)
    said = await said_of(desk, platform)
    assert (said.health, said.what, said.mend) == (
        Health.BAD, "Sample's room #qa", "Set RATCHET_QA_ROOM to a room of the team alone.",
    )  # fmt: skip


async def test_without_a_room_nothing_is_said_of_one(desk: Desk, platform: ScriptedPlatform) -> None:
    assert [each async for each in doctor_weekly.rooms(desk)] == []


async def test_a_mail_server_that_does_not_answer_is_told() -> None:
    assert [each.health async for each in doctor_weekly.mail(Settings())] == [Health.OFF]
    silent = Settings(mail={"host": "127.0.0.1", "port": free_port(), "sender": "r@example.com", "security": "none"})
    with pytest.raises(Unavailable, match="cannot be reached"):
        _ = [each async for each in doctor_weekly.mail(silent)]
