"""What people see of a knowledge fix: the card with its diff in each of its states, its forms, the news of its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Divider,
    Element,
    Facts,
    Form,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Piece,
    Quote,
    Strong,
    Struck,
    Style,
    Text,
    TextInput,
    Tone,
    When,
)
from bot.domain.article import Revision
from bot.domain.chat import Role
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.quality import EvalCase, GateResult, Verdict
from bot.domain.radar import Concern
from bot.domain.text.differing import Change, Fate, differing

FORM_TEXT = 3_000
"""Characters that a form's input takes."""
_MOST_CHANGES, _MOST_SEEN = 12, 45  # on the card, and in a form: two blocks each
_MOST_NAMES = 6
_MOST_CONFLICTS = 4
_CONTEXT = 120  # characters of the paragraph before a change
_TONES = {Verdict.PASSED: Tone.GOOD, Verdict.HELD: Tone.WARNING, Verdict.FAILED: Tone.STOP}


def fix_card(
    fix: KnowledgeFix,
    before: Revision | None,
    cases: Mapping[str, EvalCase],
    conflicts: Sequence[Concern] = (),
    misquotes: Sequence[tuple[str, str]] = (),
) -> Card:
    """The review card of a fix as it must look now; `before` is the revision that it changes.

    `conflicts` are what it would contradict, with its own words first; `misquotes` what it says otherwise than the
    answer that it was written from, as (answered, written).
    """
    new = "A new article" if before is None else "A change"
    title = Strong(f"{new}: {fix.revision.title}")
    elements: list[Element] = [Paragraph(("📚 ", title, f" ({fix.revision.slug}), proposed by ", Mention(fix.by)))]
    elements += [Quote(fix.reason)] if fix.reason else []
    elements += [Facts(rows)] if (rows := tuple(_details(fix.revision, before))) else []
    elements += diff_elements(before.body if before else "", fix.revision.body)
    if fix.editor:
        elements.append(Note(("Changed since by ", Mention(fix.editor))))
    elements += _misquotes(misquotes)
    elements += _contradictions(conflicts)
    summary = f"Knowledge fix for {fix.revision.title}: {fix.state.value}"
    return Card(summary, (*elements, Divider(), *_ending(fix, cases), *_actions(fix)))


def _misquotes(misquotes: Sequence[tuple[str, str]]) -> Iterator[Element]:
    """Where the article would say otherwise than the answer that somebody gave: one of the two is a slip."""
    for answered, written in misquotes[:_MOST_CONFLICTS]:
        said = f"The customer was told “{answered}”, this fix says “{written}”. "
        yield Notice(Tone.WARNING, (said, Strong("Check which one is right.")))


def _contradictions(conflicts: Sequence[Concern]) -> Iterator[Element]:
    """What the approver should know of other articles before the fix is live."""
    for concern in conflicts[:_MOST_CONFLICTS]:
        own, other = concern.articles
        said = f" says “{other.words}”, this fix says “{own.words}”. Owner: {other.owner or 'nobody'}."
        yield Notice(Tone.WARNING, (Strong(f"“{other.title}”"), said))
    if len(conflicts) > _MOST_CONFLICTS:
        yield Note((f"It contradicts {len(conflicts) - _MOST_CONFLICTS} more statements of other articles.",))


def proposed_card(fix: KnowledgeFix, cases: Mapping[str, EvalCase], link: str) -> Card:
    """The news for the thread where the fix began."""
    title: Piece = Link(f"“{fix.revision.title}”", link) if link else Strong(f"“{fix.revision.title}”")
    if fix.state is FixState.OPEN:
        said: Text = ("📚 ", Mention(fix.by), " proposed a fix of ", title, ". It waits for somebody else's approval.")
        return Card(f"A knowledge fix was proposed: {fix.revision.title}", (Paragraph(said),))
    return Card(
        f"The knowledge fix for {fix.revision.title} is {fix.state.value}",
        (Paragraph((Mention(fix.by), ": your fix of ", title, ".")), *_ending(fix, cases)),
    )


