"""`ratchet topics`: what customers ask that fits no intent of the taxonomy, gathered into topics."""

from dataclasses import dataclass
from datetime import timedelta

import click

_SHOWN = 3  # examples of a topic, the most typical first
_READ = 1_000  # characters of a conversation from which an example is taken
_LONGEST = 100  # characters of an example
_ALIKE = 0.75  # the likeness to a known intent from which a topic may be that intent in other words


@dataclass(frozen=True, slots=True)
class Found:
    """One topic as it is shown. `like` is the known intent that it may belong to, or empty."""

    size: int
    escalations: tuple[str, ...]
    examples: tuple[str, ...]
    like: str
    likeness: float


@click.command()
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, 520), help="How far to look back.")
@click.option("--least", default=5, show_default=True, type=click.IntRange(2), help="Conversations that make a topic.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def topics(weeks: int, least: int, as_json: bool) -> None:
    """Gather the conversations that fit no intent into topics, so that you can add what is missing to the taxonomy."""
    from bot.cli.terminal import console, run
    from bot.domain.codec import codec

    asked, found = run(_found(weeks, least))
    if as_json:
        click.echo(codec(list[Found]).dump_json(found, indent=2).decode())
        return
    out = console()
    if not asked:
        out.print(f"No conversation of {_weeks(weeks)} is without an intent.")
        return
    gathered, made = sum(topic.size for topic in found), "1 topic" if len(found) == 1 else f"{len(found)} topics"
    out.print(f"{asked} conversations of {_weeks(weeks)} fit no intent; {gathered} of them make {made}.")
    for number, topic in enumerate(found, 1):
        out.print(f"\n[b]Topic {number}[/b], {topic.size} conversations", highlight=False)
        for example in topic.examples:
            out.print(f"  “{example}”", markup=False, highlight=False)
        if topic.like:
            out.print(
                f"  Like the intent {topic.like} ({topic.likeness:.2f}): add these to its examples?", markup=False
            )
    if found:
        out.print("\nAdd a topic as an intent, with its examples, to the taxonomy (RATCHET_DESK_TAXONOMY).")


async def _found(weeks: int, least: int) -> tuple[int, list[Found]]:
    from bot.cli.terminal import desk_parts
    from bot.domain.answer import UNKNOWN_INTENT
    from bot.domain.text.masking import masked
    from bot.domain.text.plain import shortened
    from bot.triage.taxonomy import load_taxonomy
    from bot.triage.topics import topics as cluster

    async with desk_parts() as parts:
        store, since = parts.desk.store, parts.clock.now() - timedelta(weeks=weeks)
        reviews = await store.reviews.of_intent(UNKNOWN_INTENT, since)
        escalations = [await store.escalations.get(review.escalation_id) for review in reviews]
        known = [
            (text, intent.name)
            for intent in load_taxonomy(parts.settings.desk.taxonomy).intents
            for text in intent.examples
        ]
        asked = [escalation.asked for escalation in escalations]
        found = cluster(asked, known, parts.questions, least=least)
    return len(asked), [
        Found(
            size=len(topic.members),
            escalations=tuple(escalations[i].id for i in topic.members),
            examples=tuple(shortened(masked(asked[i], _READ), _LONGEST) for i in topic.members[:_SHOWN]),
            like=topic.nearest if topic.likeness >= _ALIKE else "",
            likeness=topic.likeness,
        )
        for topic in found
    ]


def _weeks(count: int) -> str:
    return "the last week" if count == 1 else f"the last {count} weeks"
