"""Rooms for the doctor: looked up on each platform that the team works on."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.chat import Room
    from bot.ports import Desk

JOIN = "Add the bot to {name}: in Slack by /invite @ratchet, in Teams by adding the app to its team."


async def looked_up(desk: "Desk", name: str) -> "Room":
    """The room on the first platform that has it. Raises what the last one says: NotFound, as a rule."""
    from bot.domain.errors import NotFound

    problem = NotFound(f"There is no room {name}.")
    for platform in desk.platforms.values():
        try:
            return await platform.room(name)
        except NotFound as missing:
            problem = missing
    raise problem
