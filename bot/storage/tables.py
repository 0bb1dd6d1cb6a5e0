"""Every table of the store. Each row belongs to one workspace, which leads its key and its indexes.

A change here needs a migration beside it: `tests/contracts/test_store_migrations.py` says when they disagree.
"""

from sqlalchemy import Index, MetaData, Table, UniqueConstraint, false, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from bot.domain.review import OPEN_STATES
from bot.storage.columns import At, Blob, Count, Json, Key, OptionalAt, OptionalCount, OptionalJson, OptionalStr, Str

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
OPEN = text("state IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES))))


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """What all rows have: the workspace that alone may see them."""

    workspace: Key


class EscalationRow(Row, table=True):
    """One escalation; its turns are rows of their own. `last_customer_at` decides what joins a burst.

    The columns after it are what conversations are counted by; see `bot.storage.counted`.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index("ix_escalations_burst", "workspace", "burst_key", "opened_at"),
        Index("ix_escalations_place", "workspace", "place_platform", "place_room", "place_thread"),
        Index("ix_escalations_touched", "workspace", "touched_at", "opened_at", "id"),
        Index("ix_escalations_customer", "workspace", "customer_id", "surface", "opened_at"),
    )
    id: Key
    surface: Str
    external_id: Str
    customer: Json
    opened_at: At
    revision: int
    status: Str
    place_platform: Str
    place_room: Str
    place_thread: Str
    asker: OptionalJson
    channel: Str
    language: OptionalStr
    reply_url: OptionalStr
    details: Json
    burst_key: Str
    last_customer_at: OptionalAt
    customer_id: OptionalStr
    first_answer_at: OptionalAt
    last_answer_at: OptionalAt
    came_back_at: OptionalAt
    waiting_since: OptionalAt
    touched_at: OptionalAt


class TurnRow(Row, table=True):
    """One turn. One that was `removed` stays, without its text, so that its ref is still known."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("workspace", "escalation_id", "seq"),
        Index("ix_turns_ref", "workspace", "ref"),
    )
    escalation_id: Key
    ref: Key
    seq: int
    author: Str
    text: Str
    at: At
    attachments: Json
    by: OptionalJson
    removed: bool


class OutcomeRow(Row, table=True):
    """What became of a conversation, once per key."""

    __tablename__ = "outcomes"
    __table_args__ = (Index("ix_outcomes_escalation", "workspace", "escalation_id"),)
    key: Key
    escalation_id: Str
    kind: Str
    at: At
    value: float | None
    note: Str


