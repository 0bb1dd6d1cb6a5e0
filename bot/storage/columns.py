"""Column types that make both databases hold the same values, and short names for the ones that tables use."""

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


def clean(text: str) -> str:
    """Drop what a text column cannot hold: NUL (PostgreSQL refuses it) and halves of surrogate pairs (not UTF-8)."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text of any length, cleaned on its way in and in comparisons."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC and given back aware, also by SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A datetime without time zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """What SQLite holds is read in one step: of many rows, most of the time goes into their moments."""
        return _utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _utc(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored + "+00:00")


Key = Annotated[str, Field(sa_type=Words, primary_key=True)]
Str = Annotated[str, Field(sa_type=Words)]
OptionalStr = Annotated[str | None, Field(sa_type=Words)]
Count = Annotated[int, Field(sa_type=BigInteger)]
OptionalCount = Annotated[int | None, Field(sa_type=BigInteger)]
At = Annotated[datetime, Field(sa_type=Moment)]
OptionalAt = Annotated[datetime | None, Field(sa_type=Moment)]
Json = Annotated[Any, Field(sa_type=JSON(none_as_null=True), nullable=False)]
OptionalJson = Annotated[Any, Field(sa_type=JSON(none_as_null=True), nullable=True)]
Blob = Annotated[bytes, Field(sa_type=LargeBinary)]