def edit_form(fix: KnowledgeFix, before: Revision | None) -> Form:
    """The proposed article, to be rewritten before somebody else approves it; of one too long for that, what changes.

    `before` is the revision that it changes: the card has no room for many changes, and nobody approves them unseen.
    """
    if len(fix.revision.body) > FORM_TEXT:
        long = f"The article is longer than the {FORM_TEXT:,} characters of a form. Return it and say what to change."
        changes = diff_elements(before.body if before else "", fix.revision.body, most=_MOST_SEEN)
        return Form("fix.edit", "Edit the fix", fix.subject, (Notice(Tone.INFO, (long,)), *changes))
    title = TextInput("title", "Title", fix.revision.title, max_length=200)
    body = TextInput(
        "body", "Article", fix.revision.body, multiline=True, hint="Somebody else approves what you write here."
    )
    return Form("fix.edit", "Edit the fix", fix.subject, (title, body), submit="Save")


def return_form(fix: KnowledgeFix) -> Form:
    note = TextInput("note", "What should be different?", multiline=True)
    return Form("fix.return", "Return the fix", fix.subject, (note,), submit="Return")


def override_form(fix: KnowledgeFix) -> Form:
    """Why a held fix shall go live; what it breaks stands above the reason."""
    warning = Notice(Tone.WARNING, (fix.gate.why if fix.gate else "The evals hold this fix.",))
    reason = TextInput("reason", "Why shall it go live all the same?", multiline=True, hint="Kept in the policy log.")
    return Form("fix.override", "Let it through", fix.subject, (warning, reason), submit="Let it through")


# --- the diff ---------------------------------------------------------------------------------------------------------


def diff_elements(before: str, after: str, *, most: int = _MOST_CHANGES) -> list[Element]:
    """What changes, paragraph by paragraph: what goes is struck, what comes is bold."""
    changes = differing(before, after)
    if not before.strip():
        return [Quote(after.strip())]
    elements: list[Element] = []
    for change in changes[:most]:
        elements += _change(change)
    if len(changes) > most:
        see = "Edit shows them" if most < _MOST_SEEN else "too many to look over: return the fix"
        elements.append(Note((f"{len(changes) - most} more paragraphs change; {see}.",)))
    return elements


def _change(change: Change) -> list[Element]:
    before = " ".join(change.after.split())
    lead = f"{before[:_CONTEXT]} …" if len(before) > _CONTEXT else before
    pieces: list[Piece] = []
    for fate, words in change.stretches:
        match fate:
            case Fate.KEPT:
                pieces.append(words)
            case Fate.ADDED:
                pieces.append(Strong(words))
            case Fate.REMOVED:
                pieces.append(Struck(words))
    fates = {fate for fate, _ in change.stretches}
    sign = "✏️ " if len(fates) > 1 else ("➕ " if Fate.ADDED in fates else "➖ ")
    return [*([Note((f"After: {lead}",))] if lead else []), Paragraph((sign, *pieces))]


def _details(revision: Revision, before: Revision | None) -> Iterator[tuple[str, Text]]:
    """What the article is besides its text, each as it will be; a change tells what was."""
    for name, label in (
        ("title", "Title"),
        ("owner", "Owner"),
        ("audience", "Audience"),
        ("effective", "In force from"),
        ("review_by", "Review by"),
        ("expires", "Expires"),
    ):
        now, was = getattr(revision, name), getattr(before, name, None)
        if before is not None and now != was:
            yield label, (Struck(str(was or "none")), " ", Strong(str(now or "none")))
        elif now and name != "title":
            yield label, (str(now),)


# --- how it stands ----------------------------------------------------------------------------------------------------


