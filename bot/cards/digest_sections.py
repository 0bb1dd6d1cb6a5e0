"""What stands in the digest's thread: each section with its figures and its picture."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.cards.capture import short
from bot.cards.elements import (
    Actions,
    Button,
    Element,
    Link,
    Note,
    Paragraph,
    Picture,
    Piece,
    Strong,
    Text,
)
from bot.cards.pagination import Section, tables
from bot.domain.digest import Cause, Digest, Driver, Failure, KeyFigure, Proof, Thanks, Value
from bot.domain.text.phrases import counted, percent

ALL_DRIVERS = "digest.drivers"
"""The action of the button that shows all contact drivers; its subject is the week's label."""
NAME, SENTENCE, CELL = 120, 700, 80
"""How many characters of a name, a sentence or a figure in words are shown."""
CAUSES = 2
"""Causes that the first page tells in full."""
RELEASES = "What releases did"
"""The section that has the others, and the evidence for all."""
FEW = 5
"""Contact drivers that are shown unasked, by volume and by pain."""
_LINES = 12  # lines of a paragraph
_EVIDENCE = (
    "Moved by it: how much more the share moved where the release touched something than where it did not. The 7 days "
    "before: the same while it was not live yet, which should be near 0."
)
_BARS = "▁▂▃▄▅▆▇█"

Pictures = Mapping[str, Picture]


def sections(digest: Digest, pictures: Pictures, *, whole: bool = False) -> tuple[Section, ...]:
    """Every section that has something to say, in the digest's order; a `whole` one has all contact drivers."""
    told = (
        Section(
            "Drafts approved unchanged, by intent", _under(pictures.get("unchanged"), _by_intent(digest.by_intent))
        ),
        Section(RELEASES, tuple(_causes(digest))),
        Section("What customers came for", _under(pictures.get("volume"), _drivers(digest, whole=whole))),
        Section("How answers failed", _under(pictures.get("failures"), _failures(digest))),
        Section("What went well", _lines((Strong(name(win.title)), f": {sentence(win.said)}") for win in digest.wins)),
        Section("Knowledge released", tuple(_published(digest))),
        Section("Articles that need their owner", _upkeep(digest)),
        Section("Eval cases passed, by release", _under(pictures.get("evals"), _trend(digest))),
        Section("Answers that people scored", _lines((sentence(said),) for said in digest.quality)),
        Section("What on-call was told", _lines((sentence(said),) for said in digest.alerts)),
        Section("Thank you", _thanks(digest.thanks)),
        Section("The next release", _lines(_state(each.title, each.state) for each in digest.upcoming)),
        Section("To read the figures by", tuple((Note((sentence(each),)),) for each in digest.notes if each.strip())),
    )
    others = Section("More pictures", tuple((shown,) for which, shown in pictures.items() if which not in CHARTS))
    return tuple(section for section in (*told, others) if section.parts)


CHARTS = ("unchanged", "volume", "failures", "evals")
"""The pictures that have a section of their own, by name."""


def figure_rows(figures: Iterable[KeyFigure]) -> Iterator[tuple[Text, ...]]:
    """A row for each: its name, this week with interval, its n, the week before, and what became of it."""
    for each in figures:
        sign = {None: "", True: "✅ ", False: "⚠️ "}[each.better] if each.moved else ""
        said = f"{sign}{cell(each.change)}"
        changed: Text = (Strong(said),) if each.moved and said.strip() else (said,)
        yield (name(each.title),), (cell(each.shown),), (f"{each.now.n:,}",), (cell(each.before_shown),), changed


FIGURES = ("Figure", "This week", "n", "The week before", "Change")
NUMERIC = (1, 2, 3)


def share(value: Value) -> str:
    """A share with its interval, or that there are too few to tell."""
    if value.value is None:
        return "too few" if value.n else "none"
    if value.low is None or value.high is None:
        return percent(value.value)
    return f"{value.value * 100:.0f} % ({max(value.low, 0) * 100:.0f}–{min(value.high, 1) * 100:.0f})"


def _day(at: datetime, digest: Digest) -> str:
    """A day on the team's clocks: "Mon 16 Nov"."""
    local = at.astimezone(digest.week.zone)
    return f"{local:%a} {local.day} {local:%b}"


