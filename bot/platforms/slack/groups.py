"""Slack's user groups, as they are listed in settings: ids ("S...") or handles ("@support")."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.chat import Person
from bot.domain.rota import Shift
from bot.platforms.slack.calls import SlackCalls
from bot.platforms.slack.events import SLACK
from bot.ports import Clock

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=60)


class SlackGroups:
    """The members of some user groups. What Slack said is believed for a minute."""

    def __init__(self, calls: SlackCalls, clock: Clock, wanted: Iterable[str]) -> None:
        self._calls = calls
        self._clock = clock
        self._wanted = frozenset(wanted)
        self._known: tuple[datetime, dict[str, frozenset[str]]] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def members(self) -> Mapping[str, frozenset[str]]:
        """The user ids in each of the groups that Slack has. Raises Unavailable or DeliveryFailed."""
        if not self._wanted:
            return {}
        async with self._one_at_a_time:
            if self._known is None or self._clock.now() - self._known[0] >= FRESH:
                self._known = (self._clock.now(), await self._ask())
            return self._known[1]

    async def _ask(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        answer = await self._calls.call("usergroups.list", include_users=True)
        for group in answer.get("usergroups") or ():
            names = {str(group["id"]), f"@{group.get('handle', '')}"} & self._wanted
            if names:
                users = group.get("users")
                if users is None:
                    users = (await self._calls.call("usergroups.users.list", usergroup=group["id"])).get("users") or ()
                found |= dict.fromkeys(names, frozenset(users))
        if missing := self._wanted - set(found):
            log.warning("slack has no user group %s", ", ".join(sorted(missing)))
        return found


class GroupOnCall:
    """Whoever is in a user group is on call; until when, Slack does not know. A group that there is not has nobody."""

    def __init__(self, calls: SlackCalls, clock: Clock, group: str) -> None:
        self._clock = clock
        self._group = group
        self._groups = SlackGroups(calls, clock, [group])

    async def now(self) -> Shift:
        members = (await self._groups.members()).get(self._group, frozenset())
        return Shift(tuple(Person(SLACK, user) for user in sorted(members)))

    async def gap(self, until: datetime) -> datetime | None:
        """Now, where the group is empty."""
        return None if (await self.now()).people else self._clock.now()
