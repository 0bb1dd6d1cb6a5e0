"""An address of the team's own, told of alerts by the Standard Webhooks scheme.

Each POST is signed (`webhook-id`, `webhook-timestamp`, `webhook-signature`); the same id again is the same news. The
body is JSON:

    {"type": "alert.open",             // or alert.acknowledged, alert.over
     "timestamp": "2026-11-22T03:05:00+00:00",
     "data": {"cause": "intent:refund@2026-11-22T02:05Z",   // names the alert in all its news
              "version": 3,                                 // the higher, the newer
              "summary": "conversations about refund: 31 in an hour where 4 are usual",
              "link": "https://…",                          // its card; "" where there is none
              "since": "…", "opened_at": "…", "resolved_at": null,
              "seen": 31, "minutes": 60, "expected": 4.2, "once_in_days": 300, "conversations": 29,
              "series": ["conversations about refund"],
              "false_alarm": false, "incident": "", "release": "", "suspect": ""}}
"""

import binascii
import json
from typing import Any

from standardwebhooks.webhooks import Webhook

from bot.domain.errors import Misconfigured
from bot.domain.spike import Alert
from bot.paging.posting import Door
from bot.ports import Clock


class WebhookPager:
    """Keeps the promises of `bot.ports.Pager`."""

    name = "webhook"

    def __init__(self, url: str, secret: str, clock: Clock, *, timeout_seconds: float = 10.0) -> None:
        """Raises Misconfigured for a secret that is no base64, or an address that others could read on the way."""
        self._door = Door(url, setting="RATCHET_ALERTS_WEBHOOK_URL", timeout_seconds=timeout_seconds)
        try:
            self._signer = Webhook(secret)
        except (binascii.Error, ValueError, RuntimeError) as error:
            raise Misconfigured("RATCHET_ALERTS_WEBHOOK_SECRET is not a whsec_... secret (base64).") from error
        self._clock = clock

    async def tell(self, alert: Alert, *, summary: str, link: str) -> None:
        """Post how the alert stands, signed. Raises DeliveryFailed."""
        now, key = self._clock.now(), f"{alert.cause}/{alert.version}"
        kind = "over" if alert.settled else alert.state.value
        body = json.dumps(
            {"type": f"alert.{kind}", "timestamp": now.isoformat(), "data": _told(alert, summary=summary, link=link)}
        )
        headers = {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(msg_id=key, timestamp=now, data=body),
        }
        await self._door.post(body.encode(), headers)

    async def close(self) -> None:
        await self._door.close()


def _told(alert: Alert, *, summary: str, link: str) -> dict[str, Any]:
    return {
        "cause": alert.cause,
        "version": alert.version,
        "summary": summary,
        "link": link,
        "since": alert.since.isoformat(),
        "opened_at": alert.opened_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "seen": alert.seen,
        "minutes": alert.minutes,
        "expected": round(alert.expected, 1),
        "once_in_days": round(alert.days),
        "conversations": alert.behind,
        "series": [series.title for series in alert.series],
        "false_alarm": alert.false_alarm,
        "incident": alert.incident,
        "release": alert.about.release,
        "suspect": alert.about.suspect,
    }