def name(text: str) -> str:
    return short(text, NAME) or "(no name)"


def sentence(text: str) -> str:
    return short(text, SENTENCE)


def cell(text: str) -> str:
    return short(text, CELL)


# --- sections ---------------------------------------------------------------------------------------------------------


def _under(picture: Picture | None, parts: Iterable[tuple[Element, ...]]) -> tuple[tuple[Element, ...], ...]:
    """The picture with what it shows in figures under it; the section's title says what that is."""
    told = tuple(parts)
    return ((replace(picture, title=""), *(told[0] if told else ())), *told[1:]) if picture else told


def _by_intent(intents: Sequence[Driver]) -> Iterator[tuple[Element, ...]]:
    """A row for each of which enough is on record; the others by name."""
    rows = (
        ((name(each.title),), (share(each.unchanged),), (f"{each.unchanged.n:,}",), changed(each))
        for each in intents
        if each.unchanged.value is not None
    )
    yield from tables(("Intent", "Approved unchanged", "n", "Change"), rows, (1, 2))
    few = [each for each in intents if each.unchanged.value is None]
    for start in range(0, len(few), _LINES):
        names = ", ".join(f"{name(each.title)} ({each.unchanged.n:,})" for each in few[start : start + _LINES])
        yield (Paragraph((Strong("Too few to tell: "), names)),)


def said_of(cause: Cause) -> Text:
    """What a release did, in a sentence that says where it is not proven."""
    told = sentence(cause.said)
    if cause.proof is Proof.SHOWN:
        return "✅ ", told
    return ("❔ ", told) if "not proven" in told.lower() else ("❔ ", Strong("Not proven. "), told)


def _causes(digest: Digest) -> Iterator[tuple[Element, ...]]:
    """What the first page has no room for, and what all of it rests on."""
    for each in digest.causes[CAUSES:]:
        yield (Paragraph(said_of(each)),)
    rows = [_evidence(each, digest) for each in digest.causes if each.effect.value is not None]
    head = ("What went live", "Share of drafts", "Moved by it", "The 7 days before", "n")
    yield from tables(head, rows, (2, 3, 4))
    if rows:
        yield (Note((_EVIDENCE,)),)


def _evidence(cause: Cause, digest: Digest) -> tuple[Text, ...]:
    titles = {driver.intent: driver.title for driver in (*digest.by_intent, *digest.drivers)}
    about = short(", ".join(f"“{titles.get(intent, intent)}”" for intent in cause.intents), NAME)
    live = f"{name(cause.release)}, since {_day(cause.at, digest)}"
    moved, before = _points(cause.effect), _points(cause.pretrend)
    return (live,), (f"{name(cause.metric)}, about {about}",), (moved,), (before,), (f"{cause.effect.n:,}",)


def _points(value: Value) -> str:
    """A difference of shares with its interval: "+9 points (+3 to +15)"."""
    if value.value is None:
        return "not known"
    bounds = "" if value.low is None or value.high is None else f" ({_signed(value.low)} to {_signed(value.high)})"
    return f"{_signed(value.value)} points{bounds}"


def _signed(number: float) -> str:
    return (f"{number:+.0f}" if abs(number) >= 0.95 else f"{number:+.1f}").replace("-", "−")


def _drivers(digest: Digest, *, whole: bool) -> Iterator[tuple[Element, ...]]:
    drivers = digest.drivers
    if not drivers:
        return
    rows = (
        ((name(each.title),), (f"{_week(each):,}",), changed(each), (f"{each.pain:,.0f}",))
        for each in (drivers if whole else drivers[:FEW])
    )
    yield from tables(("By volume", "This week", "Change", "Hours waited"), rows, (1, 3))
    pain: list[Piece] = [Strong("By pain"), ", the hours that customers waited, all together: "]
    for number, each in enumerate(sorted(drivers, key=lambda each: -each.pain)[:FEW]):
        pain += [", " if number else "", f"{name(each.title)} ", Strong(f"{each.pain:,.0f} h")]
    yield (Paragraph((*pain, ".")),)
    if len(drivers) > FEW and not whole:
        yield (Actions((Button(ALL_DRIVERS, f"Show all {len(drivers)}", digest.week.label),)),)


