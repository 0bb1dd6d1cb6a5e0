"""Articles, and what a release is made of."""

from sqlalchemy import false
from sqlmodel import Field

from bot.storage.columns import At, Blob, Json, Key, OptionalJson, OptionalStr, Str
from bot.storage.tables.base import Row


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


class WorkflowPartRow(Row, table=True):
    """The text of a part of workflow releases, by its digest."""

    __tablename__ = "workflow_parts"
    digest: Key
    text: Str
