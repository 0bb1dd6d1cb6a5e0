"""A knowledge fix before the team: proposed, checked, shown to the article's owner, decided. Going live is `evals`'."""

import re
from dataclasses import replace

from bot.cards.fix import fix_card, proposed_card
from bot.domain.article import Revision
from bot.domain.chat import Person, Role
from bot.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from bot.domain.fix import (
    FixState,
    KnowledgeFix,
    check_may_approve,
    check_may_edit,
    rebased,
    why_decided,
)
from bot.domain.quality import Verdict
from bot.domain.text.masking import known_values
from bot.domain.text.plain import readable
from bot.ports import Desk, Run
from bot.workflows.accounts import accounts_of
from bot.workflows.misquoting import misquotes_of
from bot.workflows.owners import intent_rooms, owner_place, rooms_of
from bot.workflows.publishable import check_publishable
from bot.workflows.radar import contradictions_of
from bot.workflows.showing import NO_HOME, cases_named, own_room, repaint, through_outages, wait_after

SOURCE = "chat"
"""Where articles come from that were fixed by the team: an import of files does not overwrite them."""
_SLUG = re.compile(r"[^\W_][\w.-]{0,80}(?:/[^\W_][\w.-]{0,80}){0,5}")


async def open_fix(desk: Desk, fix: KnowledgeFix) -> KnowledgeFix:
    """Keep a proposed fix and put it before the article's owner; durable when this returns, once per id.

    An article that changed since is taken as it is now, where the changes do not touch. Raises Conflict where they do,
    and Rejected for what may not stand in an article, with the words marked.
    """
    fix = await check(desk, fix)
    kept = await desk.store.fixes.open(fix)
    await _wait_for_approval(desk, kept)
    return kept


async def _wait_for_approval(desk: Desk, fix: KnowledgeFix) -> None:
    """Show the fix, and have it tried already: whoever approves it shall not wait long for the verdict."""
    await show_later(desk, fix)
    await desk.runtime.start("rehearse_fix", f"rehearse:{fix.id}:{fix.version}", fix=fix.id)


async def check(desk: Desk, fix: KnowledgeFix) -> KnowledgeFix:
    """The fix as it may be kept, on top of what its article says now. Raises Conflict and Rejected as `open_fix`."""
    said = fix.revision
    if not fix.base and not _SLUG.fullmatch(said.slug):
        raise Rejected(
            "Name the article with letters, digits, hyphens and slashes: returns/opened-beans.", field="slug"
        )
    if not said.title.strip():
        raise Rejected("Give the article a title.", field="title")
    if not any(line.strip() and not line.lstrip().startswith("#") for line in readable_lines(said.body)):
        raise Rejected("The article has no text yet. Write at least a sentence.", field="body")
    if said.effective and said.expires and said.expires < said.effective:
        raise Rejected("It would expire before it is in force.", field="effective")
    body = said.body.replace("\r\n", "\n").strip() + "\n"
    fix = await on_top(desk, replace(fix, revision=replace(said, body=body, hash="", source=SOURCE)))
    before = await article(desk, said.slug)
    if before is not None and fix.revision == replace(before, hash="", source=SOURCE):
        raise Rejected("This changes nothing: the article says so already.", field="body")
    private = await _private(desk, fix.escalation)
    hosts = (await desk.workflows.live()).allowed_hosts
    check_publishable(fix.revision, before=before, private=private, allowed_hosts=hosts)
    return fix


def readable_lines(body: str) -> list[str]:
    """The lines of an article that say something: hidden comments are none, headings keep their mark."""
    return [line for line in body.split("\n") if line.lstrip().startswith("#") or readable(line)]


async def article(desk: Desk, slug: str) -> Revision | None:
    """What the live knowledge has under this name."""
    live = await desk.store.releases.live("knowledge")
    found = await desk.store.articles.revisions({slug: live.manifest[slug]} if slug in live.manifest else {})
    return found[0] if found else None


async def base_of(desk: Desk, fix: KnowledgeFix) -> Revision | None:
    """The revision that the fix changes; None where it is a new article."""
    base = await desk.store.articles.revisions({fix.revision.slug: fix.base} if fix.base else {})
    return base[0] if base else None


