"""Microsoft Teams, put together: what is asked of Microsoft, who may do what, and the door of its deliveries."""

from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from bot.domain.chat import Role
from bot.platforms.teams.adapter import TeamsPlatform
from bot.platforms.teams.botbuilder import TeamsBot, check_local
from bot.platforms.teams.door import Handler, teams_handler
from bot.platforms.teams.people import Roster, TeamOnCall, TeamsPeople
from bot.platforms.teams.services import Services, services
from bot.ports import Desk, Intake, OnCall, People
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Teams:
    """The Teams side: how Microsoft is asked, and who may do what."""

    settings: Settings
    session: aiohttp.ClientSession
    services: Services
    people: TeamsPeople
    on_call: OnCall | None = None
    """Where a team says who that is."""

    def platform(self, desk: Desk, people: People, *, opens: Callable[[str], bool]) -> TeamsPlatform:
        """How to speak there; `people` gives the roles that a card's reader has, `opens` tells what opens a form."""
        return TeamsPlatform(self.services, self.settings.teams, desk.store, desk.clock, people=people, opens=opens)

    async def close(self) -> None:
        """Close the connections."""
        await self.session.close()


def connect_teams(settings: Settings, desk: Desk) -> Teams:
    """Make what Microsoft is asked with; nothing is asked yet.

    Raises Misconfigured where strangers could reach a bot that authenticates nobody.
    """
    section = settings.teams
    check_local(section, settings.core.host)
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
    asked = services(session, section)
    roster = Roster(asked, desk.store.conversations, desk.clock, section.tenants)
    roles = {Role.REP: section.reps, Role.SENIOR: section.seniors, Role.MANAGER: section.managers}
    group = settings.oncall.group
    on_call = TeamOnCall(roster, desk.clock, group) if group.startswith("team:") else None
    return Teams(settings, session, asked, TeamsPeople(roster, roles), on_call)


def teams_door(settings: Settings, desk: Desk, intake: Intake, platform: TeamsPlatform) -> tuple[TeamsBot, Handler]:
    """What Teams' deliveries are answered by, and what to close afterwards."""
    bot = TeamsBot(settings.teams)
    return bot, teams_handler(bot, intake, platform, desk.store.open_forms, desk.clock)
