"""Answers to eval cases judged by a language model behind OpenAI's Responses API, or any endpoint that speaks it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import openai
from openai.types.responses import Response

from bot.domain.errors import Unavailable
from bot.domain.escalation import Author
from bot.domain.judging import Opinion, Rubric
from bot.domain.quality import EvalCase
from bot.domain.text.masking import Mask, cut
from bot.llm.openai.calling import Endpoint, Interrupted, refusal, used
from bot.llm.remembering import Memory
from bot.llm.request import block, boundary, clean, load_prompt
from bot.llm.spending import Budget

_READ = 8_000  # characters of the conversation, of the reference, of the wants and of the answer
_WHY = 200
_NO_BOUNDARY = "\x00"
_WHO = {Author.CUSTOMER: "Customer", Author.AGENT: "Team"}


class OpenAIJudge:
    """A Judge on a language model, at temperature 0 where the model takes one.

    Personal data stays here. An identical request is answered from `memory`; any other is made only if the `budget`
    pays for the most that it may cost. What is no opinion on every point of the rubric is an error, never a pass.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        rubric: Rubric,
        *,
        output_tokens: int = 2_000,
        prompt: str = "",
        budget: Budget | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._rubric = rubric
        self._output_tokens = output_tokens
        points = "\n".join(f"- `{point.name}`: {point.asks}" for point in rubric.points)
        self._instructions = (prompt or load_prompt("judge")).replace("POINTS", points)
        self._format = {"format": _format(rubric)}
        self._budget = budget or Budget()
        self._memory = memory
        self.name = f"{endpoint.model} {_digest(endpoint.address, self._instructions, rubric.hash)[:12]}"

    async def judge(self, case: EvalCase, answer: str) -> Opinion:
        texts = _texts(case, answer)
        mask = Mask(texts.values())
        key = _digest(self.name, _message(texts, mask, _NO_BOUNDARY), self._output_tokens)
        if self._memory and (known := await self._memory.recall(key)) is not None:
            return self._read(known, mask)
        mark = boundary()
        said = await self._endpoint.in_time(lambda: self._ask(_message(texts, mask, mark), mark))
        found = self._read(said, mask)
        if self._memory:
            await self._memory.keep(key, said)
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    async def _ask(self, message: str, mark: str) -> str:
        """Ask once, within the budget. Raises Interrupted, Unavailable, and whatever the SDK does."""
        instructions = self._instructions.replace("BOUNDARY", mark)
        charge = await self._budget.begin(None, f"{instructions}{message}{self._format}", self._output_tokens)
        try:
            response = await self._create(instructions=instructions, input=message)
        except openai.APIStatusError:
            await charge.release()
            raise
        await charge.settle(used(response, self._budget.prices, charge.most))
        if response.status == "failed":
            raise Interrupted("The model has trouble of its own just now.")
        if response.status == "incomplete":
            raise Unavailable(f"The judge's answer was cut off at {self._output_tokens} tokens.")
        if declined := refusal(response):
            raise Unavailable(f"The model declined to judge: {declined[:_WHY]}")
        return response.output_text

    async def _create(self, **ask: Any) -> Response:
        ask |= {"model": self._endpoint.model, "max_output_tokens": self._output_tokens, "text": self._format}
        try:
            made: Response = await self._endpoint.client.responses.create(store=False, temperature=0, **ask)
        except openai.BadRequestError as error:
            if error.param != "temperature":
                raise
            made = await self._endpoint.client.responses.create(store=False, **ask)  # a model that reasons takes none
        return made

    def _read(self, said: str, mask: Mask) -> Opinion:
        """Raises Unavailable for what is no opinion on exactly the points of the rubric."""
        try:
            read = json.loads(said)
            points = {name: entry["met"] for name, entry in read.items()}
            whys = [mask.restore(str(read[name]["why"]))[:_WHY] for name, met in points.items() if met is False]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Unavailable("The judge's answer could not be read.") from None
        if set(points) != {point.name for point in self._rubric.points} or not _are_verdicts(points):
            raise Unavailable("The judge's answer could not be read.")
        return Opinion(self._rubric.passes(points), points, " ".join(whys))


def _are_verdicts(points: Mapping[str, object]) -> bool:
    return all(isinstance(met, bool) for met in points.values())


def _texts(case: EvalCase, answer: str) -> dict[str, str]:
    turns = (f"{_WHO[turn.author]}: {turn.text}" for turn in case.turns if turn.author in _WHO)
    wants = [f"It must say: {fact}" for fact in case.must_say]
    wants += [f"It must not say: {claim}" for claim in case.must_not_say]
    wants.append("It must leave this to a person." if case.escalates else "It must answer.")
    texts = {"conversation": "\n\n".join(turns), "reference": case.reference, "wants": "\n".join(wants)}
    texts["answer"] = answer
    return {name: cut(text, _READ) for name, text in texts.items()}


def _message(texts: Mapping[str, str], mask: Mask, mark: str) -> str:
    return "\n\n".join(block(name, clean(mask.hide(text), mark), mark) for name, text in texts.items())


def _format(rubric: Rubric) -> dict[str, Any]:
    def closed(**properties: Any) -> dict[str, Any]:
        return {
            "type": "object", "additionalProperties": False, "required": list(properties), "properties": properties,
        }  # fmt: skip

    point = closed(why={"type": "string"}, met={"type": "boolean"})
    schema = closed(**{each.name: point for each in rubric.points})
    return {"type": "json_schema", "name": "opinion", "strict": True, "schema": schema}


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()
