"""Servers of this machine, for tests: a free port, and an application that listens on it."""

import contextlib
import itertools
import os
import socket
from collections.abc import AsyncIterator

from aiohttp import web

_FIRST, _EACH, _WORKERS = 12_000, 1_000, 20  # below the ports that systems hand out to outgoing connections
_ports = itertools.count()


def free_port() -> int:
    """A port that nobody listens on now, and that no other worker of this run or outgoing connection will take."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    for _ in range(_EACH):
        port = _FIRST + worker * _EACH + next(_ports) % _EACH
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free for a test")


@contextlib.asynccontextmanager
async def serving(application: web.Application, port: int) -> AsyncIterator[None]:
    """Serve the application on the port while entered."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()
