"""What approved answers, corrections and labels left behind to learn from."""

from sqlalchemy import Index

from bot.storage.columns import At, Count, Json, Key, OptionalJson, Str
from bot.storage.tables.base import Row


class FixRow(Row, table=True):
    """One knowledge fix; the columns before `fix` are what it is found by."""

    __tablename__ = "knowledge_fixes"
    __table_args__ = (
        Index("ix_knowledge_fixes_state", "workspace", "state", "opened_at"),
        Index("ix_knowledge_fixes_by", "workspace", "by_platform", "by_id", "opened_at"),
    )
    id: Key
    state: Str
    version: int
    opened_at: At
    by_platform: Str
    by_id: Str
    fix: Json


class PrecedentRow(Row, table=True):
    """One approved answer; without its words once it is removed. `number` grows with every change of any row."""

    __tablename__ = "precedents"
    __table_args__ = (
        Index("ix_precedents_number", "workspace", "number"),
        Index("ix_precedents_asked", "workspace", "asked"),
        Index("ix_precedents_escalation", "workspace", "escalation_id"),
    )
    id: Key
    number: Count
    escalation_id: Str
    asked: Str
    precedent: OptionalJson


class LabelRow(Row, table=True):
    """One labelled question; the columns before `label` are what it is found by."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_taught", "workspace", "taught", "at"),)
    id: Key
    at: At
    taught: int | None
    label: Json


class TopicRow(Row, table=True):
    """One proposed topic; the columns before `topic` are what it is found by."""

    __tablename__ = "topics"
    __table_args__ = (Index("ix_topics_at", "workspace", "at"),)
    id: Key
    version: int
    at: At
    topic: Json


class PolicyChangeRow(Row, table=True):
    """One line of the policy log, never changed."""

    __tablename__ = "policy_log"
    __table_args__ = (Index("ix_policy_log_at", "workspace", "at"),)
    id: Key
    at: At
    kind: Str
    subject: Str
    why: Str
    by: OptionalJson
    before: Str
    after: Str
