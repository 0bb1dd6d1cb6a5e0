"""Knowledge fixes, the policy log, and which release is live: until here, the highest number of its kind was."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _releases()
    op.create_table(
        "knowledge_fixes",
        *_texts("workspace", "id", "state"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        *_texts("by_platform", "by_id"),
        sa.Column("fix", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_knowledge_fixes"),
    )
    op.create_index("ix_knowledge_fixes_state", "knowledge_fixes", ["workspace", "state", "opened_at"])
    op.create_index("ix_knowledge_fixes_by", "knowledge_fixes", ["workspace", "by_platform", "by_id", "opened_at"])
    op.create_table(
        "policy_log",
        *_texts("workspace", "id"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_texts("kind", "subject", "why"),
        sa.Column("by", sa.JSON(), nullable=True),
        *_texts("before", "after"),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_policy_log"),
    )
    op.create_index("ix_policy_log_at", "policy_log", ["workspace", "at"])


def _releases() -> None:
    op.add_column("releases", sa.Column("by", sa.JSON(), nullable=True))
    op.add_column("releases", sa.Column("fix", sa.Text(), nullable=True))
    op.create_table(
        "live_releases",
        *_texts("workspace", "kind"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", name="pk_live_releases"),
    )
    op.execute(
        "INSERT INTO live_releases (workspace, kind, number) "
        "SELECT workspace, kind, MAX(number) FROM releases GROUP BY workspace, kind"
    )


def _texts(*names: str) -> list["sa.Column[str]"]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
