"""auth, users, usergroups, bots, team: who the bot is and who is here."""

from bot.sandbox.methods.call import Call, Method, Refused
from bot.sandbox.model import Json, User


def auth_test(call: Call) -> Json:
    """Tell the bot who it is."""
    app, team = call.workspace.app, call.workspace.team
    return {
        "url": f"{call.base_url}/", "team": team.name, "user": call.workspace.users[app.user_id].name,
        "team_id": team.id, "user_id": app.user_id, "bot_id": app.bot_id, "is_enterprise_install": False,
    }  # fmt: skip


def api_test(call: Call) -> Json:
    """Give the arguments back; an `error` argument is answered with that error."""
    if call.text("error"):
        raise Refused(call.text("error"), args=call.args)
    return {"args": call.args}


def users_info(call: Call) -> Json:
    """Describe one person."""
    return {"user": _shape(call, call.user())}


def users_list(call: Call) -> Json:
    """List everybody, page by page."""
    page, cursor = call.page(list(call.workspace.users.values()))
    answer: Json = {"members": [_shape(call, user) for user in page], "cache_ts": 0}
    return answer | {"response_metadata": {"next_cursor": cursor}}


def look_up_by_email(call: Call) -> Json:
    """Find a person by e-mail address."""
    wanted = call.required("email").lower()
    for user in call.workspace.users.values():
        if (user.email or "").lower() == wanted:
            return {"user": _shape(call, user)}
    raise Refused("users_not_found")


def groups_list(call: Call) -> Json:
    """List the user groups; the members only when asked for."""
    shapes = [group.as_slack(call.workspace.team.id) for group in call.workspace.groups.values()]
    if not call.flag("include_users"):
        shapes = [{key: value for key, value in shape.items() if key != "users"} for shape in shapes]
    return {"usergroups": shapes}


def group_users(call: Call) -> Json:
    """List who is in a user group."""
    group = call.workspace.groups.get(call.required("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


def bots_info(call: Call) -> Json:
    """Describe the bot, or a bot user that posts here."""
    wanted = call.text("bot", call.workspace.app.bot_id)
    for user in call.workspace.users.values():
        if user.bot_id == wanted:
            app_id = call.workspace.app.id if wanted == call.workspace.app.bot_id else ""
            bot = {"id": wanted, "app_id": app_id, "user_id": user.id, "name": user.real_name, "deleted": False}
            return {"bot": bot}
    raise Refused("bot_not_found")


def team_info(call: Call) -> Json:
    """Describe the workspace."""
    team = call.workspace.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "url": f"{call.base_url}/"}}


def open_connection(call: Call) -> Json:
    """Refuse Socket Mode: the sandbox delivers over HTTP only."""
    raise Refused("not_allowed_token_type")


def _shape(call: Call, user: User) -> Json:
    return user.as_slack(with_email="users:read.email" in call.workspace.app.scopes)


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "api.test": api_test,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": look_up_by_email,
    "usergroups.list": groups_list,
    "usergroups.users.list": group_users,
    "bots.info": bots_info,
    "team.info": team_info,
    "apps.connections.open": open_connection,
}
