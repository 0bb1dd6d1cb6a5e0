"""What people do with the card of a knowledge fix: approve, edit, return, try again, let through."""

from bot.cards import fix as cards
from bot.domain.chat import Click, Submission
from bot.domain.errors import RatchetError
from bot.domain.fix import check_may_edit
from bot.ports import Answer, Desk
from bot.workflows import fix as fixing
from handlers.people import named
from handlers.refusing import refused

MAX_NOTE = 3000


async def approve(desk: Desk, click: Click) -> Answer:
    """Let the fix be tried, and go live if nothing gets worse."""
    await fixing.approve(desk, click.subject, await named(desk, click.actor), ref=click.key)
    return None


async def again(desk: Desk, click: Click) -> Answer:
    """Try a held fix again."""
    await fixing.try_again(desk, click.subject, await named(desk, click.actor), ref=click.key)
    return None


async def edit(desk: Desk, click: Click) -> Answer:
    check_may_edit(await desk.people.role(click.actor))
    fix = await fixing.seen(desk, click.subject)
    return cards.edit_form(fix, await fixing.base_of(desk, fix))


async def send_back(desk: Desk, click: Click) -> Answer:
    return cards.return_form(await fixing.seen(desk, click.subject))


async def override(desk: Desk, click: Click) -> Answer:
    return cards.override_form(await fixing.seen(desk, click.subject))


async def send_edit(desk: Desk, sent: Submission) -> Answer:
    """Keep the edited text; what is wrong with it is said in the form, so that nobody loses what they wrote."""
    try:
        by = await named(desk, sent.actor)
        title, body = sent.values.get("title", ""), sent.values.get("body", "")
        await fixing.edit(desk, sent.subject, by, title=title, body=body)
    except RatchetError as problem:
        return refused(problem, "body", sent)
    return None


async def send_return(desk: Desk, sent: Submission) -> Answer:
    try:
        note = sent.values.get("note", "")[:MAX_NOTE]
        await fixing.send_back(desk, sent.subject, await named(desk, sent.actor), note=note)
    except RatchetError as problem:
        return refused(problem, "note", sent)
    return None


async def send_override(desk: Desk, sent: Submission) -> Answer:
    try:
        reason, by = sent.values.get("reason", "")[:MAX_NOTE], await named(desk, sent.actor)
        await fixing.override(desk, sent.subject, by, reason=reason, ref=sent.key)
    except RatchetError as problem:
        return refused(problem, "reason", sent)
    return None


OPENERS = {
    "fix.edit": edit,
    "fix.return": send_back,
    "fix.override": override,
}
ACTIONS = OPENERS | {
    "fix.approve": approve,
    "fix.again": again,
}
FORMS = {
    "fix.edit": send_edit,
    "fix.return": send_return,
    "fix.override": send_override,
}
