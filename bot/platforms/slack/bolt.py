"""How Slack's deliveries reach the intake: verified by Bolt, made durable or answered, then acknowledged.

Everything that Slack sends passes one middleware, which Bolt runs right after the signature check and which gives the
answer itself. So an acknowledgement costs no authorization, no listener matching (Bolt polls a listener every 10 ms
for its ack) and no call to Slack.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.block_kit import render_reply
from bot.cards.elements import Form
from bot.domain.chat import Command, FormErrors, Person, Place, Stimulus, Submission, Toast
from bot.domain.errors import RatchetError
from bot.platforms.slack.adapter import SlackPlatform
from bot.platforms.slack.payloads import concerns, parse
from bot.ports import Answer, Intake

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)

SUBMISSION_SECONDS = 2.5  # Slack gives a form 3
TRY_AGAIN = "That did not work. Please try again."
PRESS_AGAIN = "Slack did not wait for the form. Please press again."
PRESS_ON = "That was taken in, but Slack did not wait for what comes next. Please press again to go on."


def build_bolt(client: AsyncWebClient, signing_secret: str, intake: Intake, platform: SlackPlatform) -> AsyncApp:
    """Wire Slack's deliveries to the intake; nothing is called until a request is dispatched.

    Events and ordinary clicks are acknowledged once `intake.accept` returned, and answered 503 when it failed, so that
    Slack delivers again. Clicks and commands that open a form are acknowledged first and answered then; a form's
    submission is answered with the acknowledgement. A form that a button of the same form gives takes its place.
    """
    quiet = logging.getLogger(f"{__name__}.app")
    quiet.setLevel(logging.WARNING)  # at INFO Bolt logs whole bodies of requests that it refuses
    return AsyncApp(
        name="ratchet",
        logger=quiet,
        client=client,
        signing_secret=signing_secret,
        before_authorize=_Deliveries(intake, platform),
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )


def aiohttp_handler(app: AsyncApp, signing_secret: str) -> Handler:
    """Give the web handler of the one address that Slack calls. What is not signed gets 401, an unknown format 400.

    Bolt checks the signature too, but only after it has parsed the body: no stranger shall make us do that.
    """
    verifier = SignatureVerifier(signing_secret)

    async def handle(request: web.Request) -> web.StreamResponse:
        if not _signed(verifier, request.headers, await request.read()):
            return web.json_response({"error": "invalid request"}, status=401)
        try:
            delivery = await to_bolt_request(request)
        except (ValueError, AttributeError, TypeError, LookupError, RecursionError):
            return web.json_response({"error": "malformed request"}, status=400)
        return await to_aiohttp_response(await app.async_dispatch(delivery))

    return handle


def _signed(verifier: SignatureVerifier, headers: Mapping[str, str], body: bytes) -> bool:
    stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    try:
        return verifier.is_valid(body, stamp, signature)
    except (ValueError, TypeError):  # a time that is no number, a signature that is not ASCII, a body not UTF-8
        return False


class SocketMode:
    """A running Socket Mode connection."""

    def __init__(self, handler: AsyncSocketModeHandler) -> None:
        self._handler = handler

    async def close(self) -> None:
        """Leave; what Slack sends from now on goes to other connections."""
        await self._handler.close_async()  # type: ignore[no-untyped-call]


async def start_socket_mode(app: AsyncApp, app_token: str, client: AsyncWebClient) -> SocketMode:
    """Connect to Slack instead of waiting to be called; returns when connected."""
    handler = AsyncSocketModeHandler(app, app_token, web_client=client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    return SocketMode(handler)


class _Deliveries(AsyncMiddleware):
    """The end of the line for everything but Slack's check of the address."""

    def __init__(self, intake: Intake, platform: SlackPlatform) -> None:
        self._intake = intake
        self._platform = platform

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]  # noqa: A002
    ) -> BoltResponse:  # fmt: skip
        """Answer one delivery."""
        if req.body.get("type") == "url_verification":
            return await next()
        stimulus = self._read(req.body)
        if stimulus is None:
            return _acknowledged()
        if not self._intake.immediate(stimulus):
            return await self._accepted(stimulus)
        if isinstance(stimulus, Submission):
            return await self._submitted(stimulus, req)
        self._platform.later(self._answer(stimulus, req))
        return _acknowledged()

    def _read(self, body: Json) -> Stimulus | None:
        try:
            stimulus = parse(body, self._platform.own) if concerns(body, self._platform.own) else None
        except Exception:  # a shape that we never saw must not be delivered again and again
            log.exception("slack sent a %s that could not be read", body.get("type"))
            return None
        if stimulus is None:
            log.debug("slack sent a %s that is not for us", body.get("type"))
        return stimulus

    async def _accepted(self, stimulus: Stimulus) -> BoltResponse:
        try:
            await self._intake.accept(stimulus)
        except Exception:
            log.exception("%s was not accepted; slack will deliver it again", stimulus.key)
            return BoltResponse(status=503)
        return _acknowledged()

    async def _submitted(self, submission: Submission, req: AsyncBoltRequest) -> BoltResponse:
        """Answer while the form waits; what takes longer than Slack waits is told afterwards."""
        answering = asyncio.ensure_future(self._answer_of(submission))
        done, _ = await asyncio.wait({answering}, timeout=SUBMISSION_SECONDS)
        if not done:
            self._platform.later(self._tell_late(submission, answering))
            return _acknowledged()
        match answering.result():
            case FormErrors(errors) if errors:
                return BoltResponse(status=200, body={"response_action": "errors", "errors": dict(errors)})
            case Form() as form:
                view = self._platform.view(form, submission.place)
                return BoltResponse(status=200, body={"response_action": "update", "view": view})
            case answer:
                self._platform.later(self._show(answer, submission, req))
        return _acknowledged()

    async def _answer(self, stimulus: Stimulus, req: AsyncBoltRequest) -> None:
        await self._show(await self._answer_of(stimulus), stimulus, req)

    async def _answer_of(self, stimulus: Stimulus) -> Answer:
        try:
            return await self._intake.answer(stimulus)
        except Exception:
            log.exception("%s was not answered", stimulus.key)
            return Toast(TRY_AGAIN)

    async def _tell_late(self, submission: Submission, answering: "asyncio.Future[Answer]") -> None:
        match await answering:
            case FormErrors(errors):
                await self._tell(submission, "\n".join(errors.values()), None)
            case Toast(text):
                await self._tell(submission, text, None)
            case Form():
                await self._tell(submission, PRESS_ON, None)

    async def _show(self, answer: Answer, stimulus: Stimulus, req: AsyncBoltRequest) -> None:
        respond = req.context.respond if isinstance(stimulus, Command) and req.body.get("command") else None
        match answer:
            case Toast(text):
                await self._tell(stimulus, text, respond)
            case Form() as form:
                opened = await self._open(form, stimulus, req.body)
                if not opened:
                    await self._tell(stimulus, PRESS_AGAIN, respond)

    async def _open(self, form: Form, stimulus: Stimulus, body: Json) -> bool:
        view = body.get("view") or {}
        over = view.get("type") == "modal"
        try:
            place = _place_of(stimulus)
            if over and view.get("callback_id") == form.name:
                await self._platform.change_form(str(view.get("id") or ""), form, place)
                return True
            return await self._platform.open_form(str(body.get("trigger_id") or ""), form, place, over=over)
        except (RatchetError, ValueError):
            log.exception("the form %s could not be opened", form.name)
            return False

    async def _tell(self, stimulus: Stimulus, text: str, respond: AsyncRespond | None) -> None:
        """Tell whoever acted; the answer to a slash command also reaches rooms that the bot is not in."""
        actor = getattr(stimulus, "actor", None)
        try:
            if respond is not None and respond.response_url:
                content = render_reply(text)[0]
                await respond(**content, response_type="ephemeral", replace_original=False)
            elif isinstance(actor, Person):
                await self._platform.tell(_place_of(stimulus) or Place(actor.platform, actor.id), actor, text)
        except Exception:
            log.exception("%s was answered, but the answer could not be shown", stimulus.key)


def _acknowledged() -> BoltResponse:
    return BoltResponse(status=200)


def _place_of(stimulus: Stimulus) -> Place | None:
    place = getattr(stimulus, "place", None)
    return place if isinstance(place, Place) else None
