"""Eval cases, their runs, and how far their judge can be trusted."""

from sqlalchemy import Index
from sqlmodel import Field

from bot.storage.columns import At, Json, Key, OptionalAt, Str
from bot.storage.tables.base import Row


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
