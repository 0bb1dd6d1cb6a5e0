"""Which releases went live in a stretch of time, and which intents each of them touched."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from bot.domain.article import Release
from bot.domain.errors import NotFound, RatchetError
from bot.domain.text.plain import shortened
from bot.ports import Desk

KNOWLEDGE, WORKFLOW = "knowledge", "workflow"
_ACTS = ("activation", "roll back", "override")
_LABEL = re.compile(r"(knowledge|workflow) v(\d{1,9})")
_NEWEST = 100  # releases among which those are looked for that went live without a gate
_MOST = 20  # releases of which it is asked what they did, the newest
_WEEK = timedelta(days=7)
_TITLES, _LONGEST = 2, 60
_TOUCHED, _UNTOUCHED = 0.2, 0.05
"""Shares of an intent's answers that cite a changed article: from the one on it was touched, below the other it was
not; in between it is neither, and stands on neither side.
"""


@dataclass(frozen=True, slots=True)
class Live:
    """A release that went live, and the one that it followed."""

    release: Release
    before: Release
    at: datetime

    @property
    def changed(self) -> frozenset[str]:
        """The parts that came, went or say something else."""
        now, before = self.release.manifest, self.before.manifest
        return frozenset(part for part in {*now, *before} if now.get(part) != before.get(part))


@dataclass(frozen=True, slots=True)
class Touched:
    """What a release changed, in words, and whose intents. `intents` is None where it may be all of them."""

    live: Live
    what: str
    intents: frozenset[str] | None = frozenset()
    partly: frozenset[str] = frozenset()
    """Those that stand on neither side."""

    def meets(self, other: "Touched") -> bool:
        """Whether both touched the same intents, so that nobody can tell which of them did what.

        One that may have touched all of them is no such: it moved both sides, and how differently it moved intents is
        part of how they wander.
        """
        mine, theirs = self.intents or frozenset(), other.intents or frozenset()
        return not mine.isdisjoint(theirs | other.partly)


async def went_live(desk: Desk, since: datetime, until: datetime) -> tuple[Live, ...]:
    """The releases that went live then, oldest first; of very many the newest. The first of all follows none."""
    found: list[Live] = []
    for line in await desk.store.policy_log.between(since, until, *_ACTS):
        if _LABEL.fullmatch(line.after) and (before := await _labelled(desk, line.before)):
            after = await _labelled(desk, line.after)
            found += [Live(after, before, line.at)] if after else []
    for kind in (KNOWLEDGE, WORKFLOW):
        newest = [each for each in await desk.store.releases.newest(kind, _NEWEST) if each.was_live]
        for release, before in pairwise(newest):
            if not release.fix and release.at is not None and since <= release.at < until:
                found.append(Live(release, before, release.at))
    return tuple(sorted(found, key=lambda each: each.at))[-_MOST:]


async def _labelled(desk: Desk, label: str) -> Release | None:
    told = _LABEL.fullmatch(label)
    if told is None:
        return None
    with suppress(NotFound):
        return await desk.store.releases.get(told[1], int(told[2]))
    return None


async def touched(desk: Desk, live: Live, until: datetime) -> Touched:
    """What it changed, and which intents' answers are made from that."""
    if live.release.kind == KNOWLEDGE:
        return await _of_knowledge(desk, live, until)
    return await _of_workflow(desk, live)


async def _of_knowledge(desk: Desk, live: Live, until: datetime) -> Touched:
    """The intents whose answers cite what changed, as a sample of them and the eval cases tell."""
    slugs = live.changed
    revised = {slug: digest for slug, digest in sorted(live.release.manifest.items()) if slug in slugs}
    some = await desk.store.articles.revisions(dict(islice(revised.items(), _TITLES)))
    titles = [shortened(revision.title, _LONGEST) for revision in some]
    more = len(slugs) - len(titles)
    what = ", ".join([*titles, *([f"{more} more" if titles else f"{more} taken out"] if more > 0 else [])])
    citing = await desk.store.history.citing(slugs, live.at - _WEEK, until)
    cases = await desk.store.cases.all()
    asked = {case.intent for case in cases if case.intent and not slugs.isdisjoint(case.sources)}
    return Touched(live, what, *_sides(citing, asked))


def _sides(citing: Mapping[str, tuple[int, int]], asked: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The intents that were touched, and those that were so in part."""
    shares = {intent: cited / looked_at for intent, (cited, looked_at) in citing.items()}
    mine = {intent for intent, share in shares.items() if share >= _TOUCHED}
    mine |= {intent for intent in asked if intent not in shares}
    partly = {intent for intent, share in shares.items() if share >= _UNTOUCHED} | set(asked)
    return frozenset(mine), frozenset(partly - mine)


async def _of_workflow(desk: Desk, live: Live) -> Touched:
    """The intents that the taxonomy has otherwise; all of them where anything else changed."""
    what = ", ".join(sorted(live.changed))
    if live.changed != {"taxonomy"}:
        return Touched(live, what, None)
    try:
        texts = [await desk.store.workflow_parts.texts(each.manifest) for each in (live.before, live.release)]
        before, now = ({each.name: each for each in desk.teacher.intents(text["taxonomy"])} for text in texts)
    except (RatchetError, KeyError):
        return Touched(live, what, None)
    return Touched(live, what, frozenset(name for name in {*before, *now} if before.get(name) != now.get(name)))
