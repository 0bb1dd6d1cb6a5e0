"""What was proposed as an answer, and what a person made of it."""

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from bot.domain.review import OPEN_STATES
from bot.storage.columns import At, Json, Key, OptionalAt, OptionalCount, OptionalJson, OptionalStr, Str
from bot.storage.tables.base import Row

OPEN = text("state IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES))))


class ReviewRow(Row, table=True):
    """One review as it stands. What was proposed before is in `drafts`; the `decision_*` columns say who decided.

    `drafter`, `estimate` and `confidence` are about the drafter's text, if that can be sent as it is, not about an
    edit; `approved` says whether it was, once somebody judged it. The columns after it are what drafts are counted by;
    see `bot.storage.counted`.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("workspace", "escalation_id", "number"),
        UniqueConstraint("workspace", "escalation_id", "revision"),
        Index("uq_reviews_open", "workspace", "escalation_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_reviews_state", "workspace", "state", "opened_at", "decided_at", "findings", "escalation_id"),
        Index("ix_reviews_decided", "workspace", "decision_platform", "decision_by", "decided_at"),
        Index("ix_reviews_judged", "workspace", "drafter", "decided_at", "approved", "estimate", "confidence"),
        # All that drafts are counted by. SQLite keeps it in the row behind the proposal's pages, and would read these
        # for each; PostgreSQL keeps a proposal apart from its row by itself, and has a limit to an index's rows
        Index(
            "ix_reviews_counted", "workspace", "escalation_id", "number", "intent", "id", "opened_at", "state",
            "knowledge_release", "workflow_release", "risk", "sentiment", "abstained", "confidence", "findings", "cost",
            "tokens", "editor", "edit_share", "new_share", "decision_action", "decision_platform", "decision_by",
            "decision_name", "decided_at", "decision_mode", "delivered_at", info={"dialect": "sqlite"},
        ).ddl_if(dialect="sqlite"),
    )  # fmt: skip
    id: Key
    escalation_id: Str
    number: int
    revision: int
    state: Str
    version: int
    opened_at: At
    proposal: OptionalJson
    draft_hash: Str
    knowledge_release: int | None
    workflow_release: int | None
    card: OptionalJson
    editor: OptionalJson
    decision_action: OptionalStr
    decision_platform: OptionalStr
    decision_by: OptionalStr
    decision_name: OptionalStr
    decided_at: OptionalAt
    decision_hash: OptionalStr
    decision_text: OptionalStr
    decision_mode: OptionalStr
    decision_note: OptionalStr
    decision_to: OptionalJson
    decision_redraft: bool | None
    receipt: OptionalJson
    problem: Str
    superseded_by: OptionalStr
    drafter: OptionalStr
    estimate: float | None
    confidence: float | None
    approved: bool | None
    intent: OptionalStr
    risk: OptionalStr
    sentiment: OptionalStr
    abstained: bool | None
    findings: OptionalStr
    tokens: OptionalCount
    cost: float | None
    edit_share: float | None
    new_share: float | None
    delivered_at: OptionalAt


class DraftRow(Row, table=True):
    """One version of a draft, never changed: what the drafter wrote, and each text that a person made of it."""

    __tablename__ = "drafts"
    review_id: Key
    seq: int = Field(primary_key=True)
    author: Str
    editor: OptionalJson
    text: Str
    hash: Str
    proposal: Json
    knowledge_release: int
    workflow_release: int
