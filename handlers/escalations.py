"""What customers' words ask for: messages in rooms, their edits and deletions, and requests of customers' systems."""

from collections.abc import Mapping

from bot.domain.chat import MessageDeleted, MessageEdited, RoomMessage
from bot.ports import Answer, Desk
from bot.workflows import receive


async def message(desk: Desk, seen: RoomMessage) -> Answer:
    """Take in a message of a room."""
    await receive.from_room(desk, seen)
    return None


async def edited(desk: Desk, change: MessageEdited) -> Answer:
    """Follow the edit of a message."""
    await receive.edited(desk, change)
    return None


async def deleted(desk: Desk, change: MessageDeleted) -> Answer:
    """Follow the deletion of a message."""
    await receive.deleted(desk, change)
    return None


async def request(desk: Desk, surface: str, headers: Mapping[str, str], body: bytes) -> str:
    """Take in a request of a customer's system and return the escalation's id."""
    return await receive.from_surface(desk, surface, headers, body)
