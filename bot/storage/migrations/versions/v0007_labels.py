"""Labelled questions that triage learns from, and proposals of new topics."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _labels()
    _topics()


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taught", sa.Integer(), nullable=True),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_labels"),
    )
    op.create_index("ix_labels_taught", "labels", ["workspace", "taught", "at"])


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_topics"),
    )
    op.create_index("ix_topics_at", "topics", ["workspace", "at"])
