"""Tokens of the stand-in for Teams: those that its deliveries are signed with, and those that the bot must bring."""

import functools
import secrets
import time
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

Json = dict[str, Any]

APP_ID = "6f3d2a51-0f4b-4f0e-9d63-6b2f0c8a1e10"
APP_PASSWORD = "stand-in-client-secret-not-a-secret"
TENANT = "0b7c1f52-7a55-4f7e-8a1d-7d7f5e9c2a01"
ELSEWHERE = "d4c7e1aa-3b52-4d19-9a65-1f9a4f1c7b02"
"""Another organisation's tenant."""
ISSUER = "https://api.botframework.com"
CONNECTOR_SCOPE = "https://api.botframework.com/.default"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


class Signer:
    """A key pair, and the tokens that it signs."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, service_url: str, **claims: object) -> str:
        """A token as the Bot Connector sends one with each delivery; claims given replace the usual ones."""
        now = int(time.time())
        usual: Json = {"iss": ISSUER, "aud": APP_ID, "serviceurl": service_url, "nbf": now - 60, "exp": now + 3600}
        return jwt.encode(usual | claims, self._key, algorithm="RS256", headers={"kid": self.kid, "x5t": self.kid})

    def published(self) -> Json:
        """The public key as the channel publishes it: endorsed for Teams."""
        key: Json = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        key.pop("key_ops", None)
        return key | {"kid": self.kid, "x5t": self.kid, "use": "sig", "endorsements": ["msteams"]}


@functools.cache
def channel() -> Signer:
    """The key that the stand-in publishes."""
    return Signer("channel-key-1")


@functools.cache
def stranger() -> Signer:
    """A key under the same name that nobody published."""
    return Signer("channel-key-1")


@dataclass(frozen=True, slots=True)
class Issued:
    scope: str
    tenant: str
    expires: float


class Login:
    """The login server: client credentials in, a token of one scope out. Remembers what it issued."""

    def __init__(self, *, lifetime: float = 3600.0) -> None:
        self.lifetime = lifetime
        self.issued: dict[str, Issued] = {}

    def knows(self, authorization: str, scope: str) -> bool:
        """Tell whether this header carries a token of this scope that is still good."""
        kind, _, token = authorization.partition(" ")
        held = self.issued.get(token)
        return kind == "Bearer" and held is not None and held.scope == scope and held.expires > time.time()

    def forget(self) -> None:
        """Withdraw every token, as when the secret was changed."""
        self.issued.clear()

    async def token(self, request: web.Request) -> web.Response:
        """RFC 6749, section 4.4."""
        asked = await request.post()
        if asked.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if (asked.get("client_id"), asked.get("client_secret")) != (APP_ID, APP_PASSWORD):
            return web.json_response({"error": "invalid_client", "error_description": "AADSTS7000215"}, status=401)
        scope = str(asked.get("scope") or "")
        if scope not in (CONNECTOR_SCOPE, GRAPH_SCOPE):
            return web.json_response({"error": "invalid_scope", "error_description": "AADSTS70011"}, status=400)
        tenant = request.match_info["tenant"]
        if tenant not in (TENANT, "botframework.com"):
            return web.json_response({"error": "invalid_request", "error_description": "AADSTS90002"}, status=400)
        token = secrets.token_urlsafe(24)
        self.issued[token] = Issued(scope, tenant, time.time() + self.lifetime)
        answer = {"token_type": "Bearer", "access_token": token, "expires_in": int(self.lifetime)}
        return web.json_response(answer | {"ext_expires_in": int(self.lifetime)})


def openid(base: str) -> list[web.RouteDef]:
    """Where the channel says which keys it signs with."""

    async def configuration(_: web.Request) -> web.Response:
        algorithms = {"id_token_signing_alg_values_supported": ["RS256"]}
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{base}/openid/keys"} | algorithms)

    async def keys(_: web.Request) -> web.Response:
        return web.json_response({"keys": [channel().published()]})

    return [web.get("/openid/.well-known/openidconfiguration", configuration), web.get("/openid/keys", keys)]
