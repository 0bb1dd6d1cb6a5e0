"""Customers' systems over HTTP: signed requests in, signed replies out, both by the Standard Webhooks scheme."""

import binascii
import json
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
from pydantic import TypeAdapter, ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.domain.errors import DeliveryFailed, Misconfigured, Rejected, Unauthenticated
from bot.domain.escalation import Author, Customer, Escalation, Outcome, OutcomeKind, Turn
from bot.domain.review import Receipt
from bot.ports import Clock, Inbound
from bot.surfaces.schema import (
    ConversationEscalated,
    ConversationIn,
    ConversationOutcome,
    Delivery,
    OutcomeIn,
    Reply,
    ReplyData,
    turn_ids,
)

DELIVERY: TypeAdapter[ConversationEscalated | ConversationOutcome] = TypeAdapter(Delivery)
PASSING = frozenset({408, 425, 429})
"""Refusals that are only for now; so is every 5xx."""
LONGEST_WAIT = 3600.0


class WebhookSurface:
    """The HTTP door. Any of `secrets` may have signed a request, so that a secret can be replaced without a gap."""

    name = "webhook"
    receives = True

    def __init__(
        self,
        secrets: Sequence[str],
        clock: Clock,
        *,
        reply_secret: str = "",
        reply_hosts: Sequence[str] = (),
        timeout_seconds: float = 10.0,
    ) -> None:
        """Raises Misconfigured for a secret that is no base64."""
        try:
            self._verifiers = [Webhook(secret) for secret in secrets]
            self._signer = Webhook(reply_secret or secrets[0])
        except (binascii.Error, ValueError, RuntimeError) as error:
            raise Misconfigured("A RATCHET_WEBHOOK_SECRETS value is not a whsec_... secret (base64).") from error
        self._clock = clock
        self._hosts = frozenset(host.lower() for host in reply_hosts)
        self._timeout = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def parse(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Read a delivery. Raises Unauthenticated, or Rejected naming the field."""
        self._verify(headers, body)
        try:
            content = json.loads(body)
        except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
            raise Rejected("The body is not JSON.") from error
        try:
            delivery = DELIVERY.validate_python(content)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"] if not str(part).startswith("conversation."))
            raise Rejected(f"{field or 'type'}: {first['msg']}", field=field or "type") from error
        if isinstance(delivery, ConversationOutcome):
            return self._outcome(delivery.data, headers)
        return self._conversation(delivery.data)

    async def deliver(self, escalation: Escalation, text: str, *, key: str) -> Receipt:
        """Post the reply, signed, under the key. Raises DeliveryFailed: for good on a refusal, else worth a retry."""
        url = escalation.reply_url
        if not url:
            raise DeliveryFailed(
                "The conversation came without a reply URL: answer it in its own system.", permanent=True
            )
        self._check_host(url)
        now = self._clock.now()
        body = Reply(timestamp=now, data=ReplyData(conversation_id=escalation.external_id, text=text)).model_dump_json()
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(msg_id=key, timestamp=now, data=body),
        }
        return await self._post(url, body, headers, key)

    async def _post(self, url: str, body: str, headers: Mapping[str, str], key: str) -> Receipt:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._timeout)
            self._session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False)
        host = urlsplit(url).hostname
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                if 200 <= answer.status < 300:
                    return Receipt(self.name, self._clock.now(), reference=key)
                if answer.status in PASSING or answer.status >= 500:
                    wait = self._asked_wait(answer.headers.get("Retry-After", ""))
                    raise DeliveryFailed(f"{host} answered {answer.status}.", permanent=False, retry_after=wait)
                raise DeliveryFailed(f"{host} refused the reply (HTTP {answer.status}).", permanent=True)
        except TimeoutError as error:
            raise DeliveryFailed(f"{host} did not answer in {self._timeout:.0f} s.", permanent=False) from error
        except aiohttp.InvalidURL as error:
            raise DeliveryFailed("The reply URL is not an address.", permanent=True) from error
        except aiohttp.ClientError as error:
            raise DeliveryFailed(f"{host} cannot be reached.", permanent=False) from error

    def _asked_wait(self, retry_after: str) -> float | None:
        """The seconds that a Retry-After header asks for, which is a number or a date."""
        if retry_after.isdecimal():
            return min(float(retry_after), LONGEST_WAIT)
        try:
            wait = (parsedate_to_datetime(retry_after) - self._clock.now()).total_seconds()
        except (TypeError, ValueError):  # no date, or one without a time zone
            return None
        return min(max(wait, 0.0), LONGEST_WAIT)

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        lowered = {name.lower(): value for name, value in headers.items()}
        for verifier in self._verifiers:
            try:
                verifier.verify(body, lowered, json_parse=False)
            except (WebhookVerificationError, ValueError, OverflowError):
                continue
            return
        raise Unauthenticated("The signature is missing, wrong or older than five minutes.")

    def _check_host(self, url: str) -> None:
        host = (urlsplit(url).hostname or "").lower()
        if host not in self._hosts:
            raise DeliveryFailed(
                f"Replies to {host} are not allowed: add it to RATCHET_WEBHOOK_REPLY_HOSTS.", permanent=True
            )

    def _conversation(self, data: ConversationIn) -> Inbound:
        if data.reply_url is not None:
            try:
                self._check_host(str(data.reply_url))
            except DeliveryFailed as error:
                raise Rejected(f"data.reply_url: {error}", field="data.reply_url") from error
        now = self._clock.now()
        turns = tuple(
            Turn(
                ref=f"{self.name}:{data.conversation_id}:{identity}",
                author=Author(turn.author),
                text=turn.text,
                at=turn.at or now,
                attachments=tuple(turn.attachments),
            )
            for identity, turn in zip(turn_ids(data.turns), data.turns, strict=True)
        )
        if not any(turn.author is Author.CUSTOMER and (turn.text.strip() or turn.attachments) for turn in turns):
            raise Rejected("data.turns: there is no message by the customer in it.", field="data.turns")
        return Inbound(
            external_id=data.conversation_id,
            customer=Customer(id=data.customer.id, name=data.customer.name, email=data.customer.email),
            turns=turns,
            channel=data.surface,
            language=data.language,
            reply_url=str(data.reply_url) if data.reply_url else None,
            metadata=data.metadata,
        )

    def _outcome(self, data: OutcomeIn, headers: Mapping[str, str]) -> Inbound:
        kind = OutcomeKind(data.outcome)
        if kind is OutcomeKind.RATING and not (data.value is not None and 1 <= data.value <= 5):
            raise Rejected("data.value: a rating is a number from 1 to 5.", field="data.value")
        if kind is OutcomeKind.HANDLE_TIME and not (data.value is not None and data.value >= 0):
            raise Rejected("data.value: a handle time is a number of seconds.", field="data.value")
        key = next(value for name, value in headers.items() if name.lower() == "webhook-id")
        at = data.at or self._clock.now()
        return Inbound(data.conversation_id, outcome=Outcome(key, "", kind, at, data.value, data.note))
