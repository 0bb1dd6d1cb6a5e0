"""`set-intent`: say what the customer of a thread wants, where triage judged otherwise. Given by a card's button."""

from handlers.capture import open_intent
from handlers.commands import CommandPlugin

COMMAND = CommandPlugin(
    name="set-intent",
    usage="[message link]",
    help="Say what the customer wants, where it was misjudged",
    run=open_intent,
    slash=False,
)
