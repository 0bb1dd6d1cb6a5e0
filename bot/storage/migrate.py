"""Bring a database to this version's tables; no alembic.ini is needed.

A new migration is a file in `migrations/versions` with the next number; the test of the models names what it lacks.
"""

from functools import partial
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, text
from sqlalchemy import create_engine as create_sync_engine
from sqlalchemy.engine import URL
from sqlalchemy.engine import Engine as SyncEngine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import SchemaItem

from bot.domain.errors import Misconfigured
from bot.storage.engine import UPGRADE, Engine, explained, folder_of, parse_url, prepare_sqlite
from bot.storage.tables import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_282_438_205  # any number that nobody else locks


def upgrade(url: str) -> str:
    """Bring the database to the newest version, creating a SQLite file and its folder where there is none.

    Returns the version. Blocking: call it in a thread from async code. Several processes may call it at once. Raises
    Misconfigured or Unavailable.
    """
    address = parse_url(url)
    folder = folder_of(address)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    scripts = ScriptDirectory(str(MIGRATIONS))

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return list(scripts._upgrade_revs("head", revision))

    engine = _sync_engine(address)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            environment = EnvironmentContext(Config(), scripts, fn=steps)
            environment.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
            with environment:
                environment.run_migrations()
    except DBAPIError as error:
        raise explained(error) from error
    finally:
        engine.dispose()
    return head()


def current(url: str) -> str | None:
    """The version that the database has, None before the first. Blocking. Raises Misconfigured or Unavailable."""
    engine = _sync_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            return _version(connection)
    except DBAPIError as error:
        raise explained(error) from error
    finally:
        engine.dispose()


def head() -> str:
    """The version that this program needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def differences(url: str) -> list[object]:
    """What a migration would still have to change for the tables to be as the models say. Blocking."""
    engine = _sync_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            wanted = partial(_meant_for, engine.dialect.name)
            context = MigrationContext.configure(connection, opts={"include_object": wanted})
            return list(compare_metadata(context, METADATA))
    finally:
        engine.dispose()


def _meant_for(dialect: str, item: SchemaItem, *_: object) -> bool:
    """Whether this database has it: an index of one dialect only says so in its `info`."""
    return bool(item.info.get("dialect", dialect) == dialect)


async def check(engine: Engine) -> None:
    """Raises Unavailable when the database does not answer and Misconfigured when a migration is pending."""
    async with engine.read() as connection:
        found = await connection.run_sync(_version)
    if found != head():
        raise Misconfigured(f"The database has version {found or 'none'}, Ratchet needs {head()}. {UPGRADE}")


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _sync_engine(address: URL) -> SyncEngine:
    if address.get_backend_name() == "postgresql":
        return create_sync_engine(address, poolclass=NullPool, connect_args={"connect_timeout": 10})
    engine = create_sync_engine(
        address.set(drivername="sqlite"), poolclass=NullPool, connect_args={"timeout": 60, "isolation_level": None}
    )
    prepare_sqlite(engine)
    return engine
