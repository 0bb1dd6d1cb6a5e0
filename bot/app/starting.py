"""What a process begins to answer with: the live workflow release, and in it what its files and settings say anew."""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.domain.article import Release
from bot.domain.errors import Misconfigured
from bot.llm.request import load_prompt
from bot.llm.voice import load_voice
from bot.ports import Store
from bot.ports.workflow import TEXTS
from bot.settings import Settings
from bot.triage.carrying import carried_over
from bot.triage.taxonomy import load_taxonomy, load_tone
from bot.workflows.releases import WORKFLOW, part_changes

log = logging.getLogger(__name__)

FILES = "files"
"""The kind of release that names what the files and settings said when a process last started."""


def read_files(settings: Settings) -> dict[str, str]:
    """The texts that the files and settings give. Raises Misconfigured, naming the file, for one that cannot be read.

    Without a model there is no prompt: a new one changes nothing then.
    """
    desk, model = settings.desk, settings.openai.model if settings.openai.present else ""
    load_taxonomy(desk.taxonomy), load_tone(desk.tone), load_voice(desk.voice)
    files = {"taxonomy": desk.taxonomy, "tone": desk.tone, "voice": desk.voice}
    return {name: _text(path) for name, path in files.items()} | {
        "prompt": load_prompt() if model else "",
        "model": model,
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read.") from error


async def visited_release(store: Store, said: Mapping[str, str], code: Mapping[str, str], now: datetime) -> Release:
    """The release that a command at the terminal answers as: the live one, whatever its own files and settings say.

    A command must not change what customers are told in passing, and says in the log where it would. Where nothing is
    live yet, and after an upgrade of the program, it begins as a serving process does.
    """
    live = await store.releases.live(WORKFLOW)
    texts = await store.workflow_parts.texts(live.manifest)
    if not live.number or not texts:
        return await start_release(store, said, code, now)
    noted = await store.workflow_parts.texts((await store.releases.live(FILES)).manifest)
    if any(texts.get(name) != text for name, text in code.items() if name != "search"):
        return await start_release(store, noted or said, code, now)
    if changed := sorted(name for name, text in said.items() if text != noted.get(name)):
        files = ", ".join(changed)
        log.warning(
            "Answers are as %s, which is live. Here it says otherwise (%s): the next start of ratchet serve "
            "makes that live.",
            live.label,
            files,
        )
    return live


async def start_release(store: Store, said: Mapping[str, str], code: Mapping[str, str], now: datetime) -> Release:
    """Make live what this process shall answer with, and note what its files said.

    A file that is as it was when a process last started undoes nothing that was learned or rolled back since. What
    changed is told to the policy log, part by part.
    """
    parts, releases = store.workflow_parts, store.releases
    before = await releases.live(WORKFLOW)
    live = await parts.texts(before.manifest)
    wanted = {**continued(said, await parts.texts((await releases.live(FILES)).manifest), live), **code}
    why = "Start-up with other files, settings or another version"
    release, is_new = await releases.publish(WORKFLOW, await parts.keep(wanted), reason="Start-up", at=now)
    if is_new:
        changes = part_changes((before, live), (release, wanted), name=f"workflow:{release.number}", why=why, at=now)
        await store.policy_log.add(*changes)
    await releases.publish(FILES, await parts.keep(said), reason="Start-up", at=now)
    return release


def continued(said: Mapping[str, str], before: Mapping[str, str], live: Mapping[str, str]) -> dict[str, str]:
    """The live texts, and in place of each whose file says something else than `before`, what it says now.

    A new taxonomy file keeps the examples and intents that were learned beside the old one.
    """
    changed = {name: text for name, text in said.items() if text != before.get(name)}
    if "taxonomy" in changed and "taxonomy" in before and "taxonomy" in live:
        changed["taxonomy"] = carried_over(said["taxonomy"], before["taxonomy"], live["taxonomy"])
    return {**said, **{name: live[name] for name in TEXTS if name in live}, **changed}
