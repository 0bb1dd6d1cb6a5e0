"""views.*: the forms and Home tabs the bot shows."""

from collections.abc import Callable

from bot.sandbox.methods.call import Call, Method, Refused, bad_arguments
from bot.sandbox.model import Json, View
from bot.sandbox.views import ViewRefused


def open_view(call: Call) -> Json:
    """Open a form in exchange for a trigger."""
    trigger, body = call.required("trigger_id"), _body(call)
    return _shown(call, lambda: call.workspace.views.open(trigger, body))


def push(call: Call) -> Json:
    """Open a form on top of the one the trigger came from."""
    trigger, body = call.required("trigger_id"), _body(call)
    return _shown(call, lambda: call.workspace.views.push(trigger, body))


def update(call: Call) -> Json:
    """Replace what a form shows."""
    views, body = call.workspace.views, _body(call)
    if not (call.text("view_id") or call.text("external_id")):
        raise bad_arguments("[ERROR] missing required field: view_id or external_id")
    return _shown(
        call, lambda: views.update(views.find(call.text("view_id"), call.text("external_id")), body, call.text("hash"))
    )


def publish(call: Call) -> Json:
    """Show a Home tab to one person."""
    user, body = call.user("user_id"), _body(call)
    return _shown(call, lambda: call.workspace.views.publish(user.id, body, call.text("hash")))


def _body(call: Call) -> Json:
    body = call.structure("view")
    if not isinstance(body, dict):
        raise bad_arguments("[ERROR] missing required field: view")
    return body


def _shown(call: Call, show: Callable[[], View]) -> Json:
    try:
        view = show()
    except ViewRefused as problem:
        more = {"response_metadata": {"messages": problem.messages}} if problem.messages else {}
        raise Refused(problem.error, **more) from problem
    return {"view": view.as_slack(call.workspace.app, call.workspace.team.id)}


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
