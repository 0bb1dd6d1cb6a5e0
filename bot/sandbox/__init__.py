"""A local stand-in for a Slack workspace: the same wire, a page to use it, and a control API to drive it.

The bot reaches it through the very adapter it uses for Slack, so what works here works there. Newcomers meet it
through `ratchet demo`; the end-to-end tests talk to it over HTTP. Start reading at `server.Sandbox`.
"""

from bot.sandbox.server import Sandbox

__all__ = ["Sandbox"]
