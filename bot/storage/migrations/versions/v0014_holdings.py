"""Replies that hold customers while a spike is open."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holdings",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("holding", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_holdings"),
    )
    op.create_index("ix_holdings_state", "holdings", ["workspace", "state", "at"])
    op.create_table(
        "held_conversations",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("escalation_id", sa.Text(), nullable=False),
        sa.Column("holding_id", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "escalation_id", name="pk_held_conversations"),
    )
    op.create_index("ix_held_conversations_holding", "held_conversations", ["workspace", "holding_id"])
    op.create_index("ix_held_conversations_run", "held_conversations", ["workspace", "run"])
