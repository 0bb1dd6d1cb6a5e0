"""What the environment may say, and what is said of it when it says only half."""

import pytest

from bot.domain.errors import Misconfigured
from bot.settings import Settings

MODEL = {"api_key": "not-a-secret", "model": "model-x"}
PRICES = {"input_price": 1.0, "output_price": 4.0}


def test_room_budgets_are_read_from_one_line() -> None:
    section = Settings(openai={**MODEL, **PRICES, "room_budgets": "#billing=2, C0123=0.5,"}).openai
    assert dict(section.room_budgets) == {"#billing": 2.0, "C0123": 0.5}


@pytest.mark.parametrize("written", ["#billing", "#billing=", "=2", "#billing=two", "#billing=-1", "#a=nan", "#a=inf"])
def test_a_room_budget_that_is_none_is_refused_by_name(written: str) -> None:
    with pytest.raises(Misconfigured, match=r"RATCHET_OPENAI_ROOM_BUDGETS: .*#billing=2,#shipping=1"):
        Settings(openai={**MODEL, **PRICES, "room_budgets": written})


@pytest.mark.parametrize("budget", [{"daily_budget": 2.0}, {"room_budgets": "#billing=2"}])
def test_a_budget_needs_prices(budget: dict[str, object]) -> None:
    with pytest.raises(Misconfigured) as caught:
        Settings(openai={**MODEL, **budget, "input_price": 1.0})
    assert str(caught.value) == "Settings are incomplete: RATCHET_OPENAI_OUTPUT_PRICE is missing."
    Settings(openai={**MODEL, **PRICES, **budget})


def test_without_a_budget_no_price_is_needed() -> None:
    assert Settings(openai=MODEL).openai.daily_budget is None


def test_the_rooms_of_owners_are_read_from_one_line() -> None:
    section = Settings(desk={"owners": "Returns team=#returns, Risk desk = C0123,"}).desk
    assert section.owners == (("Returns team", "#returns"), ("Risk desk", "C0123"))


@pytest.mark.parametrize("written", ["Returns team", "Returns team=", "=#returns"])
def test_an_owner_without_a_room_is_refused_by_name(written: str) -> None:
    with pytest.raises(Misconfigured, match=r"RATCHET_DESK_OWNERS: .*Returns team=#returns"):
        Settings(desk={"owners": written})
