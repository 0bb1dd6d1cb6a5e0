"""Conversations, shown cards, open forms and linked accounts, for platforms that must be told how to reach people."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "platform", "id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_kind", "conversations", ["workspace", "platform", "kind"])
    op.create_index("ix_conversations_person", "conversations", ["workspace", "platform", "person"])
    op.create_table(
        "shown_cards",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "platform", "room", "message", name="pk_shown_cards"),
    )
    op.create_index("ix_shown_cards_at", "shown_cards", ["workspace", "at"])
    op.create_table(
        "open_forms",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "id", name="pk_open_forms"),
    )
    op.create_index("ix_open_forms_at", "open_forms", ["workspace", "at"])
    op.create_table(
        "accounts",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "platform", "id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_email", "accounts", ["workspace", "email"])
