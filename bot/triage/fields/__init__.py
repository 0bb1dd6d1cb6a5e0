"""What a rep would copy from a message by hand, each with its place and what it comes to."""

from bot.triage.fields.finder import FieldFinder

__all__ = ["FieldFinder"]
