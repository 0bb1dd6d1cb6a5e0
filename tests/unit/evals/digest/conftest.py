"""Fixtures of the digest's tests: the week is over, and threads have addresses."""

import pytest

from tests.contracts.store_samples import NOON
from tests.unit.evals.digest.week_samples import Linking
from tests.unit.scripted import Clock, desk, empty_store, judge, run, runtime, store_file, surface

__all__ = ["clock", "desk", "empty_store", "judge", "platform", "run", "runtime", "store_file", "surface"]


@pytest.fixture
def clock() -> Clock:
    clock = Clock(NOON)
    clock.pass_by(days=7)
    return clock


@pytest.fixture
def platform() -> Linking:
    return Linking()
