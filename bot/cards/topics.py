"""What people see of a new topic: its card in each of its states, and the forms by which they decide."""

from collections.abc import Mapping, Sequence

from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Code,
    Divider,
    Element,
    Facts,
    Form,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Quote,
    Strong,
    Style,
    Text,
    TextInput,
    Tone,
    When,
)
from bot.cards.fix import gate_elements
from bot.cards.proposal import RISK_SIGNS
from bot.domain.answer import Risk
from bot.domain.chat import Role
from bot.domain.intents import ALIKE, WAITING, TopicProposal, TopicState
from bot.domain.quality import EvalCase

ACCEPT, MERGE, DISMISS, AGAIN = "topic.accept", "topic.merge", "topic.dismiss", "topic.again"
_SHOWN = 3  # examples on the card
_MOST = 100  # intents that can be chosen from
_RISING = 1.5  # how many times the earlier weeks' mean the last week has where a topic rises


def topic_card(topic: TopicProposal, links: Sequence[str], cases: Mapping[str, EvalCase]) -> Card:
    """The card of a topic as it must look now; `links` lead to conversations of it."""
    elements: list[Element] = [Paragraph(("💡 ", Strong(f"New topic: {topic.title}"))), Paragraph((_size(topic),))]
    elements += [Quote(example) for example in topic.examples[:_SHOWN]]
    if links:
        elements.append(Note(("Conversations: ", *_links(links))))
    elements += [Facts(_facts(topic)), Divider(), *_standing(topic, cases), *_actions(topic)]
    if topic.others and topic.state is TopicState.PROPOSED:
        more = "1 smaller topic was" if topic.others == 1 else f"{topic.others} smaller topics were"
        elements.append(Note((f"{more} found too. They come up next week, or see them all: ", Code("ratchet topics"))))
    return Card(f"New topic: {topic.title} ({topic.state.value})", tuple(elements))


def accept_form(topic: TopicProposal) -> Form:
    """The intent that the topic becomes, filled in as suggested."""
    title = topic.intent_title if _was_tried(topic) else topic.title
    name = topic.intent if _was_tried(topic) else slug(topic.title)
    examples = topic.kept if _was_tried(topic) else topic.examples
    rooms = "As in #support-orders, or #Support/Orders in Teams. Empty: the home room."
    elements = (
        TextInput("title", "Title", title, max_length=80, hint="What the team sees on cards."),
        TextInput("name", "Name", name, max_length=80, hint="Small letters, digits, dots and hyphens."),
        Choice("risk", "Risk", RISKS, topic.risk.value),
        TextInput("room", "Room of the owner", topic.room, optional=True, max_length=80, hint=rooms),
        TextInput("examples", "Examples", "\n".join(examples), multiline=True, hint=_EXAMPLES),
    )
    return Form(ACCEPT, "Make it an intent", topic.id, elements, submit="Accept")


def merge_form(topic: TopicProposal, intents: Sequence[tuple[str, str]]) -> Form:
    """The known intents, (name, title), to choose from: the nearest first."""
    first = topic.intent if _was_tried(topic, merging=True) else topic.nearest
    options = sorted(intents, key=lambda intent: intent[0] != first)[:_MOST]
    choice = Choice("intent", "Which intent is this?", tuple(options), first, hint="It learns the topic's examples.")
    return Form(MERGE, "Merge into an intent", topic.id, (choice,), submit="Merge")


def dismiss_form(topic: TopicProposal) -> Form:
    note = TextInput("note", "Why?", multiline=True, optional=True, hint="It comes back once it has twice its size.")
    return Form(DISMISS, "Dismiss the topic", topic.id, (note,), submit="Dismiss")


RISKS = tuple((risk.value, f"{RISK_SIGNS[risk]} {risk.value.capitalize()}") for risk in Risk)
_EXAMPLES = "One a line: what customers say. People and numbers were replaced; leave out what belongs elsewhere."


def slug(title: str) -> str:
    """The name that a title suggests: "Barista course" is barista-course."""
    kept = (character if character.isascii() and character.isalnum() else " " for character in title.lower())
    return "-".join("".join(kept).split())[:80]


# --- how it stands ----------------------------------------------------------------------------------------------------


