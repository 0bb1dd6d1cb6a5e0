"""Eval cases, the runs over them, and what each case scored."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "eval_cases",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "id")),
        sa.Column("case", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_eval_cases"),
    )
    op.create_table(
        "eval_runs",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "id")),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_eval_runs"),
    )
    op.create_index("ix_eval_runs_started", "eval_runs", ["workspace", "started_at"])
    op.create_table(
        "eval_results",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "run_id", "case_id")),
        sa.Column("trial", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "run_id", "case_id", "trial", name="pk_eval_results"),
    )
    op.create_index("ix_eval_results_fingerprint", "eval_results", ["workspace", "fingerprint"])


def downgrade() -> None:
    for name in ("eval_results", "eval_runs", "eval_cases"):
        op.drop_table(name)
