"""`/oncall`: who is on call by a user group or a rota, and that nobody is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox.model import derived_id
from tests.e2e.company import Desk, MovedClock, company_at_work


async def told(desk: Desk, who: str, says: str) -> str:
    await desk.hands.do("commands", as_=who, room="#random", text="/oncall")
    return await desk.whisper(who, says)


@pytest.mark.slow
async def test_oncall_names_who_is_in_the_group_and_that_it_is_quiet(tmp_path: Path) -> None:
    time = {"time_zone": "Asia/Kolkata"}
    clock = MovedClock()
    oncall = {"group": "@oncall", "room": "#support-managers", "quiet_hours": "00:00-24:00"}
    async with company_at_work(tmp_path, clock=clock, team=time, oncall=oncall) as desk:
        said = await told(desk, "ana", "On call now:")
        assert {"Sue Okafor", "Bo Larsen"} == set(said.split(":")[1].split(".")[0].strip().split(", "))
        assert "Quiet hours now." in said
        assert "Alerts go to #support-managers." in said
        assert "Sue" not in await told(desk, "gus", "Only the support team and who is on call")
        next(group for group in desk.sandbox.workspace.groups.values() if group.handle == "oncall").users.clear()
        clock.moved += timedelta(minutes=1)
        await told(desk, "mae", "Nobody is on call.")
        clock.moved += timedelta(minutes=1)
        desk.sandbox.faults.plan({"method": "usergroups.list", "error": "missing_scope", "times": 20})
        assert "On call" not in await told(desk, "bo", "permission")


@pytest.mark.slow
async def test_oncall_follows_the_rota_and_says_when_nobody_is_on_it(tmp_path: Path) -> None:
    gus, ana = derived_id("U", "gus"), derived_id("U", "ana")
    clock = MovedClock()
    noon = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    clock.moved = noon - datetime.now(UTC)
    rota = tmp_path / "rota.yaml"
    rota.write_text(f"{{handover: 09:00, days: {{2026-11-25: {gus}, 2026-11-26: {ana}}}}}", encoding="utf-8")
    async with company_at_work(tmp_path, clock=clock, oncall={"rota": rota, "quiet_hours": "22:00-07:00"}) as desk:
        said = await told(desk, "gus", "On call now:")  # no rep, but on call
        assert "On call now: Gus Outsider, until Thu 26 Nov 09:00 (UTC)." in said
        assert "Next: Ana Ruiz." in said
        assert "No quiet hours now, until Wed 25 Nov 22:00 (UTC)." in said
        assert "Alerts go to #escalations." in said
        clock.moved += timedelta(days=1)
        assert "Next: nobody. Nobody is on call from then on." in await told(desk, "bo", "Ana Ruiz, until")
        clock.moved += timedelta(days=1)
        assert "Quiet" not in await told(desk, "mae", "Nobody is on call.")
