"""What drafters estimate, beside what people decided: the drafts proposed before this version are not judged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("drafter", sa.Text(), nullable=True))
    op.add_column("reviews", sa.Column("estimate", sa.Float(), nullable=True))
    op.add_column("reviews", sa.Column("confidence", sa.Float(), nullable=True))
    op.add_column("reviews", sa.Column("approved", sa.Boolean(), nullable=True))
    covering = ["workspace", "drafter", "decided_at", "approved", "estimate", "confidence"]
    op.create_index("ix_reviews_judged", "reviews", covering)
