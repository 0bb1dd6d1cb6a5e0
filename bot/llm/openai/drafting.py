"""Drafts with a language model behind OpenAI's Responses API, or any endpoint that speaks it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from bot.domain.answer import Draft, DraftAuthor
from bot.domain.errors import Unavailable
from bot.domain.text.languages import language_of
from bot.llm.compose import Piece, compose
from bot.llm.openai.calling import Endpoint, Interrupted, refusal, used
from bot.llm.openai.streaming import begin, finish, not_silent
from bot.llm.remembering import Memory
from bot.llm.reply import Accepted, Gate, Reply, runs
from bot.llm.request import Brief, boundary, load_prompt
from bot.llm.spending import Budget
from bot.llm.voice import Voice
from bot.ports import DraftRequest, Progress, Usage

_PING_TOKENS = 16
_TOLD_EVERY = 0.25  # seconds between two reports of progress
_SCHEMA = {"format": {"type": "json_schema", "name": "reply", "strict": True, "schema": Reply.model_json_schema()}}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one call brought."""

    text: str
    refusal: str
    used: Usage


class OpenAIDrafter:
    """A Drafter on a language model. Within the endpoint's deadline, retries included, it drafts or raises Unavailable.

    Only what `bot.llm.reply` accepts is drafted: what is not cited is not answered. A refusal, or a reply in which
    nothing is cited, is an abstention. Personal data stays here. An identical request is answered from `memory`; any
    other is made only if the `budget` pays for the most that it may cost. The reply is framed by `voice`.
    """

    name = "openai"
    slow = True

    def __init__(  # noqa: PLR0913  its parts, each by name
        self,
        endpoint: Endpoint,
        *,
        first_words_seconds: float = 10.0,
        output_tokens: int = 2_000,
        prompt: str = "",
        voice: Voice | None = None,
        budget: Budget | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._first_words = first_words_seconds
        self._output_tokens = output_tokens
        self._prompt = prompt or load_prompt()
        self._rules = runs(self._prompt)
        self._voice = voice or Voice()
        self._budget = budget or Budget()
        self._memory = memory

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        if not request.escalation.question:
            return _abstention("The message has no words to answer; open its attachment or ask what it is about.")
        if not request.passages:
            return _abstention("No article was found for this question.")
        brief, mark = Brief(request, self._prompt, self._voice), boundary()
        key = brief.identity(f"{self._endpoint.address} {self._endpoint.model} {self._output_tokens} {_SCHEMA}")
        gate = Gate(request, brief.mask, secret=mark, rules=self._rules)
        if self._memory and (known := await self._memory.recall(key)) is not None:
            return replace(self._drafted(request, gate.accepted(_read(known))), cached=True)
        answer = await self._endpoint.in_time(lambda: self._ask(request, brief, mark, _reporting(gate, progress)))
        if answer.refusal:
            draft = _abstention(f"The model declined to answer: {answer.refusal[:200]}")
        else:
            draft = self._drafted(request, gate.accepted(_read(answer.text)))
            if self._memory and mark not in answer.text:  # another call's boundary could not tell that this one leaked
                await self._memory.keep(key, answer.text)
        return replace(draft, **self._charged(answer.used))

    async def ping(self) -> None:
        """Return once the model has answered a tiny request; raises Unavailable with a sentence that says what to fix.

        Costs a few tokens, which no budget counts, and keeps the same deadline as a draft.
        """
        answer = await self._endpoint.in_time(
            lambda: self._endpoint.client.responses.create(
                model=self._endpoint.model, input="Answer with OK.", max_output_tokens=_PING_TOKENS, store=False
            )
        )
        if not getattr(answer, "output", None):
            raise Unavailable("The model's answer was empty; check RATCHET_OPENAI_BASE_URL and RATCHET_OPENAI_MODEL.")

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    async def _ask(self, request: DraftRequest, brief: Brief, mark: str, heard: Callable[[str], None]) -> "_Answer":
        """Ask once, within the budget. Raises Interrupted, Unavailable, and whatever the SDK does."""
        instructions, case = brief.instructions(mark), brief.message(mark)
        charge = await self._budget.begin(request, f"{instructions}{case}{_SCHEMA}", self._output_tokens)
        ask: dict[str, Any] = {"model": self._endpoint.model, "max_output_tokens": self._output_tokens}
        ask |= {"instructions": instructions, "input": case, "text": _SCHEMA}
        async with not_silent(self._first_words) as begun:
            try:
                events = await begin(self._endpoint.client, **ask)
            except BaseException:
                await charge.release()
                raise
            response = await finish(events, heard, begun=begun)
        spent = used(response, self._budget.prices, charge.most)
        await charge.settle(spent)
        if response.status == "failed":
            raise Interrupted("The model has trouble of its own just now.")
        if response.status == "incomplete":
            raise Unavailable(
                f"The model's answer was cut off at {self._output_tokens} tokens; check RATCHET_OPENAI_OUTPUT_TOKENS."
            )
        return _Answer(response.output_text, refusal(response), spent)

    def _drafted(self, request: DraftRequest, accepted: Accepted) -> Draft:
        pieces, notes = accepted.pieces, accepted.notes
        if not pieces:
            missing = accepted.missing or "The model found nothing in the articles that it could cite."
            asking = tuple(f"Ask the customer: {question}" for question in accepted.questions)
            told = tuple(note for note in notes if note != f"Not covered: {missing}")
            return replace(_abstention(missing), notes=(*told, *asking), model=self._endpoint.model)
        sources = " ".join(passage.text for piece in pieces for passage in piece.passages)
        language = language_of(" ".join(piece.text for piece in pieces)) or language_of(sources)
        asked = [Piece(text, (), "", new_paragraph=at == 0) for at, text in enumerate(accepted.questions)]
        done = compose([*pieces, *asked], self._voice, name=request.escalation.customer.name, language=language)
        return Draft(
            done.text, done.cited, done.citations, accepted.confidence, DraftAuthor.MODEL, notes=notes,
            model=self._endpoint.model,
        )  # fmt: skip

    def _charged(self, used: Usage) -> dict[str, Any]:
        spent = {"cost": used.cost / 1_000_000, "currency": self._budget.prices.currency} if used.cost else {}
        tokens = {"input_tokens": used.input_tokens, "output_tokens": used.output_tokens}
        return {"model": self._endpoint.model, **tokens, **spent}


def _reporting(gate: Gate, progress: Progress | None) -> Callable[[str], None]:
    """Hear the pieces of one attempt, and report now and then what they come to."""
    pieces: list[str] = []
    told = 0.0

    def heard(piece: str) -> None:
        nonlocal told
        pieces.append(piece)
        if progress is not None and time.monotonic() - told >= _TOLD_EVERY:
            told = time.monotonic()
            progress(gate.so_far("".join(pieces)))

    return heard


def _read(text: str) -> Reply:
    """Raises Unavailable for what is no reply."""
    try:
        return Reply.model_validate_json(text)
    except ValidationError as error:
        raise Unavailable(f"The model's answer {'could not be read' if text else 'was empty'}.") from error


def _abstention(missing: str) -> Draft:
    return Draft("", "", (), 0.0, DraftAuthor.MODEL, missing=missing)
