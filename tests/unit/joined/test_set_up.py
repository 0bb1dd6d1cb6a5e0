"""A platform that was used before and is not set up any more."""

import pytest

from bot.app.chat import SetUp
from bot.domain.errors import DeliveryFailed


def test_what_concerns_a_platform_that_is_not_set_up_any_more_is_refused_for_good() -> None:
    with pytest.raises(DeliveryFailed, match="Slack is not set up here any more") as refused:
        SetUp()["slack"]
    assert refused.value.permanent
    assert "slack" not in SetUp()
