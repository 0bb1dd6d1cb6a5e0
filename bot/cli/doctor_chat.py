"""What `ratchet doctor` says of the platforms that the team works on: access, rooms, roles, and who is on call."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

from bot.cli import doctor_weekly
from bot.cli.doctor_rooms import JOIN, looked_up
from bot.cli.doctor_time import on_call
from bot.cli.findings import Health, Result

if TYPE_CHECKING:
    from bot.app.parts import Parts
    from bot.app.slack import Slack
    from bot.app.teams import Teams
    from bot.ports import Desk
    from bot.ports.reaching import Conversation
    from bot.settings import Settings

MAX_SKEW_SECONDS = 60
"""Slack refuses to believe clocks that differ by five minutes; well before that somebody should look."""


class Lists(Protocol):
    """A platform's people, as settings list them."""

    async def unknown_members(self) -> tuple[str, ...]: ...


async def chat(parts: "Parts") -> AsyncIterator[Result]:
    """Each platform by itself, then what does not depend on which one it is."""
    settings = parts.settings
    if not settings.slack.present:
        yield Result(Health.OFF, "Slack", "not set up", "The README has the steps; `ratchet demo` needs none.")
    if not settings.teams.present:
        yield Result(Health.OFF, "Teams", "not set up", "The README has the steps.")
    from bot.app.chat import connect_chat

    connected = await connect_chat(settings, parts.desk)
    if connected is None:
        return
    try:
        if connected.slack:
            async for result in _slack(settings, connected.slack):
                yield result
        if connected.teams:
            async for result in _teams(settings, connected.teams, parts.desk):
                yield result
        async for result in _anywhere(connected.joined(parts.desk)):
            yield result
    finally:
        await connected.close()


async def _anywhere(desk: "Desk") -> AsyncIterator[Result]:
    async for result in _rooms(desk):
        yield result
    async for result in doctor_weekly.rooms(desk):
        yield result
    yield await _owners(desk)
    async for result in on_call(desk):
        yield result


async def _slack(settings: "Settings", slack: "Slack") -> AsyncIterator[Result]:
    from bot.platforms.slack import SCOPES, installation

    installed = await installation(slack.client)
    yield Result(Health.GOOD, "Slack token", f"works as @{installed.user} in {installed.team or 'the workspace'}")
    missing = sorted(set(SCOPES) - installed.scopes)
    if missing:
        mend = "Update the app with manifest.yaml and reinstall it."
        yield Result(Health.BAD, "Slack permissions", f"missing: {', '.join(missing)}", mend)
    else:
        yield Result(Health.GOOD, "Slack permissions", f"all {len(SCOPES)} that the manifest asks for")
    yield _clock(installed.date)
    section = settings.slack
    listed = {"reps": section.reps, "seniors": section.seniors, "managers": section.managers}
    for result in await _roles("Slack", listed, slack.people):
        yield result


async def _teams(settings: "Settings", teams: "Teams", desk: "Desk") -> AsyncIterator[Result]:
    from bot.domain.errors import RatchetError, Unavailable
    from bot.platforms.teams.tokens import CONNECTOR

    section = settings.teams
    if not section.app_id:
        yield Result(Health.WARN, "Teams token", "none: local mode, nobody is authenticated", "For trying it only.")
    else:
        try:
            await teams.services.tokens.token(CONNECTOR)
        except RatchetError as problem:
            mend = "Check RATCHET_TEAMS_APP_ID, _APP_PASSWORD and _TENANTS; a client secret expires."
            if isinstance(problem, Unavailable):
                mend = f"Check that this machine reaches {section.login_url}."
            yield Result(Health.BAD, "Teams token", str(problem), mend)
            return
        yield Result(Health.GOOD, "Teams token", f"Microsoft gives one to {section.app_id}")
    channels = await desk.store.conversations.channels("teams")
    known = {channel.team or channel.id: channel for channel in channels}
    if not known:
        mend = "Upload the package that `ratchet teams package` writes, and add the app to the team."
        yield Result(Health.WARN, "Teams", "the bot was added to no team yet", mend)
        return
    yield Result(Health.GOOD, "Teams", f"the bot is in {len(known)} team{'s' if len(known) > 1 else ''}")
    for result in await _consents(teams, known):
        yield result
    listed = {"reps": section.reps, "seniors": section.seniors, "managers": section.managers}
    for result in await _roles("Teams", listed, teams.people):
        yield result


