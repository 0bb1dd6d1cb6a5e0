"""The language model and what it may cost."""

import math
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, SecretStr, field_validator

from bot.settings.section import Amounts, Section, prefixed


class OpenAI(Section):
    """The language model. Without it drafts are put together from the articles' own sentences."""

    model_config = prefixed("RATCHET_OPENAI_")
    required: ClassVar = (("api_key", "model"),)

    api_key: SecretStr = Field(SecretStr(""), description="API key")
    model: str = Field("", description="Model name; there is no default because models retire")
    base_url: str = Field("https://api.openai.com/v1", description="Any compatible endpoint")
    deadline_seconds: float = Field(20.0, gt=0, description="Time for the whole call, retries included")
    first_words_seconds: float = Field(10.0, gt=0, description="Time until the model begins to write")
    max_retries: int = Field(2, ge=0, description="Retries on 429 and 5xx, within the deadline")
    output_tokens: int = Field(2000, ge=100, description="Most tokens of a reply, a model's reasoning included")
    input_price: float = Field(0.0, ge=0, allow_inf_nan=False, description="Price of a million input tokens")
    output_price: float = Field(0.0, ge=0, allow_inf_nan=False, description="Price of a million output tokens")
    currency: str = Field("USD", max_length=12, description="What the prices and budgets are in")
    daily_budget: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Most that all drafts of a day (UTC) may cost; with both prices 1 it counts in millions of tokens",
    )
    room_budgets: Amounts = Field(
        (), description="The same for single rooms, by name (as the taxonomy's owners) or id: #billing=2,#shipping=1"
    )
    cache_days: float = Field(
        7.0, ge=0, le=365, description="How long a reply is used again for the identical request; 0 never"
    )
    judge_model: str = Field("", description="Model that judges answers to eval cases by a rubric; default: none does")
    judge_rubric: Path | None = Field(None, description="The judge's rubric; default: evals/rubric.yaml")

    @field_validator("room_budgets", mode="before")
    @classmethod
    def _amounts(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
        try:
            amounts = tuple((room.strip(), float(amount)) for room, _, amount in pairs)
        except ValueError:
            amounts = ()
        if len(amounts) != len(pairs) or not all(room and 0 <= amount < math.inf for room, amount in amounts):
            raise ValueError("write each room with its amount, as in #billing=2,#shipping=1")
        return amounts

    def missing(self) -> list[str]:
        """A budget needs prices as well."""
        limited = self.present and (self.daily_budget is not None or bool(self.room_budgets))
        unpriced = [name for name in ("input_price", "output_price") if limited and not getattr(self, name)]
        return [*super().missing(), *(f"RATCHET_OPENAI_{name.upper()}" for name in unpriced)]
