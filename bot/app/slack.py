"""Slack, put together: the adapter that speaks there, who may do what, and the app's manifest."""

from dataclasses import dataclass

import aiohttp
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.discovery import find
from bot.domain.chat import Role
from bot.domain.errors import RatchetError
from bot.platforms.slack import GroupOnCall, SlackCalls, SlackPeople, SlackPlatform, manifest, who_am_i
from bot.ports import Desk, OnCall
from bot.settings import Settings
from handlers.commands import CommandPlugin


@dataclass(frozen=True, slots=True)
class Slack:
    """The Slack side: how to speak, and who may do what."""

    client: AsyncWebClient
    platform: SlackPlatform
    people: SlackPeople
    session: aiohttp.ClientSession
    on_call: OnCall | None = None
    """Where a user group says who that is."""

    async def close(self) -> None:
        """Finish what was begun after acknowledgements, then close the connections."""
        await self.platform.close()
        await self.session.close()


async def connect_slack(settings: Settings, desk: Desk) -> Slack:
    """Ask Slack who we are and make the adapter. Raises DeliveryFailed when it refuses the token, or Unavailable."""
    section = settings.slack
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))  # else the SDK opens one for each call
    client = AsyncWebClient(token=section.bot_token.get_secret_value(), base_url=section.base_url, session=session)
    try:
        own = await who_am_i(client)
    except RatchetError:
        await session.close()
        raise
    per_second = 1 / section.pace_seconds if section.pace_seconds else 0.0
    platform = SlackPlatform(client, desk.store.outbox, desk.clock, own=own, per_second=per_second)
    roles = {Role.REP: section.reps, Role.SENIOR: section.seniors, Role.MANAGER: section.managers}
    group = settings.oncall.group
    ours = group and not group.startswith("team:")
    on_call = GroupOnCall(SlackCalls(client, patience=5.0), desk.clock, group) if ours else None
    return Slack(client, platform, SlackPeople(client, desk.clock, roles, team=own.team), session, on_call)


def slack_manifest() -> str:
    """The Slack app manifest as YAML, made from the commands and events that the code handles."""
    plugins = find("handlers.commands", "COMMAND", CommandPlugin)
    commands = {plugin.name: (plugin.help, plugin.usage) for plugin in plugins if plugin.slash}
    shortcuts = {plugin.name: (plugin.shortcut, plugin.help) for plugin in plugins if plugin.shortcut}
    head = "# The Slack app, made by `make manifest`. Replace ratchet.example.com by your own address;\n"
    head += "# for a pilot without a public address, set socket_mode_enabled to true and leave the URLs out.\n"
    return head + yaml.safe_dump(manifest(commands, shortcuts), sort_keys=False, allow_unicode=True, width=110)
