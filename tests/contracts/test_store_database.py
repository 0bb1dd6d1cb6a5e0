"""Opening a database: its address, its version, and what is said when it is not there."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.errors import Misconfigured, Unavailable
from bot.ports import Store
from bot.storage.engine import Engine, create_engine
from bot.storage.migrate import check, current, differences, head, upgrade
from bot.storage.store import open_store
from tests.contracts.store_samples import escalation

UPGRADE = "import sys; from bot.storage.migrate import upgrade; print(upgrade(sys.argv[1]))"
ACCEPT_AND_DIE = """
import asyncio, os, signal, sys
from bot.ports import Received
from bot.storage.engine import create_engine
from bot.storage.store import open_store
async def main():
    store = open_store(create_engine(sys.argv[1]), sys.argv[2])
    await asyncio.gather(*(store.inbox.accept(Received(f"k{n}", "x", "{}")) for n in range(100)))
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    assert differences(database_url) == []


def test_upgrading_is_repeatable_and_names_the_version(empty_database_url: str) -> None:
    assert upgrade(empty_database_url) == head()
    assert upgrade(empty_database_url) == current(empty_database_url) == head()


def test_several_processes_may_upgrade_at_once(empty_database_url: str) -> None:
    command = [sys.executable, "-c", UPGRADE, empty_database_url]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(3)]
    assert [process.communicate(timeout=60)[0].strip() for process in running] == [head()] * 3
    assert differences(empty_database_url) == []


async def test_a_database_without_tables_is_named_as_such(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with pytest.raises(Misconfigured, match="ratchet db upgrade"):
        await check(engine)
    with pytest.raises(Misconfigured, match="ratchet db upgrade"):
        await open_store(engine, "w").escalations.get("esc_1")
    await asyncio.to_thread(upgrade, empty_database_url)
    await check(engine)
    await engine.close()


async def test_what_was_acknowledged_survives_a_killed_process(database_url: str, store: Store) -> None:
    command = [sys.executable, "-c", ACCEPT_AND_DIE, database_url, store.workspace]
    died = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=60)
    assert died.returncode == -9
    assert len(await store.inbox.pending()) == 100


async def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(engine: Engine, store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with engine.write() as connection:
            await connection.execute(text("DELETE FROM inbox"))
            raise ZeroDivisionError
    assert (await store.escalations.receive(escalation()))[1]


async def test_cancelled_writes_leave_the_database_usable(store: Store) -> None:
    for delay in (0, 0.0005, 0.001, 0.002, 0.004):
        task = asyncio.create_task(store.escalations.receive(escalation(f"esc_{delay}")))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (await store.escalations.receive(escalation()))[1]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://localhost/x", 'begins with "mysql"'),
        ("not an address", "cannot be read"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_an_address_that_cannot_be_a_database_is_explained(url: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        create_engine(url)


async def test_a_server_that_is_not_there_is_unavailable_and_no_password_is_told() -> None:
    url = "postgres://ratchet:hush@127.0.0.1:1/ratchet"
    engine = create_engine(url)
    with pytest.raises(Unavailable) as told:
        await check(engine)
    assert "hush" not in str(told.value)
    await engine.close()
    with pytest.raises(Unavailable):
        upgrade(url)


async def test_a_file_that_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/nowhere/x.db")
    with pytest.raises(Misconfigured, match="folder"):
        await check(engine)
    await engine.close()


def test_upgrading_makes_the_folder_of_a_new_file(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/new/x.db")
    assert (tmp_path / "new" / "x.db").exists()
