"""The rooms and chats that the bot was in."""

from typing import Any

from sqlalchemy import Row, case, or_

from bot.ports.reaching import Conversation, Kind
from bot.storage.repository import Repository, whole
from bot.storage.tables import ConversationRow, table

CONVERSATIONS = table(ConversationRow)
C = CONVERSATIONS.c
WORDS = ("service_url", "tenant", "name", "team", "group_id", "person")


class SqlConversations(Repository):
    """Keeps the promises of `bot.ports.reaching.Conversations`.

    What a delivery does not tell stays as it was known: an empty word, and that a channel is private or shared, which
    on no platform it can cease to be.
    """

    @whole
    async def keep(self, conversation: Conversation) -> None:
        insert = self._insert(CONVERSATIONS)
        new = insert.excluded
        changed: dict[str, Any] = {word: case((new[word] != "", new[word]), else_=C[word]) for word in WORDS}
        changed |= {flag: or_(C[flag], new[flag]) for flag in ("private", "shared")}
        changed |= {"kind": new.kind, "gone": new.gone}
        changed["seen_at"] = case((new.seen_at > C.seen_at, new.seen_at), else_=C.seen_at)
        upsert = insert.on_conflict_do_update(index_elements=["workspace", "platform", "id"], set_=changed)
        async with self._write() as connection:
            await connection.execute(upsert, self._row(**_columns(conversation)))

    async def get(self, platform: str, conversation_id: str) -> Conversation | None:
        wanted = self._select(CONVERSATIONS).where(C.platform == platform, C.id == conversation_id)
        async with self._read() as connection:
            row = (await connection.execute(wanted)).first()
        return _value(row) if row else None

    async def personal(self, platform: str, person: str) -> Conversation | None:
        """The chat that was seen last, where there were several, and one that is still there before all."""
        wanted = self._select(CONVERSATIONS).where(C.platform == platform, C.person == person)
        wanted = wanted.where(C.kind == Kind.PERSONAL).order_by(C.gone, C.seen_at.desc(), C.id).limit(1)
        async with self._read() as connection:
            row = (await connection.execute(wanted)).first()
        return _value(row) if row else None

    async def channels(self, platform: str) -> tuple[Conversation, ...]:
        wanted = self._select(CONVERSATIONS).where(C.platform == platform, C.kind == Kind.CHANNEL, C.gone.is_(False))
        async with self._read() as connection:
            return tuple(_value(row) for row in await connection.execute(wanted.order_by(C.id)))


def _columns(conversation: Conversation) -> dict[str, Any]:
    names = (
        "platform",
        "id",
        "service_url",
        "tenant",
        "seen_at",
        "name",
        "team",
        "person",
        "private",
        "shared",
        "gone",
    )
    values = {name: getattr(conversation, name) for name in names}
    return values | {"kind": conversation.kind.value, "group_id": conversation.group}


def _value(row: Row[Any]) -> Conversation:
    values = dict(row._mapping)
    del values["workspace"]
    return Conversation(**values | {"kind": Kind(row.kind), "group": values.pop("group_id")})
