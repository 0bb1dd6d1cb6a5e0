"""Drafts with a language model behind OpenAI's Responses API, or any endpoint that speaks it."""

from openai.types.responses import ParsedResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.domain.answer import Draft, DraftAuthor, Passage
from bot.domain.errors import Unavailable
from bot.llm.compose import Piece, compose
from bot.llm.openai.calling import Endpoint
from bot.llm.reading import language_of
from bot.llm.request import boundary, load_prompt, message, prompt_version
from bot.llm.voice import Voice
from bot.ports import DraftRequest

_OUTPUT_TOKENS = 2_000
_PING_TOKENS = 16
_DROPPED_NOTE = "{count} of the model's sentences cited no passage and {was} left out."


class Sentence(BaseModel):
    """One sentence of the reply with the numbers of the passages that state it."""

    model_config = ConfigDict(extra="forbid")
    text: str
    passages: list[int]


class Reply(BaseModel):
    """What the model returns."""

    model_config = ConfigDict(extra="forbid")
    sentences: list[Sentence]
    missing: str = Field(description="What the passages do not cover, in one sentence for the team; empty if nothing.")
    needs_human: bool


class OpenAIDrafter:
    """A Drafter on a language model. Within `deadline_seconds`, retries included, it drafts or raises Unavailable.

    A sentence that cites no passage we sent is left out, and a note says so: what is not cited is not answered. A
    refusal, or a reply in which nothing is cited, is an abstention. Its confidence is provisional: the share of
    sentences kept, capped. The reply is framed by `voice`.
    """

    name = "openai"
    slow = True

    def __init__(  # noqa: PLR0913  the settings section, one for one
        self,
        api_key: str,
        model: str,
        *,
        base_url: str | None = None,
        deadline_seconds: float = 20.0,
        max_retries: int = 2,
        prompt: str = "",
        voice: Voice | None = None,
    ) -> None:
        self._model = model
        self._prompt = prompt or load_prompt()
        self._voice = voice or Voice()
        self._endpoint = Endpoint(
            api_key, model, base_url=base_url, deadline_seconds=deadline_seconds, max_retries=max_retries
        )

    async def draft(self, request: DraftRequest) -> Draft:
        if not request.escalation.question:
            return _abstention("The message has no words to answer; open its attachment or ask what it is about.")
        if not request.passages:
            return _abstention("No article was found for this question.")
        mark = boundary()
        response = await self._endpoint.in_time(
            lambda: self._endpoint.client.responses.parse(
                model=self._model,
                instructions=self._prompt.replace("BOUNDARY", mark),
                input=message(request, mark),
                text_format=Reply,
                max_output_tokens=_OUTPUT_TOKENS,
                store=False,
            )
        )
        return self._drafted(request, response)

    async def ping(self) -> None:
        """Return once the model has answered a tiny request; raises Unavailable with a sentence that says what to fix.

        Costs a few tokens, and keeps the same deadline as a draft.
        """
        answer = await self._endpoint.in_time(
            lambda: self._endpoint.client.responses.create(
                model=self._model, input="Answer with OK.", max_output_tokens=_PING_TOKENS, store=False
            )
        )
        if not getattr(answer, "output", None):
            raise Unavailable("The model's answer was empty; check RATCHET_OPENAI_BASE_URL and RATCHET_OPENAI_MODEL.")

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    def _drafted(self, request: DraftRequest, response: ParsedResponse[Reply]) -> Draft:
        used = response.usage
        tokens = (used.input_tokens, used.output_tokens) if used else (0, 0)
        try:
            reply = response.output_parsed
        except (AttributeError, TypeError):
            reply = None
        if refusal := _refusal(response):
            return _abstention(f"The model declined to answer: {refusal[:200]}", self._model, tokens)
        if reply is None:
            status = "was cut off" if response.status == "incomplete" else "was empty"
            raise Unavailable(f"The model's answer {status}.")
        pieces = [piece for sentence in reply.sentences if (piece := _piece(sentence, request.passages))]
        dropped = sum(bool(sentence.text.strip()) for sentence in reply.sentences) - len(pieces)
        notes = _notes(reply, dropped)
        if not pieces:
            missing = reply.missing.strip() or "The model found nothing in the articles that it could cite."
            return _abstention(missing, self._model, tokens, notes)
        sources = " ".join(passage.text for piece in pieces for passage in piece.passages)
        language = language_of(" ".join(piece.text for piece in pieces)) or language_of(sources)
        done = compose(pieces, self._voice, name=request.escalation.customer.name, language=language)
        confidence = 0.8 * len(pieces) / (len(pieces) + dropped) * (0.5 if reply.missing.strip() else 1.0)
        return Draft(
            done.text,
            done.cited,
            done.citations,
            round(confidence * (0.5 if reply.needs_human else 1.0), 4),
            DraftAuthor.MODEL,
            notes=notes,
            model=self._model,
            input_tokens=tokens[0],
            output_tokens=tokens[1],
        )

    @property
    def prompt_version(self) -> str:
        return prompt_version(self._prompt)


def _piece(sentence: Sentence, passages: tuple[Passage, ...]) -> Piece | None:
    """A sentence with those of its passages that exist; None where none does."""
    text = " ".join(sentence.text.split())
    cited = tuple(passages[number - 1] for number in dict.fromkeys(sentence.passages) if 1 <= number <= len(passages))
    return Piece(text, cited, text) if text and cited else None


def _notes(reply: Reply, dropped: int) -> tuple[str, ...]:
    notes = []
    if dropped:
        notes.append(_DROPPED_NOTE.format(count=dropped, was="was" if dropped == 1 else "were"))
    if reply.missing.strip():
        notes.append(f"Not covered: {reply.missing.strip()[:300]}")
    if reply.needs_human:
        notes.append("The model asks for a person to decide this one.")
    return tuple(notes)


def _refusal(response: ParsedResponse[Reply]) -> str:
    for item in response.output:
        for content in getattr(item, "content", None) or ():
            if getattr(content, "type", "") == "refusal":
                return str(content.refusal)
    return ""


def _abstention(missing: str, model: str = "", tokens: tuple[int, int] = (0, 0), notes: tuple[str, ...] = ()) -> Draft:
    return Draft(
        "", "", (), 0.0, DraftAuthor.MODEL, missing=missing, notes=notes, model=model, input_tokens=tokens[0],
        output_tokens=tokens[1],
    )  # fmt: skip
