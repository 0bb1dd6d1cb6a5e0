"""Which intents a release touched that went live."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from bot.domain.errors import RatchetError
from bot.domain.text.plain import shortened
from bot.ports import Desk
from evals.digest.releases.effect import WEEK
from evals.went_live import KNOWLEDGE, Live

_TITLES, _LONGEST = 2, 60
_TOUCHED, _UNTOUCHED = 0.2, 0.05
"""Shares of an intent's answers that cite a changed article: from the one on it was touched, below the other it was
not; in between it is neither, and stands on neither side.
"""


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
    citing = await desk.store.history.citing(slugs, live.at - WEEK, until)
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
    """The intents that the taxonomy has otherwise; maybe all of them where anything else changed."""
    what = ", ".join(sorted(live.changed))
    if live.changed != {"taxonomy"}:
        return Touched(live, what, None)
    try:
        texts = [await desk.store.workflow_parts.texts(each.manifest) for each in (live.before, live.release)]
        before, now = ({each.name: each for each in desk.teacher.intents(text["taxonomy"])} for text in texts)
    except (RatchetError, KeyError):
        return Touched(live, what, None)
    otherwise = frozenset(name for name in {*before, *now} if before.get(name) != now.get(name))
    return Touched(live, what, otherwise or None)
