"""A bot that dies on command: the real product under a small supervisor, killed at a named point and started again.

    python -m tests.e2e.crashing_bot <folder> <sandbox url> <bot port>

The supervisor loads the modules and models once and forks a life from there, so that a restart costs a tenth of a
second; whenever a life ends, the next begins. `<folder>/lives` tells of each begin and end. A point where a life ends
is armed by writing `<folder>/crash`: what the case is called, the points at which one life after the other ends, and
the signal. With the point "*" nothing ends, and every point that is passed is written to `<folder>/points`. Where there
is `<folder>/time`, it tells the time, and jobs about alerts ring all the time. Threads do not survive a fork, so
libraries must not start any before it (`ALONE` in crash_cases).
"""

import asyncio
import collections
import ctypes
import functools
import gc
import importlib
import json
import logging
import os
import pkgutil
import signal
import sys
import threading
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dbos._dbos
from slack_sdk.web.async_client import AsyncWebClient

import bot
import bot.app.parts
import bot.app.workflows
import handlers
import knowledge
from bot.app.running import App, build
from bot.cli.serving import serve_until_stopped
from bot.runtime import durable
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.storage.escalations import SqlEscalations
from bot.storage.eval_runs import SqlEvalRuns
from bot.storage.fixes import SqlFixes
from bot.storage.holdings import SqlHoldings
from bot.storage.inbox import SqlInbox
from bot.storage.outbox import SqlOutbox
from bot.storage.policy_log import SqlPolicyLog
from bot.storage.releases import SqlReleases
from bot.storage.reviews import SqlReviews
from bot.storage.spikes import SqlSpikes
from bot.storage.traces import SqlTraces
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.triage.triage import TaxonomyTriager
from bot.workflows.run import Envelope, Step
from knowledge.embeddings.static import StaticEmbedder
from tests.e2e.company import SetClock, settings_for

WRITES: dict[type, tuple[str, ...]] = {
    SqlInbox: ("accept", "handled"),
    SqlOutbox: ("begin", "done"),
    SqlReviews: ("open", "propose", "set_card", "claim", "settle"),
    SqlEscalations: ("receive", "add_turn", "set_place", "set_status"),
    SqlTraces: ("save",),
    SqlFixes: ("change",),
    SqlReleases: ("propose", "activate"),
    SqlEvalRuns: ("begin", "record", "finish"),
    SqlPolicyLog: ("add",),
    SqlSpikes: ("keep", "change", "note"),
    SqlHoldings: ("open", "change", "begin", "done"),
}
POSTS = ("chat.postMessage", "chat.update")


class Points:
    """Where this life is, and the point at which it shall end."""

    def __init__(self, folder: Path) -> None:
        self._armed = folder / "crash"
        self._passed = folder / "points"
        self._case = ""
        self._seen: collections.Counter[str] = collections.Counter()

    def at(self, label: str) -> None:
        """Pass the point, or die at it; the n-th time in a case it is called `label #n`."""
        try:
            armed = json.loads(self._armed.read_text())
        except FileNotFoundError:
            return
        if armed["case"] != self._case:
            self._case, self._seen = armed["case"], collections.Counter()
        self._seen[label] += 1
        point = f"{label} #{self._seen[label]}"
        if armed["points"] == ["*"]:
            with self._passed.open("a") as passed:
                passed.write(f"{point}\n")
        elif armed["points"][0] == point:
            self._disarm(armed)
            os.kill(os.getpid(), signal.Signals[armed["signal"]])

    def _disarm(self, armed: dict[str, Any]) -> None:
        """Leave the points at which later lives end."""
        if later := armed["points"][1:]:
            draft = self._armed.with_suffix(".next")
            draft.write_text(json.dumps(armed | {"points": later}))
            draft.replace(self._armed)
        else:
            self._armed.unlink()