def _ending(fix: KnowledgeFix, cases: Mapping[str, EvalCase]) -> list[Element]:
    by: Text = (Mention(fix.decided_by), " ", When(fix.decided_at)) if fix.decided_by and fix.decided_at else ("",)
    match fix.state:
        case FixState.OPEN:
            return [Note(("Waits for approval by a senior rep or a manager who did not write it.",))]
        case FixState.TESTING:
            return [Notice(Tone.INFO, (Strong("Approved"), " by ", *by, ". Trying it on the eval cases …"))]
        case FixState.RETURNED | FixState.WITHDRAWN:
            return [Notice(Tone.INFO, (Strong(fix.state.value.capitalize()), " by ", *by, ".")), Quote(fix.note)]
        case FixState.LIVE:
            live = Notice(Tone.GOOD, (Strong(f"Live as knowledge v{fix.release}"), ", approved by ", *by, "."))
            reason: list[Element] = [Note(("Let through against its evals: ",)), Quote(fix.override)]
            return [live, *(reason if fix.override else []), *gate_elements(fix.gate, cases), *_proven(fix, cases)]
        case FixState.HELD:
            held = Notice(Tone.STOP, (Strong("Held"), ": the knowledge stays as it is. Approved by ", *by, "."))
            return [held, *gate_elements(fix.gate, cases)]


def _proven(fix: KnowledgeFix, cases: Mapping[str, EvalCase]) -> list[Element]:
    """Whether the question that it was made for is answered now, and what keeps that so."""
    if fix.gate is None:
        return []
    unproven = [cases[name] for name in fix.gate.failing if name in cases]
    if any(case.escalation and case.escalation == fix.escalation for case in unproven):
        said = "The question that it was made for is still not answered as the team answered it. Ask it, and look why."
        return [Notice(Tone.WARNING, (said,))]
    kept = sum(name in cases and cases[name].core for name in fix.gate.fixed)
    if not kept:
        return []
    which = "The case that proves it is" if kept == 1 else f"The {kept} cases that prove it are"
    return [Note((f"🔒 {which} in the core set now and run before every release, so that this stays right.",))]


def gate_elements(gate: GateResult | None, cases: Mapping[str, EvalCase]) -> list[Element]:
    """What the evals said: the verdict in a sentence, and the cases that it changes, by name."""
    if gate is None:
        return []
    elements: list[Element] = [Notice(_TONES[gate.verdict], (gate.why,))]
    for label, names in (("Fixed", gate.fixed), ("Broken", gate.broken), ("Flaky, not counted", gate.flaky)):
        if names:
            elements.append(Paragraph((Strong(f"{label} ({len(names)}): "), _named(names, cases, gate.broken_core))))
    still = f" ({len(gate.failing)} of them not passing before or after)" if gate.failing else ""
    counts = f"{len(gate.unchanged)} unchanged{still}, {gate.skipped} not affected."
    rests_on = f" Read from {', '.join(gate.runs)}." if gate.runs else ""
    return [*elements, Note((counts + rests_on,))]


def _named(names: Sequence[str], cases: Mapping[str, EvalCase], core: Sequence[str]) -> str:
    def name(case_id: str) -> str:
        asked = " ".join(cases[case_id].question.split())[:90] if case_id in cases else ""
        return f"“{asked}” ({case_id}{', core' if case_id in core else ''})" if asked else case_id

    more = f"; and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return "; ".join(map(name, names[:_MOST_NAMES])) + more


def _actions(fix: KnowledgeFix) -> list[Element]:
    subject = fix.subject
    back = Button("fix.return", "Return", subject, role=Role.SENIOR)
    match fix.state:
        case FixState.OPEN:
            role = Role.REP if fix.editor else Role.SENIOR  # a senior's change may be approved by the rep who proposed
            approve = Button("fix.approve", "Approve", subject, Style.PRIMARY, role=role)
            return [Actions((approve, Button("fix.edit", "Edit", subject, role=Role.SENIOR), back))]
        case FixState.HELD:
            again = Button("fix.again", "Try again", subject, role=Role.SENIOR)
            if fix.gate is not None and fix.gate.verdict is Verdict.FAILED:
                return [Actions((replace(again, style=Style.PRIMARY), back))]
            override = Button("fix.override", "Let it through", subject, Style.DANGER, role=Role.MANAGER)
            return [Actions((again, override, back))]
        case _:
            return []
