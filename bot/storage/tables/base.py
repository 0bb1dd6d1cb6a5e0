"""What all tables share. Each row belongs to one workspace, which leads its key and its indexes."""

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from bot.storage.columns import Key

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """What all rows have: the workspace that alone may see them."""

    workspace: Key


METADATA = Row.metadata


def table(row: type[Row]) -> Table:
    """The table behind a row class, for statements that need no objects."""
    return METADATA.tables[str(row.__tablename__)]
