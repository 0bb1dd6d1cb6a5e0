"""What people see of the weekly sample: its card with how far they are, and the form in which an answer is scored."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.capture import of_place, short
from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Element,
    Facts,
    Form,
    Heading,
    Input,
    Mention,
    Note,
    Notice,
    Paragraph,
    Piece,
    Quote,
    Strong,
    Style,
    Text,
    TextInput,
    Tone,
)
from bot.domain.escalation import Author
from bot.domain.judging import Point, Rubric
from bot.domain.quality import CaseTurn
from bot.domain.sample import Met, Progress, Sample

SCORE, LEAVE, CASE = "qa.score", "qa.leave", "qa.case"
NOTE, SHOULD_SAY = "note", "should_say"
LEVELS = ((str(Met.YES.value), "Yes"), (str(Met.PARTLY.value), "Partly"), (str(Met.NO.value), "No"))
_TURNS = 8  # of a conversation, the newest
_BAR = 20  # signs of the progress bar
_LINE = 140  # characters of a question in the list
_PIECE, _PIECES = 2000, 8  # characters of an answer in one quote, and quotes
_WHO = {Author.CUSTOMER: "The customer", Author.AGENT: "The team"}


@dataclass(frozen=True, slots=True)
class Weak:
    """An answer that was found weak: what was asked, without private data, and the points that it lacks."""

    item: str
    asked: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as somebody is given it to score, without private data, and how far all are."""

    sample: str
    item: str
    turns: tuple[CaseTurn, ...]
    answer: str
    progress: Progress

    @property
    def subject(self) -> str:
        return subject_of(self.sample, self.item)


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody has just scored: which answer, and the points that they found it to lack if it is a weak one."""

    sample: str
    item: str
    lacks: tuple[str, ...] = ()


def subject_of(sample: str, item: str) -> str:
    """What a button or form is about: an answer of a sample."""
    return f"{sample}#{item}"


def sample_and_item(subject: str) -> tuple[str, str]:
    """The two parts of what `subject_of` gave."""
    sample, _, item = subject.partition("#")
    return sample, item


# --- the card ---------------------------------------------------------------------------------------------------------


def sample_card(sample: Sample, far: Progress, weak: Sequence[Weak], told: Sequence[str] = ()) -> Card:
    """The card of a sample as it must look now. `told` is what it tells, once nobody scores it blind any more."""
    title = f"Quality sample of the week of {sample.days}"
    elements: list[Element] = [Paragraph(("🎯 ", Strong(title)))]
    if far.items + far.gone:
        elements += [Paragraph((_bar(far), " ", Strong(far_in_words(far)))), Facts(_facts(sample, far))]
    elements += [Note((note,)) for note in sample.notes]
    elements += [*_standing(sample, far), *(Paragraph((line,)) for line in told)]
    if far.items and sample.closed_at is None and not far.done:
        elements.append(Actions((Button(SCORE, "Score one", sample.id, Style.PRIMARY),)))
        elements.append(Note(("Two minutes each. You see neither who wrote an answer nor what others said of it.",)))
    return Card(f"{title}: {far_in_words(far)}", (*elements, *_weak_elements(sample, weak)))


def far_in_words(far: Progress) -> str:
    """How far people are: "12 of 34 scored, 5 of 7 by two people"."""
    if not far.items:
        return "nothing to score"
    twice = f", {far.doubly} of {far.double} by two people" if far.double else ""
    return f"{far.scored} of {far.items} scored{twice}"


def _bar(far: Progress) -> str:
    done = _BAR * (far.scored + far.doubly) // max(1, far.items + far.double)
    return "▰" * done + "▱" * (_BAR - done)


def _facts(sample: Sample, far: Progress) -> tuple[tuple[str, Text], ...]:
    by_chance = sum(part.drawn for part in sample.parts)
    points = f"{sample.margin * 100:.0f}"
    rows: list[tuple[str, Text]] = []
    if by_chance:
        drawn = f"{by_chance} of the {sample.answers} answers that were approved in the week"
        rows.append(("By chance", (f"{drawn}, to know their quality to within {points} points",)))
    if wrong := far.items + far.gone - by_chance:
        rows.append(("To learn from", (f"{wrong} of {sample.failed} conversations in which something went wrong",)))
    if far.gone:
        rows.append(("Gone", (f"{far.gone}, taken back by the customer since",)))
    if far.by:
        rows.append(("Thanks to", _mentions(far)))
    return tuple(rows)


def _mentions(far: Progress) -> Text:
    pieces: list[Piece] = []
    for person in far.by:
        pieces += [", "] if pieces else []
        pieces.append(Mention(person))
    return tuple(pieces)


def _standing(sample: Sample, far: Progress) -> list[Element]:
    if sample.closed_at is not None:
        return [Notice(Tone.INFO, ("Closed: the next week's sample is drawn.",))]
    return [Notice(Tone.GOOD, ("All scored. Thank you!",))] if far.items and far.done else []


def _weak_elements(sample: Sample, weak: Sequence[Weak]) -> list[Element]:
    if not weak:
        return []
    elements: list[Element] = [
        Divider(),
        Paragraph((Strong("Found weak"), ": make an eval case, and it stays mended.")),
    ]
    for each in weak:
        lacks = f" Lacks {', '.join(each.lacks)}." if each.lacks else ""
        elements.append(Paragraph((f"“{short(each.asked, _LINE)}”{lacks}",)))
        elements.append(Actions((Button(CASE, "Make eval case", subject_of(sample.id, each.item)),)))
    return elements


# --- the form ---------------------------------------------------------------------------------------------------------


def score_form(given: Given, rubric: Rubric, sent: Sent | None = None) -> Form:
    """An answer with the rubric's questions about it, none answered beforehand. `sent` is what was scored before it."""
    elements: list[Element | Input] = [*_sent_elements(sent)]
    elements.append(Note((f"{far_in_words(given.progress)}. Names and numbers were replaced.",)))
    for turn in given.turns[-_TURNS:]:
        elements += [Note((_WHO.get(turn.author, "The team"),)), Quote(turn.text)]
    elements += [Heading("The answer"), *_whole(given.answer)]
    elements += [Actions((Button(LEAVE, "Leave it to somebody else", given.subject),)), Divider()]
    elements += [_question(point, given.item) for point in rubric.points]
    elements += [
        TextInput(of_place(NOTE, given.item), "Why?", multiline=True, optional=True, max_length=1000),
        TextInput(
            of_place(SHOULD_SAY, given.item),
            "What should it have said?",
            multiline=True,
            optional=True,
            hint="One fact a line. An eval case begins with it.",
            max_length=1000,
        ),
    ]
    return Form(SCORE, "Score an answer", given.subject, tuple(elements), submit="Save, next one")


