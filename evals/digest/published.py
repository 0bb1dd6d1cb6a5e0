"""Knowledge releases that went live in a week: what each changed, who made it, and what it did."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from bot.domain.article import Release
from bot.domain.calendar import Week
from bot.domain.chat import Person
from bot.domain.digest import Cause, Published
from bot.domain.errors import NotFound
from bot.domain.fix import KnowledgeFix, PolicyChange
from bot.domain.quality import EvalCase
from bot.domain.text.plain import shortened
from bot.ports import Desk
from evals.digest.phrases import Titles, counted, listed
from evals.digest.showing import Shown

_MOST = 30  # releases of a week that are told of, the newest
_NEWEST = 100  # releases among which those are looked for that went live without a gate
_TITLES, _CASES, _LONGEST = 8, 3, 80
_LABEL = re.compile(r"knowledge v(\d{1,9})")
_ACTS = ("activation", "roll back", "override")


@dataclass(frozen=True, slots=True)
class WentLive:
    """A knowledge release that went live `at`, put there `by` somebody; `before` is what was live until then.

    It says otherwise in `changed` articles, of which `titles` names some, and has `gone` fewer. `fix` is the one that
    it was made of. `overridden` tells that the evals had held it.
    """

    release: Release
    at: datetime
    by: Person | None
    before: Release | None = None
    changed: int = 0
    gone: int = 0
    titles: tuple[str, ...] = ()
    fix: KnowledgeFix | None = None
    overridden: bool = False

    @property
    def back(self) -> bool:
        """Whether somebody went back to it from a later one."""
        return self.before is not None and self.before.number > self.release.number


async def went_live(desk: Desk, week: Week) -> tuple[WentLive, ...]:
    """The knowledge releases that went live in the week, oldest first; of very many the newest."""
    lines = await desk.store.policy_log.between(week.start, week.end, *_ACTS)
    held = {line.subject for line in lines if line.kind == "override"}
    switched = [line for line in lines if line.kind != "override" and _LABEL.fullmatch(line.subject)]
    newest = await desk.store.releases.newest("knowledge", _NEWEST)
    found = [await _switched(desk, line, held) for line in switched[-_MOST:]]
    for release in newest:
        if release.was_live and not release.fix and release.at and week.start <= release.at < week.end:
            before = next((each for each in newest if each.number < release.number and each.was_live), None)
            found.append(await _compared(desk, WentLive(release, release.at, release.by, before)))
    return tuple(sorted(found, key=lambda each: each.at))[-_MOST:]


async def _switched(desk: Desk, line: PolicyChange, held: Collection[str]) -> WentLive:
    """One that a fix or a person put live, as the policy log says."""
    live = WentLive(await _release(desk, line.subject), line.at, line.by, overridden=line.subject in held)
    with suppress(NotFound):
        live = replace(live, before=await _release(desk, line.before))
    if live.release.fix and not live.back:
        with suppress(NotFound):
            live = replace(live, fix=await desk.store.fixes.get(live.release.fix))
    return await _compared(desk, live)


async def _release(desk: Desk, label: str) -> Release:
    number = _LABEL.fullmatch(label)
    return await desk.store.releases.get("knowledge", int(number[1]) if number else 0)


async def _compared(desk: Desk, live: WentLive) -> WentLive:
    """The release with what it says otherwise than the one before it."""
    now, before = live.release.manifest, live.before.manifest if live.before else {}
    changed = {slug: now[slug] for slug in sorted(now) if before.get(slug) != now[slug]}
    some = await desk.store.articles.revisions(dict(islice(changed.items(), _TITLES)))
    titles = tuple(shortened(revision.title, _LONGEST) for revision in some)
    return replace(live, changed=len(changed), gone=len(before.keys() - now.keys()), titles=titles)


async def published(
    lives: Iterable[WentLive], cases: Mapping[str, EvalCase], causes: Sequence[Cause], titles: Titles, shown: Shown
) -> tuple[Published, ...]:
    """What each of them did: the eval cases that it mended, and how its intents moved where that is known."""
    found = []
    for live in lives:
        told = [_switch(live), _mended(live, cases, titles), *_moved(live, causes)]
        by = await _people(live, shown)
        found.append(Published(live.release.number, live.at, live.titles, by, " ".join(filter(None, told))))
    return tuple(found)


def _switch(live: WentLive) -> str:
    """What changed, where the names of the articles do not tell it."""
    if live.back and live.before:
        return f"Taken back from knowledge v{live.before.number}."
    more, said = live.changed - len(live.titles), []
    if more > 0:
        said.append(f"{counted(more, 'more article')} changed.")
    if live.gone:
        said.append(f"{counted(live.gone, 'article was', 'articles were')} taken out.")
    return " ".join(said)


def _mended(live: WentLive, cases: Mapping[str, EvalCase], titles: Titles) -> str:
    gate = live.fix.gate if live.fix else None
    if live.back:
        return ""
    if gate is None:
        return "The evals did not try it before it went live."
    said = []
    if gate.fixed:
        said.append(f"It mended {counted(len(gate.fixed), 'eval case')}: {named_cases(gate.fixed, cases, titles)}.")
    if gate.broken:
        said.append(f"It broke {counted(len(gate.broken), 'eval case')}: {named_cases(gate.broken, cases, titles)}.")
    if live.overridden:
        said.append("The evals had held it, and a manager let it through.")
    return " ".join(said) or "No eval case changed by it."


def named_cases(names: Sequence[str], cases: Mapping[str, EvalCase], titles: Titles) -> str:
    """The cases by what they are about and their ids: their questions are a customer's words."""
    told = [f"{titles.of(cases[name].intent)} ({name})" if name in cases else name for name in names[:_CASES]]
    return listed([*told, *([f"{len(names) - _CASES} more"] if len(names) > _CASES else [])])


def _moved(live: WentLive, causes: Iterable[Cause]) -> list[str]:
    return [cause.said for cause in causes if cause.release == live.release.label]


async def _people(live: WentLive, shown: Shown) -> str:
    author = live.fix.by if live.fix else live.by
    name = await shown.name(author) if author else ""
    if live.fix and live.fix.decided_by and author and not author.same_as(live.fix.decided_by):
        return f"{name}, approved by {await shown.name(live.fix.decided_by)}"
    return name
