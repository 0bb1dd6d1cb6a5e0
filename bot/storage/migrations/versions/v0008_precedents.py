"""Approved answers as precedents."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "precedents",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "id")),
        sa.Column("number", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("escalation_id", "asked")),
        sa.Column("precedent", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_precedents"),
    )
    op.create_index("ix_precedents_number", "precedents", ["workspace", "number"])
    op.create_index("ix_precedents_asked", "precedents", ["workspace", "asked"])
    op.create_index("ix_precedents_escalation", "precedents", ["workspace", "escalation_id"])


def downgrade() -> None:
    op.drop_table("precedents")
