"""`ratchet kb`: import, search and check the knowledge."""

from pathlib import Path
from typing import Any

import click


@click.group()
def kb() -> None:
    """Import, search and check the knowledge."""


@kb.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", default="", help="Name of where the articles come from (default: the folder's name).")
@click.option("--overwrite", is_flag=True, help="Replace articles that were changed elsewhere since.")
@click.option("--strict", is_flag=True, help="Exit with 1 if what came in needs a look.")
def import_(path: Path, source: str, overwrite: bool, strict: bool) -> None:
    """Make the live knowledge say what the folder of Markdown or HTML files at PATH says."""
    from bot.cli.radar import told
    from bot.cli.terminal import console, desk_parts, progress_bar, run, user
    from bot.workflows.radar import look_around

    async def work() -> Any:
        async with desk_parts() as parts:
            with progress_bar("Importing") as tell:
                report = await parts.library.import_folder(
                    path, progress=tell, source=source, overwrite=overwrite, by=user()
                )
            return report, await look_around(parts.desk)

    report, found = run(work())
    out = console()
    counts = [
        f"{len(names)} {word}"
        for word, names in (
            ("added", report.added),
            ("changed", report.changed),
            ("removed", report.removed),
            ("unchanged", report.unchanged),
            ("skipped", report.skipped),
        )
        if names
    ]
    out.print(", ".join(counts) + ".")
    if report.indexed_again:
        out.print(
            f"{len(report.indexed_again)} unchanged articles were indexed again: the embedder is another one now."
        )
    for name, reason in report.skipped:
        out.print(f"  skipped {name}: {reason}", markup=False)
    for name, note in report.notes:
        out.print(f"  {name}: {note}", markup=False)
    news = "is live now" if report.is_new else "stays live: nothing changed"
    out.print(f"{report.release.label} {news}.")
    came = {*report.added, *report.changed}
    new = [concern for concern in found if concern.slugs & came]
    told(out, new, "What came in needs a look")
    if len(found) > len(new):
        out.print(f"{len(found) - len(new)} more in other articles: `ratchet kb check` shows them.")
    raise click.exceptions.Exit(1 if strict and new else 0)


@kb.command()
@click.argument("query")
@click.option("--limit", default=8, show_default=True)
@click.option("--internal", is_flag=True, help="Also search what is for the team only.")
def search(query: str, limit: int, internal: bool) -> None:
    """Show the passages that the live knowledge has for QUERY, best first."""
    from rich.table import Table

    from bot.cli.terminal import EXIT_NOTHING, console, desk_parts, run
    from bot.domain.article import Audience

    async def work() -> Any:
        async with desk_parts() as parts:
            audience = Audience.INTERNAL if internal else Audience.CUSTOMER
            return await parts.retriever.retrieve(query, at=parts.clock.now(), audience=audience, limit=limit)

    found = run(work())
    out = console()
    if not found.passages:
        out.print("Nothing matches.")
        raise click.exceptions.Exit(EXIT_NOTHING)
    table = Table("score", "article", "passage", title=f"knowledge v{found.release}", title_justify="left")
    for passage in found.passages:
        table.add_row(f"{passage.score:.2f}", f"{passage.name}\n[dim]{passage.slug}[/dim]", passage.text[:300])
    out.print(table)
    for note in found.notes:
        out.print(note, markup=False)


@kb.command()
def status() -> None:
    """Show the live release and what in it needs somebody: stale, ownerless, expired, not yet in force."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            return await parts.library.status(parts.clock.now().date())

    found = run(work())
    out = console()
    out.print(
        f"{found.release.label}: {found.articles} articles, {found.passages} passages, {len(found.internal)} internal."
    )
    for title, names in (
        ("Past their review date", found.stale),
        ("Without an owner", found.ownerless),
        ("Expired, never cited", found.expired),
        ("Not yet in force", found.not_yet_effective),
    ):
        if names:
            out.print(f"{title}: {', '.join(names)}", markup=False)
    out.print("The index is fresh." if found.fresh else "The index is not fresh: run `ratchet kb rebuild`.")


@kb.command()
@click.option("--days", default=30, show_default=True, help="Show what expires within so many days.")
@click.option("--strict", is_flag=True, help="Exit with 1 if there is anything.")
def check(days: int, strict: bool) -> None:
    """Show what in the live articles needs its owners: contradictions, past dates, reviews and expiries, no owner."""
    from datetime import timedelta

    from bot.cli.radar import told
    from bot.cli.terminal import console, desk_parts, run
    from bot.workflows.radar import look_around

    async def work() -> Any:
        async with desk_parts() as parts:
            return await look_around(parts.desk, within=timedelta(days=days))

    found = run(work())
    if not found:
        console().print("No article needs anybody.")
    told(console(), found, "What needs a look")
    raise click.exceptions.Exit(1 if strict and found else 0)


@kb.command()
def rebuild() -> None:
    """Cut and index every live article again from the database."""
    from bot.cli.terminal import console, desk_parts, progress_bar, run

    async def work() -> int:
        async with desk_parts() as parts:
            with progress_bar("Indexing") as tell:
                count: int = await parts.library.rebuild(tell)
                return count

    console().print(f"{run(work())} passages are indexed.")
