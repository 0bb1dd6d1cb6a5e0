"""What language models cost by day and room, and what they replied."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_usage",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "day", "room")),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("calls", "input_tokens", "output_tokens", "cost", "set_aside")
        ),
        sa.PrimaryKeyConstraint("workspace", "day", "room", name="pk_model_usage"),
    )
    op.create_table(
        "model_replies",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "key", "reply")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "key", name="pk_model_replies"),
    )
    op.create_index("ix_model_replies_at", "model_replies", ["workspace", "at"])


def downgrade() -> None:
    op.drop_table("model_replies")
    op.drop_table("model_usage")
