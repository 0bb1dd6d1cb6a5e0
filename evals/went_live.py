"""Which releases went live in a stretch of time, and what each of them followed."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import NotFound
from bot.ports import Desk

KNOWLEDGE, WORKFLOW = "knowledge", "workflow"
_ACTS = ("activation", "roll back", "override")
_LABEL = re.compile(r"(knowledge|workflow) v(\d{1,9})")
_NEWEST = 100  # releases among which those are looked for that went live without a gate
_MOST = 40  # releases that are told of, the newest


@dataclass(frozen=True, slots=True)
class Live:
    """A release that went live, the one that it followed (number 0 for the first), and who put it live, if known.

    `overridden` tells that the evals had held it.
    """

    release: Release
    before: Release
    at: datetime
    by: Person | None = None
    overridden: bool = False

    @property
    def changed(self) -> frozenset[str]:
        """The parts that came, went or say something else."""
        now, before = self.release.manifest, self.before.manifest
        return frozenset(part for part in {*now, *before} if now.get(part) != before.get(part))

    @property
    def back(self) -> bool:
        """Whether somebody went back to it from a later one."""
        return self.before.number > self.release.number


async def went_live(desk: Desk, since: datetime, until: datetime) -> tuple[Live, ...]:
    """The releases of both kinds that went live then, oldest first; of very many the newest."""
    found: list[Live] = []
    lines = await desk.store.policy_log.between(since, until, *_ACTS)
    held = {line.subject for line in lines if line.kind == "override"}
    for line in lines:
        if _LABEL.fullmatch(line.after) and (before := await _labelled(desk, line.before)):
            after = await _labelled(desk, line.after)
            found += [Live(after, before, line.at, line.by, line.subject in held)] if after else []
    for kind in (KNOWLEDGE, WORKFLOW):
        newest = await desk.store.releases.newest(kind, _NEWEST)
        first = [Release(kind, 0, {})] if len(newest) < _NEWEST else []
        for release, before in pairwise([*(each for each in newest if each.was_live), *first]):
            if not release.fix and release.at is not None and since <= release.at < until:
                found.append(Live(release, before, release.at, release.by))
    return tuple(sorted(found, key=lambda each: (each.at, each.release.number)))[-_MOST:]


async def _labelled(desk: Desk, label: str) -> Release | None:
    told = _LABEL.fullmatch(label)
    if told is None:
        return None
    if told[2] == "0":
        return Release(told[1], 0, {})
    with suppress(NotFound):
        return await desk.store.releases.get(told[1], int(told[2]))
    return None
