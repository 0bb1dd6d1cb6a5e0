"""What the doctor says of alerts; it pages nobody."""

from typing import Any

import pytest

from bot.cli.doctor_alerts import alerts
from bot.cli.findings import Health, Result
from bot.domain.errors import Misconfigured
from bot.settings import Settings

SECRET = "whsec_bm90IGEgc2VjcmV0LCBub3QgYSBzZWNyZXQ="


async def said(**sections: Any) -> Result:
    [result] = [result async for result in alerts(Settings(**sections))]
    return result


async def test_shadow_mode_says_how_to_switch_on() -> None:
    result = await said()
    assert result.health is Health.OFF
    assert "RATCHET_ALERTS_MODE=on" in result.mend


async def test_it_names_where_alerts_go_and_when_again() -> None:
    url = "https://pages.example.com/in"
    told = {"mode": "on", "webhook_url": url, "webhook_secret": SECRET, "pagerduty_key": "key"}
    result = await said(alerts=told, oncall={"room": "#oncall", "quiet_hours": "22:00-07:00"})
    assert result.health is Health.GOOD
    for part in ("#oncall", "pagerduty at events.pagerduty.com", "webhook at pages.example.com", "15 minutes", "22:00"):
        assert part in result.found


async def test_alerts_that_nobody_would_hear_of_are_wrong() -> None:
    assert (await said(alerts={"mode": "on"})).health is Health.BAD


async def test_a_pager_that_cannot_be_right_is_named() -> None:
    with pytest.raises(Misconfigured, match="RATCHET_ALERTS_WEBHOOK_URL"):
        await said(alerts={"mode": "on", "webhook_url": "http://pages.example.com", "webhook_secret": SECRET})
