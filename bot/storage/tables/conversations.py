"""What customers asked, said and were left with."""

from sqlalchemy import Index, UniqueConstraint

from bot.storage.columns import At, Json, Key, OptionalAt, OptionalJson, OptionalStr, Str
from bot.storage.tables.base import Row


class EscalationRow(Row, table=True):
    """One escalation; its turns are rows of their own. `last_customer_at` decides what joins a burst.

    The columns after it are what conversations are counted by; see `bot.storage.counted`.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index("ix_escalations_burst", "workspace", "burst_key", "opened_at"),
        Index("ix_escalations_place", "workspace", "place_platform", "place_room", "place_thread"),
        Index("ix_escalations_touched", "workspace", "touched_at", "opened_at", "id"),
        Index("ix_escalations_customer", "workspace", "customer_id", "surface", "opened_at"),
    )
    id: Key
    surface: Str
    external_id: Str
    customer: Json
    opened_at: At
    revision: int
    status: Str
    place_platform: Str
    place_room: Str
    place_thread: Str
    asker: OptionalJson
    channel: Str
    language: OptionalStr
    reply_url: OptionalStr
    details: Json
    burst_key: Str
    last_customer_at: OptionalAt
    customer_id: OptionalStr
    first_answer_at: OptionalAt
    last_answer_at: OptionalAt
    came_back_at: OptionalAt
    waiting_since: OptionalAt
    touched_at: OptionalAt


class TurnRow(Row, table=True):
    """One turn. One that was `removed` stays, without its text, so that its ref is still known."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("workspace", "escalation_id", "seq"),
        Index("ix_turns_ref", "workspace", "ref"),
    )
    escalation_id: Key
    ref: Key
    seq: int
    author: Str
    text: Str
    at: At
    attachments: Json
    by: OptionalJson
    removed: bool


class OutcomeRow(Row, table=True):
    """What became of a conversation, once per key."""

    __tablename__ = "outcomes"
    __table_args__ = (Index("ix_outcomes_escalation", "workspace", "escalation_id"),)
    key: Key
    escalation_id: Str
    kind: Str
    at: At
    value: float | None
    note: Str
