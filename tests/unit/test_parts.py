"""What shapes an answer is named by the workflow's release: when it changes, answers are of another release."""

from pathlib import Path
from typing import Any

import pytest

from bot.app import parts, starting
from bot.llm.request import load_prompt
from bot.settings import Settings


async def release(folder: Path, **openai: Any) -> int:
    settings = Settings(core={"data_dir": folder}, openai=openai)
    built = await parts.build_desk(settings)
    live = await built.desk.store.releases.live("workflow")
    await built.engine.close()
    return live.number


async def test_another_model_or_another_prompt_is_another_workflow_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"api_key": "not-a-secret", "model": "model-x"}
    releases = [await release(tmp_path), await release(tmp_path, **model), await release(tmp_path, **model)]
    releases.append(await release(tmp_path, **{**model, "model": "model-y"}))
    changed = f"{load_prompt()}\nBe brief.\n"
    monkeypatch.setattr(starting, "load_prompt", lambda: changed)
    releases.append(await release(tmp_path, **{**model, "model": "model-y"}))
    assert releases == [1, 2, 2, 3, 4]
