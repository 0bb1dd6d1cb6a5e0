"""One answer of the Responses API, heard while it is written."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.responses import Response, ResponseStreamEvent

from bot.domain.errors import Unavailable
from bot.llm.openai.calling import Interrupted

_ENDINGS = frozenset({"response.completed", "response.incomplete", "response.failed"})

Events = AsyncStream[ResponseStreamEvent]


async def begin(client: AsyncOpenAI, **ask: Any) -> Events:
    """Send the request; returns when the endpoint begins to answer. Until then nothing was written, or paid for."""
    events: Events = await client.responses.create(stream=True, store=False, **ask)
    return events


async def finish(events: Events, heard: Callable[[str], None], *, begun: Callable[[], None]) -> Response:
    """Listen to the end; `heard` gets each piece of the text, and `begun` is called at the first of them.

    Raises Interrupted for an answer that breaks off, and Unavailable for one that is no stream of events.
    """
    read = False
    async with _trouble_is_passing(), events:
        async for event in events:
            read = True
            kind = getattr(event, "type", "")
            if kind in _ENDINGS:
                return _ended(event)
            if kind.endswith(".delta"):
                begun()
            if kind == "response.output_text.delta":
                heard(str(getattr(event, "delta", "")))
    if read:
        raise Interrupted("The model's answer was cut off.")
    raise Unavailable("The model's answer could not be read: it was no stream of events.")


@asynccontextmanager
async def not_silent(seconds: float) -> AsyncIterator[Callable[[], None]]:
    """Raise Interrupted unless the first words come within these seconds; gives what is to be called when they do."""
    try:
        async with asyncio.timeout(seconds) as silence:
            yield lambda: silence.reschedule(None)
    except TimeoutError as error:
        raise Interrupted(f"The model did not begin to answer in {seconds:g} s.") from error


@asynccontextmanager
async def _trouble_is_passing() -> AsyncIterator[None]:
    """Take an error that comes in the middle of a stream for one that may pass."""
    try:
        yield
    except openai.APIConnectionError as error:
        raise Interrupted("The model's answer was cut off.") from error
    except openai.APIError as error:
        if type(error) is openai.APIError:
            raise Interrupted("The model has trouble of its own just now.") from error
        raise


def _ended(event: Any) -> Response:
    response = event.response
    if not isinstance(response, Response):
        raise Unavailable("The model's answer could not be read.")
    return response
