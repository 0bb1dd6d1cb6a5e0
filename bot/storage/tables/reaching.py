"""How people are reached on platforms that must be told: conversations, cards shown, open forms, linked accounts."""

from sqlalchemy import Index

from bot.storage.columns import At, Json, Key, Str
from bot.storage.tables.base import Row


class ConversationRow(Row, table=True):
    """A room or a chat that the bot was in, and where its messages are sent to."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_kind", "workspace", "platform", "kind"),
        Index("ix_conversations_person", "workspace", "platform", "person"),
    )
    platform: Key
    id: Key
    kind: Str
    service_url: Str
    tenant: Str
    seen_at: At
    name: Str
    team: Str
    group_id: Str
    person: Str
    private: bool
    shared: bool
    gone: bool


class ShownCardRow(Row, table=True):
    """A card as it was shown last."""

    __tablename__ = "shown_cards"
    __table_args__ = (Index("ix_shown_cards_at", "workspace", "at"),)
    platform: Key
    room: Key
    message: Key
    at: At
    card: Json


class OpenFormRow(Row, table=True):
    """A form that is open at somebody's."""

    __tablename__ = "open_forms"
    __table_args__ = (Index("ix_open_forms_at", "workspace", "at"),)
    id: Key
    at: At
    opened: Json


class AccountRow(Row, table=True):
    """Somebody's account on a platform. Accounts with the same e-mail address are one person's, the oldest leading."""

    __tablename__ = "accounts"
    __table_args__ = (Index("ix_accounts_email", "workspace", "email"),)
    platform: Key
    id: Key
    name: Str
    email: Str
    noted_at: At
