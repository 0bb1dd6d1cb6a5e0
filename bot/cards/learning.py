"""What people see of what triage learned from them."""

from collections.abc import Mapping, Sequence

from bot.cards.elements import Card, Element, Emphasis, Facts, Mention, Note, Notice, Paragraph, Piece, Strong, Tone
from bot.cards.fix import gate_elements
from bot.domain.chat import Person
from bot.domain.quality import EvalCase, GateResult
from bot.domain.refit import Paired, Refit

_SHOWN = 5  # intents that are named


def learned_card(
    refit: Refit,
    intents: Sequence[tuple[str, int]],
    people: Sequence[Person],
    release: tuple[int, bool],
    gate: tuple[GateResult, Mapping[str, EvalCase]],
) -> Card:
    """What was learned for which intents (title, labels), from whom, and how it was measured.

    `release` is the workflow release with it, and whether it is live; `gate` what the evals said of it.
    """
    number, live = release
    count = f"{len(refit.learned)} labels"
    done = f"I learned from {count}" if live else f"I could not go live with what {count} teach"
    held = "Held: questions are judged as before. The labels are kept."
    notice = Notice(Tone.GOOD, (f"Live as workflow v{number}.",)) if live else Notice(Tone.STOP, (held,))
    elements: list[Element] = [Paragraph(("🎓 ", Strong(done))), Paragraph(_thanks(people)), Facts(_facts(refit))]
    elements.append(Note((_named(intents),)))
    if refit.doubtful:
        elements.append(Note((_doubtful(len(refit.doubtful)),)))
    if refit.alone:
        elements.append(Note((f"Waiting for a second person, as they would lower a high risk: {len(refit.alone)}.",)))
    return Card(done, (*elements, notice, *gate_elements(*gate)))


def in_figures(paired: Paired) -> str:
    """How many of the questions are judged right, before and after: "2 → 9 of 12"."""
    return f"{paired.before} → {paired.after} of {paired.of}"


def _facts(refit: Refit) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    rows = [
        ("Held-out labels judged right", in_figures(refit.labels)),
        ("Known examples judged right", in_figures(refit.examples)),
        ("Approved questions judged right", in_figures(refit.usual)),
        ("Calibration error", f"{refit.calibration.before:.2f} → {refit.calibration.after:.2f}"),
    ]
    return tuple((name, (said,)) for name, said in rows if not said.endswith("of 0"))


def _thanks(people: Sequence[Person]) -> tuple[Piece, ...]:
    named: list[Piece] = []
    for person in people:
        named += [", " if named else "", Mention(person)]
    return ("Thank you, ", *named, ". ", Emphasis("Each label was judged by what the others taught."))


def _named(intents: Sequence[tuple[str, int]]) -> str:
    shown = ", ".join(f"{title} ({count})" for title, count in intents[:_SHOWN])
    more = len(intents) - _SHOWN
    return f"About: {shown}" + (f" and {more} more" if more > 0 else "")


def _doubtful(count: int) -> str:
    if count == 1:
        return "1 label contradicts everything else, so it waits for a second one like it."
    return f"{count} labels contradict everything else, so they wait for others like them."
