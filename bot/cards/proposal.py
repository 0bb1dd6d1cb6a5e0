"""What people see of a proposal: the judgement, the draft with its sources, and what the rep should do next."""

from collections.abc import Sequence
from datetime import date

from bot.cards.elements import (
    Divider,
    Element,
    Facts,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Piece,
    Strong,
    Text,
    Tone,
)
from bot.cards.precedent import precedent_elements
from bot.domain.answer import UNKNOWN_INTENT, Field, Level, Need, Passage, Proposal, Risk, Triage
from bot.domain.article import Audience
from bot.domain.confidence import ENOUGH, counted
from bot.domain.escalation import Escalation
from bot.domain.review import Review, needs_second_person

RISK_SIGNS = {Risk.LOW: "🟢", Risk.MEDIUM: "🟡", Risk.HIGH: "🔴"}
TONES = {Level.PASS: Tone.GOOD, Level.WARN: Tone.WARNING, Level.BLOCK: Tone.STOP}
_LONG_TURNS, _LONG_TEXT = 3, 600  # customer turns and characters above which a conversation is summed up
_CITED, _REASON = 200, 300  # characters of a quoted need or finding, and of a reason
_SEVERAL = 2  # needs from which they are listed
_FLAGS, _NEEDS = 3, 6  # how many are shown, so that there is always room for the draft


def is_long(escalation: Escalation) -> bool:
    """Tell whether reading the conversation takes so long that a summary helps."""
    turns = escalation.customer_turns
    return len(turns) > _LONG_TURNS or sum(len(turn.text) for turn in turns) > _LONG_TEXT


def flag_elements(triage: Triage) -> list[Element]:
    """Why a person should take this one now."""
    return [Notice(Tone.WARNING, (flag,)) for flag in triage.flags[:_FLAGS]]


def summary_elements(triage: Triage) -> list[Element]:
    """The conversation in a few bullets, in the customer's own words; what is asked only if it is not listed below."""
    told = triage.summary
    asked = told.asked if len(triage.needs) < _SEVERAL else ()
    kinds = (("Happened", told.happened), ("Tried", told.tried), ("Asked", asked))
    rows = [(label, (_bullets(said),)) for label, said in kinds if said]
    return [Facts(tuple(rows))] if rows else []


def proposal_elements(review: Review) -> list[Element]:
    """The judgement, the draft, what was found in it, and the next steps."""
    proposal = review.proposal
    if proposal is None:
        return []
    elements: list[Element] = [_facts(proposal.triage), *_needs(proposal.triage), *_because(proposal.triage), Divider()]
    elements += [*_draft(review, proposal), *_sources(proposal)]
    for finding in proposal.findings:
        if finding.level is not Level.PASS:
            quoted = f" “{finding.quote[:_CITED]}”" if finding.quote else ""
            elements.append(Notice(TONES[finding.level], (finding.message + quoted,)))
    if needs_second_person(proposal.triage.risk):
        who = "A senior rep who neither asked nor edited must approve before the customer sees anything."
        elements.append(Notice(Tone.WARNING, (Strong("High risk, assist only. "), who)))
    elements += [*_next_steps(proposal), *precedent_elements(proposal.precedents, proposal.draft.text)]
    return [*elements, *(Note((note,)) for note in proposal.draft.notes)]


def source_line(marker: int, passage: Passage) -> Text:
    """One numbered source, with who answers for it and since when it applies."""
    return (f"[{marker}] ", *_source(passage))


def _source(passage: Passage) -> Text:
    name: Piece = Link(passage.name, passage.url) if passage.url else Strong(passage.name)
    parts = [passage.owner or "no owner"]
    if passage.effective:
        parts.append(f"in force since {passage.effective:%d %b %Y}")
    if passage.review_by:
        parts.append(f"review by {passage.review_by:%d %b %Y}")
    if passage.audience is Audience.INTERNAL:
        parts.append("internal")
    return (name, f"  ({', '.join(parts)})")


