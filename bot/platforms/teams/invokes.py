"""What Teams waits for (presses of cards, dialogs, message actions): which invoke gets which answer.

Who presses sees the answer at once, so what opens or sends a form is handled within the invoke, as long as Teams
waits. What takes longer is told afterwards, and work that nobody must wait for is only taken in.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol
from uuid import uuid4

from bot.cards.adaptive import REFRESH, render_form
from bot.cards.adaptive_controls import FORM, input_names, values_of
from bot.cards.elements import Form
from bot.domain.chat import (
    Click,
    Command,
    FormErrors,
    HomeOpened,
    MessageRef,
    Person,
    Place,
    Stimulus,
    Submission,
    Toast,
)
from bot.domain.errors import Rejected
from bot.platforms.teams import replies
from bot.platforms.teams.activities import Own, actor_of, asked_of_message, part, place_of, pressed, word
from bot.platforms.teams.replies import Reply
from bot.ports import Answer, Clock, Intake
from bot.ports.reaching import OpenForm, OpenForms

Json = dict[str, Any]

log = logging.getLogger(__name__)

PRESS_SECONDS = 8.0  # Teams waits 10 for a press
SHOW_SECONDS = 5.0  # of those, to find out what the card is now
DIALOG_SECONDS = 4.0  # and 5 for a dialog
TRY_AGAIN = "That did not work. Please try again."
TAKEN = "Got it."
WORKING = "Got it. I am working on it."
DONE = "Done."
LATER = "This takes a little longer. You will be told in a message."
PRESS_ON = "That was taken in, but Teams did not wait for what comes next. Please press again to go on."
NO_FORM_HERE = "This opens a form, which this version of Teams cannot show. Please press again in an up-to-date Teams."
FORM_GONE = (
    "This form is not open any more, or it is somebody else's. Please open it again; what you typed was not sent."
)


class Talks(Protocol):
    """What answering needs of the adapter."""

    own: Own

    async def noted(self, activity: Json) -> None:
        """Remember where a delivery came from, so that people can be reached there later."""
        ...

    async def refreshed(self, message: MessageRef, person: Person) -> Json | None:
        """The card as it was shown last, for this reader; None for one that is not known."""
        ...

    async def tell(self, place: Place, person: Person, text: str) -> None: ...

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this after the answer."""
        ...


