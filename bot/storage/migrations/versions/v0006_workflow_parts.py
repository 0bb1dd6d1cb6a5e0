"""The contents behind the hashes of workflow releases, and which releases customers were ever answered from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workflow_parts",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("workspace", "digest", "text")),
        sa.PrimaryKeyConstraint("workspace", "digest", name="pk_workflow_parts"),
    )
    op.add_column("releases", sa.Column("was_live", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE releases SET was_live = true WHERE fix IS NULL OR number IN (SELECT MAX(tried.number) "
        "FROM releases AS tried JOIN knowledge_fixes ON knowledge_fixes.id = tried.fix "
        "AND knowledge_fixes.workspace = tried.workspace AND knowledge_fixes.state = 'live' "
        "WHERE tried.workspace = releases.workspace AND tried.kind = releases.kind GROUP BY tried.fix)"
    )