async def on_top(desk: Desk, fix: KnowledgeFix) -> KnowledgeFix:
    """The fix on top of what its article says now. Raises Conflict where that cannot be."""
    slug = fix.revision.slug
    now = await article(desk, slug)
    if (now.hash if now else "") == fix.base:
        return fix
    if now is None:
        raise Conflict(f"The article {slug} was removed meanwhile. Propose it as a new one if it shall come back.")
    base = await desk.store.articles.revisions({slug: fix.base}) if fix.base else ()
    if not base:
        raise Conflict(f"There is an article {slug} already: “{now.title}”. Propose a change of it.")
    return rebased(fix, base[0], now)


async def _private(desk: Desk, escalation_id: str) -> list[tuple[str, str]]:
    """What is personal of the customer from whose conversation the fix comes."""
    if not escalation_id:
        return []
    escalation = await desk.store.escalations.get(escalation_id)
    reviews = await desk.store.reviews.of_escalation(escalation_id)
    proposal = next((review.proposal for review in reversed(reviews) if review.proposal), None)
    fields = [(field.name, field.value) for field in proposal.triage.fields] if proposal else []
    customer = escalation.customer
    return known_values(customer.name, customer.email, customer.id, fields)


# --- decisions --------------------------------------------------------------------------------------------------------


async def seen(desk: Desk, subject: str) -> KnowledgeFix:
    """The fix that a button was about, if it still says what whoever pressed it saw. Raises Conflict."""
    fix = await desk.store.fixes.get(subject.partition("#")[0])
    if fix.subject != subject:
        raise Conflict("This fix was changed after you opened it. Look at its card again.")
    return fix


async def approve(desk: Desk, subject: str, actor: Person, *, ref: str) -> None:
    """Let the fix be tried and, if the evals find nothing worse, go live. `ref` names the click, so that it is one."""
    fix = await seen(desk, subject)
    if not (fix.state is FixState.TESTING and actor.same_as(fix.decided_by)):  # else this very click, come again
        author = fix.editor or fix.by
        own = next((account for account in await accounts_of(desk, actor) if account.same_as(author)), actor)
        check_may_approve(fix, await desk.people.role(actor), own)
        fix = await _decided(desk, fix, FixState.TESTING, actor)
    await desk.runtime.start("release_fix", f"release:{fix.id}:{ref}", fix=fix.id)
    await show_later(desk, fix)


async def edit(desk: Desk, subject: str, actor: Person, *, title: str, body: str) -> None:
    """Replace the text of a fix that waits; whoever did that does not approve it."""
    fix = await seen(desk, subject)
    check_may_edit(await desk.people.role(actor))
    _check_open(fix)
    changed = replace(fix, revision=replace(fix.revision, title=" ".join(title.split()), body=body), editor=actor)
    await _wait_for_approval(desk, await desk.store.fixes.change(await check(desk, changed)))


async def send_back(desk: Desk, subject: str, actor: Person, *, note: str) -> None:
    """Return the fix to whoever proposed it, with what should be different; from them it is a withdrawal."""
    fix = await seen(desk, subject)
    own = actor.same_as(fix.by)
    if not own:
        check_may_edit(await desk.people.role(actor))
    if not note.strip():
        raise Rejected("Say what should be different.", field="note")
    state = FixState.WITHDRAWN if own else FixState.RETURNED
    await show_later(desk, await _decided(desk, replace(fix, note=note.strip()), state, actor, FixState.HELD))


async def try_again(desk: Desk, subject: str, actor: Person, *, ref: str) -> None:
    """Let a held fix be tried again: the gate could not run, or the cases were changed since."""
    fix = await seen(desk, subject)
    check_may_edit(await desk.people.role(actor))
    if fix.state is not FixState.TESTING:
        fix = await _decided(desk, fix, FixState.TESTING, fix.decided_by or actor, FixState.HELD)
    await desk.runtime.start("release_fix", f"release:{fix.id}:{ref}", fix=fix.id)
    await show_later(desk, fix)


