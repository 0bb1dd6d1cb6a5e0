"""From a thread to a knowledge fix: the section that should have answered, with what the answer changes in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.cards.capture import NEW, FixDraft, day, short
from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.article import Audience, Revision
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.domain.fix import FixState, KnowledgeFix, fix_id
from bot.domain.learning import approved_reply, failure_of, taught
from bot.domain.review import FailureMode
from bot.domain.text.revising import first_text, revised
from bot.domain.text.sections import Section, sections, with_section
from bot.domain.text.wording import content_words
from bot.ports import Desk
from bot.workflows.capture import Thread, stand_ins

LONGEST, FITS = 2_400, 2_900  # characters of a section that is offered, and of what a form takes with the change in it
REVIEWED = timedelta(days=365)
_ARTICLES = 5
_MOST, _LONGEST_NAME = 99, 150  # sections that a form can list, and characters that name one there
_SPEAKS_OF_IT = 0.4  # the share of the words of question and answer from which a section might have given the answer


@dataclass(frozen=True, slots=True)
class _Place:
    """A section of an article that could be changed."""

    name: str
    revision: Revision
    section: Section

    @property
    def label(self) -> str:
        title, heading = self.revision.title, self.section.heading.split(" › ")
        heading = heading[1:] if heading[0] == title else heading
        return short(" › ".join(filter(None, (title, *heading))), 75)


async def fix_draft(desk: Desk, thread: Thread, *, place: str = "") -> tuple[FixDraft, str]:
    """A fix to begin with, and the hash of the revision that it changes; of the most likely section, or of this one.

    Raises Conflict when the section that was chosen is gone.
    """
    places = await _places(desk, thread)
    chosen = next((found for found in places if found.name == place), None)
    if place not in ("", NEW) and chosen is None:
        raise Conflict("That article was changed meanwhile. Open the form again.")
    if not place:
        chosen = _likeliest(places, thread)
    shown = tuple((found.name, found.label) for found in places)
    today = desk.clock.now().date()
    draft = _change(thread, chosen, today) if chosen else _beginning(thread, today)
    return replace(draft, places=shown), chosen.revision.hash if chosen else ""


async def article_draft(desk: Desk, slug: str, *, place: str = "") -> tuple[FixDraft, str]:
    """A fix of this article to begin with, without a thread, and the hash of what it changes; of its first section.

    Raises NotFound when the knowledge has no such article, Conflict when the section that was chosen is gone.
    """
    today = desk.clock.now().date()
    if place == NEW:
        begun = Revision("", "", "", "", effective=today, review_by=today + REVIEWED)
        return FixDraft(NEW, (), begun, ""), ""
    live = (await desk.store.releases.live("knowledge")).manifest
    found = await desk.store.articles.revisions({slug: live[slug]} if slug in live else {})
    if not found:
        raise NotFound(f"The knowledge has no article {slug}. `ratchet kb check` lists those that need somebody.")
    places = _of_article(found[0])
    chosen = next((each for each in places if each.name == place), None if place else next(iter(places), None))
    if chosen is None:
        raise Conflict("That article was changed meanwhile, or is too long for a form. Open the form again.")
    draft = FixDraft(chosen.name, (), _looked_at(found[0], today), chosen.section.text, before=chosen.section.text)
    return replace(draft, places=tuple((each.name, each.label) for each in places)), found[0].hash


def place_of(revision: Revision, words: str) -> str:
    """The section that says these words, as `article_draft` takes it; "" where none does."""
    said = _plain(words)
    return next((each.name for each in _of_article(revision) if said and said in _plain(each.section.text)), "")


def _plain(text: str) -> str:
    return " ".join(content_words(text))


async def fix_sent(
    desk: Desk, thread: Thread | None, values: Mapping[str, str], by: Person, *, changes: tuple[str, str], ref: str
) -> KnowledgeFix:
    """The fix as a form says it is; `changes` are the place and the hash of the revision that the form showed.

    Raises Rejected, naming the input.
    """
    place, base = changes
    effective, review_by = _days(values)
    said: dict[str, object] = {
        "title": values.get("title", "").strip(),
        "owner": values.get("owner", "").strip(),
        "effective": effective,
        "review_by": review_by,
    }
    if audience := values.get("audience", ""):  # what says nothing of it makes no internal article public
        said["audience"] = Audience(audience)
    revision = await _revised(desk, place, base, values.get("text", ""), said)
    card = thread.review.card if thread else None
    mode = values.get("mode", "")
    return KnowledgeFix(
        id=fix_id(revision.slug, ref),
        state=FixState.OPEN,
        revision=revision,
        base=base,
        by=by,
        opened_at=desk.clock.now(),
        reason=values.get("reason", "").strip(),
        mode=FailureMode(mode) if mode else None,
        escalation=thread.escalation.id if thread else "",
        place=card.place if card else thread.escalation.place if thread else None,
    )


async def _revised(desk: Desk, place: str, base: str, text: str, said: Mapping[str, object]) -> Revision:
    if place == NEW:
        slug = re.sub(r"[\W_]+", "-", str(said["title"]).casefold()).strip("-")[:80].strip("-")
        return Revision(slug=slug, hash="", body=text.strip(), **said)  # type: ignore[arg-type]
    slug, _, number = place.rpartition("#")
    before = await desk.store.articles.revisions({slug: base})
    if not before:
        raise Conflict("That article was changed meanwhile. Open the form again.")
    section = _editable(before[0].body)[int(number)]
    body = with_section(before[0].body, section, text)
    return replace(before[0], hash="", body=body, **said)  # type: ignore[arg-type]


def _days(values: Mapping[str, str]) -> tuple[date | None, date | None]:
    try:
        effective, review_by = day(values.get("effective", "")), day(values.get("review_by", ""))
    except ValueError:
        raise Rejected("Give the day as in 2026-11-22.", field="effective") from None
    if effective and review_by and review_by < effective:
        raise Rejected("The day of review is before it is in force.", field="review_by")
    return effective, review_by


# --- the section ------------------------------------------------------------------------------------------------------


async def _places(desk: Desk, thread: Thread) -> list[_Place]:
    """The sections of the articles that were found for the question, those that were cited first."""
    proposal = thread.review.proposal
    if proposal is None:
        return []
    cited = [passage.slug for _, passage in proposal.cited_passages()]
    slugs = list(dict.fromkeys([*cited, *(passage.slug for passage in proposal.passages)]))[:_ARTICLES]
    live = (await desk.store.releases.live("knowledge")).manifest
    found = await desk.store.articles.revisions({slug: live[slug] for slug in slugs if slug in live})
    revisions = sorted(found, key=lambda revision: slugs.index(revision.slug))
    return [place for revision in revisions for place in _of_article(revision)][:_MOST]


def _of_article(revision: Revision) -> list[_Place]:
    """Its sections, as far as a form can name them."""
    sections = enumerate(_editable(revision.body))
    places = [_Place(f"{revision.slug}#{number}", revision, section) for number, section in sections]
    return [place for place in places if len(place.name) <= _LONGEST_NAME][:_MOST]


def _editable(body: str) -> list[Section]:
    """The sections that fit into a form; a long one in parts, between its paragraphs."""
    return [part for section in sections(body) for part in _parts(section)]


def _parts(section: Section) -> list[Section]:
    if len(section.text) <= LONGEST:
        return [section]
    parts: list[Section] = []
    start = at = 0
    for paragraph in re.finditer(r"[^\n](?:[^\n]|\n(?!\n))*", section.text):
        if paragraph.end() - start > LONGEST and at > start:
            parts.append(_part(section, start, at))
            start = paragraph.start()
        at = paragraph.end()
    return [part for part in (*parts, _part(section, start, at)) if len(part.text) <= LONGEST]


def _part(section: Section, start: int, end: int) -> Section:
    return Section(section.heading, section.text[start:end], section.start + start, section.start + end)


def _likeliest(places: Sequence[_Place], thread: Thread) -> _Place | None:
    """The section that speaks most of what was answered; none where none does and knowledge was missing."""
    answer = _answer(thread)
    wanted = set(content_words(f"{answer} {thread.escalation.question}" if answer else thread.escalation.question))

    def share(place: _Place) -> float:
        return len(wanted & set(content_words(f"{place.label} {place.section.text}"))) / max(1, len(wanted))

    best = max(places, key=share, default=None)
    if best is not None and failure_of(thread.review) is FailureMode.MISSING_KNOWLEDGE and share(best) < _SPEAKS_OF_IT:
        return None
    return best


# --- the change -------------------------------------------------------------------------------------------------------


def _answer(thread: Thread) -> str:
    """What the team said: the reply, or the note to a rejection."""
    decision = thread.review.decision
    return approved_reply(thread.review) or (decision.note if decision else "")


def _for_everybody(thread: Thread, text: str) -> str:
    """The text without the sentences that are about this one customer."""
    return first_text(text, stand_ins(thread).hides)


def _taught(thread: Thread) -> str:
    """What the person said that the draft did not: all of it where there was no draft."""
    proposal = thread.review.proposal
    if proposal is not None and not proposal.draft.by_drafter:
        return _for_everybody(thread, _answer(thread))
    made = taught(thread.review)
    new = [*(after for _, after in made.corrected), *made.added]
    return _for_everybody(thread, "\n".join(dict.fromkeys(clause.sentence for clause in new)))


def _change(thread: Thread, place: _Place, today: date) -> FixDraft:
    before = place.section.text
    text = revised(before, _taught(thread))
    return FixDraft(
        place=place.name,
        places=(),
        revision=_looked_at(place.revision, today),
        text=text if len(text) <= FITS else before,
        reason=_reason(thread),
        mode=failure_of(thread.review),
        before=before,
    )


def _looked_at(revision: Revision, today: date) -> Revision:
    """The revision with the next day of review, where that was due: whoever changes an article has read it."""
    return replace(revision, review_by=today + REVIEWED) if revision.stale(today) else revision


def _beginning(thread: Thread, today: date) -> FixDraft:
    """A new article with the answer as its text."""
    triage = thread.review.proposal.triage if thread.review.proposal else None
    known = triage is not None and triage.intent != UNKNOWN_INTENT
    revision = Revision(
        slug="",
        hash="",
        title=triage.intent_title if triage and known else "",
        body="",
        owner=triage.owner if triage else "",
        effective=today,
        review_by=today + REVIEWED,
    )
    text = _for_everybody(thread, _answer(thread))[:FITS]
    return FixDraft(NEW, (), revision, text, _reason(thread), failure_of(thread.review))


def _reason(thread: Thread) -> str:
    asked = stand_ins(thread).hide(short(thread.escalation.question, 300))
    note = thread.review.decision.note if thread.review.decision else ""
    return "\n".join(filter(None, (f"A customer asked: “{asked}”", stand_ins(thread).hide(note))))
