"""Alerts, what the watch behind them remembers, and the holding replies that they lead to."""

from sqlalchemy import Index

from bot.storage.columns import At, Json, Key, OptionalAt, Str
from bot.storage.tables.base import Row


class SpikeWatchRow(Row, table=True):
    """How far the watch over count series has come, and what it remembers of each."""

    __tablename__ = "spike_watches"
    until: At
    series: Json


class SpikeAlertRow(Row, table=True):
    """One cause of which somebody was, or would have been, told."""

    __tablename__ = "spike_alerts"
    __table_args__ = (Index("ix_spike_alerts_opened_at", "workspace", "opened_at"),)
    cause: Key
    opened_at: At
    over: bool
    alert: Json


class HoldingRow(Row, table=True):
    """The holding reply of one alert; the columns before `holding` are what it is found by."""

    __tablename__ = "holdings"
    __table_args__ = (Index("ix_holdings_state", "workspace", "state", "at"),)
    id: Key
    version: int
    at: At
    state: Str
    holding: Json


class HeldRow(Row, table=True):
    """One conversation that a run holds, and once `done_at` is set, has held; with its problem where that failed."""

    __tablename__ = "held_conversations"
    __table_args__ = (
        Index("ix_held_conversations_holding", "workspace", "holding_id"),
        Index("ix_held_conversations_run", "workspace", "run"),
    )
    escalation_id: Key
    holding_id: Str
    run: Str
    done_at: OptionalAt
    problem: Str
