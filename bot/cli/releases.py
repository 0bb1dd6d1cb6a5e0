"""`ratchet release`: which release is live, what it changed, and back. `ratchet policy`: who changed what, and why."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from bot.domain.article import Release, Revision
    from bot.domain.fix import PolicyChange
    from bot.domain.text.differing import Change
    from bot.ports import Store

KINDS = click.Choice(["knowledge", "workflow"])
FIELDS = ("at", "kind", "subject", "by", "why", "before", "after")


@click.group()
def release() -> None:
    """See, compare and switch the releases that answers are made from."""


@release.command("list")
@click.option("--kind", type=KINDS, default="knowledge", show_default=True)
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
def list_(kind: str, limit: int) -> None:
    """List releases, newest first; the live one is marked, and candidates that never were."""
    from rich.table import Table
    from rich.text import Text

    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            releases = parts.desk.store.releases
            return await releases.newest(kind, limit), await releases.live(kind)

    found, live = run(work())
    table = Table("", "release", "made", "by", "why")
    for each in found:
        made = f"{each.at:%Y-%m-%d %H:%M}" if each.at else ""
        by = each.by.name or each.by.id if each.by else ""
        state = "live" if each.number == live.number else "" if each.was_live else "candidate"
        table.add_row(state, each.label, made, Text(_plain(by)), Text(_plain(each.reason)))
    console().print(table)


@release.command()
@click.argument("number", type=int)
@click.option("--kind", type=KINDS, default="knowledge", show_default=True)
def show(number: int, kind: str) -> None:
    """Show what release NUMBER is made of, who made it and why, and what the evals said of it."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> list[str]:
        async with desk_parts() as parts:
            return await _shown(parts.desk.store, await parts.desk.store.releases.get(kind, number))

    for line in run(work()):
        console().print(line, markup=False)


@release.command()
@click.argument("before", type=int)
@click.argument("after", type=int)
@click.option("--kind", type=KINDS, default="knowledge", show_default=True)
def diff(before: int, after: int, kind: str) -> None:
    """Show what release AFTER says otherwise than release BEFORE, word by word."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> "list[Text]":
        async with desk_parts() as parts:
            releases = parts.desk.store.releases
            return await _compared(parts.desk.store, await releases.get(kind, before), await releases.get(kind, after))

    lines = run(work())
    for line in lines:
        console().print(line)
    if not lines:
        console().print(f"{kind} v{before} and v{after} say the same.")


@release.command()
@click.argument("number", type=int)
@click.option("--kind", type=KINDS, default="knowledge", show_default=True)
@click.option("--reason", required=True, help="Why, for the policy log.")
@click.option("--override", is_flag=True, help="Let a workflow candidate through that the evals held.")
def activate(number: int, kind: str, reason: str, override: bool) -> None:
    """Make release NUMBER live, at once and for every process. Drafts under way keep theirs."""
    _switch(kind, reason, number, override)


@release.command()
@click.option("--kind", type=KINDS, default="knowledge", show_default=True)
@click.option("--reason", required=True, help="Why, for the policy log.")
def rollback(kind: str, reason: str) -> None:
    """Make the release live that was live before this one.

    A workflow that is rolled back stays so until one of its files or settings says something new.
    """
    _switch(kind, reason)


@click.command()
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--limit", default=10_000, show_default=True, help="How many changes, newest first.")
def policy(form: str, limit: int) -> None:
    """Write every change that can alter what customers are told, with before and after, who and why."""
    from bot.cli.terminal import desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            return await parts.desk.store.policy_log.newest(limit)

    click.echo(_exported([_row(change) for change in run(work())], form), nl=False)


def _switch(kind: str, reason: str, number: int | None = None, override: bool = False) -> None:
    from bot.cli.terminal import console, desk_parts, run, user
    from bot.workflows import releases

    async def work() -> Any:
        async with desk_parts() as parts:
            how: Any = {"by": user(), "why": reason, "kind": kind}
            if number is None:
                return await releases.roll_back(parts.desk, **how)
            return await releases.activate(parts.desk, number, override=override, **how)

    was, now = run(work())
    same = was.number == now.number
    console().print(f"{now.label} was live already." if same else f"{now.label} is live now; it was {was.label}.")


async def _shown(store: "Store", shown: "Release") -> list[str]:
    live, texts = await store.releases.live(shown.kind), await store.workflow_parts.texts(shown.manifest)
    by = f" by {shown.by.name or shown.by.id}" if shown.by else ""
    made = f", made {shown.at:%Y-%m-%d %H:%M} UTC" if shown.at else ""
    state = " (live)" if live.number == shown.number else "" if shown.was_live else " (candidate)"
    lines = [f"{shown.label}{state}{made}{by}", f"Why: {shown.reason}"]
    if shown.kind == "knowledge" and shown.fix:
        fix = await store.fixes.get(shown.fix)
        lines.append(f"Fix: {fix.id} of {fix.revision.slug}, {fix.state.value}")
        lines += [f"Evals: {fix.gate.verdict.value}. {fix.gate.why}"] if fix.gate else []
        lines += [f"Read from (ratchet eval show): {', '.join(fix.gate.runs)}"] if fix.gate and fix.gate.runs else []
        lines += [f"Let through: {fix.override}"] if fix.override else []
    lines.append(f"Parts: {len(shown.manifest)}")
    for name, digest in sorted(shown.manifest.items()):
        lines.append(f"  {digest[:12]}  {name}{_in_short(texts[name]) if name in texts else ''}")
    return lines


def _in_short(text: str) -> str:
    """A part's text where it is a line, else how long it is."""
    lines = text.strip().splitlines()
    return f" ({len(lines)} lines)" if len(lines) > 1 else f": {_plain(lines[0]) if lines else 'none'}"


