"""Forms and Home tabs, and the short-lived triggers that let the bot open a form for a person."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.blocks import Unusable, check_view
from bot.sandbox.elements import initial_values, input_elements, with_block_ids
from bot.sandbox.model import Clock, Json, View

TRIGGER_LIFETIME = timedelta(seconds=3)
STACK_LIMIT = 3


class ViewRefused(Exception):
    """Slack would not show this view; the text is Slack's own error word, `messages` say what is wrong with it."""

    def __init__(self, error: str, messages: list[str] | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []


@dataclass
class Trigger:
    """One interaction's permission to open a form for the person who caused it."""

    user: str
    given: datetime
    view_id: str | None = None  # the form the person was in
    exchanged: bool = False


class Views:
    """Each person's stack of forms and Home tab. A form opens only in exchange for a fresh trigger."""

    def __init__(self, clock: Clock, app_id: str, announce: Callable[[], None]) -> None:
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self._clock = clock
        self._app_id = app_id
        self._announce = announce
        self._triggers: dict[str, Trigger] = {}
        self._count = 0

    def number(self) -> int:
        """Give the next number, for ids that only have to differ."""
        self._count += 1
        return self._count

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """Give a trigger id that can be exchanged once, within 3 seconds; no later sandbox gives it again."""
        now = self._clock()
        name = f"{self.number()}.{self._app_id}.{hashlib.sha256(f'{user}/{now}'.encode()).hexdigest()[:16]}"
        self._triggers[name] = Trigger(user, now, view_id)
        return name

    def top(self, user: str) -> View | None:
        """Give the form this person sees, if one is open."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def find(self, view_id: str = "", external_id: str = "") -> View:
        """Find an open form or a Home by its id or the bot's own name for it."""
        for view in [*(view for stack in self.stacks.values() for view in stack), *self.homes.values()]:
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        raise ViewRefused("not_found")

    def open(self, trigger_id: str, body: Json) -> View:
        """Open a form as the only one."""
        checked = self._checked(body, "modal")
        trigger = self._exchange(trigger_id)
        self.stacks[trigger.user] = []
        return self.stack_up(trigger.user, checked)

    def push(self, trigger_id: str, body: Json) -> View:
        """Open a form on top of the one the trigger came from."""
        checked = self._checked(body, "modal")
        trigger = self._exchange(trigger_id)
        return self.stack_up(trigger.user, checked)

    def stack_up(self, user: str, body: Json) -> View:
        """Put a form on top of this person's stack; three is Slack's limit."""
        checked = self._checked(body, "modal")
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= STACK_LIMIT:
            raise ViewRefused("push_limit_reached")
        view = self._new(user, checked)
        if stack:
            view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
        stack.append(view)
        self._announce()
        return view

    def update(self, view: View, body: Json, view_hash: str | None = None) -> View:
        """Replace what a view shows and keep what was filled in where block and action stayed the same."""
        checked = self._checked(body, view.body["type"], replacing=view)
        if view_hash and view_hash != view.hash:
            raise ViewRefused("hash_conflict")
        kept = view.values
        view.body, view.errors, view.trouble, view.hash = checked, {}, None, self._next_hash()
        view.values = _merged(checked["blocks"], kept)
        self._announce()
        return view

    def publish(self, user: str, body: Json, view_hash: str | None = None) -> View:
        """Show a Home tab to this person."""
        home = self.homes.get(user)
        if home is not None:
            return self.update(home, body, view_hash)
        self.homes[user] = self._new(user, self._checked(body, "home"))
        self._announce()
        return self.homes[user]

    def close(self, view: View, *, everything: bool = False) -> None:
        """Take a form off the person's screen, or all of them."""
        stack = self.stacks.get(view.user, [])
        if everything:
            stack.clear()
        elif view in stack:
            del stack[stack.index(view) :]
        self._announce()

    def note(self, view: View, *, errors: dict[str, str] | None = None, trouble: str | None = None) -> None:
        """Show what is wrong with what the person filled in, or that the bot did not answer."""
        view.errors, view.trouble = errors or {}, trouble
        self._announce()

    def _exchange(self, trigger_id: str) -> Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ViewRefused("invalid_trigger_id")
        if trigger.exchanged:
            raise ViewRefused("exchanged_trigger_id")
        if self._clock() - trigger.given > TRIGGER_LIFETIME:
            raise ViewRefused("expired_trigger_id")
        trigger.exchanged = True
        return trigger

    def _checked(self, body: Json, kind: str, replacing: View | None = None) -> Json:
        try:
            check_view(body, kind)
        except Unusable as problem:
            raise ViewRefused(problem.error, problem.messages) from problem
        external_id = body.get("external_id")
        if external_id:
            try:
                taken = self.find(external_id=external_id)
            except ViewRefused:
                taken = None
            if taken is not None and taken is not replacing:
                raise ViewRefused("duplicate_external_id")
        return body | {"blocks": with_block_ids(body["blocks"], self.number)}

    def _new(self, user: str, body: Json) -> View:
        view_id = f"V{self.number():010d}"
        return View(view_id, user, body, self._next_hash(), view_id, values=initial_values(body["blocks"]))

    def _next_hash(self) -> str:
        return f"{int(self._clock().timestamp())}.{self.number():08x}"


def _merged(blocks: list[Json], kept: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    values = initial_values(blocks)
    for block_id, element in input_elements(blocks):
        old = kept.get(block_id, {}).get(element["action_id"])
        if old is not None and old["type"] == element["type"]:
            values.setdefault(block_id, {})[element["action_id"]] = old
    return values
