"""What people do about a holding reply: propose one for an alert, approve it for all, stop it."""

from bot.cards import holding as cards
from bot.domain.chat import Click, Submission
from bot.domain.errors import RatchetError
from bot.domain.review import review_and_hash
from bot.ports import Answer, Desk
from bot.workflows.holding import approval
from handlers.people import named
from handlers.refusing import refused


async def open_form(desk: Desk, click: Click) -> Answer:
    text, language = await approval.begun(desk, click.subject, click.actor)
    return cards.holding_form(click.subject, text, language)


async def propose(desk: Desk, sent: Submission) -> Answer:
    """Put the text before those who may approve it; what is wrong with it is said beside the input."""
    text, language = sent.values.get("text", "")[: cards.MAX_TEXT], sent.values.get("language", "")
    joining = sent.values.get("joining") == "yes"
    try:
        await approval.propose(desk, sent.subject, await named(desk, sent.actor), text, language, joining=joining)
    except RatchetError as problem:
        return refused(problem, "text", sent)
    return None


async def approve(desk: Desk, click: Click) -> Answer:
    name, text_hash = review_and_hash(click.subject)
    await approval.approve(desk, name, text_hash, await named(desk, click.actor))
    return None


async def stop(desk: Desk, click: Click) -> Answer:
    await approval.stop(desk, click.subject, await named(desk, click.actor))
    return None


OPENERS = {cards.OPEN: open_form}
ACTIONS = OPENERS | {cards.APPROVE: approve, cards.STOP: stop}
FORMS = {cards.OPEN: propose}
