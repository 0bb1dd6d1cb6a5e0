"""The platforms that the team works on, put together: one, or several with the same people on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.app.slack import Slack, connect_slack
from bot.domain.errors import DeliveryFailed
from bot.platforms.identity import OnCallByPerson, PeopleOfAll, SameEmail
from bot.platforms.joined import JoinedPlatform
from bot.ports import Desk, Directory, Identity, OnCall, People, Platform
from bot.settings import Settings
from handlers.dispatch import opens_form

if TYPE_CHECKING:
    from bot.app.teams import Teams
    from bot.platforms.teams.adapter import TeamsPlatform


class SetUp(dict[str, Platform]):
    """The platforms by name. What concerns one that is not set up any more is refused for good: old cards may."""

    def __missing__(self, name: str) -> Platform:
        raise DeliveryFailed(f"{name.capitalize()} is not set up here any more.", permanent=True)


@dataclass(frozen=True, slots=True)
class Chat:
    """The platforms that are set up, and who may do what on them."""

    people: People
    slack: Slack | None = None
    teams: "Teams | None" = None
    teams_platform: "TeamsPlatform | None" = None
    identity: Identity | None = None
    on_call: OnCall | None = None

    @property
    def platforms(self) -> Mapping[str, Platform]:
        """Each by its name; where there are several, each reaches people of the others by their accounts on it."""
        alone: list[Platform] = [self.slack.platform] if self.slack else []
        alone += [self.teams_platform] if self.teams_platform else []
        if self.identity is None:
            return SetUp({platform.name: platform for platform in alone})
        return SetUp({platform.name: JoinedPlatform(platform, self.identity) for platform in alone})

    def joined(self, desk: Desk) -> Desk:
        """The desk as it works on these platforms."""
        on_call = self.on_call or desk.on_call
        if on_call and self.identity:
            on_call = OnCallByPerson(on_call, self.identity)
        return replace(desk, platforms=self.platforms, people=self.people, identity=self.identity, on_call=on_call)

    async def close(self) -> None:
        """Finish what was begun after acknowledgements, then close the connections."""
        if self.slack:
            await self.slack.close()
        if self.teams_platform:
            await self.teams_platform.close()
        if self.teams:
            await self.teams.close()


async def connect_chat(settings: Settings, desk: Desk) -> Chat | None:
    """Connect to the platforms that are set up; None without one.

    Raises Misconfigured, DeliveryFailed where a platform refuses us, or Unavailable.
    """
    slack = await connect_slack(settings, desk) if settings.slack.present else None
    if not settings.teams.present:
        return Chat(slack.people, slack=slack, on_call=slack.on_call) if slack else None
    from bot.app.teams import connect_teams  # 0.8 s, which installations without Teams need not wait for

    try:
        teams = connect_teams(settings, desk)
    except BaseException:
        if slack:
            await slack.close()
        raise
    identity: SameEmail | None = None
    people: People = teams.people
    if slack is not None:
        directories: Mapping[str, Directory] = {"slack": slack.people, "teams": teams.people}
        identity = SameEmail(desk.store.accounts, directories, desk.clock)
        people = PeopleOfAll({"slack": slack.people, "teams": teams.people}, identity)
    platform = teams.platform(desk, people, opens=opens_form)
    on_call = teams.on_call or (slack.on_call if slack else None)
    return Chat(people, slack, teams, platform, identity, on_call)
