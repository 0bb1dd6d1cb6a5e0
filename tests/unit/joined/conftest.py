"""Fixtures of the tests of several platforms together."""

from tests.unit.scripted import clock, desk, empty_store, judge, platform, run, runtime, store_file, surface

__all__ = ["clock", "desk", "empty_store", "judge", "platform", "run", "runtime", "store_file", "surface"]
