"""What people said of answers to eval cases, how well judges agreed with them, and the errors that escaped."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create("ratings", ["case_id", "answer_hash", "rater"], "rating")
    _create("judge_agreements", ["judge"], "agreement")
    _create("escaped_errors", ["review_id"], "error", sa.Column("at", sa.DateTime(timezone=True), nullable=False))
    op.create_index("ix_escaped_errors_at", "escaped_errors", ["workspace", "at"])


def _create(name: str, keys: list[str], value: str, *columns: "sa.Column[object]") -> None:
    keys = ["workspace", *keys]
    op.create_table(
        name,
        *(sa.Column(key, sa.Text(), nullable=False) for key in keys),
        *columns,
        sa.Column(value, sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"),
    )