def _question(point: Point, item: str) -> Choice:
    label = f"{point.name.capitalize()}: {point.of_sent or point.asks}"
    return Choice(of_place(point.name, item), label, LEVELS, radio=True)


def _whole(answer: str) -> list[Quote]:
    """The answer in pieces that are shown uncut: nobody can judge what they do not see."""
    pieces: list[Quote] = []
    while len(answer) > _PIECE and len(pieces) < _PIECES:
        ends = (answer.rfind(white, _PIECE // 2, _PIECE) for white in "\n ")
        end = next((end for end in ends if end > 0), _PIECE)
        pieces.append(Quote(answer[:end]))
        answer = answer[end:].lstrip()
    return [*pieces, Quote(answer)]


def ended_form(why: str, sent: Sent | None = None) -> Form:
    """What comes where there is no next answer."""
    return Form(SCORE, "Score an answer", "", (*_sent_elements(sent), Paragraph((why,))))


def _sent_elements(sent: Sent | None) -> list[Element]:
    if sent is None:
        return []
    if not sent.lacks:
        return [Notice(Tone.GOOD, ("Saved.",))]
    said = ("Saved. The last one lacks ", Strong(", ".join(sent.lacks)), ": keep it as an eval case?")
    button = Button(CASE, "Make eval case", subject_of(sent.sample, sent.item))
    return [Notice(Tone.WARNING, said), Actions((button,))]


def said_elements(lacks: Sequence[str], notes: Sequence[str]) -> list[Element]:
    """What was said of an answer, atop the form of the eval case that it becomes."""
    lacking = ", ".join(lacks) or "nothing by name"
    return [Notice(Tone.INFO, ("Scorers found that the answer lacks ", Strong(lacking), ".")), *map(Quote, notes)]
