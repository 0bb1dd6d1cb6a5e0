"""Starting the peers of a benchmark and stopping them by their own handles; signed Slack events to send them."""

import contextlib
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.e2e.company import SIGNING_SECRET


def peer(
    role: str, port: int, other: str, folder: str = "-", *, module: str = "peers"
) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """Run one peer until the block ends; entered when it is ready."""
    return started(module, role, str(port), other, folder)


@contextlib.contextmanager
def started(module: str, role: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a benchmark's module in this role until the block ends; entered when it says that it is ready."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", role, *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("the peer has no pipes")
        while line := process.stdout.readline():
            if line.strip() == "ready":
                break
        else:
            raise RuntimeError(f"the {role} did not start")
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


def message_event(room: str, user: str, text: str, number: int) -> bytes:
    """An Events API delivery of a message, as Slack sends it; each number is another message."""
    ts = f"{int(time.time())}.{number:06d}"
    event = {"type": "message", "channel": room, "channel_type": "channel", "user": user, "text": text, "ts": ts}
    envelope = {
        "type": "event_callback",
        "token": "not-used",
        "team_id": "T0",
        "api_app_id": "A0",
        "event": event | {"event_ts": ts, "team": "T0"},
        "event_id": f"Ev{number:08d}{time.time_ns()}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": "T0", "user_id": "U0BOT", "is_bot": True}],
    }
    return json.dumps(envelope).encode()


def signed(body: bytes) -> dict[str, str]:
    """The headers with which Slack proves that the body is its own."""
    at = str(int(time.time()))
    digest = hmac.new(SIGNING_SECRET.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={digest}",
    }
