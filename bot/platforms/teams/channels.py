"""What channels are called: "Team/Channel", as the chat service lists them for the teams that the bot is in."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.errors import NotFound
from bot.platforms.patience import Refused
from bot.platforms.teams.activities import TEAMS, word
from bot.platforms.teams.connector import UNKNOWN_THERE, Connector
from bot.platforms.teams.known import REMEMBERED, Known, privacy
from bot.ports import Clock
from bot.ports.reaching import Conversation

Json = dict[str, Any]

log = logging.getLogger(__name__)

GENERAL = "General"
NO_ROOM = "There is no channel {room}, or Ratchet was not added to its team."
SEVERAL = "Several channels are called #{name}: say which by its team, as in #{first}."


class Channels:
    """Finds channels by name or id. What a team's list said is believed for five minutes, or until it changes."""

    def __init__(self, known: Known, connector: Connector, clock: Clock) -> None:
        self._known = known
        self._connector = connector
        self._clock = clock
        self._teams: dict[str, tuple[datetime, tuple[Conversation, ...]]] = {}

    def changed(self) -> None:
        """Forget the lists: a team or a channel came, went or was renamed."""
        self._teams.clear()

    async def by_name(self, name: str) -> Conversation:
        """The channel called "Team/Channel", or "Channel" where only one team has it. Raises NotFound."""
        wanted = name.strip().casefold()
        listed = [one for one in await self._listed() if wanted in _names(one)]
        found = [one for one in listed if one.name.casefold() == wanted] or listed
        if not found:
            raise NotFound(NO_ROOM.format(room=f"#{name}"))
        if len(found) > 1:
            raise NotFound(SEVERAL.format(name=name, first=found[0].name))
        return found[0]

    async def by_id(self, room: str, known: Conversation | None) -> Conversation:
        """The channel of this id. Raises NotFound."""
        for listed in await self._listed():
            if listed.id == room:
                return listed
        if known is None or known.gone:
            raise NotFound(NO_ROOM.format(room=room))
        return replace(known, private=True)  # what all of the team may read is on its list

    async def _listed(self) -> list[Conversation]:
        teams: dict[str, list[Conversation]] = {}
        for known in await self._known.conversations.channels(TEAMS):
            teams.setdefault(known.team or known.id, []).append(known)
        return [one for team, known in teams.items() for one in await self._of_team(team, known)]

    async def _of_team(self, team: str, known: list[Conversation]) -> tuple[Conversation, ...]:
        remembered = self._teams.get(team)
        if remembered and self._clock.now() - remembered[0] < REMEMBERED:
            return remembered[1]
        try:
            channels = await self._ask(team, known)
        except Refused as problem:
            log.warning("the channels of the team %s cannot be listed: %s", team, problem)
            channels = ()
            for one in known if problem.error in UNKNOWN_THERE else ():
                await self._known.there(one, gone=True)
        self._teams[team] = (self._clock.now(), channels)
        return channels

    async def _ask(self, team: str, known: list[Conversation]) -> tuple[Conversation, ...]:
        where = max(known, key=lambda one: one.seen_at)
        about = await self._connector.team(where.service_url, team)
        listed = await self._connector.channels(where.service_url, team)
        of_team = replace(where, team=team, group=word(about.get("aadGroupId")) or where.group)
        channels = tuple(_channel(one, of_team, word(about.get("name"))) for one in listed if word(one.get("id")))
        before = {one.id: replace(one, seen_at=where.seen_at) for one in known}
        for one in channels:
            if before.get(one.id) != one:
                await self._known.conversations.keep(one)
        return channels


def _channel(listed: Json, of_team: Conversation, team: str) -> Conversation:
    name = f"{team}/{word(listed.get('name')) or GENERAL}"
    private, shared = privacy(word(listed.get("type")))
    return replace(of_team, id=word(listed.get("id")), name=name, private=private, shared=shared)


def _names(channel: Conversation) -> tuple[str, str]:
    """With its team and without; a channel's own name has no slash."""
    whole = channel.name.casefold()
    return whole, whole.rpartition("/")[2]
