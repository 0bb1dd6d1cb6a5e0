"""A score is kept before anybody is told that it is: the process that kept it may be killed at once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from bot.storage.store import open_store
from tests.contracts.store_samples import ANA
from tests.contracts.test_store_samples import WEEK, item, sample, score

SCORED = 5


async def test_a_score_outlives_a_process_that_is_killed_as_soon_as_it_is_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    await asyncio.to_thread(upgrade, url)
    scorer = [sys.executable, "-m", "tests.e2e.test_qa_killed", url]
    ended = await asyncio.to_thread(subprocess.run, scorer, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    engine = create_engine(url)
    marks = await open_store(engine, "main").samples.marks(WEEK)
    assert [mark.score for mark in marks] == [score(number) for number in range(SCORED)]
    await engine.close()


async def _score_and_die(url: str) -> None:
    samples = open_store(create_engine(url), "main").samples
    await samples.draw(sample(), [item(number) for number in range(SCORED)])
    for number in range(SCORED):
        await samples.take(WEEK, ANA, score(number).at, unread=())
        await samples.score(WEEK, score(number))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(_score_and_die(sys.argv[1]))
