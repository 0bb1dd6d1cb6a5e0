"""A local peer that speaks OpenAI's Responses API, streamed or whole: scripted answers and faults for the real SDK."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web


@dataclass
class Answer:
    """One scripted response. Without a fault it is a reply in the real shape around `text` (or `refusal`)."""

    text: str = ""  # "BOUNDARY" in it becomes the request's own
    refusal: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None  # sent as it is, in place of a reply
    disconnect: bool = False
    seconds_before: float = 0.0
    seconds_first: float = 0.0  # between the begin of the stream and its first words
    seconds_between: float = 0.0  # between two pieces of the stream
    pieces: int = 8  # in which the text is streamed
    cut_after: int | None = None  # pieces after which the connection is lost
    ends_without: bool = False  # the stream ends as if it were complete, without its last event
    failed: bool = False
    incomplete: bool = False


def reply(
    *sentences: tuple[str, list[int]],
    questions: Sequence[str] = (),
    missing: str = "",
    needs_human: bool = False,
    reason: str = "",
) -> Answer:
    """What a model that follows the schema answers; its sentences answer the first need."""
    said = [{"text": text, "passages": cited, "need": 1} for text, cited in sentences]
    whole = {"sentences": said, "questions": list(questions), "missing": missing}
    return Answer(json.dumps({**whole, "needs_human": needs_human, "reason": reason}))


def trouble(status: int, **headers: str) -> Answer:
    """An error in the API's shape; header names are given with underscores."""
    body = json.dumps({"error": {"message": "trouble", "type": "error", "param": None, "code": None}})
    return Answer(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class ModelPeer:
    """Gives the scripted answers in turn, the last one for ever; `requests` keeps what was asked."""

    answers: list[Answer]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if found := re.search(r"<customer (\w+)>", str(self.requests[-1].get("input"))):
            answer = replace(answer, text=answer.text.replace("BOUNDARY", found.group(1)))
        await asyncio.sleep(answer.seconds_before)
        if answer.disconnect:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.requests[-1].get("stream") and answer.body is None:
            return await _stream(request, answer, _response(answer, self.requests[-1]))
        body = answer.body if answer.body is not None else json.dumps(_response(answer, self.requests[-1]))
        headers = {"Content-Type": "application/json", **answer.headers}
        return web.Response(status=answer.status, body=body.encode(), headers=headers)


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[ModelPeer]:
    """Run a peer on a free port of this machine."""
    peer = ModelPeer(list(answers))
    app = web.Application()
    app.router.add_post("/v1/responses", peer.respond)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    peer.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield peer
    finally:
        await runner.cleanup()


async def _stream(request: web.Request, answer: Answer, whole: dict[str, Any]) -> web.StreamResponse:
    """Server-sent events as the API sends them; the text in pieces of like length."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **answer.headers})
    await response.prepare(request)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    with suppress(ConnectionResetError):  # the client gave up, as it should
        await _send(response, 0, "response.created", {"response": begun})
        await asyncio.sleep(answer.seconds_first)
        kind, text = ("refusal", answer.refusal) if answer.refusal else ("output_text", answer.text)
        size = max(1, -(-len(text) // answer.pieces))
        for number, at in enumerate(range(0, len(text), size)):
            if answer.cut_after == number:
                assert request.transport is not None
                request.transport.abort()
                return response
            where = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
            await _send(response, number + 1, f"response.{kind}.delta", {**where, "delta": text[at : at + size]})
            await asyncio.sleep(answer.seconds_between)
        if not answer.ends_without:
            await _send(response, 99_999, f"response.{whole['status']}", {"response": whole})
    return response


async def _send(response: web.StreamResponse, number: int, kind: str, content: Mapping[str, Any]) -> None:
    event = json.dumps({"type": kind, "sequence_number": number, **content})
    await response.write(f"event: {kind}\ndata: {event}\n\n".encode())


def _response(answer: Answer, asked: Mapping[str, Any]) -> dict[str, Any]:
    content = (
        {"type": "refusal", "refusal": answer.refusal}
        if answer.refusal
        else {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    )
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [content]}
    return {
        "id": "resp_1", "object": "response", "created_at": 1_770_000_000, "model": asked.get("model", ""),
        "status": "failed" if answer.failed else "incomplete" if answer.incomplete else "completed",
        "error": {"code": "server_error", "message": "trouble"} if answer.failed else None,
        "incomplete_details": {"reason": "max_output_tokens"} if answer.incomplete else None,
        "instructions": asked.get("instructions"), "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0,
        "tool_choice": "auto", "tools": [], "top_p": 1.0, "max_output_tokens": asked.get("max_output_tokens"),
        "previous_response_id": None, "reasoning": {"effort": None, "summary": None}, "store": False,
        "text": asked.get("text", {"format": {"type": "text"}}), "truncation": "disabled", "user": None,
        "output": [message] if answer.text or answer.refusal else [],
        "usage": {"input_tokens": 320, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 41,
                  "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 361},
    }  # fmt: skip
