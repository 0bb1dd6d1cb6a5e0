"""The message shortcut “Draft an answer”."""

from dataclasses import replace

from bot.domain.chat import Command, Toast
from bot.domain.errors import NotFound
from bot.ports import Answer, Desk
from bot.workflows import receive
from handlers.commands import CommandPlugin


async def run(desk: Desk, command: Command) -> Answer:
    """Draft an answer to the message that the shortcut was used on."""
    if command.message is None:
        return Toast("Use “Draft an answer” in the menu of a message.")
    place, wanted = command.message.place, command.message.message
    seen = await desk.platforms[place.platform].thread(replace(place, thread=place.thread or wanted))
    message = next((found for found in seen if found.message == wanted), None)
    if message is None:
        raise NotFound("I cannot read that message. Add me to its room first.")
    await receive.from_room(desk, replace(message, key=command.key, asked=True, asked_by=command.actor))
    return None if command.acknowledged else Toast("I am drafting an answer.")


COMMAND = CommandPlugin(
    name="draft",
    usage="",
    help="Draft a cited answer to this message",
    run=run,
    slash=False,
    shortcut="Draft an answer",
    begins_work=True,
)
