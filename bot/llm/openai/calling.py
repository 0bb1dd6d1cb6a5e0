"""Calls to OpenAI or a compatible endpoint: in time or not at all, and every fault a sentence that says what to do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import openai
from openai import AsyncOpenAI
from openai.types.responses import Response
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from bot.domain.errors import Unavailable
from bot.llm.spending import Prices
from bot.ports import Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variables:
    """The settings that an endpoint's faults name: they say what to check."""

    key: str = "RATCHET_OPENAI_API_KEY"
    address: str = "RATCHET_OPENAI_BASE_URL"
    model: str = "RATCHET_OPENAI_MODEL"


class Interrupted(Exception):
    """An answer that was not given to its end; the same request may succeed a little later."""


class Endpoint:
    """The connections to one model of an endpoint, and the rules for every call of it.

    What may pass (408, 409, 429, 5xx, a lost connection) is tried again after Retry-After or a growing pause; where
    that would end after the deadline, it gives up at once. Faults name the `variables` to check.
    """

    def __init__(
        self,
        api_key: str,
        model: str,
        *,
        base_url: str | None = None,
        deadline_seconds: float = 20.0,
        max_retries: int = 2,
        variables: Variables = Variables(),
    ) -> None:
        self.model = model
        self.address = base_url or ""
        self.client = AsyncOpenAI(api_key=api_key, base_url=base_url or None, max_retries=0, timeout=deadline_seconds)
        self._deadline = deadline_seconds
        self._tries = max_retries + 1
        self._variables = variables

    async def in_time(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call, again where its fault may pass, all within the deadline; its faults become Unavailable."""
        again = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=_pause,
            stop=stop_after_attempt(self._tries) | stop_before_delay(self._deadline),
            reraise=True,
        )

        async def attempt() -> T:
            return await call()

        try:
            async with asyncio.timeout(self._deadline):
                return await again(attempt)
        except openai.APIStatusError as error:
            raise self._unavailable(error) from error
        except (TimeoutError, openai.APITimeoutError) as error:
            raise Unavailable(f"The model did not answer in {self._deadline:g} s.") from error
        except openai.APIConnectionError as error:
            raise Unavailable(
                f"The model cannot be reached; check {self._variables.address} and the network."
            ) from error
        except Interrupted as error:
            raise Unavailable(str(error)) from error
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            # ValueError: JSON or text that does not parse; the other two: JSON of another shape than a response.
            raise Unavailable("The model's answer could not be read.") from error

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    def _unavailable(self, error: openai.APIStatusError) -> Unavailable:
        """Name the setting to fix, or say that waiting helps."""
        if error.status_code in {401, 403}:
            return Unavailable(f"The model refused our key; check {self._variables.key}.")
        if error.status_code == 404:
            return Unavailable(
                f'There is no model "{self.model}" at this address; '
                f"check {self._variables.model} and {self._variables.address}."
            )
        if error.status_code == 429:
            return Unavailable("The model is over its rate limit.", retry_after=_retry_after(error))
        if error.status_code >= 500:
            return Unavailable("The model has trouble of its own just now.")
        return Unavailable(
            f"The model did not accept the request (status {error.status_code}); check {self._variables.model}."
        )


def used(response: Response, prices: Prices, most: int) -> Usage:
    """What the answer took; where the endpoint does not say, all that it may have cost."""
    told = response.usage
    if told is None:
        return Usage(cost=0 if response.status == "failed" else most)
    return Usage(told.input_tokens, told.output_tokens, prices.cost(told.input_tokens, told.output_tokens))


def refusal(response: Response) -> str:
    """Why the model declined to answer; "" where it did not."""
    for item in response.output:
        for content in getattr(item, "content", None) or ():
            if getattr(content, "type", "") == "refusal":
                return str(content.refusal)
    return ""


def _may_pass(error: BaseException) -> bool:
    """Tell whether the same request may succeed a little later."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code in {408, 409, 429} or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError | Interrupted)


def _pause(state: RetryCallState) -> float:
    """Seconds before the next try: what Retry-After asks for, else half a second, doubled each time, never in step."""
    error = state.outcome.exception() if state.outcome else None
    asked = _retry_after(error) if isinstance(error, openai.APIStatusError) else None
    return asked if asked is not None else wait_random_exponential(multiplier=0.5, max=8)(state)


def _retry_after(error: openai.APIStatusError) -> float | None:
    wait = error.response.headers.get("retry-after", "")
    return float(wait) if wait.isdecimal() else None
