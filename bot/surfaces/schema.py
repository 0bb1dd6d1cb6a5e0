"""The JSON that customers' systems send us and that we send back: the models behind parsing and `/openapi.json`."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints


def _in_utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a time zone is taken as UTC."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the date is out of range") from error


Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Moment = Annotated[datetime, AfterValidator(_in_utc)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CustomerIn(Strict):
    """Who asks."""

    id: Id = Field(description="Your id of the customer")
    name: str = Field("", max_length=200)
    email: str = Field("", max_length=320)


class TurnIn(Strict):
    """One message of the conversation."""

    id: str = Field("", max_length=200, description="Your id of the message; without one its content is")
    author: Literal["customer", "agent"] = "customer"
    text: str = Field("", max_length=100_000)
    at: Moment | None = Field(None, description="When it was written, with time zone; default: now")
    attachments: list[str] = Field(default_factory=list, max_length=50, description="Names of attached files")


class ConversationIn(Strict):
    """A conversation for the team, with all its messages or only the new ones; known messages are not added twice."""

    conversation_id: Id
    surface: str = Field("web chat", max_length=60, description="What the team calls the channel: web chat, e-mail ...")
    customer: CustomerIn
    turns: list[TurnIn] = Field(min_length=1, max_length=500)
    language: str | None = Field(None, pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="ISO 639-1 code, if you know it")
    metadata: dict[str, str] = Field(default_factory=dict, max_length=50)
    reply_url: AnyHttpUrl | None = Field(None, description="Where to post the approved reply")


class OutcomeIn(Strict):
    """What became of a conversation."""

    conversation_id: Id
    outcome: Literal["resolved", "reopened", "rating", "transferred", "handle_time"]
    value: float | None = Field(
        None, allow_inf_nan=False, description="The rating (1 to 5) or the seconds of handle time"
    )
    note: str = Field("", max_length=2000)
    at: Moment | None = None


class ConversationEscalated(Strict):
    type: Literal["conversation.escalated"]
    timestamp: datetime | None = None
    data: ConversationIn


class ConversationOutcome(Strict):
    type: Literal["conversation.outcome"]
    timestamp: datetime | None = None
    data: OutcomeIn


Delivery = Annotated[ConversationEscalated | ConversationOutcome, Field(discriminator="type")]


class ReplyData(Strict):
    conversation_id: str
    text: str


class Reply(Strict):
    """What we post to `reply_url`, signed the same way; the `webhook-id` header is equal for repeats."""

    type: Literal["conversation.reply"] = "conversation.reply"
    timestamp: datetime
    data: ReplyData


def turn_ids(turns: Sequence[TurnIn]) -> list[str]:
    """What tells the messages of a conversation apart: their ids, or else their content.

    The whole history delivered again then adds nothing, and a delivery of only the new messages loses none.
    """
    seen: Counter[str] = Counter()
    ids = []
    for turn in turns:
        content = hashlib.sha256(turn.model_dump_json().encode()).hexdigest()[:16]
        seen[content] += 1
        ids.append(turn.id or f"{content}/{seen[content]}")
    return ids


def openapi(version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the HTTP door."""
    from pydantic import TypeAdapter
    from pydantic.json_schema import models_json_schema

    _, definitions = models_json_schema(
        [(ConversationEscalated, "validation"), (ConversationOutcome, "validation"), (Reply, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    body = TypeAdapter(Delivery).json_schema(ref_template="#/components/schemas/{model}")
    body.pop("$defs", None)
    header = {"in": "header", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ratchet", "version": version, "description": _ABOUT},
        "paths": {
            "/surfaces/webhook": {
                "post": {
                    "operationId": "deliver",
                    "summary": "Hand a conversation to the team, or report what became of one",
                    "parameters": [
                        {**header, "name": name} for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
                    ],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
                    "responses": {status: _response(text) for status, text in _RESPONSES.items()},
                }
            }
        },
        "components": {"schemas": {**definitions["$defs"], "Problem": _PROBLEM}},
    }


_ABOUT = (
    "Every request is signed by the Standard Webhooks scheme (standardwebhooks.com). "
    "The same delivery twice is the same escalation."
)
_PROBLEM = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "field": {"type": "string"}},
}
_RESPONSES = {
    "202": "Durable: it will be worked on, whatever happens to this process",
    "400": "Not JSON",
    "401": "The signature is missing, wrong or older than five minutes",
    "404": "The outcome is of a conversation that was never handed over",
    "409": "The conversation id is that of another customer's conversation",
    "413": "Over 1 MiB",
    "422": "Against the schema; `field` names where",
    "503": "Not now; try again",
}


def _response(text: str) -> dict[str, Any]:
    if text.startswith("Durable"):
        schema: dict[str, Any] = {"type": "object", "properties": {"escalation": {"type": "string"}}}
    else:
        schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/json": {"schema": schema}}}
