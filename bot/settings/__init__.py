"""The only reader of the environment. Every setting is `RATCHET_<SECTION>_<NAME>`; secrets print as ***.

A section that is absent switches its feature off. A section that is half there stops start-up, naming what is missing.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.domain.errors import Misconfigured
from bot.settings.desk import CONTENT, Core, Desk, Search
from bot.settings.edges import Slack, Teams, Webhook
from bot.settings.model import OpenAI
from bot.settings.section import Section
from bot.settings.team import Alerts, Digest, Mail, OnCall, Quality, Team

__all__ = [
    "CONTENT", "SECTIONS", "Alerts", "Core", "Desk", "Digest", "Mail", "OnCall", "OpenAI", "Quality", "Search",
    "Section", "Settings", "Slack", "Team", "Teams", "Webhook",
]  # fmt: skip

SECTIONS: dict[str, type[Section]] = {
    "core": Core,
    "desk": Desk,
    "slack": Slack,
    "teams": Teams,
    "team": Team,
    "oncall": OnCall,
    "alerts": Alerts,
    "digest": Digest,
    "mail": Mail,
    "quality": Quality,
    "webhook": Webhook,
    "openai": OpenAI,
    "search": Search,
}


def _variable(kind: type[Section], location: tuple[int | str, ...]) -> str:
    return f"{kind.model_config.get('env_prefix', '')}{location[0] if location else ''}".upper()


class Settings:
    """All sections, read once. Overrides come as {"slack": {"rooms": ("#a",)}} and win over the environment."""

    def __init__(self, **overrides: Mapping[str, Any]) -> None:
        """Read everything; raises Misconfigured naming each bad or missing variable."""
        problems: list[str] = []
        sections: dict[str, Any] = {}
        for name, kind in SECTIONS.items():
            try:
                sections[name] = kind(**overrides.get(name, {}))
            except ValidationError as error:
                problems += [f"{_variable(kind, item['loc'])}: {item['msg']}" for item in error.errors()]
        for section in sections.values():
            problems += [f"{name} is missing" for name in section.missing()]
        if problems:
            raise Misconfigured("Settings are incomplete: " + "; ".join(sorted(problems)) + ".")
        self.core: Core = sections["core"]
        self.desk: Desk = sections["desk"]
        self.slack: Slack = sections["slack"]
        self.teams: Teams = sections["teams"]
        self.team: Team = sections["team"]
        self.oncall: OnCall = sections["oncall"]
        self.alerts: Alerts = sections["alerts"]
        self.digest: Digest = sections["digest"]
        self.mail: Mail = sections["mail"]
        self.quality: Quality = sections["quality"]
        self.webhook: Webhook = sections["webhook"]
        self.openai: OpenAI = sections["openai"]
        self.search: Search = sections["search"]
