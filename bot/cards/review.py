"""What people see of a review: the card in each of its states."""

from datetime import datetime
from typing import assert_never

from bot.cards.capture import advice, capture_buttons, offered
from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Code,
    Element,
    Emphasis,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Piece,
    Quote,
    Strong,
    Style,
    Text,
    Tone,
    When,
)
from bot.cards.escaped import escaped_note, is_worth_a_case
from bot.cards.proposal import flag_elements, is_long, proposal_elements, summary_elements
from bot.domain.answer import Triage
from bot.domain.chat import Role
from bot.domain.escalation import Author, Escalation
from bot.domain.escaped import EscapedError
from bot.domain.review import Action, Decision, Review, ReviewState, needs_second_person, subject_of

CHATS = {"slack": "Slack", "teams": "Teams"}
"""The surfaces where the customer reads along, by what people call them."""
_BEGINNING = 400  # characters of a question under its summary


def opening_card(escalation: Escalation) -> Card:
    """The first message of a thread that we begin for an escalation from elsewhere."""
    summary = f"{asker(escalation)} asks: {escalation.question[:150]}"
    return Card(summary, (Paragraph(("📨 ", *_who(escalation))), _asked(escalation)))


def review_card(
    escalation: Escalation,
    review: Review,
    *,
    writing: str = "",
    escaped: EscapedError | None = None,
    notice: Element | None = None,
) -> Card:
    """The card as it must look now, in whatever state the review is.

    `writing` is what is drafted so far, `escaped` what the evals say of an answer that turned out wrong, `notice` what
    whoever answers must know first.
    """
    elements: list[Element] = []
    match review.state:
        case ReviewState.SUPERSEDED:
            elements = [Note((f"Draft {review.number} was replaced by a newer one, further down in this thread.",))]
        case ReviewState.WITHDRAWN:
            elements = [Note(("The customer's message was deleted, so there is nothing to answer.",))]
        case ReviewState.DRAFTING:
            elements = [*_question(escalation), *([Quote(writing)] if writing else [])]
            elements.append(Note(("✍️ Writing, not checked yet …" if writing else "⏳ Drafting an answer …",)))
        case ReviewState.READY:
            triage = review.proposal.triage if review.proposal else None
            first = [notice] if notice is not None else []
            elements = [*_question(escalation, triage), *first, *proposal_elements(review), *_actions(review)]
        case ReviewState.DELIVERING | ReviewState.DELIVERED | ReviewState.REJECTED | ReviewState.HANDED_OFF:
            elements = [*_question(escalation, guided=False), *_ending(escalation, review, escaped)]
        case ReviewState.FAILED:
            elements = [*_question(escalation), *_failure(review)]
        case _:
            assert_never(review.state)
    return Card(_summary(escalation, review), (*elements, *_footer(review)))


def part_of(title: str, since: datetime, link: str) -> Element:
    """What the draft of a conversation says that is one of many about the same."""
    alert: Piece = Link("the alert", link) if link else "the alert in the on-call room"
    return Notice(
        Tone.WARNING,
        (
            Strong("Part of a spike"),
            f": {title}, since ",
            When(since),
            ". Look at ",
            alert,
            " first, and say what is known there, or use its holding reply.",
        ),
    )


def hand_off_card(made: Decision) -> Card:
    """Tell the person who takes over; a mention, so that they are notified."""
    to: Piece = Mention(made.to) if made.to else "the team"
    text: list[Piece] = [to, ", ", Mention(made.by), " hands this one to you."]
    return Card("An escalation was handed to you", (Paragraph(tuple(text)), *([Quote(made.note)] if made.note else [])))


def failure_card(review: Review) -> Card:
    """Tell whoever approved that the reply did not reach the customer; a mention, so that they are notified."""
    by: Piece = Mention(review.decision.by) if review.decision else "Somebody"
    next_step = " Once that is mended, press “Send again” on the card; or answer in the customer's own system."
    text: Text = (by, ": the reply was not delivered. ", review.problem, next_step)
    return Card("A reply was not delivered", (Notice(Tone.STOP, text),))


def asker(escalation: Escalation) -> str:
    """What to call the customer."""
    return escalation.customer.name or escalation.customer.id or "A customer"


def _who(escalation: Escalation) -> list[Piece]:
    channel = {**CHATS, "webhook": "a customer system"}.get(escalation.surface, escalation.surface)
    pieces: list[Piece] = [Strong(asker(escalation)), f" asks via {escalation.channel or channel}"]
    if escalation.asker and escalation.asker.id != escalation.customer.id:
        pieces += [", brought in by ", Mention(escalation.asker)]
    return pieces


def _asked(escalation: Escalation) -> Element:
    if escalation.question:
        return Quote(escalation.question)
    names = ", ".join(name for turn in escalation.customer_turns for name in turn.attachments)
    return Note((f"No text, only attachments: {names}" if names else "The message has no text.",))


def _beginning(escalation: Escalation) -> Element:
    """What is asked, cut to what a phone shows: the summary is above, the whole of it in the thread."""
    question = escalation.question
    if len(question) <= _BEGINNING:
        return _asked(escalation)
    beginning = question[:_BEGINNING].rsplit(maxsplit=1)[0]
    return Quote(f"{beginning} … (the rest is in the thread)")