def _facts(triage: Triage) -> Facts:
    rows: list[tuple[str, Text]] = [
        ("Intent", (_intent(triage),)),
        ("Risk", (f"{RISK_SIGNS[triage.risk]} {triage.risk.value}",)),
        ("Mood", (f"{triage.sentiment.value}, urgency {triage.urgency.value}",)),
    ]
    if triage.language not in ("en", "und", ""):
        rows.append(("Language", (triage.language,)))
    if triage.fields:
        rows.append(("Mentioned", (", ".join(dict.fromkeys(map(_mentioned, triage.fields))),)))
    return Facts(tuple(rows))


def _intent(judged: Triage | Need) -> str:
    known = judged.intent != UNKNOWN_INTENT
    sure = judged.intent_confidence if isinstance(judged, Triage) else judged.confidence
    return f"{judged.intent_title or judged.intent} ({f'{sure:.0%}' if known else 'not in the taxonomy'})"


def _mentioned(found: Field) -> str:
    """A field as a rep would copy it, and what it comes to where that is not how it was written."""
    said = f"{found.name.replace('_', ' ')} {found.value}"
    return f"{said} → {_day(found.resolved)}" if found.resolved not in ("", found.value) else said


def _day(resolved: str) -> str:
    try:
        return f"{date.fromisoformat(resolved):%a %d %b %Y}"
    except ValueError:
        return resolved


def _needs(triage: Triage) -> list[Element]:
    """Each thing that is asked, where there are several, and whose it is where another room's."""
    if len(triage.needs) < _SEVERAL:
        return []
    lines: list[Piece] = [Strong(f"Asks {len(triage.needs)} things")]
    for number, need in enumerate(triage.needs[:_NEEDS], 1):
        lines += [f"\n{number}. “{_short(need.text, _CITED)}”: {_intent(need)}"]
        if need.owner and need.owner != triage.owner:
            lines += [", belongs to ", Strong(need.owner)]
    if len(triage.needs) > _NEEDS:
        lines.append(f"\nand {len(triage.needs) - _NEEDS} more")
    return [Paragraph(tuple(lines))]


def _because(triage: Triage) -> list[Element]:
    return [Note((f"Judged {_short(triage.because, _REASON)}",))] if triage.because else []


def _draft(review: Review, proposal: Proposal) -> list[Element]:
    draft = proposal.draft
    if draft.abstained:
        return [Notice(Tone.INFO, (Strong("No draft. "), draft.missing or "The knowledge has no answer."))]
    heading: list[Piece] = [Strong(f"Draft {review.number}")]
    if review.editor:
        heading += ["  ·  edited by ", Mention(review.editor)]
    elif not proposal.blocks:  # what cannot be approved has no chance of being approved
        heading.append(f"  ·  {_confidence(proposal)}")
    return [Paragraph(tuple(heading)), Paragraph((draft.cited or draft.text,))]


def _confidence(proposal: Proposal) -> str:
    shown = f"confidence {proposal.confidence or proposal.draft.confidence:.0%}"
    if proposal.calibrated_on >= ENOUGH:
        return shown
    return f"{shown} (not yet calibrated: {counted(proposal.calibrated_on)})"


def _sources(proposal: Proposal) -> list[Element]:
    cited = proposal.cited_passages()
    if not cited:
        return []
    lines: list[Piece] = [Strong("Sources")]
    for marker, passage in cited:
        lines += ["\n", *source_line(marker, passage)]
    return [Paragraph(tuple(lines))]


def _next_steps(proposal: Proposal) -> list[Element]:
    """What the rep should do, word for word from a procedure, which is named."""
    if not proposal.next_steps:
        return []
    steps: list[Piece] = [Strong("Next steps for you")]
    steps += [f"\n{number}. {step}" for number, step in enumerate(proposal.next_steps, 1)]
    if proposal.procedure is not None:
        steps += ["\nFrom ", *_source(proposal.procedure)]
    return [Paragraph(tuple(steps))]


def _bullets(said: Sequence[str]) -> str:
    return said[0] if len(said) == 1 else "".join(f"\n• {line}" for line in said)


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
