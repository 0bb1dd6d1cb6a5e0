"""What a delivery is answered with, in the shapes that Teams knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
MESSAGE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one delivery: the HTTP status, and for an invoke what Teams shows."""

    status: int = 200
    body: Json | None = None


UNKNOWN = Reply(501)
"""To an invoke that this bot does not offer."""
LATER = Reply(503)
"""To what could not be kept; Teams delivers messages again, and tells a person to press again."""


def card(shown: Mapping[str, Any]) -> Reply:
    """A card in the place of the one that was pressed or looked at, for this reader."""
    return Reply(body={"statusCode": 200, "type": CARD, "value": shown})


def message(text: str) -> Reply:
    """A sentence that the one who pressed sees."""
    return Reply(body={"statusCode": 200, "type": MESSAGE, "value": text})


def nothing_new() -> Reply:
    """To a look at a card that is not known any more: it stays as it is."""
    value = {"code": "NotFound", "message": "This card is not known any more."}
    return Reply(body={"statusCode": 404, "type": ERROR, "value": value})


def dialog(title: str, shown: Mapping[str, Any]) -> Reply:
    """A form, in a dialog of its own or in place of the one that is open."""
    form = {"contentType": CARD, "content": shown}
    return Reply(
        body={
            "task": {"type": "continue", "value": {"title": title, "width": "medium", "height": "large", "card": form}}
        }
    )


def dialog_message(text: str) -> Reply:
    """A sentence in a dialog; closing it is all that can be done."""
    return Reply(body={"task": {"type": "message", "value": text}})
