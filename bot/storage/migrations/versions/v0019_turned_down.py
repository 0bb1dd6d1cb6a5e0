"""When a draft was turned down, and for what, stands in an index: its row has it behind the proposal."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_reviews_state", "reviews")
    columns = ["workspace", "state", "opened_at", "decided_at", "findings", "escalation_id"]
    op.create_index("ix_reviews_state", "reviews", columns)
