"""Switching between releases of the knowledge by hand: activate one that was live, or go back; with who and why."""

from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.domain.fix import FixState, PolicyChange
from bot.ports import Clock, Store

KNOWLEDGE = "knowledge"


async def activate(store: Store, number: int, *, by: Person, why: str, clock: Clock) -> tuple[Release, Release]:
    """Put this release live; return the one that was live before, and this one.

    Raises Rejected without a reason, NotFound, and Conflict for a candidate that the evals did not let through.
    """
    release = await store.releases.get(KNOWLEDGE, number)
    if not await was_live(store, release):
        raise Conflict(f"{release.label} is a candidate of {release.fix}. It goes live by the card of that fix.")
    return await _switch(store, release, by=by, why=why, clock=clock, kind="activation")


async def roll_back(store: Store, *, by: Person, why: str, clock: Clock) -> tuple[Release, Release]:
    """Put live what was live before; return the release that was taken back, and the one that is live now.

    Raises Rejected without a reason, and NotFound where there is nothing to go back to.
    """
    live = await store.releases.live(KNOWLEDGE)
    for number in range(live.number - 1, 0, -1):
        release = await store.releases.get(KNOWLEDGE, number)
        if await was_live(store, release):
            return await _switch(store, release, by=by, why=why, clock=clock, kind="roll back")
    raise NotFound(f"There is no release before {live.label} to go back to.")


async def was_live(store: Store, release: Release) -> bool:
    """Tell whether customers were ever answered from it: a candidate that was held, or is being tried, never was."""
    return not release.fix or await _outcome(store, release) == release.number


async def _outcome(store: Store, release: Release) -> int | None:
    """The release that the fix of this one went live with."""
    fix = await store.fixes.get(release.fix)
    return fix.release if fix.state is FixState.LIVE else None


async def _switch(
    store: Store, release: Release, *, by: Person, why: str, clock: Clock, kind: str
) -> tuple[Release, Release]:
    if not why.strip():
        raise Rejected("Say why, for the policy log.", field="reason")
    live = await store.releases.live(release.kind)
    await store.releases.activate(release.kind, release.number, instead_of=live.number)
    if live.number != release.number:
        now = clock.now()
        name = f"{kind}:{live.number}:{release.number}:{now.isoformat()}"
        await store.policy_log.add(
            PolicyChange(name, now, kind, release.label, why.strip(), by, before=live.label, after=release.label)
        )
    return live, release