async def _compared(store: "Store", before: "Release", after: "Release") -> "list[Text]":
    names = sorted({*before.manifest, *after.manifest})
    changed = [name for name in names if before.manifest.get(name) != after.manifest.get(name)]
    if before.kind == "workflow":
        was, now = [await store.workflow_parts.texts(release.manifest) for release in (before, after)]
        return [line for name in changed for line in _part(name, was.get(name, ""), now.get(name, ""))]
    old, new = await _articles(store, before, changed), await _articles(store, after, changed)
    return [line for name in changed for line in _article(name, old.get(name), new.get(name))]


async def _articles(store: "Store", release: "Release", names: list[str]) -> "dict[str, Revision]":
    manifest = {name: release.manifest[name] for name in names if name in release.manifest}
    return {article.slug: article for article in await store.articles.revisions(manifest)}


def _article(slug: str, before: "Revision | None", after: "Revision | None") -> "list[Text]":
    from bot.domain.text.differing import differing

    done = "added" if before is None else "removed" if after is None else "changed"
    return _difference(f"{slug}: {done}", differing(before.body if before else "", after.body if after else ""))


def _part(name: str, before: str, after: str) -> "list[Text]":
    from bot.domain.text.differing import differing_lines

    return _difference(f"{name}: changed", differing_lines(before, after))


def _difference(title: str, changes: "Iterable[Change]") -> "list[Text]":
    from rich.text import Text

    from bot.domain.text.differing import Fate

    lines = [Text(title, style="bold")]
    marks = {Fate.KEPT: ("", "", ""), Fate.ADDED: ("[+", "+]", "green"), Fate.REMOVED: ("[-", "-]", "red")}
    for change in changes:
        line = Text("  ")
        for fate, words in change.stretches:
            opens, closes, style = marks[fate]
            line.append(f"{opens}{_plain(words)}{closes}", style=style)
        lines.append(line)
    return lines


def _row(change: "PolicyChange") -> dict[str, str]:
    by = f"{change.by.name or change.by.id} ({change.by.platform})" if change.by else ""
    said = {name: str(getattr(change, name)) for name in FIELDS}
    return said | {"at": change.at.isoformat(), "by": by}


def _exported(rows: list[dict[str, str]], form: str) -> str:
    import csv
    import io
    import json

    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    written = io.StringIO()
    table = csv.DictWriter(written, FIELDS, lineterminator="\n")
    table.writeheader()
    table.writerows({name: _inert(value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def _inert(value: str) -> str:
    """The value as a spreadsheet shows it and never reckons it: a text that begins like a formula is quoted."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _plain(text: str) -> str:
    """Without what would move a terminal's cursor."""
    return "".join(character for character in text if character.isprintable() or character in "\n\t")
