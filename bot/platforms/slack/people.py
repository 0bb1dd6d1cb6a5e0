"""Who may do what, by Slack user ids and user groups; closed when in doubt."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.chat import Person, Role
from bot.domain.errors import DeliveryFailed, Unavailable
from bot.platforms.patience import Refused
from bot.platforms.slack.calls import SlackCalls
from bot.platforms.slack.events import SLACK
from bot.platforms.slack.groups import FRESH, SlackGroups
from bot.ports import Clock

Json = dict[str, Any]

log = logging.getLogger(__name__)

UNKNOWN = "Slack did not tell me your role, so nothing was sent. Please try again."


class SlackPeople:
    """Gives roles to the people listed for them: user ids, user group ids ("S...") or group handles ("@support").

    What Slack said is believed for a minute. Guests, deactivated accounts and people of other organisations have no
    role, whatever the lists say. Raises Unavailable when Slack does not answer.
    """

    def __init__(
        self, client: AsyncWebClient, clock: Clock, members: Mapping[Role, Sequence[str]], *, team: str,
        calls: SlackCalls | None = None,
    ) -> None:  # fmt: skip
        self._calls = calls or SlackCalls(client, patience=5.0)
        self._clock = clock
        self._members = {role: tuple(listed) for role, listed in members.items()}
        self._team = team
        listed = (entry for entries in self._members.values() for entry in entries)
        self._groups = SlackGroups(self._calls, clock, (entry for entry in listed if not _is_user(entry)))
        self._insiders: dict[str, tuple[datetime, bool]] = {}

    async def role(self, person: Person) -> Role | None:
        """The person's highest role, or None for an outsider. Raises Unavailable rather than guess."""
        if person.platform != SLACK or not person.id:
            return None
        try:
            groups = await self._groups.members()
            held = [role for role, listed in self._members.items() if _lists(listed, person.id, groups)]
            return max(held) if held and await self._is_insider(person.id) else None
        except (DeliveryFailed, Unavailable) as problem:
            log.warning("slack did not tell the role of %s: %s", person.id, problem)
            raise Unavailable(UNKNOWN) from problem

    async def unknown_members(self) -> tuple[str, ...]:
        """The listed user groups that Slack does not have. Raises Unavailable or DeliveryFailed."""
        known = await self._groups.members()
        listed = (entry for entries in self._members.values() for entry in entries)
        return tuple(dict.fromkeys(entry for entry in listed if not _is_user(entry) and entry not in known))

    async def email_of(self, account: Person) -> str:
        """The address of one of our own people; empty for others, and where Slack does not tell it."""
        try:
            user = (await self._calls.call("users.info", user=account.id)).get("user") or {}
        except Refused:
            return ""
        return str((user.get("profile") or {}).get("email") or "") if self._has_address(user) else ""

    async def with_email(self, email: str) -> Person | None:
        """The account of our workspace with this address."""
        try:
            user = (await self._calls.call("users.lookupByEmail", email=email)).get("user") or {}
        except Refused:
            return None
        return Person(SLACK, str(user["id"]), str(user.get("name") or "")) if self._has_address(user) else None

    async def _is_insider(self, user: str) -> bool:
        known = self._insiders.get(user)
        if known and self._clock.now() - known[0] < FRESH:
            return known[1]
        account = (await self._calls.call("users.info", user=user)).get("user") or {}
        inside = self._is_ours(account)
        self._insiders[user] = (self._clock.now(), inside)
        return inside

    def _has_address(self, account: Json) -> bool:
        """Tell whether the address is of one of our own: anybody can claim one, until Slack asks them to confirm it."""
        return self._is_ours(account) and account.get("is_email_confirmed") is not False

    def _is_ours(self, account: Json) -> bool:
        barred = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "is_bot")
        if not account or any(account.get(flag) for flag in barred):
            return False
        teams = {account.get("team_id"), *((account.get("enterprise_user") or {}).get("teams") or ())}
        return self._team in teams


def _is_user(entry: str) -> bool:
    return entry.startswith(("U", "W"))


def _lists(listed: Sequence[str], user: str, groups: Mapping[str, frozenset[str]]) -> bool:
    return user in listed or any(user in groups.get(entry, ()) for entry in listed)
