"""What the on-call room sees of an alert: its card in each of its states, its pages, the opener of its incident."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Divider,
    Element,
    Facts,
    Link,
    Mention,
    Note,
    Notice,
    Paragraph,
    Picture,
    Strong,
    Style,
    Text,
    Tone,
    When,
)
from bot.cards.holding import open_button
from bot.domain.alerting import MOST_PAGES
from bot.domain.chat import Person
from bot.domain.spike import Alert, AlertState, Explained
from bot.domain.text.phrases import span
from bot.domain.text.plain import shortened

ACKNOWLEDGE, FALSE_ALARM, INCIDENT = "alert.acknowledge", "alert.false", "alert.incident"
SNOOZE = {"1h": "alert.snooze_1h", "4h": "alert.snooze_4h", "morning": "alert.snooze_morning"}
_SNOOZES = {"1h": "Snooze 1 hour", "4h": "Snooze 4 hours", "morning": "Snooze until 8 in the morning"}
_LONGEST = 100  # characters of what rises: an intent may be called anything
_YEAR, _CENTURY = 365.25, 36_525.0


@dataclass(frozen=True, slots=True)
class Around:
    """What a card shows beside the alert itself.

    `links` lead to example threads, `incident` to the incident's. `on_call` says who that is, in words. While it is
    `quiet` nobody is paged, before `quiet_until` if that is known; `next_page` is when somebody is paged otherwise.
    Without `chart` there is none yet, unless it was `refused`.
    """

    links: tuple[str, ...] = ()
    incident: str = ""
    on_call: str = ""
    quiet: bool = False
    quiet_until: datetime | None = None
    next_page: datetime | None = None
    chart: Picture | None = None
    refused: bool = False


def alert_card(alert: Alert, around: Around) -> Card:
    """The card of an alert as it must look now."""
    sign, state = _state(alert)
    elements: list[Element] = [
        Paragraph((f"{sign} ", Strong(f"{state}: {rising(alert)}"))),
        Paragraph((Strong(seen(alert)), f" {usual(alert)}. {how_rare(alert.days)}")),
        Facts(_facts(alert, around)),
    ]
    if around.chart is not None:
        elements.append(around.chart)
    elif around.refused:
        elements.append(Note(("The chart could not be uploaded. It is tried again with the next change.",)))
    elements += [*_explained(alert.about), *_examples(around.links), Divider(), *_standing(alert, around)]
    return Card(f"{state}: {headline(alert)}", (*elements, *_actions(alert)))


def page_card(alert: Alert, people: Sequence[Person], *, why_nobody: str, link: str) -> Card:
    """What pages these people; where there are none it says why."""
    again = "Still open: " if alert.pages > 1 else ""
    said = f"{again}{headline(alert)}. Nobody has taken it up yet."
    mentions = [piece for person in people for piece in (Mention(person), " ")]
    elements: list[Element] = [Paragraph(("📟 ", *mentions, said))]
    if not people:
        elements.append(Notice(Tone.WARNING, (why_nobody, " Whoever reads this: please look, or call somebody.")))
    if link:
        elements.append(Paragraph((Link("Look at it", link),)))
    return Card(said, tuple(elements))


def rehearsal_card(people: Sequence[Person]) -> Card:
    """What `ratchet spikes test` posts: a page that says that it is none."""
    said = "Test: nothing is wrong. An alert would mention whoever is on call here"
    mentions = [piece for person in people for piece in (Mention(person), " ")]
    who: Text = (": ", *mentions) if people else (". Nobody is on call now.",)
    return Card(said, (Paragraph(("🔔 ", Strong(said), *who)),))


def incident_card(alert: Alert, *, link: str) -> Card:
    """The opener of the incident's thread."""
    said = f"Incident {alert.incident}: {rising(alert)}"
    where: Text = ("Work on it in this thread. ", *((Link("The alert", link),) if link else ()))
    return Card(said, (Paragraph(("🧯 ", Strong(said))), Paragraph((f"{seen(alert)} {usual(alert)}.",)), Note(where)))


# --- words ------------------------------------------------------------------------------------------------------------


def rising(alert: Alert) -> str:
    """What rises, however long its name is."""
    return shortened(" ".join(alert.title.split()), _LONGEST)


def headline(alert: Alert) -> str:
    """What happens, in a line: "conversations about refunds: 31 in an hour where 4 are usual"."""
    return f"{rising(alert)}: {seen(alert)} {usual(alert)}"


def seen(alert: Alert) -> str:
    return f"{alert.seen:,} in {span(timedelta(minutes=alert.minutes))}"


def usual(alert: Alert) -> str:
    expected = round(alert.expected)
    if expected < 1:
        return "where hardly any is usual"
    return f"where {expected:,} {'is' if expected == 1 else 'are'} usual"


def how_rare(days: float) -> str:
    """How far beyond expectation it is, as a tired person understands it."""
    if days >= _CENTURY:
        return "Chance alone does that less than once in a hundred years."
    if days >= 2 * _YEAR:
        return f"A usual day goes so far once in {days / _YEAR:.0f} years."
    return f"A usual day goes so far once in {math.floor(days)} days."


# --- how it stands ----------------------------------------------------------------------------------------------------


