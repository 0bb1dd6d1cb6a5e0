"""The weekly digest as cards: a page for the managers' room that is read in a minute, and its thread with the rest."""

from collections.abc import Iterator, Mapping, Sequence

from bot.cards.capture import COMMAND
from bot.cards.digest_sections import (
    ALL_DRIVERS,
    CAUSES,
    FIGURES,
    NUMERIC,
    RELEASES,
    driver_line,
    figure_rows,
    name,
    said_of,
    sections,
    sentence,
)
from bot.cards.elements import (
    Actions,
    Button,
    Card,
    Element,
    Form,
    Heading,
    Link,
    Note,
    Notice,
    Paragraph,
    Picture,
    Piece,
    Quote,
    Strong,
    Style,
    Table,
    Text,
    Tone,
)
from bot.cards.fix import diff_elements
from bot.cards.pagination import Section, paged, tables
from bot.domain.article import Revision
from bot.domain.calendar import Week
from bot.domain.digest import Ask, Digest, KeyFigure, Kind
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.learning import Lesson
from bot.domain.text.plain import shortened

CASES, REJECTED, SEE_FIX = "digest.cases", "digest.rejected", "digest.fix"
"""What the buttons beside a decision open; the others act as they do on their own cards."""
_DECISIONS, _FIGURES, _NAMED = 3, 12, 2  # of each on the first page; changes that its first lines name
_LINE = 80  # characters of a change in the first lines
_MOST_CHANGES = 45  # paragraphs that a form shows
_FOLLOWS = "Details follow: intents, releases, what customers came for, how answers failed, knowledge, thanks."
_CONFIRM = "It is tried on the eval cases and goes live if nothing gets worse. Have you looked at the change?"


def digest_cards(digest: Digest, pictures: Mapping[str, Picture], *, whole: bool = False) -> tuple[Card, ...]:
    """The message for the room, and those for the thread under it; `pictures` are the charts by name.

    A `whole` one shows what is behind a button else, for who asked for it and where no button can be pressed.
    """
    further = [Section("Also to decide", tuple(tuple(_asked(each)) for each in digest.decisions[_DECISIONS:]))]
    shown = _on_page(digest)
    others = [each for at, each in enumerate(_known(digest)) if at not in shown]
    further.append(Section("More figures", tuple(tables(FIGURES, figure_rows(others), NUMERIC))))
    further += sections(digest, pictures, whole=whole)
    thread = paged([section for section in further if section.parts], f"{title(digest.week)}: details")
    return _first(digest, thread=bool(thread)), *thread


def title(week: Week) -> str:
    """What the digest of this week is headed: "The week of 16–22 November 2026"."""
    return f"The week of {week.days}"


def fix_form(fix: KnowledgeFix, before: Revision | None, link: str) -> Form:
    """What a fix changes, to be read before it is published; `link` leads to its card."""
    elements: list[Element] = [Paragraph((Strong(name(fix.revision.title)), f" ({fix.revision.slug})"))]
    elements += [Quote(fix.reason)] if fix.reason.strip() else []
    if fix.state is FixState.HELD:
        held = f"The evals hold it: {fix.gate.why if fix.gate else 'they found something worse.'}"
        elements.append(Notice(Tone.STOP, (held, " On its card it can be tried again, or let through.")))
    elements += diff_elements(before.body if before else "", fix.revision.body, most=_MOST_CHANGES)
    if link:
        elements.append(Note((Link("Open its card", link), " to edit or to return it.")))
    return Form(SEE_FIX, "What the fix changes", "", tuple(elements))


def drivers_form(digest: Digest) -> Form:
    """All contact drivers, to be read."""
    told: list[Element] = [Paragraph(driver_line(number, each)) for number, each in enumerate(digest.drivers, 1)]
    weeks = "The bars are weeks, oldest first. Hours are what customers waited in the week, all together."
    told.append(Note((weeks if told else "Nothing is on record for that week.",)))
    return Form(ALL_DRIVERS, "What customers came for", digest.week.label, tuple(told))


def rejected_form(
    ask: tuple[str, str, int],
    threads: Sequence[tuple[str, str]],
    *,
    hidden: int,
    advice: str,
    todo: Sequence[Button] = (),
) -> Form:
    """The rejected drafts of an intent, each as (what was noted, link), and what mends them; `ask` is (reason,
    intent, how many there are in all).

    `hidden` are those in rooms that the reader cannot read.
    """
    reason, intent, total = ask
    counted = "1 draft was" if total == 1 else f"{total} drafts were"
    elements: list[Element] = [Paragraph((Strong(f"{counted} rejected"), f" on “{name(intent)}”: {reason}."))]
    elements.append(Notice(Tone.INFO, (advice,)))
    elements += [Actions(tuple(todo))] if todo else []
    for number, (said, link) in enumerate(threads, 1):
        where: Piece = Link(f"Thread {number}", link) if link else Strong(f"Thread {number}")
        elements.append(Paragraph((where, f": {sentence(said)}" if said.strip() else "")))
    if hidden:
        more = "1 more is in a private room" if hidden == 1 else f"{hidden} more are in private rooms"
        elements.append(Note((f"{more} that you are not in.",)))
    return Form("digest.rejected", "Rejected drafts", "", tuple(elements))


