"""PagerDuty, by its Events API v2: one incident there for each cause, taken up and resolved with it here."""

import json
from typing import Any

from bot.domain.spike import Alert, AlertState
from bot.paging.posting import Door

_SUMMARY, _KEY = 1024, 255  # characters that its documentation allows


class PagerDuty:
    """Keeps the promises of `bot.ports.Pager`. `source` names this installation: its causes are its own."""

    name = "pagerduty"

    def __init__(self, routing_key: str, *, url: str, source: str, timeout_seconds: float = 10.0) -> None:
        """Raises Misconfigured for an address that others could read on the way."""
        self._door = Door(url, setting="RATCHET_ALERTS_PAGERDUTY_URL", timeout_seconds=timeout_seconds)
        self._routing_key, self._source = routing_key, source

    async def tell(self, alert: Alert, *, summary: str, link: str) -> None:
        """Trigger, acknowledge or resolve it there. Raises DeliveryFailed."""
        action = _action(alert)
        event: dict[str, Any] = {
            "routing_key": self._routing_key,
            "event_action": action,
            "dedup_key": f"ratchet:{self._source}:{alert.cause}"[-_KEY:],
            "client": "Ratchet",
        }
        if link:
            event |= {"client_url": link, "links": [{"href": link, "text": "The alert's card"}]}
        if action == "trigger":
            event["payload"] = {
                "summary": summary[:_SUMMARY],
                "source": self._source,
                "severity": "critical" if alert.incident else "error",
                "timestamp": alert.since.isoformat(),
                "class": alert.series[0].what.value,
                "custom_details": details(alert),
            }
        await self._door.post(json.dumps(event).encode(), {})

    async def close(self) -> None:
        await self._door.close()


def _action(alert: Alert) -> str:
    if alert.settled:
        return "resolve"
    return "acknowledge" if alert.state is AlertState.ACKNOWLEDGED else "trigger"


def details(alert: Alert) -> dict[str, Any]:
    """What is known of it, without a word that could tell a customer."""
    known = {
        "seen": alert.seen,
        "in_minutes": alert.minutes,
        "expected": round(alert.expected, 1),
        "a_usual_day_goes_so_far_once_in_days": round(alert.days),
        "series": [series.title for series in alert.series],
        "words_they_share": list(alert.about.words),
        "went_live_before": alert.about.release,
        "perhaps": alert.about.suspect,
        "incident": alert.incident,
    }
    return {name: value for name, value in known.items() if value not in ("", [])}
