"""Capturing a thread: the forms that make an eval case or a knowledge fix of it, and what a card offers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Code,
    DateInput,
    Element,
    Form,
    Input,
    Mention,
    Note,
    Notice,
    Paragraph,
    Quote,
    Strong,
    Style,
    TextInput,
    Tone,
)
from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.article import Audience, Revision
from bot.domain.escalation import Author, Escalation
from bot.domain.learning import Lesson, failure_of, lesson_of
from bot.domain.quality import CaseResult, CaseTurn, EvalCase, Strength
from bot.domain.review import FailureMode, Review, ReviewState

CASE, FIX, INTENT, PICK = "capture.case", "capture.fix", "capture.intent", "capture.pick"
COMMAND = "command"
"""The action of a button that gives a command; its subject is the command's name and, after a space, its text."""
LONGEST = 3000  # characters of an input
NEW = "new"
TITLES = {Lesson.CASE: "Make eval case", Lesson.FIX: "Fix knowledge", Lesson.INTENT: "Set intent"}
MODES = tuple((mode.value, mode.label) for mode in FailureMode)
_TURNS = 12  # turns that can be looked over; older ones of a long conversation are kept as they are
_WHO = {Author.CUSTOMER: "Customer", Author.AGENT: "Team"}


def capture_buttons(review: Review) -> tuple[Button, ...]:
    """All ways to learn from this review, as buttons that give their commands."""
    return tuple(command_button(lesson, f"{lesson} {review.id}") for lesson in Lesson)


def offered(review: Review, *, case: bool = False) -> tuple[Button, ...]:
    """The way that mends what went wrong, to be pressed at once, and with `case` to make a case of it as well."""
    lesson = lesson_of(review)
    beside = (command_button(Lesson.CASE, f"{Lesson.CASE} {review.id}"),) if case and lesson is not Lesson.CASE else ()
    if lesson is None:
        return beside
    button = replace(command_button(lesson, f"{lesson} {review.id}"), style=Style.PRIMARY)
    misjudged = failure_of(review) is FailureMode.AMBIGUOUS_INTENT
    return (replace(button, label="Set the right intent") if misjudged else button, *beside)


def advice(review: Review) -> tuple[Element, ...]:
    """What to do where neither a case nor an article mends what went wrong."""
    if failure_of(review) is not FailureMode.TOOL_FAILURE or review.proposal is None:
        return ()
    run = Code(f"ratchet trace show {review.proposal.trace_id}")
    return (Note(("A tool failed. Tell whoever runs it; this shows every step: ", run)),)


def command_button(lesson: Lesson, subject: str) -> Button:
    return Button(COMMAND, TITLES[lesson], subject)


def opener_card(name: str, title: str) -> Card:
    """What answers a command that came without a way to open its form: a button that has one."""
    return Card(
        title, (Paragraph(("Press to open the form.",)), Actions((Button(COMMAND, title, name, Style.PRIMARY),)))
    )


# --- which thread -----------------------------------------------------------------------------------------------------


def pick_form(lesson: Lesson, threads: Sequence[tuple[Escalation, Review]]) -> Form:
    """The threads of a room, newest first, to choose one from."""
    options = tuple((review.id, _line(escalation, review)) for escalation, review in threads)
    choice = Choice("thread", "Which thread?", options, options[0][0] if options else "")
    return Form(PICK, TITLES[lesson], lesson.value, (choice,), submit="Next")


def _line(escalation: Escalation, review: Review) -> str:
    state = "waiting" if review.state is ReviewState.READY else review.state.value.replace("_", " ")
    return f"{state}: {short(escalation.question, 70 - len(state))}"


# --- an eval case -----------------------------------------------------------------------------------------------------


def case_form(
    subject: str,
    case: EvalCase,
    near: Sequence[EvalCase],
    known: EvalCase | None,
    intents: Sequence[tuple[str, str]] = (),
) -> Form:
    """The case, filled in and to be looked over; what is alike is shown first. `intents` are (name, title)."""
    answered = (
        TextInput("reference", "Approved answer", case.reference, multiline=True, optional=True),
        TextInput("must_say", "Must say", _lines(case.must_say), True, True, "One fact a line."),
        TextInput("must_not_say", "Must not say", _lines(case.must_not_say), True, True, "One claim a line."),
        TextInput("sources", "Must cite", _lines(case.sources), True, True, "One article a line."),
        intent_input(intents, case.intent),
        Choice("escalates", "Who should answer?", ESCALATES, "yes" if case.escalates else "no"),
        Choice("strength", "As an example it is", STRENGTHS, case.strength.value),
        Choice("mode", "What went wrong?", MODES, case.mode.value if case.mode else "", optional=True),
        TextInput("tags", "Tags", ", ".join(case.tags), optional=True, hint="With commas between.", max_length=200),
    )
    return Form(CASE, "Make an eval case", subject, (*_alike(near, known), *_turns(case), *answered), submit="Save")


ESCALATES = (("no", "Ratchet should answer this"), ("yes", "A person should; Ratchet should abstain"))
STRENGTHS = ((Strength.STRONG.value, "Strong: a model answer"), (Strength.WEAK.value, "Weak: good enough"))


def turn_inputs(case: EvalCase) -> dict[str, int]:
    """The names of the inputs that hold the conversation, each with the turn's number."""
    newest = range(max(0, len(case.turns) - _TURNS), len(case.turns))
    return {f"turn-{at}": at for at in newest if len(case.turns[at].text) <= LONGEST}


