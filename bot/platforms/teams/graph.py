"""Microsoft Graph: what is written in a channel's threads, and who is in a team.

The app may read this in the teams that it was added to, by resource-specific consent, and nowhere else.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.domain.errors import NotFound
from bot.platforms.patience import Patience, Refused
from bot.platforms.teams.activities import parts, word
from bot.platforms.teams.calls import Calls, Sentence, path_of
from bot.platforms.teams.tokens import GRAPH, Tokens
from bot.settings.edges import Teams

Json = dict[str, Any]

READ_THREADS, READ_MEMBERS = "ChannelMessage.Read.Group", "TeamMember.Read.Group"
CONSENT = (
    "Microsoft did not let Ratchet read this ({code}): the team's owner must give the app the permission {permission}, "
    "which Teams asks for when the app is added to the team. Remove it there and add it again."
)
MISSING = ("NotFound", "404", "ItemNotFound", "ResourceNotFound")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team, by the directory's id."""

    id: str
    name: str
    email: str
    tenant: str
    owner: bool = False
    guest: bool = False


class Graph:
    """Reads channels and teams. Every `group` is a team's id in the directory."""

    def __init__(
        self, session: aiohttp.ClientSession, tokens: Tokens, settings: Teams, *, patiently: Patience | None = None
    ) -> None:
        self._base = settings.graph_url.rstrip("/")
        self._threads, self._members = (
            Calls(session, tokens, GRAPH, service="Microsoft Graph", sentence=sentence, patiently=patiently)
            for sentence in (_consent(READ_THREADS), _consent(READ_MEMBERS))
        )

    async def thread(self, group: str, channel: str, root: str, *, tenant: str = "") -> tuple[Json, ...]:
        """What is written in a thread, oldest first, its deleted messages too. Raises NotFound."""
        begun = path_of("teams", group, "channels", channel, "messages", root)
        try:
            first = await self._threads.call("GET", f"{self._base}/{begun}", tenant=tenant)
            replies = [one async for one in self._pages(self._threads, f"{begun}/replies", tenant, most=40)]
        except Refused as problem:
            if problem.error in MISSING:
                raise NotFound("There is no such thread, or Ratchet is not in its team.") from problem
            raise
        return (first, *sorted(replies, key=lambda one: word(one.get("createdDateTime"))))

    async def newest(self, group: str, channel: str, root: str | None, *, tenant: str = "") -> AsyncIterator[Json]:
        """The newest messages of a thread, or the newest that begin one, newest first; some hundred at most."""
        path = path_of("teams", group, "channels", channel, "messages", *((root, "replies") if root else ()))
        async for one in self._pages(self._threads, path, tenant, most=3):
            yield one

    async def members(self, group: str, *, tenant: str = "") -> tuple[Member, ...]:
        """Who is in a team."""
        listed = self._pages(self._members, path_of("teams", group, "members"), tenant, most=200, size=0)
        return tuple([_member(one) async for one in listed])

    async def _pages(self, calls: Calls, path: str, tenant: str, *, most: int, size: int = 50) -> AsyncIterator[Json]:
        url, query = f"{self._base}/{path}", {"$top": str(size)} if size else None
        for _ in range(most):
            page = await calls.call("GET", url, tenant=tenant, query=query)
            for one in parts(page.get("value")):
                yield one
            url, query = word(page.get("@odata.nextLink")), None
            if not url or urlsplit(url)[:2] != urlsplit(self._base)[:2]:  # the token goes to the next page's address
                return


def _member(listed: Json) -> Member:
    roles: Any = listed.get("roles") or ()
    return Member(
        id=word(listed.get("userId")),
        name=word(listed.get("displayName")),
        email=word(listed.get("email")),
        tenant=word(listed.get("tenantId")),
        owner="owner" in roles,
        guest="guest" in roles,
    )


def _consent(permission: str) -> Sentence:
    def sentence(status: int, code: str) -> str:
        if status in (401, 403):
            return CONSENT.format(code=code or status, permission=permission)
        return f"Microsoft Graph refused the request ({code or status})."

    return sentence
