"""`/eval-case`: make an eval case of a thread."""

from handlers.capture import open_case
from handlers.commands import CommandPlugin

COMMAND = CommandPlugin(
    name="eval-case",
    usage="[message link]",
    help="Make an eval case of a thread, so that its answer stays right",
    run=open_case,
    shortcut="Make eval case",
)
