"""Slack as a place where the team works: the only code that knows Slack's SDK."""

from bot.platforms.slack.adapter import SlackPlatform
from bot.platforms.slack.bolt import SocketMode, aiohttp_handler, build_bolt, start_socket_mode
from bot.platforms.slack.calls import Installation, SlackCalls, installation, who_am_i
from bot.platforms.slack.events import Own
from bot.platforms.slack.groups import GroupOnCall
from bot.platforms.slack.manifest import EVENTS, SCOPES, manifest
from bot.platforms.slack.payloads import parse
from bot.platforms.slack.people import SlackPeople

__all__ = [
    "EVENTS",
    "SCOPES",
    "GroupOnCall",
    "Installation",
    "Own",
    "SlackCalls",
    "SlackPeople",
    "SlackPlatform",
    "SocketMode",
    "aiohttp_handler",
    "build_bolt",
    "installation",
    "manifest",
    "parse",
    "start_socket_mode",
    "who_am_i",
]