def tried_card(case: EvalCase, result: CaseResult) -> Card:
    """Whether today's system would pass the case, and why not."""
    by: list[Mention | str] = []
    for person in case.by:
        by += [", " if by else "", Mention(person)]
    elements: list[Element] = [Paragraph((Strong("Eval case saved"), " by ", *by, ": ", Code(case.id)))]
    if result.error:
        elements.append(Notice(Tone.WARNING, ("It could not be tried: ", result.error)))
    elif result.passed:
        elements.append(Notice(Tone.GOOD, ("Today's system passes it.",)))
    else:
        elements.append(Notice(Tone.STOP, (Strong("Today's system does not pass it. "), result.why)))
    if result.answer and not result.passed:
        elements.append(Quote(result.answer))
    return Card(f"Eval case {case.id}: {'passes' if result.passed else 'does not pass'}", tuple(elements))


def _alike(near: Sequence[EvalCase], known: EvalCase | None) -> list[Element | Input]:
    shown: list[Element | Input] = [Note(("People and numbers were replaced. Look the text over before you save.",))]
    if known is not None:
        names = ", ".join(person.name or person.id for person in known.by) or "somebody"
        shown.append(Notice(Tone.INFO, (f"This thread is a case already ({names}); saving credits you too.",)))
    return shown + [
        Notice(Tone.WARNING, ("Nearly the same: ", Code(other.id), f" “{short(other.question, 200)}”"))
        for other in near
    ]


def _turns(case: EvalCase) -> list[Element | Input]:
    inputs = {at: name for name, at in turn_inputs(case).items()}
    return [_turn(turn, inputs.get(at, "")) for at, turn in enumerate(case.turns)]


def _turn(turn: CaseTurn, name: str) -> Element | Input:
    if name:
        return TextInput(name, _WHO.get(turn.author, "Team"), turn.text, multiline=True)
    return Quote(turn.text)


# --- an intent --------------------------------------------------------------------------------------------------------


def intent_form(subject: str, text: str, intents: Sequence[tuple[str, str]], likeliest: str, said: str = "") -> Form:
    """What the customer wants, with the likeliest other intent chosen. `said` is who set it already, and to what."""
    elements: list[Element | Input] = [Notice(Tone.INFO, (said,))] if said else []
    hint = "Leave only what tells what is wanted. People and numbers were replaced."
    elements.append(TextInput("text", "What the customer asks", text, multiline=True, hint=hint, max_length=500))
    elements.append(intent_input([*intents, (UNKNOWN_INTENT, NONE_OF_THESE)], likeliest, optional=False))
    elements.append(Note(("Similar questions are judged by it once enough was set and the evals find nothing worse.",)))
    return Form(INTENT, TITLES[Lesson.INTENT], subject, tuple(elements), submit="Set")


NONE_OF_THESE = "None of these: it is a topic of its own"
_MOST_CHOICES = 100  # that a platform's menu holds


def intent_input(intents: Sequence[tuple[str, str]], initial: str, *, optional: bool = True) -> Input:
    """An intent to be chosen by its title; written, where there are none to choose from, or too many for a menu."""
    if not 0 < len(intents) < _MOST_CHOICES:
        hint = "As the taxonomy calls it."
        return TextInput("intent", "Intent", initial, optional=optional, hint=hint, max_length=100)
    options = list(intents) if not initial or initial in dict(intents) else [*intents, (initial, initial)]
    return Choice("intent", "Intent", tuple(options), initial, optional=optional)


# --- a knowledge fix --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FixDraft:
    """What a knowledge fix is begun with. `places` are the sections that can be chosen, (value, label)."""

    place: str
    places: tuple[tuple[str, str], ...]
    revision: Revision
    text: str
    reason: str = ""
    mode: FailureMode | None = None
    before: str = ""


def of_place(name: str, place: str) -> str:
    """The name of an input that belongs to a section: Slack keeps what an input of the same name held before."""
    return f"{name}@{hashlib.sha256(place.encode()).hexdigest()[:8]}"


def without_place(name: str) -> str:
    """The name that `of_place` was given."""
    return name.partition("@")[0]


def fix_form(subject: str, fix: FixDraft) -> Form:
    """The section as it stands with the suggested change in it; another section can be chosen instead."""
    revision = fix.revision
    places = (*fix.places, (NEW, "A new article"))
    switched = "Choose another one and press Send: the form comes again with its text."
    elements: tuple[Element | Input, ...] = (
        Choice("place", "What should have answered?", places, fix.place, hint=switched),
        TextInput(of_place("title", fix.place), "Title", revision.title, max_length=150),
        *((Note(("As it stands:",)), Quote(fix.before)) if fix.before and fix.before != fix.text else ()),
        TextInput(
            of_place("text", fix.place), "Text", fix.text, multiline=True, hint="Markdown. Only this section changes."
        ),
        TextInput("reason", "Why", fix.reason, multiline=True, optional=True, hint="The owner reads this."),
        Choice("mode", "What went wrong?", MODES, fix.mode.value if fix.mode else "", optional=True),
        TextInput(of_place("owner", fix.place), "Owner", revision.owner, max_length=100),
        DateInput(of_place("effective", fix.place), "In force from", revision.effective),
        DateInput(of_place("review_by", fix.place), "Review by", revision.review_by),
        Choice(of_place("audience", fix.place), "For whom?", AUDIENCES, revision.audience.value),
    )
    return Form(FIX, TITLES[Lesson.FIX], subject, elements, submit="Send")


AUDIENCES = (
    (Audience.CUSTOMER.value, "Customers may be told"),
    (Audience.INTERNAL.value, "The team alone"),
)


def short(text: str, limit: int) -> str:
    """A text in one line, cut at the limit."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def day(value: str) -> date | None:
    """The day that a date input holds. Raises ValueError."""
    return date.fromisoformat(value) if value else None


def _lines(values: Sequence[str]) -> str:
    return "\n".join(" ".join(value.split()) for value in values)
