"""Every table of the store, by what it is about. All are imported here, so that `METADATA` knows them all.

A change needs a migration beside it: `tests/contracts/test_store_database.py` says when they disagree.
"""

from bot.storage.tables.alerts import HeldRow, HoldingRow, SpikeAlertRow, SpikeWatchRow
from bot.storage.tables.base import METADATA, Row, table
from bot.storage.tables.conversations import EscalationRow, OutcomeRow, TurnRow
from bot.storage.tables.evals import (
    EscapedErrorRow,
    EvalCaseRow,
    EvalResultRow,
    EvalRunRow,
    JudgeAgreementRow,
    RatingRow,
)
from bot.storage.tables.knowledge import LiveReleaseRow, PassageRow, ReleaseRow, RevisionRow, WorkflowPartRow
from bot.storage.tables.learning import FixRow, LabelRow, PolicyChangeRow, PrecedentRow, TopicRow
from bot.storage.tables.quality import DigestRow, SampledRow, SampleMarkRow, SampleRow
from bot.storage.tables.reaching import AccountRow, ConversationRow, OpenFormRow, ShownCardRow
from bot.storage.tables.reviews import DraftRow, ReviewRow
from bot.storage.tables.running import (
    InboxRow,
    ModelReplyRow,
    ModelUsageRow,
    OutboxRow,
    PingRow,
    SlotRow,
    SpanRow,
    TraceRow,
)

__all__ = [
    "METADATA",
    "AccountRow",
    "ConversationRow",
    "DigestRow",
    "DraftRow",
    "EscalationRow",
    "EscapedErrorRow",
    "EvalCaseRow",
    "EvalResultRow",
    "EvalRunRow",
    "FixRow",
    "HeldRow",
    "HoldingRow",
    "InboxRow",
    "JudgeAgreementRow",
    "LabelRow",
    "LiveReleaseRow",
    "ModelReplyRow",
    "ModelUsageRow",
    "OpenFormRow",
    "OutboxRow",
    "OutcomeRow",
    "PassageRow",
    "PingRow",
    "PolicyChangeRow",
    "PrecedentRow",
    "RatingRow",
    "ReleaseRow",
    "ReviewRow",
    "RevisionRow",
    "Row",
    "SampleMarkRow",
    "SampleRow",
    "SampledRow",
    "ShownCardRow",
    "SlotRow",
    "SpanRow",
    "SpikeAlertRow",
    "SpikeWatchRow",
    "TopicRow",
    "TraceRow",
    "TurnRow",
    "WorkflowPartRow",
    "table",
]
