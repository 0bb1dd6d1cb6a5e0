"""Learns from labels: measures what they would teach, and writes it into the taxonomy's text where that is better."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.domain.errors import Misconfigured, Rejected
from bot.domain.intents import Label
from bot.domain.refit import Outcome, Refit
from bot.ports import Embedder
from bot.triage.relearning import refit
from bot.triage.taxonomy import parse_taxonomy
from bot.triage.teaching import with_examples, without_examples


class TaxonomyLearner:
    """Keeps the promises of `bot.ports.Learner`; it learns apart from the event loop."""

    def __init__(self, embedder: Embedder, *, phone_region: str | None = None) -> None:
        self._embedder = embedder
        self._region = phone_region

    async def learn(
        self,
        taxonomy: str,
        labels: Sequence[Label],
        usual: Sequence[tuple[str, str]],
        step: Callable[[int, int], None] = lambda done, of: None,
    ) -> Refit:
        return await asyncio.to_thread(self._learn, taxonomy, labels, usual, step)

    def _learn(
        self,
        taxonomy: str,
        labels: Sequence[Label],
        usual: Sequence[tuple[str, str]],
        step: Callable[[int, int], None],
    ) -> Refit:
        try:
            known = parse_taxonomy(taxonomy, "The taxonomy")
        except Misconfigured as problem:
            raise Rejected(str(problem)) from problem
        made = refit(known, labels, usual, self._embedder, phone_region=self._region, step=step)
        if made.outcome is not Outcome.BETTER:
            return made
        learned = [label for label in labels if label.id in made.learned]
        theirs = {
            intent.name: [label.text for label in learned if label.intent == intent.name] for intent in known.intents
        }
        others = {
            intent.name: [label.text for label in learned if label.intent != intent.name] for intent in known.intents
        }
        return replace(made, taxonomy=with_examples(without_examples(taxonomy, others), theirs))
