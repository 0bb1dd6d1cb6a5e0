"""A small JSON API under /sandbox/control that does everything the page can, for demos and end-to-end tests.

GET /sandbox/control lists every address with an example. People are named by id, @name, e-mail or full name; rooms by
id, #name, or @person for the direct message with the bot. Every gesture is answered with how the bot acknowledged it:
`{"acknowledged": true, "status": 200, "problem": null}`. What cannot be done is answered 404 or 409 with a sentence in
`error` that says what could be done instead.

    POST /sandbox/control/press {"as": "ana", "room": "#support", "ts": "...", "action": "approve"}
    404 {"error": "There is no button 'approve' in that message; it has: edit, reject."}
"""

import json

from aiohttp import web

from bot.sandbox.bench import Bench, Endpoint
from bot.sandbox.elements import NotThere
from bot.sandbox.gestures import Gestures
from bot.sandbox.guard import Handler, local_only
from bot.sandbox.interactions import NotPossible
from bot.sandbox.methods.call import Refused
from bot.sandbox.model import Json
from bot.sandbox.readings import Readings
from bot.sandbox.workspace import Unknown

PREFIX = "/sandbox/control"


class Control:
    """Turns requests into gestures and readings, and what goes wrong into sentences."""

    def __init__(self, bench: Bench) -> None:
        self._endpoints = [*Gestures(bench).endpoints(), *Readings(bench).endpoints()]

    def routes(self) -> list[web.RouteDef]:
        """Give every address of the control API, open to this machine only."""
        table = web.get(PREFIX, local_only(self._table))
        return [
            table,
            *(web.route(one.verb, f"{PREFIX}/{one.path}", local_only(_bound(one))) for one in self._endpoints),
            web.route("*", PREFIX + "/{rest:.*}", local_only(self._nothing_here)),
        ]

    async def _table(self, request: web.Request) -> web.Response:
        rows = [
            {"request": f"{one.verb} {PREFIX}/{one.path}", "does": one.does, "example": one.example}
            for one in self._endpoints
        ]
        return web.json_response({"control": rows})

    async def _nothing_here(self, request: web.Request) -> web.Response:
        sentence = f"There is no {request.method} {request.path}; GET {PREFIX} lists what there is."
        return web.json_response({"error": sentence}, status=404)


def _bound(endpoint: Endpoint) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response({"ok": True} | await endpoint.handler(await _asked(request)))
        except (Unknown, NotThere) as problem:
            return web.json_response({"ok": False, "error": str(problem.args[0])}, status=404)
        except (NotPossible, Refused) as problem:
            return web.json_response({"ok": False, "error": str(problem)}, status=409)
        except (TypeError, ValueError, AttributeError, KeyError) as problem:
            sentence = f"The request does not fit ({problem}); for example: {json.dumps(endpoint.example)}"
            return web.json_response({"ok": False, "error": sentence}, status=422)

    return answer


async def _asked(request: web.Request) -> Json:
    if request.method == "GET":
        return dict(request.query)
    text = await request.text()
    asked = json.loads(text) if text.strip() else {}
    if not isinstance(asked, dict):
        raise ValueError("the body is not a JSON object")
    return asked
