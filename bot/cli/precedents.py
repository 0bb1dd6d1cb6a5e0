"""`ratchet precedents`: the approved answers that are shown with the same question, and how to take one away."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.domain.precedent import Precedent

_LONGEST = 80  # characters of a question in the list


@click.group()
def precedents() -> None:
    """See the approved answers that are shown with the same question, and take one away."""


@precedents.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, newest first.")
def list_(limit: int) -> None:
    """List them, newest first, with those that do not hold any more."""
    from bot.cli.terminal import console, desk_parts, run
    from bot.domain.text.plain import shortened

    async def work() -> "list[tuple[Precedent, bool]]":
        async with desk_parts() as parts:
            store, now = parts.desk.store, parts.clock.now()
            live = (await store.releases.live("knowledge")).manifest
            kept = sorted((await store.precedents.since(0)).added, key=lambda each: each.at, reverse=True)
            return [(each, each.holds(now, live)) for each in kept[:limit]]

    out, found = console(), run(work())
    for each, holds in found:
        line = f"{each.id}  {each.at:%Y-%m-%d}  {shortened(each.question, _LONGEST)}"
        out.print(line if holds else f"{line}  (does not hold any more)", markup=False, highlight=False)
    if not found:
        out.print("There are no precedents yet: each approved answer that reaches its customer makes one.")


@precedents.command()
@click.argument("precedent")
def show(precedent: str) -> None:
    """Show one, with what it rests on."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> "Precedent":
        async with desk_parts() as parts:
            return await parts.desk.store.precedents.get(precedent)

    found = run(work())
    how = "edited and approved" if found.edited else "approved as drafted"
    out = console()
    out.print(f"{found.id}: {how} by {found.by.name or found.by.id} on {found.at:%Y-%m-%d}", markup=False)
    out.print(f"Holds until {found.expires:%Y-%m-%d}, intent {found.intent}{', high risk' if found.high_risk else ''}")
    rests_on = ", ".join(f"{slug} ({digest[:12]})" for slug, digest in sorted(found.sources.items()))
    out.print(f"Rests on {rests_on or 'no article'}", markup=False)
    out.print(f"\n{found.question}\n\n{found.answer}", markup=False, highlight=False)


@precedents.command()
@click.argument("precedent")
def remove(precedent: str) -> None:
    """Take one away for good: it is shown to nobody any more, and the same answer does not come back."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> None:
        async with desk_parts() as parts:
            store = parts.desk.store.precedents
            await store.remove([(await store.get(precedent)).id])

    run(work())
    console().print(f"{precedent} is no precedent any more.", markup=False)
