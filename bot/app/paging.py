"""What wakes on-call beside the chat, as the settings say."""

from bot.paging.pagerduty import PagerDuty
from bot.paging.webhook import WebhookPager
from bot.ports import Clock
from bot.settings import Settings

Pagers = tuple[PagerDuty | WebhookPager, ...]


def pagers(settings: Settings, clock: Clock) -> Pagers:
    """The pagers that are set up. Raises Misconfigured for an address or a secret that cannot be right."""
    section = settings.alerts
    timeout = section.timeout_seconds
    found: Pagers = ()
    if key := section.pagerduty_key.get_secret_value():
        source = settings.core.workspace
        found += (PagerDuty(key, url=section.pagerduty_url, source=source, timeout_seconds=timeout),)
    if section.webhook_url:
        secret = section.webhook_secret.get_secret_value()
        found += (WebhookPager(section.webhook_url, secret, clock, timeout_seconds=timeout),)
    return found
