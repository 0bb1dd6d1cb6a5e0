"""Knowledge releases that went live in a week: what each changed, who made it, and what it did."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from bot.domain.calendar import Week
from bot.domain.digest import Cause, Published
from bot.domain.errors import NotFound
from bot.domain.fix import KnowledgeFix
from bot.domain.quality import EvalCase
from bot.domain.text.phrases import counted, listed
from bot.domain.text.plain import shortened
from bot.ports import Desk
from bot.workflows.room_readers import RoomReaders
from evals.digest.names import Titles
from evals.went_live import KNOWLEDGE, Live, went_live

_TITLES, _CASES, _LONGEST = 8, 3, 80


@dataclass(frozen=True, slots=True)
class Released:
    """A knowledge release that went live: the titles of some of the articles that it changed, and its fix, if any."""

    live: Live
    titles: tuple[str, ...] = ()
    fix: KnowledgeFix | None = None

    @property
    def mended(self) -> Sequence[str]:
        """The eval cases that failed before it and pass with it."""
        return self.fix.gate.fixed if self.fix and self.fix.gate else ()


async def released(desk: Desk, week: Week) -> tuple[Released, ...]:
    """The knowledge releases that went live in the week, oldest first."""
    lives = await went_live(desk, week.start, week.end)
    return tuple([await _released(desk, live) for live in lives if live.release.kind == KNOWLEDGE])


async def _released(desk: Desk, live: Live) -> Released:
    manifest = live.release.manifest
    said = {slug: manifest[slug] for slug in sorted(live.changed) if slug in manifest}
    some = await desk.store.articles.revisions(dict(islice(said.items(), _TITLES)))
    fix = None
    if live.release.fix and not live.back:
        with suppress(NotFound):
            fix = await desk.store.fixes.get(live.release.fix)
    return Released(live, tuple(shortened(revision.title, _LONGEST) for revision in some), fix)


async def published(
    releases: Iterable[Released],
    cases: Mapping[str, EvalCase],
    causes: Sequence[Cause],
    titles: Titles,
    readers: RoomReaders,
) -> tuple[Published, ...]:
    """What each of them did: the eval cases that it mended, and how its intents moved where that is shown."""
    found = []
    for each in releases:
        did = [cause.in_short for cause in causes if cause.release == each.live.release.label]
        said = " ".join(filter(None, (_changed(each), _tried(each, cases, titles), _moved(did))))
        number, at = each.live.release.number, each.live.at
        found.append(Published(number, at, each.titles, await _people(each, readers), said))
    return tuple(found)


def _moved(did: Sequence[str]) -> str:
    """What is shown of it in short; the whole is told where the causes are."""
    shown = "; ".join(filter(None, did))
    return f"Shown: {shown}." if shown else "What it did to drafts is not proven." if did else ""


def _changed(each: Released) -> str:
    """What changed, where the titles of the articles do not tell it."""
    live = each.live
    if live.back:
        return f"Taken back from {live.before.label}."
    gone = len(live.before.manifest.keys() - live.release.manifest.keys())
    more = len(live.changed) - gone - len(each.titles)
    said = [f"{counted(more, 'more article' if each.titles else 'article')} changed."] if more > 0 else []
    said += [f"{counted(gone, 'article was', 'articles were')} taken out."] if gone else []
    return " ".join(said)


def _tried(each: Released, cases: Mapping[str, EvalCase], titles: Titles) -> str:
    """What the evals said of it before it went live."""
    gate = each.fix.gate if each.fix else None
    if each.live.back:
        return ""
    if gate is None:
        return "The evals did not try it before it went live."
    told = (("mended", gate.fixed), ("broke", gate.broken))
    said = [
        f"It {did} {counted(len(names), 'eval case')}: {_about(names, cases, titles)}." for did, names in told if names
    ]
    said += ["The evals had held it, and a manager let it through."] if each.live.overridden else []
    return " ".join(said) or "No eval case changed by it."


def _about(names: Sequence[str], cases: Mapping[str, EvalCase], titles: Titles) -> str:
    """Eval cases by what they are about and their ids: their questions are a customer's words."""
    told = [f"{titles.of(cases[name].intent)} ({name})" if name in cases else name for name in names[:_CASES]]
    return listed([*told, *([f"{len(names) - _CASES} more"] if len(names) > _CASES else [])])


async def _people(each: Released, readers: RoomReaders) -> str:
    author, approver = (each.fix.by, each.fix.decided_by) if each.fix else (each.live.by, None)
    name = await readers.name(author) if author else ""
    if author and approver and not author.same_as(approver):
        return f"{name}, approved by {await readers.name(approver)}"
    return name
