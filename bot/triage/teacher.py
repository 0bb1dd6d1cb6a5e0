"""Reads and teaches the text of a taxonomy, for those who know no YAML."""

from collections.abc import Mapping, Sequence

from bot.domain.errors import Misconfigured, Rejected
from bot.ports import KnownIntent
from bot.triage.taxonomy import Intent, parse_taxonomy
from bot.triage.teaching import with_examples, with_intent


class TaxonomyTeacher:
    """Keeps the promises of `bot.ports.Teacher`."""

    def intents(self, taxonomy: str) -> tuple[KnownIntent, ...]:
        try:
            known = parse_taxonomy(taxonomy, "The taxonomy").intents
        except Misconfigured as problem:
            raise Rejected(str(problem)) from problem
        return tuple(KnownIntent(each.name, each.title, each.risk, each.room, each.examples) for each in known)

    def with_examples(self, taxonomy: str, examples: Mapping[str, Sequence[str]]) -> str:
        return with_examples(taxonomy, examples)

    def with_intent(self, taxonomy: str, intent: KnownIntent) -> str:
        return with_intent(taxonomy, Intent(intent.name, intent.title, "", intent.risk, intent.room, intent.examples))