async def override(desk: Desk, subject: str, manager: Person, *, reason: str, ref: str) -> None:
    """Let a held fix go live against its evals, with a manager's reason, which the policy log keeps.

    Raises Conflict where there is no verdict to go against: what could not be judged never passes.
    """
    fix = await seen(desk, subject)
    if fix.gate is not None and fix.gate.verdict is Verdict.FAILED:
        raise Conflict("The evals could not judge this fix, so there is nothing to let it through against. Try again.")
    role = await desk.people.role(manager)
    if role is None or role < Role.MANAGER:
        raise NotAllowed("Only a manager lets through what the evals hold.")
    if any(account.same_as(fix.by) or account.same_as(fix.editor) for account in await accounts_of(desk, manager)):
        raise NotAllowed("You wrote what this fix says, so another manager must let it through.")
    if not reason.strip():
        raise Rejected("Write why it shall go live all the same.", field="reason")
    if not (fix.state is FixState.TESTING and fix.override):
        fix = await _decided(desk, replace(fix, override=reason.strip()), FixState.TESTING, manager, FixState.HELD)
    await desk.runtime.start("release_fix", f"release:{fix.id}:{ref}", fix=fix.id)
    await show_later(desk, fix)


def _check_open(fix: KnowledgeFix, *also: FixState) -> None:
    if fix.state not in (FixState.OPEN, *also):
        raise Conflict(why_decided(fix))


async def _decided(desk: Desk, fix: KnowledgeFix, state: FixState, by: Person, *also: FixState) -> KnowledgeFix:
    """The fix after this decision, from OPEN or one of the other states; one of two who decide at once is told."""
    _check_open(fix, *also)
    return await desk.store.fixes.change(replace(fix, state=state, decided_by=by, decided_at=desk.clock.now()))


# --- showing ----------------------------------------------------------------------------------------------------------


async def show_later(desk: Desk, fix: KnowledgeFix) -> None:
    """Have the card brought up to date by a run that outlasts outages."""
    await desk.runtime.start("show_fix", f"show:{fix.id}:{fix.version}", fix=fix.id)


async def show_fix(run: Run, desk: Desk, *, fix: str) -> None:
    """Post or repaint the fix's card in the owner's room, and tell the thread where it began."""
    await through_outages(run, desk, "show", paint, fix)
    await through_outages(run, desk, "tell", tell, fix)


async def paint(desk: Desk, fix_id: str) -> float | None:
    """Bring the card up to date; return None when it is, else the seconds to wait before trying again."""
    painting = repaint(lambda: desk.store.fixes.get(fix_id), lambda fix: _paint_once(desk, fix))
    return await wait_after(painting, fix_id)


async def tell(desk: Desk, fix_id: str) -> float | None:
    """Tell the thread where the fix began, if it is the team's alone, how it stands: once for each state."""
    return await wait_after(_tell(desk, fix_id), fix_id)


async def _paint_once(desk: Desk, fix: KnowledgeFix) -> None:
    before = await base_of(desk, fix)
    conflicts = await contradictions_of(desk, fix) if fix.state is FixState.OPEN else ()
    misquotes = await misquotes_of(desk, fix, before) if fix.state is FixState.OPEN else ()
    card = fix_card(fix, before, await cases_named(desk, fix.gate), conflicts, misquotes)
    if fix.card is not None:
        await desk.platforms[fix.card.place.platform].update(fix.card, card)
        return
    place = await owner_place(desk, fix.revision.owner, rooms=await _rooms(desk, fix))
    if place is None:
        raise NotFound(f"There is no room for knowledge fixes: {NO_HOME}")
    message = await desk.platforms[place.platform].post(place, card, key=f"fix:{fix.id}")
    await desk.store.fixes.set_card(fix.id, message)


async def _rooms(desk: Desk, fix: KnowledgeFix) -> list[str]:
    """The rooms of whoever answers for what the fix is about: the intent of its thread, then those of its cases."""
    reviews = await desk.store.reviews.of_escalation(fix.escalation) if fix.escalation else ()
    asked = [review.proposal.triage.owner for review in reversed(reviews) if review.proposal]
    return [*asked, *rooms_of(fix.revision.slug, await desk.store.cases.all(), await intent_rooms(desk))]


async def _tell(desk: Desk, fix_id: str) -> None:
    fix = await desk.store.fixes.get(fix_id)
    if fix.place is None or fix.card is None or fix.state is FixState.TESTING:
        return
    platform = desk.platforms[fix.place.platform]
    if await own_room(platform, fix.place.room) is None:
        return  # another organisation can read there; the fix's own card says how it stands
    card = proposed_card(fix, await cases_named(desk, fix.gate), await platform.permalink(fix.card))
    moment = fix.decided_at.isoformat() if fix.decided_at else ""
    await platform.post(fix.place, card, key=f"fix-told:{fix.id}:{fix.state.value}:{moment}")
