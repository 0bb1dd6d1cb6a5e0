"""Slack's addresses of messages."""

import re

from bot.domain.chat import MessageRef, Place
from bot.platforms.slack.events import SLACK

_LINK = re.compile(
    r"https?://[^\s/]+/archives/(?P<room>[CDG][A-Z0-9]{2,20})/p(?P<seconds>\d{1,12})(?P<micros>\d{6})(?:\?(?P<query>\S*))?"
)
_THREAD = re.compile(r"(?:^|&)thread_ts=(\d{1,12}\.\d{6})(?:&|$)")


def linked_message(link: str) -> MessageRef | None:
    """The message that a copied link leads to, in its thread; a message that is in none begins one."""
    match = _LINK.fullmatch(link.strip())
    if match is None:
        return None
    message = f"{match['seconds']}.{match['micros']}"
    thread = _THREAD.search(match["query"] or "")
    return MessageRef(Place(SLACK, match["room"], thread[1] if thread else message), message)
