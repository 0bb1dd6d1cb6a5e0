"""What an operator of a bot in Teams does at the terminal: the doctor, and the app's package."""

import asyncio
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.parts import SystemClock
from bot.platforms.teams.activities import Own
from bot.platforms.teams.known import Known
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.store import open_store
from tests.e2e.test_command_line import Printed, Terminal, terminal
from tests.teams import tokens
from tests.teams.activities import Activities
from tests.teams.company import ESCALATIONS, standin_serving
from tests.teams.standin import StandIn

__all__ = ["terminal"]

URL = "https://ratchet.fernhill.example"


@pytest.fixture
def desk(terminal: Terminal, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in a folder with the sample knowledge that no other test writes to."""
    yield Terminal(Path(shutil.copytree(terminal.folder, tmp_path / "desk")))


async def add_to_teams(standin: StandIn, desk: Terminal) -> None:
    """Let the bot be told that it was added to every team of the stand-in."""
    core = Settings(core={"data_dir": desk.folder / "var"}).core
    engine = create_engine(core.store_url)
    known = Known(open_store(engine, core.workspace).conversations, SystemClock(), Own(tokens.APP_ID))
    told = Activities(standin.world, standin.service_url)
    for team in standin.world.teams.values():
        for activity in told.team_changed(standin.world.people["mae"], team, added=True):
            await known.noted(activity)
    await engine.close()


async def doctor(desk: Terminal, standin: StandIn, **more: str) -> Printed:
    settings = {
        "RATCHET_TEAMS_APP_ID": tokens.APP_ID,
        "RATCHET_TEAMS_APP_PASSWORD": tokens.APP_PASSWORD,
        "RATCHET_TEAMS_TENANTS": tokens.TENANT,
        "RATCHET_TEAMS_ROOMS": ESCALATIONS,
        "RATCHET_TEAMS_REPS": "ana@fernhill.example, bo@fernhill.example",
        "RATCHET_TEAMS_SENIORS": "team:Seniors:owners",
        "RATCHET_TEAMS_SERVICE_HOSTS": "127.0.0.1",
        "RATCHET_TEAMS_SERVICE_URL": standin.service_url,
        "RATCHET_TEAMS_LOGIN_URL": standin.login_url,
        "RATCHET_TEAMS_OPENID_URL": standin.openid_url,
        "RATCHET_TEAMS_GRAPH_URL": standin.graph_url,
    } | more
    examined = await asyncio.to_thread(desk.run, "doctor", **settings)
    assert "Traceback" not in examined.stderr
    assert tokens.APP_PASSWORD not in examined.stdout + examined.stderr
    return Printed(examined.returncode, " ".join(examined.stdout.split()), examined.stderr)


async def test_doctor_finds_a_complete_set_up_in_teams_in_order(desk: Terminal) -> None:
    async with standin_serving() as standin:
        await add_to_teams(standin, desk)
        examined = await doctor(desk, standin)
    assert examined.returncode == 0, examined.stdout
    for line in (
        "sections in use: teams",
        f"Teams token: Microsoft gives one to {tokens.APP_ID}",
        "Teams: the bot is in 3 teams",
        "Teams permissions: all 2 that the package asks for",
        "Roles in Teams: reps, seniors and managers are set",
        f"Room {ESCALATIONS}: found, and the bot is in it",
    ):
        assert line in examined.stdout, examined.stdout


async def test_doctor_says_that_a_secret_is_wrong(desk: Terminal) -> None:
    async with standin_serving() as standin:
        await add_to_teams(standin, desk)
        examined = await doctor(desk, standin, RATCHET_TEAMS_APP_PASSWORD="an-old-secret")
    assert examined.returncode == 1
    assert "Teams token: Microsoft does not know the app or its secret (invalid_client)" in examined.stdout
    assert "a client secret expires" in examined.stdout
    assert "an-old-secret" not in examined.stdout


async def test_doctor_says_that_the_app_was_added_to_no_team_yet(desk: Terminal) -> None:
    async with standin_serving() as standin:
        examined = await doctor(desk, standin)
    assert "Teams: the bot was added to no team yet" in examined.stdout
    assert "`ratchet teams package`" in examined.stdout
    assert f"Room {ESCALATIONS}: There is no channel {ESCALATIONS}" in examined.stdout
    assert examined.returncode == 1


async def test_doctor_names_teams_addresses_and_channels_that_are_not_there(desk: Terminal) -> None:
    async with standin_serving() as standin:
        await add_to_teams(standin, desk)
        examined = await doctor(
            desk,
            standin,
            RATCHET_TEAMS_REPS="ana@fernhill.example, nobody@fernhill.example",
            RATCHET_TEAMS_SENIORS="team:Nowhere",
            RATCHET_TEAMS_ROOMS="#Support/Nowhere",
        )
    assert examined.returncode == 1
    assert "Roles in Teams: not found there: nobody@fernhill.example, team:Nowhere" in examined.stdout
    assert "Room #Support/Nowhere: There is no channel #Support/Nowhere" in examined.stdout


async def test_doctor_says_which_consent_a_team_did_not_give(desk: Terminal) -> None:
    async with standin_serving() as standin:
        await add_to_teams(standin, desk)
        standin.plan("graph", status=403, code="Forbidden", times=1)
        examined = await doctor(desk, standin)
    assert examined.returncode == 1
    assert re.search(r"Team \w+: Microsoft did not let Ratchet read this \(Forbidden\)", examined.stdout)
    assert "the permission ChannelMessage.Read.Group" in examined.stdout


async def test_doctor_says_that_the_app_was_taken_out_of_a_team(desk: Terminal) -> None:
    async with standin_serving() as standin:
        await add_to_teams(standin, desk)
        standin.world.teams["Support"].installed = False
        examined = await doctor(desk, standin)
    assert examined.returncode == 1
    assert "Ratchet is not in that channel or chat any more: add the app to its team again." in examined.stdout


async def test_doctor_says_that_microsoft_cannot_be_reached(desk: Terminal) -> None:
    async with standin_serving() as standin:
        examined = await doctor(desk, standin, RATCHET_TEAMS_LOGIN_URL="http://127.0.0.1:9")
    assert examined.returncode == 1
    assert "Microsoft's login server does not answer" in examined.stdout
    assert "Check that this machine reaches http://127.0.0.1:9." in examined.stdout


def test_the_package_for_teams_is_written_from_the_settings(desk: Terminal) -> None:
    written = desk.run("teams", "package", "--url", URL, RATCHET_TEAMS_APP_ID=tokens.APP_ID)
    assert written.returncode == 0, written.stderr
    assert "Wrote ratchet-teams.zip" in written.stdout and "ChannelMessage.Read.Group" in written.stdout
    package = zipfile.ZipFile(io.BytesIO((desk.folder / "ratchet-teams.zip").read_bytes()))
    assert json.loads(package.read("manifest.json"))["id"] == tokens.APP_ID
    again = desk.run("teams", "package", "--url", URL, "--app-id", tokens.APP_ID, "--out", "again.zip")
    assert again.returncode == 0, again.stderr
    assert (desk.folder / "again.zip").read_bytes() == (desk.folder / "ratchet-teams.zip").read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--url", URL), 2, "RATCHET_TEAMS_APP_ID is missing: it is the application (client) id"),
        (("--url", "http://localhost", "--app-id", tokens.APP_ID), 1, "begins with https://"),
        (("--url", URL, "--app-id", "ratchet"), 1, "“ratchet” is no application (client) id"),
        (("--app-id", tokens.APP_ID), 2, "--url"),
    ],
)
def test_a_package_that_teams_would_not_take_is_not_written(
    desk: Terminal, words: tuple[str, ...], code: int, sentence: str
) -> None:
    refused = desk.run("teams", "package", *words)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert sentence in " ".join(refused.stderr.split())
    assert not list(desk.folder.glob("*.zip"))
