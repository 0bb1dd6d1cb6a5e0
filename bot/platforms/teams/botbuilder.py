"""Microsoft's Bot Framework SDK, and all that is taken from it: who delivers is checked, and a turn is run.

Nothing else imports it. What goes out is plain HTTP (`connector`), since the SDK's calls block threads and do not know
messages for one person; and the answer to an invoke is handed back as it is, since the SDK serialises it twice.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.core.cloud_adapter_base import CloudAdapterBase
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticationConstants,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    JwtTokenExtractor,
    VerifyOptions,
)
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult
from botframework.connector.auth.connector_factory import ConnectorFactory

from bot.domain.errors import Misconfigured, NotAllowed, RatchetError, Rejected, Unauthenticated
from bot.platforms.teams.activities import tenants_of, word
from bot.platforms.teams.connector import LOOPBACK, is_served
from bot.platforms.teams.keys import CHANNEL, SigningKeys
from bot.platforms.teams.replies import Reply
from bot.settings.edges import Teams

Json = dict[str, Any]
Turn = Callable[[Json], Awaitable[Reply]]

log = logging.getLogger(__name__)

LEEWAY = 300  # seconds that two clocks may be apart


class TeamsBot(CloudAdapterBase):  # type: ignore[misc]  # the SDK has no types
    """Takes deliveries from Teams. Without an app id it takes them from everybody, and only where that is asked for."""

    def __init__(self, settings: Teams, keys: SigningKeys | None = None) -> None:
        if not settings.app_id and not settings.local:
            raise Misconfigured("RATCHET_TEAMS_APP_ID is missing; to try Teams here, set RATCHET_TEAMS_LOCAL=true.")
        self._keys = keys or SigningKeys(settings.openid_url)
        self._door = _Channel(settings.app_id, self._keys)
        self._settings = settings
        if not settings.app_id:
            log.warning("Teams runs in local mode: there is no app id, so that nobody who delivers is authenticated.")
        super().__init__(self._door)

    async def process(self, raw: bytes, authorization: str, turn: Turn) -> Reply:
        """Run the turn with what was delivered, if it is from Teams, for us, and of a tenant that is served.

        Raises Unauthenticated, NotAllowed, or Rejected for what is no activity.
        """
        claims = await self._door.claims(authorization)
        activity = _activity(raw)
        self._door.confirm(claims, activity)
        self._check_service(word(activity.get("serviceUrl")))
        self._check_tenant(activity)
        replied = Reply()

        async def logic(_: TurnContext) -> None:
            nonlocal replied
            replied = await turn(activity)

        about = Activity(
            type=word(activity.get("type")), id=word(activity.get("id")), service_url=word(activity.get("serviceUrl"))
        )
        await self.process_activity(_result(claims), about, logic)
        return replied

    async def close(self) -> None:
        """Leave nothing running."""
        await self._keys.close()

    def _check_service(self, url: str) -> None:
        """Answers and tokens would go there."""
        if not is_served(url, self._settings):
            log.warning("A delivery names the service URL %.200r, which is not Microsoft's: refused.", url)
            raise NotAllowed("The service URL of this delivery is not one that answers are sent to.")

    def _check_tenant(self, activity: Json) -> None:
        if not self._settings.app_id and not self._settings.tenants:
            return
        tenants = tenants_of(activity)
        if not tenants or not tenants <= set(self._settings.tenants):
            log.warning("A delivery is of the tenant %.200r, which is not served: refused.", ", ".join(sorted(tenants)))
            raise NotAllowed("This bot does not work for this organisation.")


class _Channel(BotFrameworkAuthentication):  # type: ignore[misc]
    """Believes tokens of the Bot Connector only: the SDK's own way takes those of emulators and other bots as well."""

    def __init__(self, app_id: str, keys: SigningKeys) -> None:
        self._app_id = app_id
        issuer = AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER
        self._extractor = JwtTokenExtractor(
            VerifyOptions(issuer=[issuer], audience=None, clock_tolerance=LEEWAY, ignore_expiration=False),
            "",
            ["RS256"],
        )
        self._extractor.open_id_metadata = keys  # the SDK's own holds up the whole process while it reads

    async def claims(self, authorization: str) -> ClaimsIdentity:
        """What the token says, if it is good. Raises Unauthenticated; in local mode nothing is asked for."""
        if not self._app_id:
            return ClaimsIdentity({}, True, AuthenticationConstants.ANONYMOUS_AUTH_TYPE)
        try:
            identity = await self._extractor.get_identity_from_auth_header(authorization, CHANNEL)
        except RatchetError:
            raise
        except Exception as problem:  # the SDK names its refusals by plain exceptions
            log.info("A delivery was refused: %s", problem)
            raise Unauthenticated("The delivery's token is not good.") from problem
        if identity is None:
            raise Unauthenticated("The delivery has no token of the Bot Connector.")
        if identity.get_claim_value(AuthenticationConstants.AUDIENCE_CLAIM) != self._app_id:
            raise Unauthenticated("The delivery's token is for another bot.")
        if "exp" not in identity.claims:
            raise Unauthenticated("The delivery's token does not say how long it is good.")
        return identity

    def confirm(self, identity: ClaimsIdentity, activity: Json) -> None:
        """Raises Unauthenticated where the token was given for another delivery than this one."""
        if not self._app_id:
            return
        claimed = identity.get_claim_value(AuthenticationConstants.SERVICE_URL_CLAIM)
        if not claimed or claimed != activity.get("serviceUrl"):
            raise Unauthenticated("The delivery's token is for another service URL.")
        if activity.get("channelId") != CHANNEL:
            raise NotAllowed("This bot works in Microsoft Teams only.")

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """As the SDK asks for it."""
        identity = await self.claims(auth_header)
        self.confirm(identity, {"serviceUrl": activity.service_url, "channelId": activity.channel_id})
        return _result(identity)

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Teams delivers by HTTP requests; nobody may open a stream."""
        raise Unauthenticated("This bot takes no streams.")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """As the SDK asks for it."""
        return _Elsewhere()

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """Nobody signs in through this bot."""


class _Elsewhere(ConnectorFactory):  # type: ignore[misc]
    """What the SDK would send with; a turn sends nothing through it."""

    async def create(self, service_url: str, audience: str) -> "_Elsewhere":
        """As the SDK asks for it."""
        return self


def _result(identity: ClaimsIdentity) -> AuthenticateRequestResult:
    result = AuthenticateRequestResult()
    result.claims_identity, result.audience, result.connector_factory = identity, "", _Elsewhere()
    return result


def _activity(raw: bytes) -> Json:
    try:
        activity = json.loads(raw)
    except (ValueError, RecursionError):
        activity = None
    if not isinstance(activity, dict):
        raise Rejected("The body is no activity: a JSON object is expected.")
    return activity


def check_local(settings: Teams, host: str) -> None:
    """Raises Misconfigured where a bot that authenticates nobody would listen to more than this machine."""
    if not settings.app_id and host not in LOOPBACK:
        raise Misconfigured(
            f"RATCHET_TEAMS_LOCAL is for this machine only, as nobody is authenticated: set RATCHET_HOST to 127.0.0.1 "
            f"instead of {host}, or give RATCHET_TEAMS_APP_ID, _APP_PASSWORD and _TENANTS."
        )