class ReviewRow(Row, table=True):
    """One review as it stands. What was proposed before is in `drafts`; the `decision_*` columns say who decided.

    `drafter`, `estimate` and `confidence` are about the drafter's text, if that can be sent as it is, not about an
    edit; `approved` says whether it was, once somebody judged it. The columns after it are what drafts are counted by;
    see `bot.storage.counted`.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("workspace", "escalation_id", "number"),
        UniqueConstraint("workspace", "escalation_id", "revision"),
        Index("uq_reviews_open", "workspace", "escalation_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_reviews_state", "workspace", "state", "opened_at"),
        Index("ix_reviews_decided", "workspace", "decision_platform", "decision_by", "decided_at"),
        Index("ix_reviews_judged", "workspace", "drafter", "decided_at", "approved", "estimate", "confidence"),
        # All that drafts are counted by. SQLite keeps it in the row behind the proposal's pages, and would read these
        # for each; PostgreSQL keeps a proposal apart from its row by itself, and has a limit to an index's rows
        Index(
            "ix_reviews_counted", "workspace", "escalation_id", "number", "intent", "id", "opened_at", "state",
            "knowledge_release", "workflow_release", "risk", "sentiment", "abstained", "confidence", "findings", "cost",
            "tokens", "editor", "edit_share", "new_share", "decision_action", "decision_platform", "decision_by",
            "decision_name", "decided_at", "decision_mode", "delivered_at", info={"dialect": "sqlite"},
        ).ddl_if(dialect="sqlite"),
    )  # fmt: skip
    id: Key
    escalation_id: Str
    number: int
    revision: int
    state: Str
    version: int
    opened_at: At
    proposal: OptionalJson
    draft_hash: Str
    knowledge_release: int | None
    workflow_release: int | None
    card: OptionalJson
    editor: OptionalJson
    decision_action: OptionalStr
    decision_platform: OptionalStr
    decision_by: OptionalStr
    decision_name: OptionalStr
    decided_at: OptionalAt
    decision_hash: OptionalStr
    decision_text: OptionalStr
    decision_mode: OptionalStr
    decision_note: OptionalStr
    decision_to: OptionalJson
    decision_redraft: bool | None
    receipt: OptionalJson
    problem: Str
    superseded_by: OptionalStr
    drafter: OptionalStr
    estimate: float | None
    confidence: float | None
    approved: bool | None
    intent: OptionalStr
    risk: OptionalStr
    sentiment: OptionalStr
    abstained: bool | None
    findings: OptionalStr
    tokens: OptionalCount
    cost: float | None
    edit_share: float | None
    new_share: float | None
    delivered_at: OptionalAt


class DraftRow(Row, table=True):
    """One version of a draft, never changed: what the drafter wrote, and each text that a person made of it."""

    __tablename__ = "drafts"
    review_id: Key
    seq: int = Field(primary_key=True)
    author: Str
    editor: OptionalJson
    text: Str
    hash: Str
    proposal: Json
    knowledge_release: int
    workflow_release: int


class OutboxRow(Row, table=True):
    """One effect on the outside: begun, and done once it has its message."""

    __tablename__ = "outbox"
    key: Key
    message: OptionalJson


class TraceRow(Row, table=True):
    """One run; its spans are rows of their own."""

    __tablename__ = "traces"
    __table_args__ = (
        Index("ix_traces_escalation", "workspace", "escalation_id", "started_at"),
        Index("ix_traces_started", "workspace", "started_at"),
    )
    id: Key
    kind: Str
    escalation_id: Str
    started_at: At
    knowledge_release: int
    workflow_release: int


class SpanRow(Row, table=True):
    """One executed step of a run."""

    __tablename__ = "spans"
    trace_id: Key
    seq: int = Field(primary_key=True)
    name: Str
    started_at: At
    duration_ms: float
    input: OptionalJson
    output: OptionalJson
    error: Str
    attributes: Json


class RevisionRow(Row, table=True):
    """One immutable state of an article."""

    __tablename__ = "article_revisions"
    slug: Key
    hash: Key
    title: Str
    revision: Json


class PassageRow(Row, table=True):
    """One citable piece of a revision, `ordinal` being its place in the reading order."""

    __tablename__ = "passages"
    slug: Key
    hash: Key
    ordinal: int = Field(primary_key=True)
    id: Str
    passage: Json
    embedder: Str
    vector: Blob


class ReleaseRow(Row, table=True):
    """One release; which one is live is in `live_releases`."""

    __tablename__ = "releases"
    kind: Key
    number: int = Field(primary_key=True)
    manifest: Json
    reason: Str
    at: At
    by: OptionalJson
    fix: OptionalStr
    was_live: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class LiveReleaseRow(Row, table=True):
    """The release of each kind that is live."""

    __tablename__ = "live_releases"
    kind: Key
    number: int


class InboxRow(Row, table=True):
    """One acknowledged stimulus. `accepted_at` and `ordinal` (its place in its commit) are its order."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_pending",
            "workspace",
            "accepted_at",
            "ordinal",
            sqlite_where=text("handled_at IS NULL"),
            postgresql_where=text("handled_at IS NULL"),
        ),
        Index("ix_inbox_handled", "workspace", "handled_at"),
    )
    key: Key
    kind: Str
    payload: Str
    accepted_at: At
    ordinal: int
    handled_at: OptionalAt


class ModelUsageRow(Row, table=True):
    """What a room's drafts took of language models on one day (UTC, ISO 8601); money in millionths of the currency."""

    __tablename__ = "model_usage"
    day: Key
    room: Key
    calls: Count
    input_tokens: Count
    output_tokens: Count
    cost: Count
    set_aside: Count


class ModelReplyRow(Row, table=True):
    """What a model replied to one request; personal data stands in it as placeholders only."""

    __tablename__ = "model_replies"
    __table_args__ = (Index("ix_model_replies_at", "workspace", "at"),)
    key: Key
    reply: Str
    at: At


class EvalCaseRow(Row, table=True):
    """One eval case."""

    __tablename__ = "eval_cases"
    id: Key
    case: Json
    created_at: OptionalAt


class EvalRunRow(Row, table=True):
    """One run over eval cases; what they scored are rows of their own."""

    __tablename__ = "eval_runs"
    __table_args__ = (Index("ix_eval_runs_started", "workspace", "started_at"),)
    id: Key
    started_at: At
    run: Json