def instrument(points: Points) -> None:
    """Mark the points: around every step, after every write to the store and every message to Slack."""

    class CrashingRun(durable.DurableRun):
        async def _execute(self, step: Step, call: Callable[[], Awaitable[Envelope]]) -> Envelope:
            name = f"{self.id.partition(':')[0]}/{step.name}"

            async def then_perhaps_die() -> Envelope:
                envelope = await call()
                points.at(f"{name} happened")
                return envelope

            points.at(f"{name} before")
            envelope = await super()._execute(step, then_perhaps_die)
            points.at(f"{name} recorded")
            return envelope

    durable.DurableRun = CrashingRun  # type: ignore[misc]
    for owner, names in WRITES.items():
        for name in names:
            _mark(owner, name, points, f"{owner.__name__}.{name}")
    _mark(SqlInbox, "accept", points, "SqlInbox.accept", before=True)
    _mark(SqlInbox, "handled", points, "SqlInbox.handled", before=True)
    _mark(durable.DurableRuntime, "start", points, "start")
    call = AsyncWebClient.api_call

    async def api_call(self: AsyncWebClient, api_method: str, **given: Any) -> Any:
        try:
            answer = await call(self, api_method, **given)
        except Exception:
            points.at(f"{api_method} lost")
            raise
        if api_method in POSTS:
            points.at(f"{api_method} answered")
        return answer

    AsyncWebClient.api_call = api_call  # type: ignore[method-assign, assignment]


def _mark(owner: type, name: str, points: Points, label: str, *, before: bool = False) -> None:
    method = getattr(owner, name)

    @functools.wraps(method)
    async def marked(*args: Any, **kwargs: Any) -> Any:
        if before:
            points.at(f"{label} before")
        result = await method(*args, **kwargs)
        if not before:
            points.at(f"{label} done")
        return result

    setattr(owner, name, marked)


def share_models(settings: Settings) -> None:
    """Fit once what every life would fit anew; the answers are the same."""
    embedder = StaticEmbedder()
    taxonomy, tone = load_taxonomy(settings.desk.taxonomy), load_tone(settings.desk.tone)
    triager = TaxonomyTriager(taxonomy, tone, embedder)
    triager.warm()
    bot.app.parts.StaticEmbedder = lambda: embedder  # type: ignore[attr-defined, assignment]
    bot.app.workflows.TaxonomyTriager = lambda *_, **__: triager  # type: ignore[attr-defined, assignment]


def load_modules() -> None:
    """Import now what every life would import anew, also what is imported only when it is needed."""
    for vendor in ("bm25s", "chromadb", "phonenumbers", "py3langid.langid", "pydantic_evals"):
        importlib.import_module(vendor)
    for package in (bot, handlers, knowledge):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "__main__" not in module.name:
                importlib.import_module(module.name)


async def ring(app: App) -> None:
    """Ring for all that the clock does about alerts, over and over."""
    while True:
        for name in ("watch for spikes", "tend to alerts", "tend to holding replies"):
            try:
                await app.jobs[name]()
            except Exception:  # as the product's own clock does
                logging.exception("The job %r failed.", name)
        await asyncio.sleep(0.2)


async def live(settings: Settings) -> None:
    """One life, as `ratchet serve` leads it, except that the engine looks for what to continue 20 times a second."""
    time = settings.core.data_dir / "time"
    app = await build(settings, clock=SetClock(time) if time.exists() else None)
    ringing = []

    async def begin_to_ring() -> None:
        ringing.append(asyncio.create_task(ring(app)))

    if time.exists():
        app.starters.append(begin_to_ring)
    engine = dbos._dbos._get_dbos_instance()
    engine._registry.get_internal_queue()._polling_interval_sec = 0.05
    await serve_until_stopped(app)


def die_with_the_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main(folder: Path, sandbox_url: str, port: int) -> None:
    die_with_the_parent()
    warnings.simplefilter("error")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    place = cast(Sandbox, SimpleNamespace(base_url=sandbox_url))
    settings = settings_for(place, folder, port)
    load_modules()
    share_models(settings)
    instrument(Points(folder))
    if threading.active_count() > 1:
        raise RuntimeError("a fork would lose these threads: " + ", ".join(t.name for t in threading.enumerate()))
    gc.freeze()
    with (folder / "lives").open("a", buffering=1) as lives:
        while True:
            child = os.fork()
            if child == 0:
                die_with_the_parent()
                asyncio.run(live(settings))
                sys.exit(0)
            lives.write(f"began {child}\n")
            _, status = os.waitpid(child, 0)
            lives.write(f"ended {child} {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
