"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "escalations",
    "turns",
    "outcomes",
    "reviews",
    "drafts",
    "outbox",
    "traces",
    "spans",
    "article_revisions",
    "passages",
    "releases",
    "inbox",
)


def upgrade() -> None:
    _escalations()
    _turns()
    _outcomes()
    _reviews()
    _drafts()
    _outbox()
    _traces()
    _spans()
    _article_revisions()
    _passages()
    _releases()
    _inbox()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _json(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=null)


def _moment(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _integer(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=null)


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition)


def _escalations() -> None:
    op.create_table(
        "escalations",
        _text("workspace"),
        _text("id"),
        _text("surface"),
        _text("external_id"),
        _json("customer"),
        _moment("opened_at"),
        _integer("revision"),
        _text("status"),
        _text("place_platform"),
        _text("place_room"),
        _text("place_thread"),
        _json("asker", null=True),
        _text("channel"),
        _text("language", null=True),
        _text("reply_url", null=True),
        _json("details"),
        _text("burst_key"),
        _moment("last_customer_at", null=True),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_escalations"),
    )
    _index("ix_escalations_burst", "escalations", "workspace", "burst_key", "opened_at")
    _index("ix_escalations_place", "escalations", "workspace", "place_platform", "place_room", "place_thread")


def _turns() -> None:
    op.create_table(
        "turns",
        _text("workspace"),
        _text("escalation_id"),
        _text("ref"),
        _integer("seq"),
        _text("author"),
        _text("text"),
        _moment("at"),
        _json("attachments"),
        _json("by", null=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "escalation_id", "ref", name="pk_turns"),
        sa.UniqueConstraint("workspace", "escalation_id", "seq", name="uq_turns_workspace_escalation_id_seq"),
    )
    _index("ix_turns_ref", "turns", "workspace", "ref")


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        _text("workspace"),
        _text("key"),
        _text("escalation_id"),
        _text("kind"),
        _moment("at"),
        sa.Column("value", sa.Float(), nullable=True),
        _text("note"),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_outcomes"),
    )
    _index("ix_outcomes_escalation", "outcomes", "workspace", "escalation_id")


def _reviews() -> None:
    op.create_table(
        "reviews",
        _text("workspace"),
        _text("id"),
        _text("escalation_id"),
        _integer("number"),
        _integer("revision"),
        _text("state"),
        _integer("version"),
        _moment("opened_at"),
        _json("proposal", null=True),
        _text("draft_hash"),
        _integer("knowledge_release", null=True),
        _integer("workflow_release", null=True),
        _json("card", null=True),
        _json("editor", null=True),
        _text("decision_action", null=True),
        _text("decision_platform", null=True),
        _text("decision_by", null=True),
        _text("decision_name", null=True),
        _moment("decided_at", null=True),
        _text("decision_hash", null=True),
        _text("decision_text", null=True),
        _text("decision_mode", null=True),
        _text("decision_note", null=True),
        _json("decision_to", null=True),
        sa.Column("decision_redraft", sa.Boolean(), nullable=True),
        _json("receipt", null=True),
        _text("problem"),
        _text("superseded_by", null=True),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_reviews"),
        sa.UniqueConstraint(
            "workspace", "escalation_id", "revision", name="uq_reviews_workspace_escalation_id_revision"
        ),
        sa.UniqueConstraint("workspace", "escalation_id", "number", name="uq_reviews_workspace_escalation_id_number"),
    )
    _index("ix_reviews_decided", "reviews", "workspace", "decision_platform", "decision_by", "decided_at")
    _index("ix_reviews_state", "reviews", "workspace", "state", "opened_at")
    _index(
        "uq_reviews_open", "reviews", "workspace", "escalation_id", unique=True, where="state IN ('drafting', 'ready')"
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        _text("workspace"),
        _text("review_id"),
        _integer("seq"),
        _text("author"),
        _json("editor", null=True),
        _text("text"),
        _text("hash"),
        _json("proposal"),
        _integer("knowledge_release"),
        _integer("workflow_release"),
        sa.PrimaryKeyConstraint("workspace", "review_id", "seq", name="pk_drafts"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        _text("workspace"),
        _text("key"),
        _json("message", null=True),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_outbox"),
    )


def _traces() -> None:
    op.create_table(
        "traces",
        _text("workspace"),
        _text("id"),
        _text("kind"),
        _text("escalation_id"),
        _moment("started_at"),
        _integer("knowledge_release"),
        _integer("workflow_release"),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_traces"),
    )
    _index("ix_traces_escalation", "traces", "workspace", "escalation_id", "started_at")
    _index("ix_traces_started", "traces", "workspace", "started_at")


def _spans() -> None:
    op.create_table(
        "spans",
        _text("workspace"),
        _text("trace_id"),
        _integer("seq"),
        _text("name"),
        _moment("started_at"),
        sa.Column("duration_ms", sa.Float(), nullable=False),
        _json("input", null=True),
        _json("output", null=True),
        _text("error"),
        _json("attributes"),
        sa.PrimaryKeyConstraint("workspace", "trace_id", "seq", name="pk_spans"),
    )


def _article_revisions() -> None:
    op.create_table(
        "article_revisions",
        _text("workspace"),
        _text("slug"),
        _text("hash"),
        _text("title"),
        _json("revision"),
        sa.PrimaryKeyConstraint("workspace", "slug", "hash", name="pk_article_revisions"),
    )


def _passages() -> None:
    op.create_table(
        "passages",
        _text("workspace"),
        _text("slug"),
        _text("hash"),
        _integer("ordinal"),
        _text("id"),
        _json("passage"),
        _text("embedder"),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "slug", "hash", "ordinal", name="pk_passages"),
    )


def _releases() -> None:
    op.create_table(
        "releases",
        _text("workspace"),
        _text("kind"),
        _integer("number"),
        _json("manifest"),
        _text("reason"),
        _moment("at"),
        sa.PrimaryKeyConstraint("workspace", "kind", "number", name="pk_releases"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        _text("workspace"),
        _text("key"),
        _text("kind"),
        _text("payload"),
        _moment("accepted_at"),
        _integer("ordinal"),
        _moment("handled_at", null=True),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_inbox"),
    )
    _index("ix_inbox_handled", "inbox", "workspace", "handled_at")
    _index("ix_inbox_pending", "inbox", "workspace", "accepted_at", "ordinal", where="handled_at IS NULL")