def driver_line(number: int, each: Driver) -> Text:
    """A driver in a line, with its weeks as bars."""
    moved: Text = (" ", *changed(each)) if each.moved else ()
    told = f" {sparkline(each.weekly)} · {each.pain:,.0f} h waited · {share(each.unchanged)} approved unchanged"
    return Strong(f"{number}. {name(each.title)}"), f" · {_week(each):,} this week", *moved, told


def changed(each: Driver) -> Text:
    """What became of it, strong where that is more than noise."""
    said = cell(each.change)
    return (Strong(said),) if each.moved and said else (said,)


def _week(each: Driver) -> int:
    return each.weekly[-1] if each.weekly else 0


def sparkline(weekly: Sequence[int]) -> str:
    """The weeks as bars of text, from 0 to the highest."""
    most = max((*weekly, 1))
    return "".join(_BARS[min(max(count, 0) * len(_BARS) // (most + 1), len(_BARS) - 1)] for count in weekly[-12:])


def _failures(digest: Digest) -> Iterator[tuple[Element, ...]]:
    rows = ((*_counts(each), (Link("a thread", each.link),) if each.link else ()) for each in digest.failures)
    return tables(("What was wrong", "This week", "The week before", "Example"), rows, (1, 2))


def _counts(failure: Failure) -> tuple[Text, ...]:
    return (name(failure.label),), (f"{failure.count:,}",), (f"{failure.before:,}",)


def _published(digest: Digest) -> Iterator[tuple[Element, ...]]:
    for each in digest.published:
        titles = ", ".join(f"“{name(title)}”" for title in each.articles[:6])
        more = f" and {len(each.articles) - 6} more" if len(each.articles) > 6 else ""
        by = f" by {name(each.by)}" if each.by.strip() else ""
        head: Text = (
            Strong(f"Knowledge v{each.release}"),
            f", {_day(each.at, digest)}{by}: {titles}{more}. ",
        )
        yield (Paragraph((*head, sentence(each.said))),)


def _upkeep(digest: Digest) -> tuple[tuple[Element, ...], ...]:
    def line(title: str, what: str, owner: str, *, severe: bool) -> Text:
        whose = f" Owned by {name(owner)}." if owner.strip() else ""
        about: Text = () if title in what else (Strong(f"“{name(title)}”"), " ")
        return ("⚠️ " if severe else "", *about, f"{sentence(what)}.{whose}")

    return _lines(line(each.title, each.what, each.owner, severe=each.severe) for each in digest.upkeep)


def _trend(digest: Digest) -> Iterator[tuple[Element, ...]]:
    rows = (
        (
            (name(each.release),),
            (_day(each.at, digest),),
            (share(each.passed),),
            (f"{each.passed.n:,}",),
        )
        for each in reversed(digest.trend)
    )
    return tables(("Release", "Since", "Passed", "n"), rows, (2, 3))


def _thanks(thanks: Sequence[Thanks]) -> tuple[tuple[Element, ...], ...]:
    def given(each: Thanks) -> str:
        counts = ((each.cases, "eval case", ""), (each.fixes, "fix", "fixes"), (each.labels, "label", ""))
        return ", ".join(counted(count, word, words) for count, word, words in counts if count)

    return _lines((Strong(name(each.name)), f": {given(each)}" if given(each) else "") for each in thanks)


def _state(title: str, state: str) -> Text:
    return (Strong(name(title)), f": {sentence(state)}" if state.strip() else "")


def _lines(lines: Iterable[Text]) -> tuple[tuple[Element, ...], ...]:
    """A line each, some of them a paragraph: so many that no renderer has to cut it."""
    said = [line for line in lines if any(not isinstance(piece, str) or piece.strip() for piece in line)]
    paragraphs: list[tuple[Element, ...]] = []
    for start in range(0, len(said), _LINES // 4):
        pieces: list[Piece] = []
        for line in said[start : start + _LINES // 4]:
            pieces += ["\n"] if pieces else []
            pieces += ["• ", *line]
        paragraphs.append((Paragraph(tuple(pieces)),))
    return tuple(paragraphs)
