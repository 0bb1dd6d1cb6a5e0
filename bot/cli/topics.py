"""`ratchet topics`: what customers ask that fits no intent of the taxonomy, gathered into topics and proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.domain.intents import TopicProposal

_SHOWN = 3  # examples of a topic, the most typical first
_READ = 1_000  # characters of a conversation from which an example is taken
_LONGEST = 100  # characters of an example


@dataclass(frozen=True, slots=True)
class Found:
    """One topic as it is shown. `like` is the known intent that it may belong to, or empty.

    `proposal` says what the team made of it, if it was put before them.
    """

    size: int
    escalations: tuple[str, ...]
    examples: tuple[str, ...]
    like: str
    likeness: float
    proposal: str = ""


@click.command()
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, 520), help="How far to look back.")
@click.option("--least", default=5, show_default=True, type=click.IntRange(2), help="Conversations that make a topic.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--propose", "proposing", is_flag=True, help="Put new topics before the team now, not only on Mondays.")
def topics(weeks: int, least: int, as_json: bool, proposing: bool) -> None:
    """Gather the conversations that fit no intent into topics, so that the team can make intents of them."""
    from bot.cli.terminal import run

    if proposing:
        run(_propose())
        return
    asked, found, told = run(_found(weeks, least))
    if as_json:
        from bot.domain.codec import codec

        click.echo(codec(list[Found]).dump_json(found, indent=2).decode())
    else:
        _print(weeks, asked, found, told)


def _print(weeks: int, asked: int, found: Sequence[Found], told: Sequence["TopicProposal"]) -> None:
    from bot.cli.terminal import console

    out = console()
    gathered, made = sum(topic.size for topic in found), "1 topic" if len(found) == 1 else f"{len(found)} topics"
    if asked:
        out.print(f"{asked} conversations of {_weeks(weeks)} fit no intent; {gathered} of them make {made}.")
    else:
        out.print(f"No conversation of {_weeks(weeks)} is without an intent.")
    for number, topic in enumerate(found, 1):
        out.print(f"\n[b]Topic {number}[/b], {topic.size} conversations", highlight=False)
        for example in topic.examples:
            out.print(f"  “{example}”", markup=False, highlight=False)
        if topic.like:
            out.print(f"  Like the intent {topic.like} ({topic.likeness:.2f}): is it that one?", markup=False)
        if topic.proposal:
            out.print(f"  Put before the team: {topic.proposal}", markup=False, highlight=False)
    if any(not topic.proposal for topic in found):
        out.print("\nThey come before the team on Monday; `ratchet topics --propose` does it now.", highlight=False)
    if told:
        out.print("\n[b]Proposed so far[/b]", highlight=False)
        for each in told:
            out.print(f"  “{each.title}”, {len(each.members)} conversations: {_state(each)}", markup=False)


def _state(topic: "TopicProposal") -> str:
    """What became of a proposal, in a line."""
    by = f" by {topic.decided_by.name or topic.decided_by.id}" if topic.decided_by else ""
    became = f" ({topic.intent}, workflow v{topic.release})" if topic.release else ""
    return f"{topic.state.value} since {topic.decided_at or topic.at:%d %b %Y}{by}{became}"


async def _found(weeks: int, least: int) -> tuple[int, list[Found], tuple["TopicProposal", ...]]:
    from bot.cli.terminal import desk_parts
    from bot.domain.intents import ALIKE
    from bot.domain.text.masking import masked
    from bot.domain.text.plain import shortened
    from bot.triage.topics import topics as cluster
    from bot.workflows.new_topics import same_as, unfit
    from bot.workflows.topics import intents_of

    async with desk_parts() as parts:
        told = await parts.desk.store.topics.newest()
        threads = await unfit(parts.desk, told, weeks)
        known = [(text, intent.name) for intent in await intents_of(parts.desk) for text in intent.examples]
        asked = [thread.escalation.asked for thread in threads]
        found = cluster(asked, known, parts.questions, least=least)
    listed = []
    for topic in found:
        members = tuple(threads[i].escalation.id for i in topic.members)
        examples = tuple(shortened(masked(asked[i], _READ), _LONGEST) for i in topic.members[:_SHOWN])
        like = topic.nearest if topic.likeness >= ALIKE else ""
        proposal = next((_state(each) for each in same_as(told, members)), "")
        listed.append(Found(len(members), members, examples, like, topic.likeness, proposal))
    return len(asked), listed, told


async def _propose() -> None:
    from bot.cli.terminal import connected_desk
    from bot.workflows.new_topics import propose_topics
    from bot.workflows.run import RecordedRun

    async with connected_desk("Topics are proposed in Slack or Teams") as desk:
        before = {topic.id for topic in await desk.store.topics.newest()}
        await propose_topics(RecordedRun(f"topics:{desk.clock.now().isoformat()}", desk.clock), desk)
        new = [topic for topic in await desk.store.topics.newest() if topic.id not in before]
    if not new:
        click.echo("There is no new topic to propose.")
    for topic in new:
        shown = "its card is posted" if topic.card else "its card could not be posted; the next proposal tries again"
        click.echo(f"“{topic.title}”, {len(topic.members)} conversations: {shown}.")


def _weeks(count: int) -> str:
    return "the last week" if count == 1 else f"the last {count} weeks"
