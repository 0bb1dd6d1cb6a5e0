"""What a room's name says to each of two platforms."""

import pytest

from bot.domain.chat import addressed


@pytest.mark.parametrize(
    "name", ["#escalations", "#Support/Escalations", "C0123456789", "19:abc@thread.tacv2", "", "#a:b"]
)
def test_a_plain_name_or_id_is_meant_for_every_platform(name: str) -> None:
    assert addressed(name, "slack") == name
    assert addressed(name, "teams") == name


def test_a_name_that_says_its_platform_is_meant_for_that_one_alone() -> None:
    assert addressed("teams:#Support/Escalations", "teams") == "#Support/Escalations"
    assert addressed("teams:19:abc@thread.tacv2", "teams") == "19:abc@thread.tacv2"
    assert addressed("teams:#Support/Escalations", "slack") is None