class EvalResultRow(Row, table=True):
    """One trial of one case in one run; one that `failed` could not be scored and is never found again."""

    __tablename__ = "eval_results"
    __table_args__ = (Index("ix_eval_results_fingerprint", "workspace", "fingerprint"),)
    run_id: Key
    case_id: Key
    trial: int = Field(primary_key=True)
    fingerprint: Str
    failed: bool
    result: Json


class FixRow(Row, table=True):
    """One knowledge fix; the columns before `fix` are what it is found by."""

    __tablename__ = "knowledge_fixes"
    __table_args__ = (
        Index("ix_knowledge_fixes_state", "workspace", "state", "opened_at"),
        Index("ix_knowledge_fixes_by", "workspace", "by_platform", "by_id", "opened_at"),
    )
    id: Key
    state: Str
    version: int
    opened_at: At
    by_platform: Str
    by_id: Str
    fix: Json


class PolicyChangeRow(Row, table=True):
    """One line of the policy log, never changed."""

    __tablename__ = "policy_log"
    __table_args__ = (Index("ix_policy_log_at", "workspace", "at"),)
    id: Key
    at: At
    kind: Str
    subject: Str
    why: Str
    by: OptionalJson
    before: Str
    after: Str


class LabelRow(Row, table=True):
    """One labelled question; the columns before `label` are what it is found by."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_taught", "workspace", "taught", "at"),)
    id: Key
    at: At
    taught: int | None
    label: Json


class TopicRow(Row, table=True):
    """One proposed topic; the columns before `topic` are what it is found by."""

    __tablename__ = "topics"
    __table_args__ = (Index("ix_topics_at", "workspace", "at"),)
    id: Key
    version: int
    at: At
    topic: Json


class RatingRow(Row, table=True):
    """What one person said of one answer to one eval case."""

    __tablename__ = "ratings"
    case_id: Key
    answer_hash: Key
    rater: Key
    rating: Json


class JudgeAgreementRow(Row, table=True):
    """How well a judge agreed with people when it was last measured."""

    __tablename__ = "judge_agreements"
    judge: Key
    agreement: Json


class EscapedErrorRow(Row, table=True):
    """An answer that turned out wrong, and what the evals had to say of it."""

    __tablename__ = "escaped_errors"
    __table_args__ = (Index("ix_escaped_errors_at", "workspace", "at"),)
    review_id: Key
    at: At
    error: Json


class PrecedentRow(Row, table=True):
    """One approved answer; without its words once it is removed. `number` grows with every change of any row."""

    __tablename__ = "precedents"
    __table_args__ = (
        Index("ix_precedents_number", "workspace", "number"),
        Index("ix_precedents_asked", "workspace", "asked"),
        Index("ix_precedents_escalation", "workspace", "escalation_id"),
    )
    id: Key
    number: Count
    escalation_id: Str
    asked: Str
    precedent: OptionalJson


class WorkflowPartRow(Row, table=True):
    """The text of a part of workflow releases, by its digest."""

    __tablename__ = "workflow_parts"
    digest: Key
    text: Str


class PingRow(Row, table=True):
    """What somebody was told to look at; a row for each thing."""

    __tablename__ = "pings"
    key: Key
    at: At


class SlotRow(Row, table=True):
    """Up to when the slots of a schedule have been started."""

    __tablename__ = "slots"
    name: Key
    reached: At


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


class DigestRow(Row, table=True):
    """One week's digest as it was posted, and where."""

    __tablename__ = "digests"
    week: Key
    made_at: At
    digest: Json
    card: OptionalJson


class SampleRow(Row, table=True):
    """One week's sample; the columns before `sample` are what it is found by."""

    __tablename__ = "samples"
    __table_args__ = (Index("ix_samples_since", "workspace", "since"),)
    id: Key
    since: At
    closed: bool
    sample: Json


class SampledRow(Row, table=True):
    """One answer of a sample; `id` is its escalation's."""

    __tablename__ = "sampled"
    sample_id: Key
    id: Key
    item: Json


class SampleMarkRow(Row, table=True):
    """What one person did with one answer of a sample: took it, left it, scored it."""

    __tablename__ = "sample_marks"
    sample_id: Key
    item_id: Key
    scorer: Key
    at: At
    mark: Json


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


METADATA = Row.metadata


def table(row: type[Row]) -> Table:
    """The table behind a row class, for statements that need no objects."""
    return METADATA.tables[str(row.__tablename__)]
