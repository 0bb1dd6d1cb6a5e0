"""Indexes that hold all that conversations and drafts are counted by, so that counting reads no row for it."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DRAFTED = (
    "workspace", "escalation_id", "number", "intent", "id", "opened_at", "state", "knowledge_release",
    "workflow_release", "risk", "sentiment", "abstained", "confidence", "findings", "cost", "tokens", "editor",
    "edit_share", "new_share", "decision_action", "decision_platform", "decision_by", "decision_name", "decided_at",
    "decision_mode", "delivered_at",
)  # fmt: skip


def upgrade() -> None:
    op.drop_index("ix_escalations_touched", "escalations")
    op.create_index("ix_escalations_touched", "escalations", ["workspace", "touched_at", "opened_at", "id"])
    op.drop_index("ix_escalations_customer", "escalations")
    op.create_index("ix_escalations_customer", "escalations", ["workspace", "customer_id", "surface", "opened_at"])
    if op.get_context().dialect.name == "sqlite":
        op.create_index("ix_reviews_counted", "reviews", DRAFTED)
