"""A new topic before the team: on its card, made an intent, merged into one, or dismissed. Teaching is `evals`'."""

import re
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from bot.cards.topics import topic_card
from bot.domain.chat import MessageRef, Person
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.domain.intents import (
    WAITING,
    TopicProposal,
    TopicState,
    check_may_dismiss,
    check_may_teach,
    why_not_waiting,
)
from bot.ports import Desk, KnownIntent, Run
from bot.workflows.capture import Thread, stand_ins
from bot.workflows.showing import NO_HOME, cases_named, own_place, repaint, through_outages, wait_after

FEWEST_EXAMPLES = 3
"""Examples that an intent is taught with; fewer tell nothing."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_LINKED = 3  # threads that a card leads to


async def taxonomy_of(desk: Desk) -> str:
    """The text of what the desk distinguishes now."""
    live = await desk.workflows.live()
    return (await desk.workflows.parts(live.release))["taxonomy"]


async def intents_of(desk: Desk) -> tuple[KnownIntent, ...]:
    """What the desk distinguishes now."""
    return desk.teacher.intents(await taxonomy_of(desk))


# --- decisions --------------------------------------------------------------------------------------------------------


async def seen(desk: Desk, topic_id: str) -> TopicProposal:
    """The topic that a button was about, while somebody can decide on it. Raises Conflict, with who did and when."""
    topic = await desk.store.topics.get(topic_id)
    if topic.state not in WAITING:
        raise Conflict(why_not_waiting(topic))
    return topic


async def accept(desk: Desk, topic_id: str, actor: Person, intent: KnownIntent, *, ref: str) -> None:
    """Have the topic made this intent, if the evals find nothing worse. `ref` names the form, so that it is one.

    Raises Rejected, naming the field, for what cannot be an intent.
    """
    check_may_teach(await desk.people.role(actor))
    topic = await _waiting(desk, topic_id, actor, intent.name)
    await _check_intent(desk, topic, intent)
    wanted = replace(topic, risk=intent.risk, room=intent.room, kept=intent.examples, merges=False)
    await _teach(desk, replace(wanted, intent=intent.name, intent_title=intent.title), actor, ref)


async def merge(desk: Desk, topic_id: str, actor: Person, into: str, *, ref: str) -> None:
    """Have the topic's examples taught to a known intent, if the evals find nothing worse."""
    check_may_teach(await desk.people.role(actor))
    topic = await _waiting(desk, topic_id, actor, into)
    taxonomy = await taxonomy_of(desk)
    known = next((intent for intent in desk.teacher.intents(taxonomy) if intent.name == into), None)
    if known is None:
        raise Rejected("Choose the intent that these conversations belong to.", field="intent")
    desk.teacher.with_examples(taxonomy, {into: topic.examples})
    await _teach(
        desk, replace(topic, intent=into, intent_title=known.title, merges=True, kept=topic.examples), actor, ref
    )


async def dismiss(desk: Desk, topic_id: str, actor: Person, *, note: str) -> None:
    """Set the topic aside; it comes back once it has twice its size."""
    check_may_dismiss(await desk.people.role(actor))
    topic = replace(await seen(desk, topic_id), note=note.strip())
    await _show_later(desk, await _decided(desk, topic, TopicState.DISMISSED, actor))


async def try_again(desk: Desk, topic_id: str, actor: Person, *, ref: str) -> None:
    """Let a held topic be tried again: the gate could not run, or the cases were changed since."""
    check_may_teach(await desk.people.role(actor))
    topic = await _waiting(desk, topic_id, actor)
    if topic.state is TopicState.PROPOSED:
        raise Conflict("Nothing was decided on this topic yet. Accept or merge it.")
    await _teach(desk, topic, actor, ref)


async def _waiting(desk: Desk, topic_id: str, actor: Person, intent: str = "") -> TopicProposal:
    """The topic if it waits, or if this very person just decided this: what they sent comes again after a crash."""
    topic = await desk.store.topics.get(topic_id)
    if topic.state is TopicState.TRYING and actor.same_as(topic.decided_by) and intent in ("", topic.intent):
        return topic
    return await seen(desk, topic_id)


async def _teach(desk: Desk, topic: TopicProposal, actor: Person, ref: str) -> None:
    if topic.state is not TopicState.TRYING:
        topic = await _decided(desk, replace(topic, gate=None), TopicState.TRYING, actor)
    await desk.runtime.start("teach_topic", f"teach:{topic.id}:{ref}", topic=topic.id)
    await _show_later(desk, topic)


