"""The connection to the database: one engine a process, for SQLite (one file) or PostgreSQL.

SQLite runs in WAL mode with `synchronous=SYNCHRONOUS`. Python never opens a transaction by itself: a write begins with
BEGIN IMMEDIATE, so that it cannot fail half-way because another writer was first, and writers of this process queue in
order at a lock, which is fair and cheaper than SQLite's own polling. Reads are single statements outside transactions,
on both databases: they wait for nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, AdaptedConnection, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import Misconfigured, RatchetError, Unavailable
from bot.storage.one_hop import connecting
from bot.storage.values import to_json

T = TypeVar("T")

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
BUSY_SECONDS = 10
SYNCHRONOUS = "FULL"
READS_ALONE = "ratchet_reads_alone"
UPGRADE = "Run `ratchet db upgrade`."


class Engine:
    """One process's connections. `read()` and `write()` raise Unavailable when the database does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.dialect = engine.dialect.name
        self.url = engine.url
        self._writer = engine
        if self.dialect == "sqlite":
            self._reader = engine.execution_options(**{READS_ALONE: True})
            self._turn: asyncio.Lock | None = asyncio.Lock()
        else:
            self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._turn = None
        self._working: set[asyncio.Task[Any]] = set()
        self._closers: list[Callable[[], Awaitable[None]]] = []

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that change nothing; each sees the newest committed state."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise explained(error) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        try:
            async with self._turn or nullcontext(), self._writer.begin() as connection:
                yield connection
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise explained(error) from error

    @asynccontextmanager
    async def write_once(self) -> AsyncIterator[AsyncConnection]:
        """A connection for one writing statement, which is its own transaction: half the price of `write()`."""
        async with self._turn or nullcontext(), self.read() as connection:
            yield connection

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work to its end, also when whoever waits for it is cancelled meanwhile.

        A transaction that is cut off inside the SQLite driver can keep the file locked until the garbage collector
        finds its cursor; one that is finished cannot.
        """
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: "asyncio.Task[Any]") -> None:
        self._working.discard(task)
        if not task.cancelled():
            task.exception()  # if nobody waits any more, nobody needs to hear of it

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Have something finished before the connections go."""
        self._closers.append(closer)

    async def close(self) -> None:
        """Finish what was begun or waits for a commit, then close every connection."""
        closers, self._closers = self._closers, []
        for closer in closers:
            await closer()
        if self._working:
            await asyncio.wait(self._working)
        await self._writer.dispose()


def create_engine(url: str) -> Engine:
    """Make the engine for `sqlite:///path` or `postgresql://...`; connects at the first use.

    Raises Misconfigured for an address that cannot be one of these, or a file in a folder that does not exist.
    """
    address = parse_url(url)
    folder = folder_of(address)
    if folder is not None and not folder.is_dir():
        raise Misconfigured(f"The database's folder {folder} does not exist. {UPGRADE}")
    if address.get_backend_name() == "sqlite":
        connect = connecting(str(address.database), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        engine = create_async_engine(
            address,
            async_creator=connect,
            json_serializer=to_json,
            pool_reset_on_return=None,  # a transaction is ended by its own block, and a read has none
        )
        prepare_sqlite(engine.sync_engine)
        return Engine(engine)
    connect_args = {"connect_timeout": BUSY_SECONDS, "application_name": "ratchet"}
    return Engine(
        create_async_engine(
            address, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args=connect_args,
            json_serializer=to_json,
        )
    )  # fmt: skip


def parse_url(url: str) -> URL:
    """Read a database address and choose its driver. Raises Misconfigured with what to write instead."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise Misconfigured(
            "The database address cannot be read. Write sqlite:///ratchet.db or postgresql://..."
        ) from error
    driver = DRIVERS.get(address.drivername)
    if driver is None:
        raise Misconfigured(
            f'The database address begins with "{address.drivername}". Write sqlite:///ratchet.db or postgresql://...'
        )
    if driver.startswith("sqlite") and address.database in (None, "", ":memory:"):
        raise Misconfigured("SQLite needs a file, because several connections share it: sqlite:///ratchet.db")
    return address.set(drivername=driver)


def prepare_sqlite(engine: Any) -> None:
    """Set every new connection of a (synchronous) SQLite engine up, and begin its transactions as writes."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={SYNCHRONOUS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(READS_ALONE):
            driver: Any = connection.connection.dbapi_connection
            if isinstance(driver, AdaptedConnection):  # one call to the driver's thread instead of three
                driver.run_async(lambda raw: raw.execute("BEGIN IMMEDIATE"))
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")


def explained(error: Exception) -> RatchetError:
    """Say what a database error means for the caller; what only a programmer can mend is raised as it is."""
    text = str(getattr(error, "orig", error))
    if (
        "no such table" in text
        or "no such column" in text
        or type(getattr(error, "orig", None)).__name__
        in (
            "UndefinedTable",
            "UndefinedColumn",
        )
    ):
        return Misconfigured(f"The database's tables are missing or of another version. {UPGRADE}")
    if "unable to open database file" in text:
        return Misconfigured("The database file cannot be opened: it is no file, or may not be written.")
    if isinstance(error, PoolTimeout):
        return Unavailable("All connections to the database are busy.", retry_after=1)
    if isinstance(error, OperationalError | InterfaceError | OSError):
        return Unavailable("The database does not answer.", retry_after=1)
    raise error


def folder_of(address: URL) -> Path | None:
    """The folder that must exist for a SQLite file."""
    return Path(address.database).parent if address.database and address.get_backend_name() == "sqlite" else None
