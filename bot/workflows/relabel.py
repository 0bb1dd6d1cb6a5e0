"""Saying what a customer wants: what is shown to whoever does, and the label that it makes."""

from dataclasses import dataclass

from bot.domain.answer import UNKNOWN_INTENT, Triage
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.domain.escalation import Escalation
from bot.domain.intents import Label, LabelSource, label_id
from bot.domain.quality import EvalCase
from bot.domain.text.asking import is_asking
from bot.domain.text.masking import cut
from bot.domain.text.wording import sentences
from bot.ports import Desk
from bot.workflows.capture import Thread, stand_ins
from bot.workflows.topics import intents_of

_READ = 20_000  # characters as far as private data is looked for
_LONGEST = 300  # characters of an example: one way of saying it, not a story
_LONGEST_SENT = 500


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the form begins with: the question without private data, and the intent that it probably has instead."""

    text: str
    intent: str


async def choices(desk: Desk) -> tuple[tuple[str, str], ...]:
    """The intents to choose from, (name, title); none where this release never kept its taxonomy."""
    try:
        return tuple((intent.name, intent.title) for intent in await intents_of(desk))
    except (Conflict, KeyError):
        return ()


def suggested(thread: Thread) -> Suggested:
    """What the thread asks, and the likeliest intent other than the one it was judged to have."""
    triage = thread.review.proposal.triage if thread.review.proposal else None
    asked = stand_ins(thread).hide(cut(_asked(thread.escalation, triage), _READ))
    return Suggested(brief(asked), _otherwise(triage) if triage else "")


def brief(text: str) -> str:
    """What of a question tells what is wanted: all of a short one, the sentences that ask of a long one."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST:
        return line
    asking = [" ".join(text[start:end].split()) for start, end in sentences(text) if is_asking(text[start:end])]
    return cut(" ".join(asking) or line, _LONGEST)


async def said_before(desk: Desk, escalation: str) -> Label | None:
    """The label that the conversation has, if it has one."""
    try:
        return await desk.store.labels.get(label_id(escalation))
    except NotFound:
        return None


async def set_intent(desk: Desk, thread: Thread, text: str, intent: str, by: Person) -> Label:
    """Keep what somebody said that the customer wants. Raises Rejected for words that no intent can be learned from."""
    text = " ".join(text.split())[:_LONGEST_SENT]
    if not any(character.isalnum() for character in text):
        raise Rejected("Leave what the customer asks, in words.", field="text")
    if stand_ins(thread).hides(text):
        raise Rejected("There is something personal in it. Replace it by something invented.", field="text")
    if intent not in (UNKNOWN_INTENT, *dict(await choices(desk))):
        raise Rejected("There is no such intent. Choose one, or none of these.", field="intent")
    escalation = thread.escalation.id
    label = Label(label_id(escalation), text, intent, LabelSource.RELABEL, by, desk.clock.now(), escalation)
    return await desk.store.labels.save(label)


async def label_case(desk: Desk, case: EvalCase, by: Person) -> None:
    """Keep what a case says that the customer wants, if that is an intent that there is."""
    text = brief(case.question)
    if text and case.intent in dict(await choices(desk)):
        at, conversation = desk.clock.now(), case.escalation or case.question
        label = Label(label_id(conversation), text, case.intent, LabelSource.CASE, by, at, case.escalation)
        await desk.store.labels.save(label)


def _asked(escalation: Escalation, triage: Triage | None) -> str:
    """The words that were judged: of several things asked, the one that the whole was judged by."""
    needs = triage.needs if triage else ()
    main = next((need for need in needs if triage and need.intent == triage.intent), None) or next(iter(needs), None)
    return main.text if main and main.text.strip() else escalation.asked


def _otherwise(triage: Triage) -> str:
    """What else was asked; or what the question was likeliest to be, where triage was not sure of anything."""
    unsure = triage.intent == UNKNOWN_INTENT
    likely = [name for need in triage.needs for name in need.likely] if unsure else []
    others = [name for name in (*(need.intent for need in triage.needs), *likely) if name not in ("", UNKNOWN_INTENT)]
    return next((name for name in others if name != triage.intent), "")