async def _decided(desk: Desk, topic: TopicProposal, state: TopicState, by: Person) -> TopicProposal:
    """The topic after this decision; of two who decide at once, one is told what the other did."""
    try:
        return await desk.store.topics.change(replace(topic, state=state, decided_by=by, decided_at=desk.clock.now()))
    except Conflict:
        latest = await desk.store.topics.get(topic.id)
        raise Conflict(why_not_waiting(latest)) from None


async def _check_intent(desk: Desk, topic: TopicProposal, intent: KnownIntent) -> None:
    """Raises Rejected for what cannot become an intent, with a sentence that says what to change."""
    if not _NAME.fullmatch(intent.name):
        raise Rejected("Use small letters, digits, dots and hyphens: barista-courses.", field="name")
    if not intent.title.strip():
        raise Rejected("Give the intent a title that the team understands.", field="title")
    if len(intent.examples) < FEWEST_EXAMPLES:
        raise Rejected(f"Keep at least {FEWEST_EXAMPLES} examples, one a line.", field="examples")
    if intent.room and await own_place(desk, [intent.room]) is None:
        raise Rejected(
            f"{intent.room} is no room of the team that I am in. Add me to it, or leave it empty.", field="room"
        )
    await _check_impersonal(desk, topic, intent)
    try:
        desk.teacher.with_intent(await taxonomy_of(desk), intent)
    except Rejected as problem:
        raise Rejected(str(problem), field=problem.field or "examples") from None


async def _check_impersonal(desk: Desk, topic: TopicProposal, intent: KnownIntent) -> None:
    """Raises Rejected for a line with something personal of the customers; what we suggested has stand-ins already."""
    written = [("title", intent.title), *(("examples", line) for line in intent.examples)]
    unknown = [(field, line) for field, line in written if line not in topic.examples]
    hiding = [stand_ins(thread) for thread in await threads_of(desk, topic)] if unknown else []
    for field, line in unknown:
        if any(each.hides(line) for each in hiding):
            said = f"There is something personal in “{line}”. Put something invented in its place."
            raise Rejected(said, field=field)


async def threads_of(desk: Desk, topic: TopicProposal, limit: int | None = None) -> list[Thread]:
    """The topic's conversations, the most typical first."""
    threads = []
    for member in islice(topic.members, limit):
        with suppress(NotFound, IndexError):
            newest = (await desk.store.reviews.of_escalation(member))[-1]
            threads.append(Thread(await desk.store.escalations.get(member), newest))
    return threads


# --- showing ----------------------------------------------------------------------------------------------------------


async def _show_later(desk: Desk, topic: TopicProposal) -> None:
    """Have the card brought up to date by a run that outlasts outages."""
    await desk.runtime.start("show_topic", f"show:{topic.id}:{topic.version}", topic=topic.id)


async def show_topic(run: Run, desk: Desk, *, topic: str) -> None:
    """Post or repaint the topic's card in the home room."""
    await through_outages(run, desk, "show", paint, topic)


async def paint(desk: Desk, topic_id: str) -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again."""
    painting = repaint(lambda: desk.store.topics.get(topic_id), lambda topic: _paint_once(desk, topic))
    return await wait_after(painting, topic_id)


async def _paint_once(desk: Desk, topic: TopicProposal) -> None:
    links = [await desk.platforms[card.place.platform].permalink(card) for card in await _cards(desk, topic)]
    card = topic_card(topic, [link for link in links if link], await cases_named(desk, topic.gate))
    if topic.card is not None:
        await desk.platforms[topic.card.place.platform].update(topic.card, card)
        return
    place = await own_place(desk, [desk.policy.home_room])
    if place is None:
        raise NotFound(f"There is no room for new topics: {NO_HOME}")
    message = await desk.platforms[place.platform].post(place, card, key=f"topic:{topic.id}")
    await desk.store.topics.set_card(topic.id, message)


async def _cards(desk: Desk, topic: TopicProposal) -> list[MessageRef]:
    """The cards of the most typical conversations."""
    threads = await threads_of(desk, topic, _LINKED)
    cards = (thread.review.card for thread in threads)
    return [card for card in cards if card is not None and card.place.platform in desk.platforms]
