"""The weekly look at the desk's work: its digest, and the sample of answers that people score."""

from sqlalchemy import Index

from bot.storage.columns import At, Json, Key, OptionalJson
from bot.storage.tables.base import Row


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
