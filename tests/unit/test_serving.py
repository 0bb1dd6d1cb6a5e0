"""What a bot does that cannot read its models."""

import asyncio
import logging
import os
import signal
from pathlib import Path

import pytest

from bot.app.running import build
from bot.cli.serving import serve_until_stopped
from bot.domain.errors import Misconfigured
from bot.settings import Settings


async def serve(folder: Path, trouble: Exception, *, then_stop: bool = False) -> None:
    """Serve with a bot whose loading ends in this trouble."""
    app = await build(Settings(core={"data_dir": folder, "cache_dir": folder, "port": 0}))

    async def warm() -> None:
        if then_stop:
            asyncio.get_running_loop().call_later(0.2, os.kill, os.getpid(), signal.SIGTERM)
        raise trouble

    app.warm = warm
    await asyncio.wait_for(serve_until_stopped(app), 20)


async def test_a_bot_without_its_model_stops_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"model\.onnx"):
        await serve(tmp_path, Misconfigured("model.onnx is not the file that Ratchet was built with."))


async def test_trouble_that_may_pass_is_logged_and_the_bot_serves_until_it_is_stopped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "bot.serve"):
        await serve(tmp_path, OSError("busy"), then_stop=True)
    assert "the first question tries again" in caplog.text
