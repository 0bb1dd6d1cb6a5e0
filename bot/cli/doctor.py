"""`ratchet doctor`: is everything that the bot needs there, and what to do about what is not."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import click

from bot.cli import doctor_weekly
from bot.cli.doctor_alerts import alerts
from bot.cli.doctor_chat import chat
from bot.cli.doctor_time import team_hours
from bot.cli.findings import Health, Result

if TYPE_CHECKING:
    from bot.app.parts import Parts
    from bot.settings import Settings


@click.command()
def doctor() -> None:
    """Check settings, database, knowledge, Slack, Teams, model and clock; exit code 1 when something does not work."""
    from bot.cli.terminal import console, run

    out = console()
    failed = False

    async def work() -> None:
        nonlocal failed
        async for result in examine():
            failed = failed or result.health is Health.BAD
            out.print(f"{result.health} {result.what}: {result.found}", markup=False)
            if result.mend:
                out.print(f"   → {result.mend}", markup=False)

    run(work())
    raise click.exceptions.Exit(1 if failed else 0)


async def examine() -> AsyncIterator[Result]:
    """Every check in turn; what a failed one makes pointless is left out."""
    from bot.app.mailing import digest_mailer
    from bot.app.parts import SystemClock, build_desk
    from bot.app.timing import team_time
    from bot.domain.errors import RatchetError
    from bot.settings import Settings

    try:
        settings = Settings()
        team_time(settings, SystemClock())
        digest_mailer(settings, SystemClock())
    except RatchetError as problem:
        yield Result(Health.BAD, "Settings", str(problem), "Complete them in the environment or in .env.")
        return
    sections = [name for name in ("slack", "teams", "webhook", "openai") if getattr(settings, name).present]
    yield Result(Health.GOOD, "Settings", f"complete; sections in use: {', '.join(sections) or 'none'}")
    try:
        parts = await build_desk(settings, serves=False)
    except RatchetError as problem:
        yield Result(Health.BAD, "Records", str(problem))
    else:
        try:
            async for result in _in_turn({"Records": _records(parts), "Chat": chat(parts)}):
                yield result
        finally:
            await parts.engine.close()
    edges = {
        "Customer systems": _webhook(settings),
        "Language model": _model(settings),
        "Mail": doctor_weekly.mail(settings),
        "Alerts": alerts(settings),
    }
    async for result in _in_turn(edges):
        yield result


async def _in_turn(checks: Mapping[str, AsyncIterator[Result]]) -> AsyncIterator[Result]:
    """What each check finds; one that cannot go on has found that."""
    from bot.domain.errors import RatchetError

    for title, check in checks.items():
        try:
            async for result in check:
                yield result
        except RatchetError as problem:
            yield Result(Health.BAD, title, str(problem))


async def _records(parts: "Parts") -> AsyncIterator[Result]:
    backend = parts.settings.core.store_url.split("://")[0]
    yield Result(Health.GOOD, "Database", f"reachable and up to date ({backend})")
    async for result in _knowledge(parts):
        yield result
    async for result in _taxonomy(parts):
        yield result
    working = await parts.desk.workflows.live()
    plugins = ", ".join(guardrail.name for guardrail in working.guardrails)
    yield Result(Health.GOOD, "Guardrails", plugins)
    yield team_hours(parts.desk, parts.settings)
    yield doctor_weekly.schedule(parts.desk)
    yield doctor_weekly.sample(parts.desk)


async def _knowledge(parts: "Parts") -> AsyncIterator[Result]:
    status = await parts.library.status(parts.clock.now().date())
    if not status.articles:
        yield Result(Health.BAD, "Knowledge", "there is none", "Run `ratchet kb import PATH` on a folder of articles.")
        return
    found = f"{status.release.label}, {status.articles} articles, {status.passages} passages"
    if status.fresh:
        yield Result(Health.GOOD, "Knowledge", found)
    else:
        yield Result(Health.WARN, "Knowledge", f"{found}; the index is not fresh", "Run `ratchet kb rebuild`.")
    for title, names in (("past their review date", status.stale), ("without an owner", status.ownerless)):
        if names:
            mend = "Ask their owners to look at them; drafts that cite them carry a warning."
            yield Result(Health.WARN, "Articles", f"{len(names)} {title}: {', '.join(names[:5])}", mend)


async def _taxonomy(parts: "Parts") -> AsyncIterator[Result]:
    import asyncio

    from bot.triage.contradictions import contradictions
    from bot.triage.taxonomy import parse_taxonomy

    live = await parts.desk.workflows.live()
    taxonomy = parse_taxonomy((await parts.desk.workflows.parts(live.release))["taxonomy"], "The taxonomy")
    examples = sum(len(intent.examples) for intent in taxonomy.intents)
    found = f"{len(taxonomy.intents)} intents, {examples} examples"
    pairs = await asyncio.to_thread(contradictions, taxonomy, parts.questions)
    if not pairs:
        yield Result(Health.GOOD, "Taxonomy", f"{found}, none of them contradictory")
    for pair in pairs[:5]:
        said = f"“{pair.text}” ({pair.intent}) and “{pair.other_text}” ({pair.other_intent}) say nearly the same"
        mend = "Keep each under one intent; until then Ratchet is unsure between the two."
        yield Result(Health.WARN, "Taxonomy", f"{said}; {len(pairs)} such pairs in all", mend)


async def _webhook(settings: "Settings") -> AsyncIterator[Result]:
    section = settings.webhook
    if not section.present:
        yield Result(Health.OFF, "Customer systems", "the HTTP door is closed (no RATCHET_WEBHOOK_SECRETS)")
    elif not section.reply_hosts:
        mend = "Set RATCHET_WEBHOOK_REPLY_HOSTS, or answers can only be copied by hand."
        yield Result(Health.WARN, "Customer systems", "requests come in, but no host may get replies", mend)
    else:
        yield Result(Health.GOOD, "Customer systems", f"replies may go to {', '.join(section.reply_hosts)}")


async def _model(settings: "Settings") -> AsyncIterator[Result]:
    if not settings.openai.present:
        yield Result(Health.OFF, "Language model", "none: drafts are made of the articles' own sentences")
        return
    from bot.app.drafting import model_drafter
    from bot.llm.voice import load_voice

    await model_drafter(settings, load_voice(settings.desk.voice)).ping()
    yield Result(Health.GOOD, "Language model", f"{settings.openai.model} answers at {settings.openai.base_url}")
