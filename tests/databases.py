"""Real databases for tests: a SQLite file, and a PostgreSQL server of our own that lives as long as the session.

Import the fixtures into a `conftest.py`. `database_url` runs a test once on each; its tables are ready. Tests on
PostgreSQL share one database, as workspaces share one in production: give each test its own `workspace`.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.storage.migrate import upgrade

MISSING = "PostgreSQL is not installed: apt-get install postgresql"
SYSTEM_USER = "postgres"
DATABASES = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


class Server:
    """A running PostgreSQL server. Anybody on this machine may log in; it holds nothing but test rows."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._made = 0

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        self._made += 1
        name = f"ratchet_{self._made}"
        with psycopg.connect(self.login(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def login(self) -> str:
        return f"host=127.0.0.1 port={self._port} user=postgres dbname=postgres connect_timeout=2"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of our own on a free port, stopped at the end of the session."""
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    with running_postgres(programs) as server:
        yield server


@contextmanager
def running_postgres(programs: Path | None = None) -> Iterator[Server]:
    """A server of our own on a free port while the block lasts. Raises RuntimeError where none is installed."""
    programs = programs or _programs()
    if programs is None:
        raise RuntimeError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="ratchet-postgres-"))  # pytest closes its own folder to other users
    as_user = _as_user(home)
    run: dict[str, Any] = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_user}
    cluster = home / "cluster"
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        cluster,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    subprocess.run(initdb, check=True, **run)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    switches = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    process = subprocess.Popen([programs / "postgres", "-D", cluster, *switches], **run)
    try:
        server = Server(port)
        _wait_for(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # "fast" shutdown: does not wait for clients
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path | None:
    """Where the server's programs are, wherever the distribution put them."""
    found = [Path(each).parent for each in [shutil.which("initdb")] if each]
    config = shutil.which("pg_config")
    if config:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(told.stdout.strip() or "/nowhere"))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in found if (each / "initdb").exists() and (each / "postgres").exists()), None)


def _as_user(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: it runs as its own user, in a folder of its own."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(home, SYSTEM_USER, SYSTEM_USER)
    return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        try:
            psycopg.connect(server.login()).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start.")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "ratchet.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Server) -> str:
    """The address of the PostgreSQL database with our tables."""
    url = postgres.new_database()
    upgrade(url)
    return url


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database that this run of the test is about: "sqlite" or "postgres"."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with our tables."""
    if database == "postgres":
        url: str = request.getfixturevalue("migrated_postgres")
        return url
    shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "ratchet.db")
    return f"sqlite:///{tmp_path}/ratchet.db"


@pytest.fixture
def empty_database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of this test alone."""
    if database == "postgres":
        server: Server = request.getfixturevalue("postgres")
        return server.new_database()
    return f"sqlite:///{tmp_path}/empty.db"


@pytest.fixture
def workspace() -> str:
    """A workspace that no other test uses."""
    return f"W{uuid.uuid4().hex[:12]}"
