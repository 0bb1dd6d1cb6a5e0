"""What people see of a holding reply: the form that proposes one, and its card in each of its states."""

from dataclasses import dataclass, field

from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Choice,
    Element,
    Facts,
    Form,
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
    Tick,
    Tone,
    When,
)
from bot.cards.proposal import TONES
from bot.domain.chat import Role
from bot.domain.holding import Holding, HoldingState, Reach, Tally
from bot.domain.review import subject_of
from bot.domain.text.holding import LANGUAGES
from bot.domain.text.phrases import counted

OPEN, APPROVE, STOP = "holding.open", "holding.approve", "holding.stop"
MAX_TEXT = 2_000
_UNLIKE = "These customers wrote at the same time, perhaps about different things: send only what is right for all."
_LANGUAGES = 4  # that are named among those left out


@dataclass(frozen=True, slots=True)
class Standing:
    """What a card shows beside the reply itself: whom it would go to, who got it, whether all ask the same."""

    reach: Reach = field(default_factory=Reach)
    tally: Tally = field(default_factory=Tally)
    alike: bool = True


def open_button(cause: str, *, again: bool = False) -> Button:
    """The button that opens the form, for the alert's card and for this one."""
    return Button(OPEN, "Edit" if again else "Propose a holding reply", cause)


def holding_form(cause: str, text: str, language: str) -> Form:
    """The text to be proposed, as it was begun."""
    options = tuple(LANGUAGES.items())
    elements = (
        Note(("It tells the customers that their message has arrived. It is no answer: each still gets one.",)),
        TextInput("text", "Text", text, multiline=True, max_length=MAX_TEXT, hint="Promise nothing, and name no time."),
        Choice("language", "Language of the text", options, language, hint="It goes to those who write in it."),
        Tick("joining", "Also send it to those who still write in about this", "Until the alert is over."),
    )
    return Form(OPEN, "Holding reply", cause, elements, submit="Propose")


def holding_card(holding: Holding, standing: Standing) -> Card:
    """The card as it must look now."""
    headline = f"Holding reply for {holding.about}"
    said: list[Element] = [Paragraph(("✋ ", Strong(headline))), Quote(holding.text)]
    match holding.state:
        case HoldingState.PROPOSED:
            said += [_whom(holding, standing.reach), *_findings(holding)]
            said += [] if standing.alike else [Notice(Tone.WARNING, (_UNLIKE,))]
            said += _asking(holding, standing)
        case HoldingState.SENDING:
            goes_on = " It also goes to those who still write in." if holding.joining else " Sending …"
            said.append(Notice(Tone.INFO, (*_approval(holding), f" {_sent(standing.tally)}{goes_on}")))
            said.append(
                Actions((Button(STOP, "Stop", holding.id, Style.DANGER), open_button(holding.cause, again=True)))
            )
        case HoldingState.SENT:
            said.append(Notice(Tone.GOOD, (*_approval(holding), f" {_sent(standing.tally)}")))
            said.append(Note(("Everybody who got it still waits for an answer.",)))
        case HoldingState.STOPPED:
            said.append(Notice(Tone.INFO, (*_stop(holding), f" {_sent(standing.tally)}")))
    return Card(f"{headline}: {holding.state.value}", tuple(said))


def _whom(holding: Holding, reach: Reach) -> Element:
    language = LANGUAGES.get(holding.language, holding.language)
    later = ", and who still writes in about this until the alert is over" if holding.joining else ""
    rows: list[tuple[str, Text]] = [
        ("Proposed by", (Mention(holding.author),)),
        ("Goes to", (f"{counted(len(reach.to), 'conversation')} in {language} that wait for an answer{later}",)),
    ]
    left_out = _left_out(reach)
    if left_out:
        rows.append(("Left out", ("; ".join(left_out),)))
    return Facts(tuple(rows))


def _left_out(reach: Reach) -> list[str]:
    """Who does not get it, and why."""
    named = [f"{count} in {LANGUAGES.get(code, code or 'an unknown language')}" for code, count in reach.languages]
    more = sum(count for _, count in reach.languages[_LANGUAGES:])
    said = [", ".join(named[:_LANGUAGES]) + (f" and {more} in others" if more else "")] if named else []
    if reach.high_risk:
        said.append(f"{len(reach.high_risk)} of high risk, unless a senior approves who did not write this")
    if reach.elsewhere:
        said.append(f"{reach.elsewhere} in rooms where nobody asked me to answer")
    return said


def _findings(holding: Holding) -> list[Element]:
    return [
        Notice(TONES[each.level], (each.message + (f" “{each.quote[:200]}”" if each.quote else ""),))
        for each in holding.warnings
    ]


def _asking(holding: Holding, standing: Standing) -> list[Element]:
    count = len(standing.reach.to)
    sure = (
        f"It goes to {counted(count, 'conversation')} at once{', and to who comes later' if holding.joining else ''}."
    )
    subject = subject_of(holding.id, holding.hash)
    buttons = (
        Button(APPROVE, "Approve for all", subject, Style.PRIMARY, confirm=sure, role=Role.SENIOR),
        open_button(holding.cause, again=True),
        Button(STOP, "Discard", holding.id),
    )
    return [Note(("A senior rep or a manager approves it once, for all of them.",)), Actions(buttons)]


def _approval(holding: Holding) -> list[Piece]:
    if holding.approved_by is None or holding.approved_at is None:
        return []
    return [Strong("Approved"), " by ", Mention(holding.approved_by), " ", When(holding.approved_at), "."]


def _stop(holding: Holding) -> list[Piece]:
    if holding.ended_by is None or holding.ended_at is None:
        return [Strong("Not sent"), ": the alert was over before somebody approved it."]
    return [Strong("Stopped"), " by ", Mention(holding.ended_by), " ", When(holding.ended_at), "."]


def _sent(tally: Tally) -> str:
    sent = f"Sent to {counted(tally.sent, 'conversation')}." if tally.sent else "Nobody got it yet."
    return f"{sent} {counted(tally.failed, 'conversation')} could not be reached." if tally.failed else sent
