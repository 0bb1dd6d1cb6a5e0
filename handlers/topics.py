"""What people do with the card of a new topic: accept, merge, dismiss, try again."""

from bot.cards import topics as cards
from bot.domain.answer import Risk
from bot.domain.chat import Click, Submission
from bot.domain.errors import RatchetError
from bot.domain.intents import check_may_dismiss, check_may_teach
from bot.ports import Answer, Desk, KnownIntent
from bot.workflows import topics
from handlers.people import named
from handlers.refusing import refused

MAX_NOTE = 3000
MOST_EXAMPLES, LONGEST_EXAMPLE = 50, 500


async def again(desk: Desk, click: Click) -> Answer:
    """Try a held topic again."""
    await topics.try_again(desk, click.subject, await named(desk, click.actor), ref=click.key)
    return None


async def accept(desk: Desk, click: Click) -> Answer:
    check_may_teach(await desk.people.role(click.actor))
    return cards.accept_form(await topics.seen(desk, click.subject))


async def merge(desk: Desk, click: Click) -> Answer:
    check_may_teach(await desk.people.role(click.actor))
    topic = await topics.seen(desk, click.subject)
    return cards.merge_form(topic, [(intent.name, intent.title) for intent in await topics.intents_of(desk)])


async def dismiss(desk: Desk, click: Click) -> Answer:
    check_may_dismiss(await desk.people.role(click.actor))
    return cards.dismiss_form(await topics.seen(desk, click.subject))


async def send_accept(desk: Desk, sent: Submission) -> Answer:
    """Have the topic made the intent that the form describes; what is wrong with it is said beside the input."""
    try:
        await topics.accept(desk, sent.subject, await named(desk, sent.actor), _intent(sent), ref=sent.key)
    except RatchetError as problem:
        return refused(problem, "title", sent)
    return None


async def send_merge(desk: Desk, sent: Submission) -> Answer:
    try:
        into = sent.values.get("intent", "")
        await topics.merge(desk, sent.subject, await named(desk, sent.actor), into, ref=sent.key)
    except RatchetError as problem:
        return refused(problem, "intent", sent)
    return None


async def send_dismiss(desk: Desk, sent: Submission) -> Answer:
    try:
        note = sent.values.get("note", "")[:MAX_NOTE]
        await topics.dismiss(desk, sent.subject, await named(desk, sent.actor), note=note)
    except RatchetError as problem:
        return refused(problem, "note", sent)
    return None


def _intent(sent: Submission) -> KnownIntent:
    values = {name: " ".join(value.split()) for name, value in sent.values.items() if name != "examples"}
    lines = (" ".join(line.split())[:LONGEST_EXAMPLE] for line in sent.values.get("examples", "").splitlines())
    examples = {line.casefold(): line for line in lines if line}
    return KnownIntent(
        name=values.get("name", ""),
        title=values.get("title", ""),
        risk=Risk(values.get("risk") or Risk.MEDIUM),
        room=values.get("room", ""),
        examples=tuple(examples.values())[:MOST_EXAMPLES],
    )


OPENERS = {
    cards.ACCEPT: accept,
    cards.MERGE: merge,
    cards.DISMISS: dismiss,
}
ACTIONS = OPENERS | {cards.AGAIN: again}
FORMS = {
    cards.ACCEPT: send_accept,
    cards.MERGE: send_merge,
    cards.DISMISS: send_dismiss,
}
