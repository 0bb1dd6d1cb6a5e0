"""Fixtures of the store's contract: the same promises on every database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.ports import Store
from bot.storage.engine import Engine, create_engine
from bot.storage.store import open_store
from tests.databases import (
    database,
    database_url,
    empty_database_url,
    migrated_postgres,
    migrated_sqlite,
    postgres,
    workspace,
)

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "migrated_postgres",
    "migrated_sqlite",
    "postgres",
    "workspace",
]


@pytest_asyncio.fixture
async def engine(database_url: str) -> AsyncIterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    await engine.close()


@pytest_asyncio.fixture
async def store(engine: Engine, workspace: str) -> Store:
    return open_store(engine, workspace)


@pytest_asyncio.fixture
async def neighbour(engine: Engine, workspace: str) -> Store:
    """The store of another workspace in the same database."""
    return open_store(engine, f"{workspace}-neighbour")
