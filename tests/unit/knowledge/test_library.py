from datetime import date
from pathlib import Path

import pytest

import knowledge
from bot.domain.article import Revision
from bot.domain.errors import Rejected
from knowledge.library import Library
from tests.unit.knowledge.conftest import TODAY, write
from tests.unit.knowledge.memory import MemoryArticles, MemoryReleases

ALL = ("delivery", "internal/fraud", "machine", "returns/refunds")


async def test_the_first_import_adds_everything_and_publishes_one_release(library: Library, folder: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    report = await library.import_folder(folder, progress=lambda done, total, name: seen.append((done, total, name)))
    assert (report.added, report.changed, report.removed, report.skipped) == (ALL, (), (), ())
    assert (report.release.number, report.is_new, sorted(report.release.manifest)) == (1, True, sorted(ALL))
    assert [(done, total) for done, total, _ in seen] == [(1, 4), (2, 4), (3, 4), (4, 4), (4, 4)]


async def test_importing_again_changes_nothing(library: Library, folder: Path, articles: MemoryArticles) -> None:
    await library.import_folder(folder)
    articles.added.clear()
    report = await library.import_folder(folder)
    assert (report.unchanged, report.added, report.changed, report.is_new) == (ALL, (), (), False)
    assert (report.release.number, articles.added) == (1, [])


async def test_only_what_changed_is_indexed_again(library: Library, folder: Path, articles: MemoryArticles) -> None:
    await library.import_folder(folder)
    articles.added.clear()
    write(folder / "delivery.md", "Parcels arrive within two days.")
    report = await library.import_folder(folder)
    assert (report.changed, len(report.unchanged), report.release.number) == (("delivery",), 3, 2)
    assert articles.added == ["delivery"]


async def test_what_was_deleted_is_removed(library: Library, folder: Path) -> None:
    await library.import_folder(folder)
    (folder / "delivery.md").unlink()
    report = await library.import_folder(folder)
    assert report.removed == ("delivery",)
    assert "delivery" not in report.release.manifest


async def test_two_folders_live_beside_each_other(library: Library, folder: Path, tmp_path: Path) -> None:
    await library.import_folder(folder)
    write(tmp_path / "blog/news.md", "We moved.")
    report = await library.import_folder(tmp_path / "blog")
    assert (report.added, report.removed, len(report.release.manifest)) == (("news",), (), 5)
    (folder / "delivery.md").unlink()
    assert (await library.import_folder(folder)).removed == ("delivery",)


async def test_bad_files_are_skipped_with_a_reason_and_keep_what_was_live(library: Library, folder: Path) -> None:
    await library.import_folder(folder)
    write(folder / "delivery.md", "---\nexpires: soon\n---\nNew text.")
    write(folder / "machine.md", "The same name again.")
    write(folder / "logo.png", "not really")
    report = await library.import_folder(folder)
    assert dict(report.skipped) == {
        "delivery.md": "`expires` is not a date like 2026-04-20: soon",
        "logo.png": "it is neither Markdown nor HTML (its name ends in .png)",
        "machine.md": "machine.html already has this name",
    }
    assert (report.removed, report.is_new) == ((), False)


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir(), lambda p: write(p / "a.md", "")])
async def test_a_missing_empty_or_unreadable_folder_deletes_nothing(
    library: Library, releases: MemoryReleases, folder: Path, tmp_path: Path, make: object
) -> None:
    await library.import_folder(folder, source="help")
    assert callable(make)
    make(tmp_path / "other")
    with pytest.raises(Rejected, match="Nothing was changed"):
        await library.import_folder(tmp_path / "other", source="help")
    assert (await releases.live("knowledge")).number == 1


async def test_a_fix_made_in_the_chat_is_not_overwritten_by_an_older_file(library: Library, folder: Path) -> None:
    await library.import_folder(folder)
    fix = Revision(slug="delivery", hash="", title="Delivery times", body="Now four days.\n", source="slack")
    release, is_new = await library.publish(fix, reason="Fix from a thread")
    assert (release.number, is_new) == (2, True)
    report = await library.import_folder(folder)
    assert (report.is_new, report.changed) == (False, ())
    assert report.skipped[0][0] == "delivery.md"
    assert "comes from slack" in report.skipped[0][1]
    assert (await library.import_folder(folder, overwrite=True)).changed == ("delivery",)


async def test_a_file_that_takes_a_fix_over_owns_the_article_again(library: Library, folder: Path) -> None:
    await library.import_folder(folder)
    fix = Revision(slug="delivery", hash="", title="Delivery times", body="Now four days.\n", source="slack")
    await library.publish(fix, reason="Fix from a thread")
    write(folder / "delivery.md", "---\ntitle: Delivery times\n---\nNow four days.\n")
    assert (await library.import_folder(folder)).changed == ("delivery",)
    write(folder / "delivery.md", "---\ntitle: Delivery times\n---\nNow five days.\n")
    assert (await library.import_folder(folder)).changed == ("delivery",)


async def test_a_fix_without_text_is_rejected(library: Library, releases: MemoryReleases) -> None:
    with pytest.raises(Rejected, match="no text yet"):
        await library.publish(Revision(slug="x", hash="", title="X", body="# X\n"), reason="Fix")
    assert (await releases.live("knowledge")).number == 0


async def test_status_names_what_needs_care(library: Library, folder: Path) -> None:
    write(folder / "old.md", "---\nowner: a\nexpires: 2026-05-31\n---\nOver.")
    write(folder / "soon.md", "---\nowner: a\neffective: 2026-06-02\n---\nNot yet.")
    await library.import_folder(folder)
    status = await library.status(TODAY)
    assert (status.release.number, status.articles, status.passages, status.fresh) == (1, 6, 6, True)
    assert (status.expired, status.not_yet_effective) == (("old",), ("soon",))
    assert (status.stale, status.internal) == (("returns/refunds",), ("internal/fraud",))
    assert status.ownerless == ("internal/fraud",)


async def test_the_status_of_nothing_is_empty(library: Library) -> None:
    status = await library.status(date(2026, 6, 1))
    assert (status.release.number, status.articles, status.passages, status.fresh) == (0, 0, 0, True)


async def test_rebuilding_replaces_outdated_passages_without_a_new_release(
    library: Library, articles: MemoryArticles, folder: Path
) -> None:
    await library.import_folder(folder)
    for hash_, (revision, _) in list(articles.kept.items()):
        articles.kept[hash_] = (revision, ())
    assert (await library.status(TODAY)).missing == ALL
    assert await library.rebuild() == 4
    status = await library.status(TODAY)
    assert (status.fresh, status.release.number, status.passages) == (True, 1, 4)


async def test_the_sample_articles_import_without_a_complaint(library: Library) -> None:
    report = await library.import_folder(Path(knowledge.__file__).parent / "content/articles")
    assert report.skipped == ()
