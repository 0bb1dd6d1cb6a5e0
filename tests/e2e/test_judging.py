"""People rate answers, blind to each other, and a model judge is measured by them: as its users do it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.settings import CONTENT
from evals.rubric import load_rubric
from tests.e2e.test_command_line import Terminal
from tests.e2e.test_evals import CASES, words
from tests.model_peer import Answer, ModelPeer, serving


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal where two cases have been run."""
    terminal = Terminal(tmp_path_factory.mktemp("judging"))
    assert terminal.run("kb", "import", str(CONTENT / "articles")).returncode == 0
    (terminal.folder / "cases.yaml").write_text(CASES)
    assert terminal.run("eval", "import", "cases.yaml").returncode == 0
    assert terminal.run("eval", "run").returncode == 0
    return terminal


@contextmanager
def model(answer: Answer) -> Iterator[ModelPeer]:
    """A model that answers from a thread of its own, while the command line runs in this one."""
    ready, ended, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    peers: list[ModelPeer] = []

    async def serve() -> None:
        async with serving(answer) as peer:
            peers.append(peer)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield peers[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def fill_in(file: Path, *verdicts: bool) -> None:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    filled = [line | {"passed": passed} for line, passed in zip(lines, verdicts, strict=True)]
    file.write_text("\n".join(json.dumps(line) for line in filled))


def test_without_a_judge_or_ratings_the_next_step_is_named(terminal: Terminal) -> None:
    assert "RATCHET_OPENAI_JUDGE_MODEL names its model" in " ".join(terminal.run("eval", "judge").stderr.split())
    assert "No answer turned out wrong in the last 4 weeks." in words(terminal.run("eval", "escaped"))


def test_two_people_rate_and_the_judge_is_measured_and_may_not_gate_on_so_little(terminal: Terminal) -> None:
    for who, verdicts in (("ana", (True, False)), ("bo", (True, True))):
        sheet = terminal.folder / f"{who}.jsonl"
        assert "2 answers are in" in words(terminal.run("eval", "rate", "--by", who, "--export", sheet.name))
        fill_in(sheet, *verdicts)
        assert (
            words(terminal.run("eval", "rate", "--by", who, "--import", sheet.name)) == f"2 ratings of {who} are kept."
        )
        assert words(terminal.run("eval", "rate", "--by", who, "--export", "more.jsonl")).startswith("0 answers")

    opinion = {point.name: {"why": "It says so.", "met": True} for point in load_rubric().points}
    with model(Answer(json.dumps(opinion))) as peer:
        settings = {"RATCHET_OPENAI_API_KEY": "sk-test", "RATCHET_OPENAI_MODEL": "model-x"}
        settings |= {"RATCHET_OPENAI_JUDGE_MODEL": "judge-x", "RATCHET_OPENAI_BASE_URL": peer.url}
        printed = terminal.run("eval", "judge", **settings)
        assert terminal.run("eval", "judge", **settings).stdout == printed.stdout
        asked = [request["model"] for request in peer.requests]
    assert printed.returncode == 1
    assert "It may not gate: two people rated 2 answers, and 50 are needed." in words(printed)
    assert "person and person" in words(printed)
    assert asked == ["judge-x", "judge-x"]  # the second time it is remembered
