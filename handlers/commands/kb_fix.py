"""`/kb-fix`: propose a change of the article that should have answered a thread."""

from handlers.capture import open_fix
from handlers.commands import CommandPlugin

COMMAND = CommandPlugin(
    name="kb-fix",
    usage="[message link or article]",
    help="Propose a change of the article that should have answered",
    run=open_fix,
    shortcut="Fix knowledge",
)