async def _consents(teams: "Teams", known: "Mapping[str, Conversation]") -> list[Result]:
    """Whether each team lets the app read what its package asks for: a message of a channel, and the members."""
    from bot.domain.errors import RatchetError
    from bot.platforms.teams.manifest import PERMISSIONS

    connector, graph = teams.services.connector, teams.services.graph
    refused: list[Result] = []
    for team, channel in known.items():
        name = team
        try:
            about = await connector.team(channel.service_url, team)
            name, group = str(about.get("name") or team), str(about.get("aadGroupId") or channel.group)
            await anext(graph.newest(group, channel.id, None, tenant=channel.tenant), None)
            await graph.members(group, tenant=channel.tenant)
        except RatchetError as problem:
            refused.append(Result(Health.BAD, f"Team {name}", str(problem)))
    return refused or [Result(Health.GOOD, "Teams permissions", f"all {len(PERMISSIONS)} that the package asks for")]


def _clock(date: str) -> Result:
    try:
        skew = abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return Result(Health.WARN, "Clock", "Slack did not tell its time, so ours could not be compared")
    if skew > MAX_SKEW_SECONDS:
        return Result(Health.BAD, "Clock", f"off by {skew:.0f} s: signatures will be refused", "Set up NTP.")
    return Result(Health.GOOD, "Clock", f"within {max(skew, 1):.0f} s of Slack's")


async def _rooms(desk: "Desk") -> AsyncIterator[Result]:
    from bot.domain.errors import RatchetError

    policy = desk.policy
    if not policy.rooms:
        mend = "Set RATCHET_SLACK_ROOMS or RATCHET_TEAMS_ROOMS, for example #escalations."
        yield Result(Health.WARN, "Rooms", "none is watched", mend)
    for name in dict.fromkeys([*policy.rooms, *filter(None, [policy.home_room, policy.oncall_room])]):
        try:
            room = await looked_up(desk, name)
        except RatchetError as problem:
            mend = f"Check the name. {JOIN.format(name=name)}"
            yield Result(Health.BAD, f"Room {name}", str(problem), mend)
            continue
        if not room.member:
            yield Result(Health.BAD, f"Room {name}", "the bot is not in it", JOIN.format(name=name))
        elif room.shared:
            mend = "Drafts go to the home room instead, which must be internal."
            yield Result(Health.WARN, f"Room {name}", "is shared with another organisation", mend)
        else:
            yield Result(Health.GOOD, f"Room {name}", "found, and the bot is in it")


async def _owners(desk: "Desk") -> Result:
    """Which owners of articles have no room of their own, so that they are only reached in the rooms of intents."""
    from bot.workflows.owners import named_rooms
    from bot.workflows.showing import own_place

    live = await desk.store.releases.live("knowledge")
    owners = sorted({each.owner for each in await desk.store.articles.revisions(live.manifest) if each.owner})
    homeless = [owner for owner in owners if await own_place(desk, named_rooms(desk, owner)) is None]
    if not homeless:
        return Result(Health.GOOD, "Owners", f"all {len(owners)} owners of articles have a room")
    told = f"{len(homeless)} of {len(owners)} owners of articles have no room: {', '.join(homeless[:5])}"
    mend = f"Set RATCHET_DESK_OWNERS, such as {homeless[0]}=#room; until then the room of the intent or the home room."
    return Result(Health.WARN, "Owners", told, mend)


async def _roles(platform: str, listed: Mapping[str, Sequence[str]], people: Lists) -> list[Result]:
    from bot.domain.errors import RatchetError

    what, prefix = f"Roles in {platform}", f"RATCHET_{platform.upper()}"
    if not any(listed.values()):
        mend = f"Set {prefix}_REPS, _SENIORS and _MANAGERS."
        return [Result(Health.BAD, what, "nobody may approve anything", mend)]
    results: list[Result] = []
    if not listed["seniors"] and not listed["managers"]:
        mend = f"Set {prefix}_SENIORS."
        results.append(Result(Health.WARN, what, "no seniors: high-risk drafts cannot be sent", mend))
    try:
        unknown = await people.unknown_members()
    except RatchetError as problem:
        return [*results, Result(Health.BAD, what, str(problem))]
    if unknown:
        results.append(Result(Health.BAD, what, f"not found there: {', '.join(unknown)}", "Check the spelling."))
    return results or [Result(Health.GOOD, what, "reps, seniors and managers are set")]
