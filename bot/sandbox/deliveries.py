"""The Events API: wraps what happened in Slack's envelope and delivers it until the bot acknowledges it."""

import asyncio
from collections.abc import Sequence

from bot.sandbox.model import Channel, Json, derived_id
from bot.sandbox.transport import Transport
from bot.sandbox.workspace import Workspace

ROOM_WORD = {"channel": "channels", "group": "groups", "im": "im"}
HEARD_BY_MEMBERS_ONLY = ("message", "app_mention", "reaction_added", "reaction_removed")


class Deliveries:
    """Sends the bot the events it subscribed to, was granted, and may hear: those of rooms it is a member of."""

    def __init__(self, workspace: Workspace, transport: Transport, retry_delays: Sequence[float]) -> None:
        self.muted = False  # while a company is seeded, as history does not arrive as news
        self._workspace = workspace
        self._transport = transport
        self._retry_delays = tuple(retry_delays)  # seconds before the 1st, 2nd, 3rd retry
        self._unsubscribe = workspace.subscribe(self._heard)

    def close(self) -> None:
        """Hear nothing any more."""
        self._unsubscribe()

    async def verify_url(self) -> bool:
        """Ask the bot for the challenge, as Slack does when a request URL is entered; True when it answers right."""
        challenge = derived_id("challenge", self._workspace.next_ts())
        envelope = {"type": "url_verification", "token": "sandbox", "challenge": challenge}
        answer = await self._transport.event(envelope, {})
        return answer.acknowledged and challenge in answer.body

    def send(self, event: Json) -> None:
        """Deliver one event in the background."""
        self._transport.in_background(self._deliver(self._envelope(event)))

    def _heard(self, event: Json) -> None:
        if self.muted or not event:
            return
        for one in (event, *self._mention(event)):
            if self._wanted(one):
                self.send(one)

    def _mention(self, event: Json) -> list[Json]:
        bot = self._workspace.app.user_id
        said_by_a_person = event["type"] == "message" and event.get("user") not in (None, bot)
        fresh = event.get("subtype") in (None, "thread_broadcast", "file_share") and not event.get("bot_id")
        if not (said_by_a_person and fresh and f"<@{bot}>" in event.get("text", "")) or event["channel_type"] == "im":
            return []
        kept = {key: value for key, value in event.items() if key not in ("channel_type", "subtype", "root")}
        return [kept | {"type": "app_mention"}]

    def _wanted(self, event: Json) -> bool:
        app = self._workspace.app
        channel = self._room(event)
        if event["type"] in HEARD_BY_MEMBERS_ONLY and (channel is None or app.user_id not in channel.members):
            return False
        name, scope = _subscription(event["type"], channel)
        return (app.bot_events is None or name in app.bot_events) and (not scope or scope in app.scopes)

    def _room(self, event: Json) -> Channel | None:
        return self._workspace.channels.get(event.get("channel") or event.get("item", {}).get("channel", ""))

    def _envelope(self, event: Json) -> Json:
        app, team = self._workspace.app, self._workspace.team
        channel = self._room(event)
        at = self._workspace.next_ts()
        authorization: Json = {"enterprise_id": None, "team_id": team.id, "user_id": app.user_id}
        authorization |= {"is_bot": True, "is_enterprise_install": False}
        return {
            "token": "sandbox", "team_id": team.id, "context_team_id": team.id, "context_enterprise_id": None,
            "api_app_id": app.id, "event": event, "type": "event_callback", "event_id": derived_id("Ev", at),
            "event_time": int(float(at)), "authorizations": [authorization],
            "is_ext_shared_channel": bool(channel and channel.shared), "event_context": derived_id("4-", at),
        }  # fmt: skip

    async def _deliver(self, envelope: Json) -> None:
        answer = await self._transport.event(envelope, {})
        for number, delay in enumerate(self._retry_delays, start=1):
            if answer.acknowledged or answer.headers.get("X-Slack-No-Retry") == "1":
                return
            await asyncio.sleep(delay)
            headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": answer.problem or ""}
            answer = await self._transport.event(envelope, headers)


def _subscription(kind: str, channel: Channel | None) -> tuple[str, str]:
    """Give the name in the manifest's bot_events and the scope an event takes."""
    word = ROOM_WORD[channel.kind] if channel else "channels"
    if kind == "message":
        return f"message.{word}", f"{word}:history"
    if kind in ("reaction_added", "reaction_removed"):
        return kind, "reactions:read"
    if kind in ("member_joined_channel", "member_left_channel"):
        return kind, f"{word}:read"
    return kind, "app_mentions:read" if kind == "app_mention" else ""
