"""Switching between releases by hand: activate one that was live, or go back; with who and why."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.domain.fix import PolicyChange
from bot.domain.text.differing import changed_lines
from bot.ports import Desk

KNOWLEDGE, WORKFLOW = "knowledge", "workflow"

Stated = tuple[Release, Mapping[str, str]]
"""A workflow release with the texts of its parts."""


async def activate(
    desk: Desk, number: int, *, by: Person, why: str, kind: str = KNOWLEDGE, override: bool = False
) -> tuple[Release, Release]:
    """Put this release live; return the one that was live before, and this one.

    `override` lets a workflow candidate through that the evals did not. Raises Rejected without a reason, NotFound, and
    Conflict for a candidate, and for a workflow that this program cannot answer as.
    """
    release = await desk.store.releases.get(kind, number)
    if release.was_live:
        return await _switch(desk, release, by=by, why=why, act="activation")
    if kind == KNOWLEDGE:
        raise Conflict(f"{release.label} is a candidate of {release.fix}. It goes live by the card of that fix.")
    if not override:
        raise Conflict(f"{release.label} is a candidate that the evals did not let through. To do it: --override.")
    return await _switch(desk, release, by=by, why=why, act="override")


async def roll_back(desk: Desk, *, by: Person, why: str, kind: str = KNOWLEDGE) -> tuple[Release, Release]:
    """Put live what was live before; return the release that was taken back, and the one that is live now.

    Raises Rejected without a reason, NotFound where there is nothing to go back to, and Conflict as `activate`.
    """
    live = await desk.store.releases.live(kind)
    for number in range(live.number - 1, 0, -1):
        release = await desk.store.releases.get(kind, number)
        if release.was_live:
            return await _switch(desk, release, by=by, why=why, act="roll back")
    raise NotFound(f"There is no release before {live.label} to go back to.")


async def _switch(desk: Desk, release: Release, *, by: Person, why: str, act: str) -> tuple[Release, Release]:
    if not why.strip():
        raise Rejected("Say why, for the policy log.", field="reason")
    if release.kind == WORKFLOW:
        await desk.workflows.get(release.number)
    live = await desk.store.releases.live(release.kind)
    await desk.store.releases.activate(release.kind, release.number, instead_of=live.number)
    if live.number != release.number:
        now, why = desk.clock.now(), why.strip()
        name = f"{act}:{release.kind}:{live.number}:{release.number}:{now.isoformat()}"
        lines = [PolicyChange(name, now, act, release.label, why, by, before=live.label, after=release.label)]
        if release.kind == WORKFLOW:
            texts = [await desk.store.workflow_parts.texts(each.manifest) for each in (live, release)]
            lines += part_changes((live, texts[0]), (release, texts[1]), name=name, why=why, by=by, at=now)
        await desk.store.policy_log.add(*lines)
    return live, release


def part_changes(
    before: Stated, after: Stated, *, name: str, why: str, at: datetime, by: Person | None = None
) -> list[PolicyChange]:
    """The lines of the policy log for what one workflow release says otherwise than another; `name` begins their ids.

    Of a text of many lines they show those that changed.
    """
    (was, old), (is_now, new) = before, after
    lines = []
    for part in sorted({*old, *new}):
        if old.get(part, "") != new.get(part, ""):
            gone, come = changed_lines(old.get(part, ""), new.get(part, ""))
            kind = "taxonomy" if part == "taxonomy" else WORKFLOW
            said = f"{why} ({is_now.label}, {f'before it {was.label}' if was.number else 'the first'})"
            lines.append(PolicyChange(f"{name}:{part}", at, kind, part, said, by, before=gone, after=come))
    return lines
