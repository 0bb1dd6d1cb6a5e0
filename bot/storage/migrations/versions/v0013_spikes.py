"""The watch over count series, and what it told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spike_watches",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("series", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name="pk_spike_watches"),
    )
    op.create_table(
        "spike_alerts",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("alert", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "cause", name="pk_spike_alerts"),
    )
    op.create_index("ix_spike_alerts_opened_at", "spike_alerts", ["workspace", "opened_at"])
