"""The forms of a review: edit, reject, hand off, and the reasons behind a draft."""

from bot.cards.elements import (
    Choice,
    Code,
    Element,
    Form,
    Heading,
    Input,
    Note,
    Notice,
    Paragraph,
    PersonInput,
    Piece,
    Quote,
    Strong,
    TextInput,
    Tick,
    Tone,
)
from bot.cards.precedent import precedent_reasons
from bot.cards.proposal import TONES, source_line
from bot.domain.answer import Passage, Proposal
from bot.domain.review import FailureMode, Review, needs_second_person
from bot.domain.text.plain import readable
from bot.domain.trace import Trace


def edit_form(review: Review, subject: str, text: str = "") -> Form:
    """The draft, or another text to begin with, to be rewritten. What is sent is exactly what stands here."""
    draft = review.proposal.draft if review.proposal else None
    high = review.proposal is not None and needs_second_person(review.proposal.triage.risk)
    sent = (
        "A senior rep must approve your text before it is sent." if high else "Sent to the customer as it stands here."
    )
    begun = text or (draft.text if draft else "")
    box = TextInput("text", "Reply", begun, multiline=True, hint=sent)
    return Form("review.edit", "Edit the reply", subject, (box,), submit="Save" if high else "Send")


def reject_form(subject: str) -> Form:
    """Why the draft was wrong: every failure has a mode, so that it can be mended at its root."""
    modes = tuple((mode.value, mode.label) for mode in FailureMode)
    return Form(
        "review.reject",
        "Reject the draft",
        subject,
        (
            Choice("mode", "What went wrong?", modes),
            TextInput("note", "Note", multiline=True, optional=True, hint="What should the answer have said?"),
            Tick("redraft", "Draft again with this note as guidance"),
        ),
        submit="Reject",
    )


def hand_off_form(subject: str) -> Form:
    return Form(
        "review.hand_off",
        "Hand off",
        subject,
        (
            PersonInput("to", "Who takes over?"),
            TextInput("note", "Note", multiline=True, optional=True, hint="What should they know?"),
        ),
        submit="Hand off",
    )


def why_form(review: Review, trace: Trace | None) -> Form:
    """What the draft rests on: the judgement, the passages with their scores, the findings, the steps."""
    if review.proposal is None:
        return Form("review.why", "Why this draft", "", (Note(("The draft is still being written.",)),))
    proposal = review.proposal
    elements: list[Element | Input] = [*_judgement(proposal), Heading("Passages, best first")]
    markers = {passage.id: marker for marker, passage in proposal.cited_passages()}
    for passage in proposal.passages[:8]:
        elements += _passage(passage, markers.get(passage.id))
    if not proposal.passages:
        elements.append(Note(("Nothing in the live knowledge release matched.",)))
    elements += precedent_reasons(proposal.precedents)
    elements.append(Heading("Findings"))
    elements += [Notice(TONES[finding.level], (finding.message,)) for finding in proposal.findings]
    if not proposal.findings:
        elements.append(Notice(Tone.GOOD, ("No guardrail objected.",)))
    return Form("review.why", "Why this draft", "", (*elements, *_steps(trace)))


def _judgement(proposal: Proposal) -> list[Element | Input]:
    triage = proposal.triage
    said = f"{triage.intent_title or triage.intent} ({triage.intent_confidence:.0%}), risk {triage.risk.value}"
    return [Heading("Judgement"), Paragraph((Strong(said),)), Note((triage.because or "No reason was recorded.",))]


def _passage(passage: Passage, marker: int | None) -> list[Element | Input]:
    scores = ", ".join(f"{name} {value:.3f}" for name, value in passage.scores.items()) or f"score {passage.score:.3f}"
    name: tuple[Piece, ...] = source_line(marker, passage) if marker else ("not cited: ", Strong(passage.name))
    return [Paragraph(name), Quote(readable(passage.text)[:600]), Note((Code(scores),))]


def _steps(trace: Trace | None) -> list[Element | Input]:
    if trace is None:
        return []
    lines = [f"{span.name}: {span.duration_ms:.1f} ms{' (failed)' if span.error else ''}" for span in trace.spans]
    return [Heading("Steps"), Note((Code("  ·  ".join(lines)[:1500]),)), Note(("Run ", Code(trace.id)))]
