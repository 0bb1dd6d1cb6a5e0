"""Setting the intent of a thread: the form, and what is sent with it."""

from bot.cards import capture as cards
from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.chat import FormErrors, Submission, Toast
from bot.domain.errors import RatchetError, Rejected
from bot.domain.refit import FEWEST
from bot.ports import Answer, Desk
from bot.workflows import capture, relabel
from handlers.people import named


async def intent_form(desk: Desk, thread: capture.Thread) -> Answer:
    intents, suggested = await relabel.choices(desk), relabel.suggested(thread)
    known = await relabel.said_before(desk, thread.escalation.id)
    if known is None:
        return cards.intent_form(thread.review.id, suggested.text, intents, suggested.intent)
    said = f"{known.by.name or known.by.id} set it already; what you set counts instead."
    return cards.intent_form(thread.review.id, known.text, intents, known.intent, said)


async def send_intent(desk: Desk, sent: Submission) -> Answer:
    """Keep the label, and say what comes of it."""
    try:
        thread = await capture.thread_for(desk, sent.actor, sent.subject)
        by = await named(desk, sent.actor)
        label = await relabel.set_intent(desk, thread, sent.values.get("text", ""), sent.values.get("intent", ""), by)
    except RatchetError as problem:
        return FormErrors({(problem.field if isinstance(problem, Rejected) else None) or "intent": str(problem)})
    if label.intent == UNKNOWN_INTENT:
        return Toast("Thanks. Questions that fit no intent are gathered; those that recur are proposed as a new one.")
    new = len(await desk.store.labels.untaught())
    if new < FEWEST:
        return Toast(f"Thanks. I learn from {FEWEST} labels on; with this one there are {new}.")
    return Toast(f"Thanks. Tonight I learn from it and {new - 1} more; it goes live if nothing gets worse.")


FORMS = {cards.INTENT: send_intent}
