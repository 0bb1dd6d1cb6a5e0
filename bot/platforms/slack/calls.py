"""Calls to Slack's Web API: patient where waiting helps, and its refusals as sentences that say what to do."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.patience import Lost, NotYet, Patience, Refused
from bot.platforms.slack.events import Own

Json = dict[str, Any]
T = TypeVar("T")

log = logging.getLogger(__name__)

TOKEN = "Slack refused the bot's token ({error}): reinstall the app and set RATCHET_SLACK_BOT_TOKEN."  # noqa: S105
SCOPE = "Slack says that the app lacks the permission {needed}: update the app from manifest.yaml and reinstall it."
ROOM = "Slack does not let Ratchet into the room {room}: invite @ratchet to the room."
GONE = "The message is not there any more, or it is not Ratchet's own."
TOO_LONG = "The message is longer than Slack takes ({error})."
NO_UPLOADS = "Slack takes no pictures here ({error}): ask the workspace's administrators to allow apps to upload files."
SENTENCES = {
    **dict.fromkeys(("token_revoked", "account_inactive", "invalid_auth", "not_authed", "token_expired"), TOKEN),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "user_not_in_channel"), ROOM),
    **dict.fromkeys(("message_not_found", "cant_update_message"), GONE),
    **dict.fromkeys(("msg_too_long", "msg_blocks_too_long"), TOO_LONG),
    **dict.fromkeys(("file_uploads_disabled", "file_type_not_allowed", "file_upload_size_restricted"), NO_UPLOADS),
    "storage_limit_reached": "The Slack workspace has no room left for files: delete some, or extend its plan.",
    "missing_scope": SCOPE,
    "is_archived": "The room {room} is archived: unarchive it, or choose another room.",
    "thread_not_found": "The thread is not there any more.",
}
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited")


class SlackCalls:
    """Calls methods of one workspace. Rate limits and passing failures are waited out within `patience` seconds.

    The SDK's own repetitions are switched off: they post again when only the answer was lost.
    """

    def __init__(
        self, client: AsyncWebClient, *, patience: float = 30.0, attempts: int = 5, pause: float = 0.5
    ) -> None:
        client.retry_handlers = []
        self._client = client
        self.pause = pause
        self.patiently = Patience(patience, attempts, pause)

    async def call(self, method: str, **arguments: Any) -> Json:
        """Call until Slack answers. Raises Refused for good, and Unavailable when patience ends."""
        return await self.patiently(lambda: self.once(method, **arguments))

    async def pages(self, method: str, most: int = 20, **arguments: Any) -> AsyncIterator[Json]:
        """Give page after page of a list, at most so many."""
        cursor = ""
        for _ in range(most):
            page = await self.call(method, **arguments, **({"cursor": cursor} if cursor else {}))
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def once(self, method: str, **arguments: Any) -> Json:
        """Call once. Raises Refused, NotYet (nothing was done) or Lost (it may have been done)."""
        sent = {key: _argument(value) for key, value in arguments.items() if value is not None}
        response = await _answered(method, arguments, self._client.api_call(method, data=sent))
        return dict(response.data) if isinstance(response.data, dict) else {}

    async def upload(self, content: bytes, *, name: str, title: str, alt: str) -> str:
        """Upload a file that belongs to no room yet and give its id. Raises as `once`, and repeats as `call`."""

        async def attempt() -> str:
            sent = self._client.files_upload_v2(filename=name, content=content, title=title, alt_txt=alt)
            answer: Any = await _answered("files.upload", {}, sent)
            return str(answer["files"][0]["id"])

        return await self.patiently(attempt)


async def who_am_i(client: AsyncWebClient) -> Own:
    """Ask Slack who the bot is in this workspace. Raises DeliveryFailed when Slack refuses the token."""
    answer = await SlackCalls(client).call("auth.test")
    return Own(str(answer["user_id"]), str(answer.get("bot_id") or ""), str(answer.get("team_id") or ""))


@dataclass(frozen=True, slots=True)
class Installation:
    """What Slack says of the installed app. `date` is Slack's own time, as HTTP headers write it."""

    user: str
    team: str
    scopes: frozenset[str]
    date: str


async def installation(client: AsyncWebClient) -> Installation:
    """Ask Slack how the app is installed. Raises DeliveryFailed when Slack refuses the token, or Unavailable."""
    try:
        answer = await client.auth_test()
    except SlackApiError as problem:
        raise _translated("auth.test", {}, problem) from problem
    headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
    scopes = (scope.strip() for scope in headers.get("x-oauth-scopes", "").split(","))
    return Installation(
        user=str(answer.get("user") or ""),
        team=str(answer.get("team") or ""),
        scopes=frozenset(scope for scope in scopes if scope),
        date=headers.get("date", ""),
    )


def _argument(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list | bool) else value


async def _answered(method: str, arguments: Json, asked: Awaitable[T]) -> T:
    try:
        return await asked
    except SlackApiError as problem:
        raise _translated(method, arguments, problem) from problem
    except aiohttp.ClientConnectorError as problem:
        raise NotYet("Slack cannot be reached.") from problem
    except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as problem:
        raise Lost("Slack did not answer.") from problem


def _translated(method: str, arguments: Json, problem: SlackApiError) -> Refused | NotYet | Lost:
    response: Any = problem.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data: Any = getattr(response, "data", None)
    data = data if isinstance(data, dict) else {}
    error = str(data.get("error") or "")
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return NotYet("Slack asks us to slow down.", retry_after=_retry_after(response))
    if status >= 500 or error in PASSING or not error:
        return Lost(f"Slack did not complete {method} ({error or status}).")
    details = "; ".join((data.get("response_metadata") or {}).get("messages") or data.get("errors") or ())
    sentence = SENTENCES.get(error, "Slack refused {method} ({error}).")
    room, needed = arguments.get("channel", "?"), data.get("needed", "it needs")
    return Refused(sentence.format(error=error, method=method, room=room, needed=needed), error=error, details=details)


def _retry_after(response: Any) -> float:
    try:
        return max(0.0, float(response.headers.get("Retry-After", 1)))
    except (AttributeError, TypeError, ValueError):
        return 1.0
