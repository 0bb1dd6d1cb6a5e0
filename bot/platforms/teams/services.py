"""What of Microsoft's the bot talks to, with one set of tokens."""

from dataclasses import dataclass

import aiohttp

from bot.platforms.patience import Patience
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.graph import Graph
from bot.platforms.teams.tokens import Tokens
from bot.settings.edges import Teams


@dataclass(frozen=True, slots=True)
class Services:
    """The chat service and the directory of one app."""

    tokens: Tokens
    connector: Connector
    graph: Graph


def services(session: aiohttp.ClientSession, settings: Teams, patiently: Patience | None = None) -> Services:
    """Make them. The session's timeout bounds each answer."""
    tokens = Tokens(session, settings)
    connector = Connector(session, tokens, settings, patiently=patiently)
    return Services(tokens, connector, Graph(session, tokens, settings, patiently=patiently))