# --- the first page ---------------------------------------------------------------------------------------------------


def _first(digest: Digest, *, thread: bool) -> Card:
    elements: list[Element] = [Heading(title(digest.week))]
    if digest.late:
        late = "This digest is late: Ratchet was not running when it was due."
        elements.append(Notice(Tone.WARNING, (Strong("Late. "), late)))
    elements.append(Paragraph(_lede(digest)))
    for number, ask in enumerate(digest.decisions[:_DECISIONS], 1):
        elements += _asked(ask, number)
    elements += [*_changed(digest), *_why(digest)]
    if thread:
        elements.append(Note((_FOLLOWS,)))
    late_mark = " (late)" if digest.late else ""
    asks = f"{len(digest.decisions)} to decide" if digest.decisions else "nothing to decide"
    return Card(f"{title(digest.week)}{late_mark}: {digest.conversations:,} conversations, {asks}", tuple(elements))


def _lede(digest: Digest) -> Text:
    if not digest.conversations:
        return ("Nothing is on record for this week: no conversation, so nothing to compare or to decide from it.",)
    days = f"They came in on {digest.days} of 7 days. " if digest.days < 7 else ""
    asks = "" if digest.decisions else " Nothing waits for your decision."
    what = "conversation" if digest.conversations == 1 else "conversations"
    return Strong(f"{digest.conversations:,} {what}. "), f"{days}{_verdict(digest)}{asks}"


def _verdict(digest: Digest) -> str:
    """What changed by more than chance explains, and how many of the compared figures did not."""
    if not digest.compared:
        return "There is too little on record to say what changed." if digest.figures else ""
    ranked = sorted(digest.figures, key=lambda each: each.better is not False)  # what got worse first
    moved = [f"{name(each.title)}: {shortened(each.change, _LINE)}" for each in ranked if each.moved]
    moved += [
        f"Conversations about “{name(each.title)}”: {shortened(each.change, _LINE)}"
        for each in digest.drivers
        if each.moved
    ]
    if not moved:
        return f"Of {digest.compared} figures compared, none changed by more than chance explains."
    named, more = moved[:_NAMED], len(moved) - _NAMED
    others = f"; and {more} more, marked below" if more > 0 else ""
    rest = digest.compared - len(moved)
    quiet = f" The other {rest} figures compared did not change by more than chance explains." if rest > 0 else ""
    return f"{'; '.join(named)}{others}.{quiet}"


def _asked(ask: Ask, number: int | None = None) -> Iterator[Element]:
    begun = f"{number}. " if number else ""
    why = f"\n{sentence(ask.why)}" if ask.why.strip() else ""
    yield Paragraph((Strong(f"{begun}{name(ask.title)}"), why))
    yield Actions(_buttons(ask))


def _buttons(ask: Ask) -> tuple[Button, ...]:
    subject = ask.subject
    match ask.kind:
        case Kind.PUBLISH_FIX:
            publish = Button("fix.approve", "Publish", subject, Style.PRIMARY, confirm=_CONFIRM)
            return Button(SEE_FIX, "See the change", subject), publish
        case Kind.RAISE_CASES:
            return (Button(CASES, "Make eval cases", subject, Style.PRIMARY),)
        case Kind.LOOK_AT_REJECTED:
            return (Button(REJECTED, "See what was rejected", subject, Style.PRIMARY),)
        case Kind.MEND_ARTICLE:
            return (Button(COMMAND, "Mend the article", f"{Lesson.FIX} {subject}", Style.PRIMARY),)
        case Kind.ACCEPT_TOPIC:
            return (Button("topic.accept", "Make it an intent", subject, Style.PRIMARY),)


def _changed(digest: Digest) -> Iterator[Element]:
    shown = [_known(digest)[at] for at in _on_page(digest)]
    if not shown:
        return
    yield Paragraph((Strong("What changed"),))
    yield Table(FIGURES, tuple(figure_rows(shown)), NUMERIC)
    said = "n is how many were counted; in brackets is where the true value lies, 19 times in 20."
    marked = f" Within noise: chance can explain it; of {digest.compared} comparisons some look large by chance."
    yield Note((f"{said}{marked if digest.compared else ''}",))


def _on_page(digest: Digest) -> Sequence[int]:
    """Which figures the first page has room for: what moved, then what has anything on record."""
    known = _known(digest)
    ranked = sorted(range(len(known)), key=lambda at: (not known[at].moved, not known[at].now.n))
    return ranked[:_FIGURES]


def _known(digest: Digest) -> Sequence[KeyFigure]:
    """The figures, if there is anything on record for one of them."""
    return digest.figures if any(each.now.n or each.before.n for each in digest.figures) else ()


def _why(digest: Digest) -> Iterator[Element]:
    if not digest.causes:
        return
    lines: list[Piece] = [Strong("Why")]
    for each in digest.causes[:CAUSES]:
        lines += ["\n", *said_of(each)]
    if len(digest.causes) > CAUSES:
        lines.append(f"\n{len(digest.causes) - CAUSES} more under “{RELEASES}”.")
    yield Paragraph(tuple(lines))