def _size(topic: TopicProposal) -> str:
    weeks = len(topic.weekly)
    span = f" in {weeks} weeks" if weeks > 1 else ""
    return f"{len(topic.members)} conversations{span} fit no intent and ask about the same{_trend(topic.weekly)}."


def _trend(weekly: Sequence[int]) -> str:
    """How the weeks compare: said where there is something to say."""
    *earlier, last = weekly or (0,)
    if not any(earlier):
        return ", all of them in the last week" if earlier else ""
    mean = sum(earlier) / len(earlier)
    word = "rising" if last > _RISING * mean else ("falling" if last * _RISING < mean else "steady")
    return f"; {word}: {', '.join(map(str, weekly))} a week"


def _links(links: Sequence[str]) -> Text:
    pieces: list[str | Link] = []
    for number, link in enumerate(links, 1):
        pieces += [" · "] if pieces else []
        pieces.append(Link(f"example {number}", link))
    return tuple(pieces)


def _facts(topic: TopicProposal) -> tuple[tuple[str, Text], ...]:
    decided = topic.state not in WAITING
    chosen = topic.state in (TopicState.TRYING, TopicState.ACCEPTED) and not topic.merges
    risk: Text = (f"{RISK_SIGNS[topic.risk]} {topic.risk.value}",)
    rows: list[tuple[str, Text]] = [("Risk" if chosen else "Suggested risk", risk)]
    if topic.nearest_title and not decided:
        rows.append(("Nearest intent", (f"“{topic.nearest_title}”, likeness {topic.likeness:.2f} of 1",)))
    return tuple(rows)


def _standing(topic: TopicProposal, cases: Mapping[str, EvalCase]) -> list[Element]:
    by: Text = (Mention(topic.decided_by), " ", When(topic.decided_at)) if topic.decided_by and topic.decided_at else ()
    becomes = f"“{topic.intent_title}”"
    match topic.state:
        case TopicState.PROPOSED:
            return _advice(topic)
        case TopicState.TRYING:
            what = "Merging it into " if topic.merges else "Making it the intent "
            return [Notice(Tone.INFO, (what, Strong(becomes), ", decided by ", *by, ". Trying it on the eval cases …"))]
        case TopicState.HELD:
            what = "merge it into" if topic.merges else "make it the intent"
            said: Text = (Strong("Held"), ": nothing changed. ", *by[:1], f" wanted to {what} {becomes}.")
            return [Notice(Tone.STOP, said), *gate_elements(topic.gate, cases)]
        case TopicState.ACCEPTED | TopicState.MERGED:
            did = "Added to " if topic.merges else "Now the intent "
            live: Text = (
                Strong(f"{did}{becomes}"),
                " (",
                Code(topic.intent),
                f"), workflow v{topic.release}, by ",
                *by,
            )
            return [Notice(Tone.GOOD, (*live, ".")), *gate_elements(topic.gate, cases)]
        case TopicState.DISMISSED:
            dismissed = Notice(Tone.INFO, (Strong("Dismissed"), " by ", *by, "."))
            return [dismissed, *([Quote(topic.note)] if topic.note else [])]


def _advice(topic: TopicProposal) -> list[Element]:
    if topic.nearest_title and topic.likeness >= ALIKE:
        said = f"It may be “{topic.nearest_title}” in other words. Merging teaches that intent these examples."
        return [Notice(Tone.INFO, (said,))]
    return [Note(("A senior rep or a manager accepts or merges it; the evals must agree. Any rep may dismiss it.",))]


def _actions(topic: TopicProposal) -> list[Element]:
    if topic.state not in WAITING:
        return []
    joins = topic.nearest_title != "" and topic.likeness >= ALIKE
    accept = Button(ACCEPT, "Accept", topic.id, Style.PLAIN if joins else Style.PRIMARY, role=Role.SENIOR)
    merging = Button(MERGE, "Merge", topic.id, Style.PRIMARY if joins else Style.PLAIN, role=Role.SENIOR)
    again = [Button(AGAIN, "Try again", topic.id, role=Role.SENIOR)] if topic.state is TopicState.HELD else []
    return [Actions((*again, accept, merging, Button(DISMISS, "Dismiss", topic.id)))]


def _was_tried(topic: TopicProposal, *, merging: bool = False) -> bool:
    """Whether somebody decided this way before and the evals held it."""
    return topic.state is TopicState.HELD and topic.merges is merging
