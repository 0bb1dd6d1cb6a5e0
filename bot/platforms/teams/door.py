"""The one address that Teams delivers to: authenticated, made durable or answered, then acknowledged."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.domain.errors import NotAllowed, Rejected, Unauthenticated, Unavailable
from bot.platforms.teams import replies
from bot.platforms.teams.activities import parse, word
from bot.platforms.teams.botbuilder import TeamsBot
from bot.platforms.teams.invokes import Invokes, Talks
from bot.platforms.teams.replies import Reply
from bot.ports import Clock, Intake
from bot.ports.reaching import OpenForms

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)

STATUS = {Rejected: 400, Unauthenticated: 401, NotAllowed: 403, Unavailable: 503}


def teams_handler(bot: TeamsBot, intake: Intake, talks: Talks, forms: OpenForms, clock: Clock) -> Handler:
    """Give the web handler of Teams' deliveries.

    Ordinary ones are answered 200 once `intake.accept` returned, and 503 when it failed, so that Teams delivers again;
    invokes with what Teams shows at once. Who is not Teams gets 401, a tenant that is not served 403, and what is no
    activity, or an invoke without what it needs, 400.
    """
    turn = _Turn(intake, talks, Invokes(intake, talks, forms, clock))

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":  # what a page in somebody's browser may not send unasked
            return _answer(Reply(415, {"error": "Activities are delivered as application/json."}))
        try:
            reply = await bot.process(await request.read(), request.headers.get("Authorization", ""), turn)
        except (Rejected, Unauthenticated, NotAllowed, Unavailable) as problem:
            return _answer(Reply(STATUS[type(problem)], {"error": str(problem)}))
        return _answer(reply)

    return handle


class _Turn:
    """What is done with one authenticated delivery."""

    def __init__(self, intake: Intake, talks: Talks, invokes: Invokes) -> None:
        self._intake = intake
        self._talks = talks
        self._invokes = invokes

    async def __call__(self, activity: Json) -> Reply:
        try:
            await self._talks.noted(activity)
        except Exception:  # without it nobody could be answered there
            log.exception("where a delivery came from was not noted")
            return replies.LATER
        if activity.get("type") == "invoke":
            return await self._invokes.answer(activity)
        stimulus = parse(activity, self._talks.own)
        if stimulus is None:
            log.debug("teams delivered a %.100r that is not for us", word(activity.get("type")))
            return Reply()
        try:
            await self._intake.accept(stimulus)
        except Exception:
            log.exception("%s was not accepted; teams will deliver it again", stimulus.key)
            return replies.LATER
        return Reply()


def _answer(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status)
    return web.json_response(reply.body, status=reply.status)
