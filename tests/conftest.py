"""What all tests share: in CI a skipped test is a failed run, because CI installs what the tests need."""

import gc
import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what was imported out of every later look for garbage: it is half a million objects, and stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when something was skipped and RATCHET_TEST_NO_SKIP is set."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and os.environ.get("RATCHET_TEST_NO_SKIP"):
        reporter.write_line(f"{len(skipped)} tests were skipped, and RATCHET_TEST_NO_SKIP is set: that is a failure.")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
