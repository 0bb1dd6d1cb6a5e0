"""What keeps the work itself going: what came in, what went out, when, by which steps and at which cost."""

from sqlalchemy import Index, text
from sqlmodel import Field

from bot.storage.columns import At, Count, Json, Key, OptionalAt, OptionalJson, Str
from bot.storage.tables.base import Row


class InboxRow(Row, table=True):
    """One acknowledged stimulus. `accepted_at` and `ordinal` (its place in its commit) are its order."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_pending",
            "workspace",
            "accepted_at",
            "ordinal",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
        Index("ix_inbox_handled", "workspace", "handled_at"),
    )
    key: Key
    kind: Str
    payload: Str
    accepted_at: At
    ordinal: int
    handled_at: OptionalAt


class OutboxRow(Row, table=True):
    """One effect on the outside: begun, and done once it has its message."""

    __tablename__ = "outbox"
    key: Key
    message: OptionalJson


class SlotRow(Row, table=True):
    """Up to when the slots of a schedule have been started."""

    __tablename__ = "slots"
    name: Key
    reached: At


class PingRow(Row, table=True):
    """What somebody was told to look at; a row for each thing."""

    __tablename__ = "pings"
    key: Key
    at: At


class TraceRow(Row, table=True):
    """One run; its spans are rows of their own."""

    __tablename__ = "traces"
    __table_args__ = (
        Index("ix_traces_escalation", "workspace", "escalation_id", "started_at"),
        Index("ix_traces_started", "workspace", "started_at"),
    )
    id: Key
    kind: Str
    escalation_id: Str
    started_at: At
    knowledge_release: int
    workflow_release: int


class SpanRow(Row, table=True):
    """One executed step of a run."""

    __tablename__ = "spans"
    trace_id: Key
    seq: int = Field(primary_key=True)
    name: Str
    started_at: At
    duration_ms: float
    input: OptionalJson
    output: OptionalJson
    error: Str
    attributes: Json


class ModelUsageRow(Row, table=True):
    """What a room's drafts took of language models on one day (UTC, ISO 8601); money in millionths of the currency."""

    __tablename__ = "model_usage"
    day: Key
    room: Key
    calls: Count
    input_tokens: Count
    output_tokens: Count
    cost: Count
    set_aside: Count


class ModelReplyRow(Row, table=True):
    """What a model replied to one request; personal data stands in it as placeholders only."""

    __tablename__ = "model_replies"
    __table_args__ = (Index("ix_model_replies_at", "workspace", "at"),)
    key: Key
    reply: Str
    at: At
