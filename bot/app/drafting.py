"""The drafter that writes by a language model, as the settings say."""

from typing import TYPE_CHECKING

from bot.llm.remembering import Memory
from bot.llm.spending import Budget, Limits, Prices
from bot.llm.voice import Voice
from bot.ports import Clock, Store
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.llm.openai.drafting import OpenAIDrafter


def model_drafter(
    settings: Settings,
    voice: Voice,
    *,
    model: str = "",
    prompt: str = "",
    books: tuple[Store, Clock] | None = None,
) -> "OpenAIDrafter":
    """The drafter of the OpenAI section; without books to keep it in, nothing of what it spends and replies is kept.

    `model` and `prompt` are those of a workflow release; without them, those of the settings and of this program.
    """
    from bot.llm.openai.calling import Endpoint  # 1.3 s, which installations without a model need not wait for
    from bot.llm.openai.drafting import OpenAIDrafter

    section = settings.openai
    endpoint = Endpoint(
        section.api_key.get_secret_value(),
        model or section.model,
        base_url=section.base_url,
        deadline_seconds=section.deadline_seconds,
        max_retries=section.max_retries,
    )
    store, clock = books or (None, None)
    return OpenAIDrafter(
        endpoint,
        first_words_seconds=section.first_words_seconds,
        output_tokens=section.output_tokens,
        prompt=prompt,
        voice=voice,
        budget=Budget(
            Prices(section.input_price, section.output_price, section.currency),
            Limits(section.daily_budget, dict(section.room_budgets)),
            books=(store.ledger, clock) if store and clock else None,
        ),
        memory=Memory(store.replies, clock, days=section.cache_days) if store and clock else None,
    )
