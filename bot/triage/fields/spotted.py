"""A match of a pattern as a field."""

import re

from bot.domain.answer import Field


def spotted(name: str, match: re.Match[str], resolved: str = "", group: int | str = 0) -> Field:
    """The field that a group of the match is, with its place."""
    return Field(name, match[group], match.start(group), match.end(group), resolved)
