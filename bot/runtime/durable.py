"""Workflows that survive a crash, on DBOS: after a kill, finished steps keep their results and the rest is done.

Only short runs live here. What waits for a person is a row in our store, so that a deploy strands nothing.
"""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy import Engine, create_engine, event

from bot.domain.errors import RatchetError
from bot.ports import Clock, Desk
from bot.workflows.run import Envelope, RecordedRun, Step

log = logging.getLogger(__name__)

Workflow = Callable[..., Awaitable[None]]
QUEUE, PROMPT_QUEUE = "runs", "prompt"
GRACE = 3.0
"""Seconds that a stop waits for the steps under way; what takes longer is repeated after the next launch."""
AT_ONCE = 16
"""How many runs work side by side in a process; on two cores more of them only make each other wait."""
VERSION = "1"
"""Names the shape of the workflows; raise it only when runs begun before must not be continued by new code."""


def _sqlite(url: str) -> Engine:
    """An engine in WAL mode: a step costs a third of what it does by default, and a kill -9 still loses nothing."""
    engine = create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        if sqlite3.sqlite_version_info < (3, 42):  # from Python 3.12 on the engine asks for 'subsec', which is newer
            connection.create_function("unixepoch", -1, lambda *_: time.time())

    return engine


class DurableRun(RecordedRun):
    """A run whose steps are remembered by the engine."""

    def __init__(self, run_id: str, clock: Clock, runtime: "DurableRuntime", slots: asyncio.Semaphore) -> None:
        super().__init__(run_id, clock)
        self._runtime = runtime
        self._slots = slots

    async def _execute(self, step: Step, call: Callable[[], Awaitable[Envelope]]) -> Envelope:
        await self._runtime.turn()

        async def execute() -> Envelope:
            return await call()

        with self._runtime.stepping():
            envelope: Envelope = await DBOS.run_step_async({"name": step.name}, execute)
        return envelope

    async def sleep(self, seconds: float) -> None:
        """Wait; after a crash only what is left of the wait is waited."""
        if seconds > 0:
            self._slots.release()  # who waits must not keep others from working
            try:
                await DBOS.sleep_async(seconds)
            finally:
                await self._slots.acquire()

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        await self._runtime.start(workflow, key, **arguments)


class DurableRuntime:
    """Starts workflows by name, once per key, and continues after a crash what had begun. One instance a process."""

    def __init__(
        self,
        url: str,
        workflows: Mapping[str, Workflow],
        clock: Clock,
        *,
        role: str = "all",
        executor: str = "all",
        prompt: Collection[str] = (),
    ) -> None:
        """Prepare the engine on the database at `url` (its own SQLite file, or a schema of its own in PostgreSQL).

        With the role "all" this process runs what it starts. Among several, "web" and "clock" put runs into
        the engine's queue and "worker" takes them out. `executor` names the process to the engine, which hands what
        was interrupted back to the process of the same name. Runs of the `prompt` workflows do not queue behind the
        others, however many these are: somebody waits for them.
        """
        self._role = role
        self._workflows = dict(workflows)
        self._clock = clock
        self._desk: Desk | None = None
        self._prompt = frozenset(prompt)
        self._slots, self._prompt_slots = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)
        self._urgent = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self._steps = 0
        self._still = asyncio.Event()
        self._still.set()
        config: DBOSConfig = {
            "name": "ratchet",
            "system_database_url": url,
            "application_version": VERSION,
            "executor_id": executor,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        if url.startswith("sqlite"):
            config["system_database_engine"] = _sqlite(url)
        DBOS(config=config)

        async def execute(workflow: str, arguments: dict[str, Any]) -> None:
            await self._run(workflow, arguments)

        self._execute = DBOS.workflow(name="ratchet")(execute)

    async def launch(self, desk: Desk) -> None:
        """Begin to work on the desk; runs that a crash interrupted are continued at once."""
        self._desk = desk
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=16, thread_name_prefix="work"))
        if self._role != "all":
            DBOS.listen_queues([QUEUE, PROMPT_QUEUE] if self._role == "worker" else [])
        DBOS.launch()
        if self._role != "all":
            for queue in (QUEUE, PROMPT_QUEUE):
                await DBOS.register_queue_async(queue, worker_concurrency=AT_ONCE, polling_interval_sec=0.1)

    async def close(self) -> None:
        """Let the steps under way end, at most `GRACE` seconds; the rest of each run is done after the next launch."""
        self._closing = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._still.wait(), GRACE)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    async def start(self, workflow: str, key: str, **arguments: str | int) -> None:
        """Start the workflow, once per key; durable when this returns."""
        if workflow not in self._workflows:
            raise KeyError(f"there is no workflow called {workflow!r}")
        with SetWorkflowID(key):
            if self._role == "all":
                await DBOS.start_workflow_async(self._execute, workflow, dict(arguments))
            else:
                queue = PROMPT_QUEUE if workflow in self._prompt else QUEUE
                await DBOS.enqueue_workflow_async(queue, self._execute, workflow, dict(arguments))

    @contextlib.contextmanager
    def urgent(self) -> Iterator[None]:
        """While this is entered, steps wait: acknowledging what comes in goes before working on it."""
        self._urgent += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._idle.set()

    @contextlib.contextmanager
    def stepping(self) -> Iterator[None]:
        """While this is entered, a step is under way, which a stop waits for."""
        self._steps += 1
        self._still.clear()
        try:
            yield
        finally:
            self._steps -= 1
            if not self._steps:
                self._still.set()

    async def turn(self) -> None:
        """Return when nothing urgent is under way, at the latest after a quarter of a second.

        During a stop it ends the run instead, and the next launch continues it.
        """
        if self._urgent:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), 0.25)
        if self._closing:
            raise asyncio.CancelledError("the process stops")  # which the engine does not take for the run's end

    async def _run(self, workflow: str, arguments: dict[str, Any]) -> None:
        if self._desk is None:
            raise RuntimeError("the runtime was not launched")
        key = DBOS.workflow_id or ""
        slots = self._prompt_slots if workflow in self._prompt else self._slots
        run = DurableRun(key, self._clock, self, slots)
        try:
            async with slots:
                await self._workflows[workflow](run, self._desk, **arguments)
        except RatchetError as problem:
            log.error("Run %s ended early: %s", key, problem)
        except Exception:  # the boundary of a run: the engine records the fault too
            log.exception("Run %s failed.", key)
            raise