def _question(escalation: Escalation, triage: Triage | None = None, *, guided: bool = True) -> list[Element]:
    """Who asks, why it is urgent, and what: summed up first where it is long.

    What has ended was not `guided` by what the team said last.
    """
    elements: list[Element] = [Paragraph(tuple(_who(escalation)))]
    elements += flag_elements(triage) if triage else []
    summary = summary_elements(triage) if triage and is_long(escalation) else []
    elements += [*summary, _beginning(escalation) if summary else _asked(escalation), *_held(escalation)]
    if guided and escalation.guidance:
        elements.append(Note((f"With this guidance from the team: {escalation.guidance[-1]}",)))
    return elements


def _held(escalation: Escalation) -> list[Element]:
    """That the customer got a holding reply, which is no answer."""
    held = (turn for turn in escalation.turns if turn.author is Author.HOLDING)
    return [Note(("A holding reply was sent ", When(turn.at), ". It is no answer.")) for turn in held]


def _actions(review: Review) -> list[Element]:
    if review.proposal is None:
        return []
    draft = review.proposal.draft
    subject = subject_of(review.id, draft.hash)
    buttons = [
        Button(f"review.{Action.EDIT}", "Write answer" if draft.abstained else "Edit", subject),
        Button(f"review.{Action.REJECT}", "Reject", subject, Style.DANGER),
        Button(f"review.{Action.HAND_OFF}", "Hand off", subject),
        Button("review.why", "Why", subject),
    ]
    if not draft.abstained and not review.proposal.blocks:
        second = needs_second_person(review.proposal.triage.risk)
        role = Role.SENIOR if second else Role.REP
        buttons.insert(0, Button(f"review.{Action.APPROVE}", "Approve", subject, Style.PRIMARY, role=role))
    if draft.abstained and review.proposal.precedents:
        buttons.insert(1, Button("review.reuse", "Use that answer", subject))
    return [Actions(tuple(buttons), capture_buttons(review))]


def _ending(escalation: Escalation, review: Review, escaped: EscapedError | None) -> list[Element]:
    decision = review.decision
    if decision is None:
        return []
    verbs = {Action.APPROVE: "Approved", Action.EDIT: "Edited and approved", Action.REJECT: "Rejected"}
    verb = verbs.get(decision.action, "Handed off")
    said: list[Piece] = [Strong(verb), " by ", Mention(decision.by), " ", When(decision.at)]
    if decision.action is Action.HAND_OFF and decision.to:
        said += [" to ", Mention(decision.to)]
    if decision.mode:
        said += [": ", Strong(decision.mode.label)]
    elements: list[Element] = []
    match review.state:
        case ReviewState.DELIVERED:
            where = "this thread" if escalation.surface in CHATS else (escalation.channel or "the customer")
            said += [f". Delivered to {where} ", *([When(review.receipt.at)] if review.receipt else []), "."]
            elements = [Notice(Tone.GOOD, tuple(said)), Quote(review.reply)]
        case ReviewState.DELIVERING:
            problem = f" {review.problem}" if review.problem else " Sending …"
            elements = [
                Notice(Tone.WARNING if review.problem else Tone.INFO, (*said, ".", problem)),
                Quote(review.reply),
            ]
        case _:
            elements = [Notice(Tone.INFO, (*said, "."))]
            elements += [Quote(decision.note)] if decision.note else []
            elements += [Note(("A new draft with this guidance is on its way.",))] if decision.redraft else []
    why = Button("review.why", "Why", subject_of(review.id, decision.draft_hash))
    first = offered(review, case=is_worth_a_case(escaped))
    others = tuple(button for button in capture_buttons(review) if button.subject not in {b.subject for b in first})
    return [*elements, *advice(review), *escaped_note(escaped), Actions((*first, why), others)]


def _failure(review: Review) -> list[Element]:
    again = Button("review.again", "Draft again", subject_of(review.id, ""), Style.PRIMARY)
    elements: list[Element] = [Notice(Tone.STOP, (review.problem or "Drafting failed.",))]
    if review.decision is not None:
        by: Text = (Strong("Delivery failed. "), review.problem, " Approved by ", Mention(review.decision.by), ".")
        elements = [Notice(Tone.STOP, by), Quote(review.reply)]
        again = Button("review.again", "Send again", subject_of(review.id, review.decision.draft_hash), Style.PRIMARY)
    return [*elements, Actions((again,))]


def _footer(review: Review) -> list[Element]:
    if review.proposal is None or review.state in (ReviewState.SUPERSEDED, ReviewState.WITHDRAWN):
        return []
    proposal = review.proposal
    releases = f"knowledge v{proposal.knowledge_release} · workflow v{proposal.workflow_release} · run "
    return [Note((Emphasis(releases), Code(proposal.trace_id)))]


def _summary(escalation: Escalation, review: Review) -> str:
    """What a notification says: the state first, then whom it is about."""
    state = review.state.value.replace("_", " ")
    return f"Draft {review.number} for {asker(escalation)}: {state}"