def _state(alert: Alert) -> tuple[str, str]:
    if alert.false_alarm:
        return "🔕", "False alarm"
    if alert.state is AlertState.RESOLVED:
        return "✅", "Over"
    if alert.state is AlertState.ACKNOWLEDGED:
        return "👀", "Being looked at"
    return "🚨", "Spike"


def _facts(alert: Alert, around: Around) -> tuple[tuple[str, Text], ...]:
    rows: list[tuple[str, Text]] = [("Since", (When(alert.since),))]
    if alert.resolved_at is not None:
        rows.append(("Until", (When(alert.resolved_at),)))
    else:
        rows.append(("Counted until", (When(alert.as_of),)))
    rows.append(("Conversations", (f"{alert.behind:,}",)))
    if len(alert.series) > 1:
        rows.append(("Also more of", (shortened(", ".join(each.title for each in alert.series[1:]), 3 * _LONGEST),)))
    if around.on_call and not alert.settled:
        rows.append(("On call", (around.on_call,)))
    return tuple(rows)


def _explained(about: Explained) -> list[Element]:
    elements: list[Element] = []
    if about.suspect:
        elements.append(Notice(Tone.WARNING, (Strong("Perhaps: "), about.suspect)))
    shared = [f"{name} {value} ({share:.0%})" for name, value, share in about.shares]
    if about.words:
        shared.insert(0, "the words " + ", ".join(f"“{word}”" for word in about.words))
    if shared:
        elements.append(Paragraph((Strong("What they share: "), "; ".join(shared), ".")))
    if about.release:
        when: Text = (" ", When(about.released_at)) if about.released_at else ()
        elements.append(Paragraph((Strong("Went live shortly before: "), about.release, *when, ".")))
    return elements


def _examples(links: Sequence[str]) -> list[Element]:
    pieces: list[str | Link] = []
    for number, link in enumerate(links, 1):
        pieces += [" · ", Link(f"thread {number}", link)] if pieces else [Link(f"thread {number}", link)]
    return [Paragraph((Strong("Examples: "), *pieces))] if pieces else []


def _standing(alert: Alert, around: Around) -> list[Element]:
    """What became of it, and what happens next."""
    elements: list[Element] = []
    if alert.incident:
        opened: Text = (Link("its thread", around.incident),) if around.incident else ("a thread that is being opened",)
        works = " was worked on in " if alert.settled else " is worked on in "
        elements.append(Notice(Tone.WARNING, (Strong(alert.incident), works, *opened, ".")))
    if alert.false_alarm and alert.false_by:
        wait = f"I will wait for something {alert.patience:g} times as rare as usual before I tell of this again."
        elements.append(Notice(Tone.INFO, (Strong("False alarm"), ", says ", Mention(alert.false_by), f". {wait}")))
    if alert.resolved_at is not None:
        lasted = span(alert.resolved_at - alert.since)
        many = "1 conversation" if alert.behind == 1 else f"{alert.behind:,} conversations"
        elements.append(Notice(Tone.GOOD, (Strong("Over"), f". It lasted {lasted}, with {many}.")))
    elif not alert.false_alarm:
        elements.append(_waiting(alert, around))
    return elements


def _waiting(alert: Alert, around: Around) -> Element:
    """Who looks at it, or when somebody is asked to."""
    if alert.by is not None:
        return Notice(Tone.INFO, (Mention(alert.by), " is looking at it."))
    if alert.quiet_until is not None and around.next_page == alert.quiet_until:
        by: Text = (", says ", Mention(alert.quiet_by)) if alert.quiet_by else ()
        return Notice(Tone.INFO, (Strong("Snoozed"), " until ", When(alert.quiet_until), *by, "."))
    if around.quiet:
        ends: Text = (" before ", When(around.quiet_until)) if around.quiet_until else (" now",)
        return Notice(Tone.INFO, ("Quiet hours: I page nobody", *ends, "."))
    if not alert.pages:
        return Note(("Whoever is on call is being paged in the thread.",))
    times = "once" if alert.pages == 1 else f"{alert.pages} times"
    if around.next_page is None:
        return Notice(Tone.STOP, (f"Paged {times}, and nobody took it up. I page nobody again.",))
    again: Text = (When(around.next_page), " if nobody acknowledges it.")
    return Note((f"Paged {times} of at most {MOST_PAGES} in the thread; again ", *again))


def _actions(alert: Alert) -> list[Element]:
    # who is on call may press without a role among the reps
    acknowledge = Button(ACKNOWLEDGE, "Acknowledge", alert.cause, Style.PRIMARY, role=None)
    sure = f"“{rising(alert)}” must be twice as rare as before from then on, until I tell of it again."
    false = Button(FALSE_ALARM, "False alarm", alert.cause, confirm=sure, role=None)
    incident = Button(INCIDENT, "Open incident", alert.cause, role=None)
    snoozes = tuple(Button(SNOOZE[key], label, alert.cause, role=None) for key, label in _SNOOZES.items())
    if alert.false_alarm:
        return []
    if alert.state is AlertState.RESOLVED:
        return [Actions((false,))]
    opening = (open_button(alert.cause),) if alert.incident else (incident, open_button(alert.cause))
    if alert.state is AlertState.ACKNOWLEDGED:
        return [Actions((*opening, false))]
    return [Actions((acknowledge, *opening, false), more=snoozes)]
