"""Which room the team works in, where it works on two platforms."""

from dataclasses import replace

from bot.domain.chat import Place
from bot.ports import Desk
from bot.workflows.showing import own_place
from tests.unit.scripted import ScriptedPlatform


def two_platforms(desk: Desk) -> Desk:
    slack = ScriptedPlatform(missing=("#billing",))
    teams = ScriptedPlatform(name="teams", missing=("#home",))
    return replace(desk, platforms={"slack": slack, "teams": teams})


async def test_an_intents_room_is_found_on_whichever_platform_it_is(desk: Desk) -> None:
    desk = two_platforms(desk)
    assert await own_place(desk, ["#billing", "#home"]) == Place("teams", "#billing")
    assert await own_place(desk, ["", "#home"]) == Place("slack", "#home")


async def test_a_room_of_neither_platform_is_none(desk: Desk) -> None:
    desk = replace(desk, platforms={"slack": ScriptedPlatform(missing=("#home",))})
    assert await own_place(desk, ["#home"]) is None
