"""The edges of the desk: the platforms where the team works, the surfaces where customers are."""

from typing import ClassVar

from pydantic import Field, SecretStr

from bot.settings.section import Names, Secrets, Section, prefixed


class Slack(Section):
    """The Slack workspace where the team works."""

    model_config = prefixed("RATCHET_SLACK_")
    required: ClassVar = (("bot_token", "signing_secret"), ("bot_token", "app_token"))

    bot_token: SecretStr = Field(SecretStr(""), description="Bot token, xoxb-...")
    signing_secret: SecretStr = Field(SecretStr(""), description="Signing secret, for events over HTTP")
    app_token: SecretStr = Field(SecretStr(""), description="App-level token, xapp-..., for Socket Mode")
    base_url: str = Field("https://slack.com/api/", description="Web API address; the sandbox has its own")
    rooms: Names = Field((), description="Rooms to watch, by name (#escalations) or id, comma separated")
    relay_bots: Names = Field((), description="Ids of bots that post customers' messages under the customer's name")
    home_room: str = Field("", description="Room for escalations from elsewhere whose intent names no room")
    reps: Names = Field((), description="Who may decide: user ids, group ids or @group handles")
    seniors: Names = Field((), description="Who may approve high risk too")
    managers: Names = Field((), description="Who may do everything")
    pace_seconds: float = Field(1.0, ge=0, description="Least time between two posts to one room")


class Teams(Section):
    """The Microsoft Teams tenant where the team works."""

    model_config = prefixed("RATCHET_TEAMS_")
    required: ClassVar = (("app_id", "app_password", "tenants"), ("local",))

    app_id: str = Field("", description="Microsoft Entra application (client) id of the Azure bot")
    app_password: SecretStr = Field(SecretStr(""), description="Client secret of that application")
    tenants: Names = Field((), description="Ids of the tenants that are served; the first one is the application's own")
    local: bool = Field(False, description="Try it on this machine without an app id: nobody is authenticated")
    rooms: Names = Field((), description="Channels to watch, by name (#Support/Escalations) or id, comma separated")
    home_room: str = Field("", description="Channel for escalations from elsewhere whose intent names no room")
    reps: Names = Field(
        (), description="Who may decide: e-mail addresses, Entra object ids, team:Support or team:Support:owners"
    )
    seniors: Names = Field((), description="Who may approve high risk too")
    managers: Names = Field((), description="Who may do everything")
    service_hosts: Names = Field(
        ("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", "smba.infra.gov.teams.microsoft.us"),
        description="Hosts that answers and tokens may be sent to",
    )
    service_url: str = Field("https://smba.trafficmanager.net/teams/", description="Where a first message is sent")
    login_url: str = Field("https://login.microsoftonline.com", description="Where the bot gets its tokens")
    openid_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys are published that Microsoft signs its deliveries with",
    )
    graph_url: str = Field("https://graph.microsoft.com/v1.0", description="Microsoft Graph, which reads threads")
    pace_seconds: float = Field(
        0.5, ge=0, description="Least time between two posts to one channel or chat; 0 leaves all pacing to Teams"
    )


class Webhook(Section):
    """The signed HTTP door for customer systems."""

    model_config = prefixed("RATCHET_WEBHOOK_")
    required: ClassVar = (("secrets",),)

    secrets: Secrets = Field(
        (), description="Standard Webhooks secrets (whsec_...); several while one is being replaced"
    )
    reply_secret: SecretStr = Field(SecretStr(""), description="Secret that signs our replies; default: the first one")
    reply_hosts: Names = Field((), description="Hosts that replies may be sent to; required to deliver any reply")
    timeout_seconds: float = Field(10.0, gt=0, description="How long a reply URL may take")
