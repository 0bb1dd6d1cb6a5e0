"""The demo as a newcomer and a CI job start it: a process of its own, in an environment full of other settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RATCHET = Path(sys.executable).with_name("ratchet")
MISLEADING = {
    "RATCHET_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/nothing",
    "RATCHET_SLACK_ROOMS": "#elsewhere",
    "RATCHET_OPENAI_API_KEY": "half-a-section",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}


@pytest.mark.slow
def test_the_demo_plays_all_its_paths_whatever_the_environment_says(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RATCHET_SLACK_BOT_TOKEN=xoxb-somebody-elses\nRATCHET_DESK_BURST_SECONDS=50\n")
    played = subprocess.run(
        [RATCHET, "demo", "--check"],
        cwd=tmp_path,
        env=os.environ | MISLEADING,
        capture_output=True,
        text=True,
        timeout=100,
    )
    transcript = played.stdout + played.stderr
    assert "Traceback" not in transcript
    assert "12 of 12 paths as expected" in played.stdout, transcript[-4000:]
    assert played.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".env"]
