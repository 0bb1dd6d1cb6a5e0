"""The library: brings files into the knowledge, publishes its releases, and says what state it is in."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from bot.domain.article import Audience, Release, Revision
from bot.domain.chat import Person
from bot.domain.errors import Rejected
from bot.domain.fix import PolicyChange
from bot.ports import Articles, Clock, Embedder, PolicyLog, Releases
from knowledge.documents import Document, Unfit, files_in, read, sealed, slug_of
from knowledge.indexing import Progress, outdated, silent, store
from knowledge.passages import split


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, by article name; `skipped` and `notes` are (file, reason) pairs.

    `indexed_again` did not change, but another embedder had made them searchable.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    indexed_again: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    release: Release
    is_new: bool


@dataclass(frozen=True, slots=True)
class KnowledgeStatus:
    """The live release on a day; each tuple names articles.

    `missing` have no passages; `outdated` passages were embedded by another embedder. Both call for a rebuild.
    """

    release: Release
    on: date
    articles: int
    passages: int
    stale: tuple[str, ...]
    ownerless: tuple[str, ...]
    expired: tuple[str, ...]
    not_yet_effective: tuple[str, ...]
    internal: tuple[str, ...]
    embedder: str
    missing: tuple[str, ...]
    outdated: int

    @property
    def fresh(self) -> bool:
        """Tell whether search can use everything as it is stored."""
        return not self.missing and not self.outdated


class Library:
    """Keeps the knowledge of one workspace. What it stores is never changed, only followed by a new release."""

    def __init__(
        self,
        articles: Articles,
        releases: Releases,
        embedder: Embedder,
        clock: Clock,
        *,
        log: PolicyLog | None = None,
    ) -> None:
        self._articles = articles
        self._releases = releases
        self._embedder = embedder
        self._clock = clock
        self._log = log
        self._publishing = asyncio.Lock()  # a manifest is read, changed and published by one at a time

    async def import_folder(
        self,
        folder: Path,
        *,
        progress: Progress | None = None,
        source: str = "",
        overwrite: bool = False,
        by: Person | None = None,
    ) -> ImportReport:
        """Make the live knowledge say what the folder says, in one new release; again without a change does nothing.

        Articles that this `source` (by default the folder's name) brought before and whose files are gone are removed;
        those of other sources stay. A file that cannot be read keeps the revision that it had. An article that another
        source changed since (a fix made in the chat) is skipped, not overwritten, unless `overwrite` says so or the
        file now says the same. Progress counts the files as they are read, then the articles as they are indexed.
        Raises Rejected when the folder is missing or has nothing to import.
        """
        source = source or (await asyncio.to_thread(folder.resolve)).name
        tell = progress or silent
        async with self._publishing:
            found = await _read_folder(folder, source, tell)
            live = await self._releases.live("knowledge")
            known = {revision.slug: revision for revision in await self._articles.revisions(live.manifest)}
            plan = _plan(found, known, source=source, overwrite=overwrite)
            again = await self._outdated(live, plan)
            await store(self._articles, (*plan.incoming, *again), self._embedder, tell)
            release, is_new = await self._publish(plan, reason=f"Import from {source}", by=by)
            if is_new and self._log is not None:
                await self._log.add(*_changes(release, plan, known, self._clock.now(), by))
        return ImportReport(
            added=tuple(item.slug for item in plan.incoming if item.slug not in known),
            changed=tuple(item.slug for item in plan.incoming if item.slug in known),
            removed=plan.removed,
            unchanged=plan.unchanged,
            indexed_again=tuple(revision.slug for revision in again),
            skipped=(*found.skipped, *plan.held),
            notes=tuple((item.path, note) for item in found.documents for note in item.notes),
            release=release,
            is_new=is_new,
        )

    async def publish(self, revision: Revision, *, reason: str) -> tuple[Release, bool]:
        """Put one revision into the live knowledge at once; tell whether that made a new release."""
        kept = await self.keep(revision)
        async with self._publishing:
            return await self._publish(_Plan(incoming=(kept,)), reason=reason)

    async def propose(
        self, revision: Revision, *, beside: Release, reason: str, by: Person | None, fix: str
    ) -> Release:
        """Build a candidate beside that release: its articles with this one revision, numbered and not live."""
        kept = await self.keep(revision)
        manifest = {**beside.manifest, kept.slug: kept.hash}
        now = self._clock.now()
        return await self._releases.propose("knowledge", manifest, reason=reason, at=now, by=by, fix=fix)

    async def keep(self, revision: Revision) -> Revision:
        """Store one revision, ready to be searched, without publishing it; returned with its hash.

        Raises Rejected when it has no text.
        """
        revision = sealed(revision)
        if not split(revision):
            raise Rejected("The article has no text yet. Write at least a sentence.", field="body")
        await store(self._articles, (revision,), self._embedder, silent)
        return revision

    async def rebuild(self, progress: Progress | None = None) -> int:
        """Cut and embed every live revision again and replace its passages; tell how many articles there were.

        What was published stays as it is: only how it is found is made anew. Retrievers must `forget` afterwards.
        """
        live = await self._releases.live("knowledge")
        revisions = await self._articles.revisions(live.manifest)
        await store(self._articles, revisions, self._embedder, progress or silent)
        return len(revisions)

    async def status(self, on: date) -> KnowledgeStatus:
        """Say what state the live knowledge is in on that day."""
        live = await self._releases.live("knowledge")
        revisions = await self._articles.revisions(live.manifest)
        stored = await self._articles.passages(live.manifest)
        indexed = {item.passage.slug for item in stored}

        def names(matches: Callable[[Revision], bool]) -> tuple[str, ...]:
            return tuple(revision.slug for revision in revisions if matches(revision))

        return KnowledgeStatus(
            release=live,
            on=on,
            articles=len(revisions),
            passages=len(stored),
            stale=names(lambda revision: revision.stale(on)),
            ownerless=names(lambda revision: not revision.owner),
            expired=names(lambda revision: revision.expires is not None and on > revision.expires),
            not_yet_effective=names(lambda revision: revision.effective is not None and on < revision.effective),
            internal=names(lambda revision: revision.audience is Audience.INTERNAL),
            embedder=self._embedder.name,
            missing=names(lambda revision: revision.slug not in indexed),
            outdated=sum(1 for item in stored if item.embedder != self._embedder.name),
        )

    async def _outdated(self, live: Release, plan: "_Plan") -> list[Revision]:
        """The live revisions that stay and that another embedder made searchable."""
        leaving = {*plan.removed, *(revision.slug for revision in plan.incoming)}
        staying = {slug: hash_ for slug, hash_ in live.manifest.items() if slug not in leaving}
        slugs = outdated(await self._articles.passages(staying), self._embedder.name)
        return list(await self._articles.revisions({slug: staying[slug] for slug in sorted(slugs)}))

    async def _publish(self, plan: "_Plan", *, reason: str, by: Person | None = None) -> tuple[Release, bool]:
        live = await self._releases.live("knowledge")  # read late: what others published meanwhile stays
        manifest = {slug: hash_ for slug, hash_ in live.manifest.items() if slug not in plan.removed}
        manifest.update({revision.slug: revision.hash for revision in plan.incoming})
        return await self._releases.publish("knowledge", manifest, reason=reason, at=self._clock.now(), by=by)


@dataclass(frozen=True, slots=True)
class _Folder:
    """What lies in a folder. `present` are the names of all its articles, the unreadable ones too."""

    documents: tuple[Document, ...]
    skipped: tuple[tuple[str, str], ...]
    present: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an import will do; `held` are files that must not overwrite what another source said since."""

    incoming: tuple[Revision, ...]
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    held: tuple[tuple[str, str], ...] = ()


async def _read_folder(folder: Path, source: str, tell: Progress) -> _Folder:
    paths = await asyncio.to_thread(lambda: list(files_in(folder)) if folder.is_dir() else None)
    if paths is None:
        raise Rejected(f"There is no folder at {folder}. Nothing was changed.", field="folder")
    if not paths:
        raise Rejected(
            f"The folder {folder} is empty. Nothing was changed, so that no article is lost.", field="folder"
        )
    documents: dict[str, Document] = {}
    skipped: list[tuple[str, str]] = []
    present: set[str] = set()
    for done, path in enumerate(paths, 1):
        name = path.relative_to(folder).as_posix()
        slug = slug_of(path, folder)
        try:
            document = await asyncio.to_thread(read, path, folder, source=source)
            if slug in documents:
                raise Unfit(f"{documents[slug].path} already has this name")
            documents[slug] = document
        except Unfit as unfit:
            skipped.append((name, str(unfit)))
        present.add(slug)
        tell(done, len(paths), name)
    if not documents:
        first = f"{skipped[0][0]}: {skipped[0][1]}"
        raise Rejected(f"No file in {folder} could be read ({first}). Nothing was changed.", field="folder")
    return _Folder(tuple(documents.values()), tuple(skipped), frozenset(present))


def _plan(folder: _Folder, known: Mapping[str, Revision], *, source: str, overwrite: bool) -> _Plan:
    incoming, unchanged, held = [], [], []
    for document in folder.documents:
        revision = document.revision
        before = known.get(revision.slug)
        if before is not None and before.hash == revision.hash:
            unchanged.append(revision.slug)
        elif before is None or before.source == source or overwrite or _says_the_same(before, revision):
            incoming.append(revision)
        else:
            origin = before.source or "elsewhere"
            reason = (
                f"the live article of this name comes from {origin}; merge its text into this file, or overwrite it"
            )
            held.append((document.path, reason))
    removed = [slug for slug, before in known.items() if before.source == source and slug not in folder.present]
    return _Plan(tuple(incoming), tuple(unchanged), tuple(sorted(removed)), tuple(held))


def _changes(
    release: Release, plan: _Plan, known: Mapping[str, Revision], at: datetime, by: Person | None
) -> tuple[PolicyChange, ...]:
    """The lines of the policy log for what an import changed, with each article's text before and after."""
    after = {revision.slug: revision.body for revision in plan.incoming} | dict.fromkeys(plan.removed, "")
    return tuple(
        PolicyChange(
            id=f"article:{release.number}:{slug}",
            at=at,
            kind="article",
            subject=slug,
            why=f"{release.reason} ({release.label})",
            by=by,
            before=known[slug].body if slug in known else "",
            after=body,
        )
        for slug, body in after.items()
    )


def _says_the_same(a: Revision, b: Revision) -> bool:
    return sealed(replace(a, source="")) == sealed(replace(b, source=""))
