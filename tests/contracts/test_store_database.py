"""Opening a database: its address, its version, and what is said when it is not there."""

import asyncio
import inspect
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.domain.errors import Misconfigured, Unavailable
from bot.domain.escalation import Author, Customer, Outcome, OutcomeKind
from bot.domain.history import Conversation
from bot.domain.review import Action
from bot.ports import Store
from bot.storage.articles import SqlArticles
from bot.storage.engine import Engine, create_engine
from bot.storage.escalations import SqlEscalations
from bot.storage.fixes import SqlFixes
from bot.storage.inbox import SqlInbox
from bot.storage.migrate import check, current, differences, head, upgrade
from bot.storage.migrations.versions import v0011_history
from bot.storage.outbox import SqlOutbox
from bot.storage.policy_log import SqlPolicyLog
from bot.storage.releases import SqlReleases
from bot.storage.reviews import SqlReviews
from bot.storage.store import open_store
from bot.storage.traces import SqlTraces
from tests.contracts.store_samples import ANA, NOON, RECEIPT, after, decision, escalation, proposal, ready, turn

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


async def test_in_a_database_from_before_the_highest_release_stays_live(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ScriptDirectory._upgrade_revs
    with monkeypatch.context() as before:
        before.setattr(ScriptDirectory, "_upgrade_revs", lambda self, _, revision: steps(self, "0004", revision))
        await asyncio.to_thread(upgrade, empty_database_url)
    engine = create_engine(empty_database_url)
    insert = (
        "INSERT INTO releases (workspace, kind, number, manifest, reason, at) VALUES ('w', '{}', {}, '{{}}', '', '{}')"
    )
    async with engine.write() as connection:
        for kind, number in (("knowledge", 1), ("knowledge", 2), ("workflow", 5)):
            await connection.execute(text(insert.format(kind, number, "2026-03-02 12:00:00.000000")))
    await asyncio.to_thread(upgrade, empty_database_url)
    releases = open_store(engine, "w").releases
    assert [(await releases.live(kind)).number for kind in ("knowledge", "workflow")] == [2, 5]
    await engine.close()


async def test_conversations_from_before_are_counted_as_new_ones_are(engine: Engine, store: Store) -> None:
    before = await _worked_on(store)
    async with engine.write() as connection:
        for name, columns in v0011_history.COUNTED.items():
            emptied = ", ".join(f"{column} = NULL" for column in columns)
            await connection.execute(text(f"UPDATE {name} SET {emptied} WHERE workspace = '{store.workspace}'"))
        await connection.run_sync(_fill)
    assert await _counted(store) == before


def _fill(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        v0011_history.fill()


async def _worked_on(store: Store) -> list[Conversation]:
    """Conversations that were answered, edited, came back, were rated, or still wait."""
    for number, action in enumerate((Action.APPROVE, Action.EDIT, Action.REJECT)):
        review = await ready(store, f"esc_{number}")
        made = decision(review, action, text="Another text." if action is Action.EDIT else "")
        await store.reviews.claim(made)
        if action is not Action.REJECT:
            await store.reviews.settle(review.id, receipt=RECEIPT, problem="")
            await store.escalations.add_turn(f"esc_{number}", turn("a", at=90, author=Author.AGENT))
    await store.escalations.add_turn("esc_0", turn("back", at=500))
    await store.escalations.record_outcome(Outcome("k", "esc_1", OutcomeKind.RATING, after(900), 5.0))
    await store.escalations.receive(escalation("esc_3", customer=Customer("unknown")))
    return await _counted(store)


async def _counted(store: Store) -> list[Conversation]:
    found = [each async for batch in store.history.between(NOON, after(10_000)) for each in batch]
    assert len(found) == 4
    return sorted(found, key=lambda each: each.id)


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


async def test_a_write_whose_caller_is_cancelled_is_finished_and_locks_nothing(store: Store) -> None:
    await store.escalations.receive(escalation())
    tasks = []
    for number in range(30):
        tasks.append(asyncio.create_task(store.escalations.add_turn("esc_1", turn(f"t{number}"))))
        await asyncio.sleep(number * 0.0002)
        tasks[-1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(5):
        stored = await store.escalations.add_turn("esc_1", turn("last"))
    assert len(stored.turns) == stored.revision


WRITERS = [
    SqlArticles, SqlEscalations, SqlFixes, SqlInbox, SqlOutbox, SqlPolicyLog, SqlReleases, SqlReviews, SqlTraces,
]  # fmt: skip


@pytest.mark.parametrize("kind", WRITERS)
def test_every_method_that_writes_is_finished_once_begun(kind: type) -> None:
    for name, method in vars(kind).items():
        if not name.startswith("_") and inspect.iscoroutinefunction(method):
            writes = "self._write" in inspect.getsource(inspect.unwrap(method))
            assert writes == hasattr(method, "__wrapped__"), name


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


def test_a_file_in_no_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere does not exist"):
        create_engine(f"sqlite:///{tmp_path}/nowhere/x.db")


def test_a_file_that_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be opened"):
        upgrade(f"sqlite:///{tmp_path}")


def test_upgrading_makes_the_folder_of_a_new_file(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/new/x.db")
    assert (tmp_path / "new" / "x.db").exists()


async def test_two_processes_on_one_database_race_as_safely_as_one(database_url: str, workspace: str) -> None:
    engines = [create_engine(database_url), create_engine(database_url)]
    stores = [open_store(engine, workspace) for engine in engines]
    sent = [escalation("esc_1", turn(f"t{number % 10}", at=number % 10)) for number in range(40)]
    await asyncio.gather(*(stores[number % 2].escalations.receive(each) for number, each in enumerate(sent)))
    stored = await stores[0].escalations.get("esc_1")
    assert (stored.revision, [each.ref for each in stored.turns]) == (10, [f"t{number}" for number in range(10)])
    opened = await asyncio.gather(*(stores[number % 2].reviews.open(stored, at=NOON) for number in range(10)))
    assert {review.id for review, _ in opened} == {"esc_1/1"}
    review = await stores[1].reviews.propose("esc_1/1", proposal())
    people = [replace(ANA, id=f"U{number}") for number in range(20)]
    claims = await asyncio.gather(
        *(stores[number % 2].reviews.claim(decision(review, by=by)) for number, by in enumerate(people))
    )
    assert sum(claim.won for claim in claims) == 1
    for engine in engines:
        await engine.close()