class Invokes:
    """Answers invokes."""

    def __init__(self, intake: Intake, talks: Talks, forms: OpenForms, clock: Clock) -> None:
        self._intake = intake
        self._talks = talks
        self._forms = forms
        self._clock = clock
        self._known: Mapping[str, Callable[[Json], Awaitable[Reply]]] = {
            "adaptiveCard/action": self._executed,
            "task/fetch": self._fetched,
            "task/submit": self._sent,
            "composeExtension/fetchTask": self._asked,
            "composeExtension/submitAction": self._sent,
        }

    async def answer(self, activity: Json) -> Reply:
        """Answer one invoke. Raises Rejected for a value that is none of ours."""
        known = self._known.get(word(activity.get("name")))
        if known is None:
            log.debug("teams asked for %.100r, which is not offered", activity.get("name"))
            return replies.UNKNOWN
        if not isinstance(activity.get("value"), dict):
            raise Rejected("The value of this invoke must be an object.")
        if not actor_of(activity).id or not place_of(activity).room:
            raise Rejected("The invoke does not say who acted, or in which conversation.")
        return await known(activity)

    # -- cards --------------------------------------------------------------------------------------------------------

    async def _executed(self, activity: Json) -> Reply:
        """An Action.Execute: pressed by a person, or asked for by a client that shows the card."""
        action = part(activity, "value", "action")
        if action.get("verb") == REFRESH:
            return await self._shown(activity) or replies.nothing_new()
        stimulus = pressed(activity, part(action, "data"), "")
        if stimulus is None:
            raise Rejected("The action carries no data of ours.")
        if not self._intake.immediate(stimulus):
            taken = await self._taken(stimulus, replies.message(TAKEN))
            return taken if taken is replies.LATER else await self._shown(activity) or taken
        return await self._within(PRESS_SECONDS, stimulus, self._as_message, replies.message)

    async def _shown(self, activity: Json) -> Reply | None:
        """The card that the invoke came from, as it is now for whoever looks."""
        message = word(activity.get("replyToId"))
        if not message:
            return None
        try:
            async with asyncio.timeout(SHOW_SECONDS):
                where = MessageRef(place_of(activity, message), message)
                shown = await self._talks.refreshed(where, actor_of(activity))
        except Exception:
            log.exception("a card could not be shown again")
            return None
        return None if shown is None else replies.card(shown)

    async def _as_message(self, answer: Answer, stimulus: Stimulus) -> Reply:
        match answer:
            case Toast(text):
                return replies.message(text)
            case FormErrors(errors):
                return replies.message("\n".join(errors.values()) or DONE)
            case Form():
                return replies.message(NO_FORM_HERE)
            case None:
                return replies.message(DONE)

    # -- dialogs ------------------------------------------------------------------------------------------------------

    async def _fetched(self, activity: Json) -> Reply:
        """A button that opens a form was pressed."""
        click = pressed(activity, part(activity, "value", "data"), "")
        if click is None:
            raise Rejected("The button carries no data of ours.")
        return await self._dialog(click, TAKEN)

    async def _asked(self, activity: Json) -> Reply:
        """A command of a message's menu was chosen."""
        command = asked_of_message(activity)
        if command is None:
            raise Rejected("The message action does not say which command it is.")
        return await self._dialog(command, WORKING)

    async def _dialog(self, stimulus: Click | HomeOpened | Command, taken: str) -> Reply:
        if not self._intake.immediate(stimulus):
            return await self._taken(stimulus, replies.dialog_message(taken))
        return await self._within(DIALOG_SECONDS, stimulus, self._as_dialog, replies.dialog_message)

    async def _sent(self, activity: Json) -> Reply:
        """A dialog was sent, by its own button or by another that stands in it."""
        data, actor = part(activity, "value", "data"), actor_of(activity)
        form_id = word(data.get(FORM))
        opened = await self._forms.get(form_id, actor) if form_id else None
        if opened is None:
            return replies.dialog_message(FORM_GONE)
        within = None if "action" in input_names(opened.form).values() else pressed(activity, data, "")
        if isinstance(within, Click):
            within = Click(within.key, within.action, within.subject, actor, opened.place or within.place)
        if within is not None:
            return await self._dialog(within, TAKEN)
        values = values_of(opened.form, data)
        key = f"{form_id}:{word(activity.get('id'))}"
        submission = Submission(key, opened.form.name, opened.form.subject, actor, values, opened.place)

        async def shown(answer: Answer, stimulus: Stimulus) -> Reply:
            match answer:
                case FormErrors(errors) if errors:
                    again = render_form(opened.form, opened.id, errors=errors, values=values)
                    return replies.dialog(opened.form.title, again)
                case None | FormErrors():
                    return Reply()
                case _:
                    return await self._as_dialog(answer, stimulus)

        return await self._within(DIALOG_SECONDS, submission, shown, replies.dialog_message)

    async def _as_dialog(self, answer: Answer, stimulus: Stimulus) -> Reply:
        match answer:
            case Form() as form:
                return await self._opened(form, stimulus)
            case Toast(text):
                return replies.dialog_message(text)
            case FormErrors(errors):
                return replies.dialog_message("\n".join(errors.values()) or DONE)
            case None:
                return replies.dialog_message(DONE)

    async def _opened(self, form: Form, stimulus: Stimulus) -> Reply:
        actor, place = _who_and_where(stimulus)
        opened = OpenForm(uuid4().hex, form, place, actor)
        await self._forms.keep(opened, self._clock.now())
        return replies.dialog(form.title, render_form(form, opened.id))

    # -- within the time that Teams gives -----------------------------------------------------------------------------

    async def _taken(self, stimulus: Stimulus, reply: Reply) -> Reply:
        try:
            await self._intake.accept(stimulus)
        except Exception:
            log.exception("%s was not accepted; whoever pressed is told to press again", stimulus.key)
            return replies.LATER
        return reply

    async def _within(
        self,
        seconds: float,
        stimulus: Stimulus,
        show: Callable[[Answer, Stimulus], Awaitable[Reply]],
        say: Callable[[str], Reply],
    ) -> Reply:
        """Answer while Teams waits; what takes longer is told afterwards."""
        answering = asyncio.ensure_future(self._intake.answer(stimulus))
        done, _ = await asyncio.wait({answering}, timeout=seconds)
        if not done:
            self._talks.later(self._tell_late(stimulus, answering))
            return say(LATER)
        try:
            return await show(answering.result(), stimulus)
        except Exception:
            log.exception("%s was not answered", stimulus.key)
            return say(TRY_AGAIN)

    async def _tell_late(self, stimulus: Stimulus, answering: "asyncio.Future[Answer]") -> None:
        actor, place = _who_and_where(stimulus)
        try:
            match await answering:
                case FormErrors(errors):
                    text = "\n".join(errors.values())
                case Toast(text):
                    pass
                case Form():
                    text = PRESS_ON
                case None:
                    text = DONE
            await self._talks.tell(place or Place(actor.platform, actor.id), actor, text or DONE)
        except Exception:
            log.exception("%s was answered late, but the answer could not be shown", stimulus.key)


def _who_and_where(stimulus: Stimulus) -> tuple[Person, Place | None]:
    match stimulus:
        case Click() | Command() | Submission():
            return stimulus.actor, stimulus.place
        case HomeOpened():
            return stimulus.actor, None
        case _:
            raise TypeError(f"{type(stimulus).__name__} is not asked for by an invoke")
