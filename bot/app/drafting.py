"""The drafter that writes by a language model, and what calls of a model share, as the settings say."""

from typing import TYPE_CHECKING

from bot.llm.remembering import Memory
from bot.llm.spending import Budget, Limits, Prices
from bot.llm.voice import Voice
from bot.ports import Clock, Store
from bot.settings import OpenAI, Settings

if TYPE_CHECKING:
    from bot.llm.openai.calling import Endpoint
    from bot.llm.openai.drafting import OpenAIDrafter

Books = tuple[Store, Clock]
"""Where what is spent and replied is kept, and what tells the day."""


def model_drafter(
    settings: Settings,
    voice: Voice,
    *,
    model: str = "",
    prompt: str = "",
    books: Books | None = None,
) -> "OpenAIDrafter":
    """The drafter of the OpenAI section; without books to keep it in, nothing of what it spends and replies is kept.

    `model` and `prompt` are those of a workflow release; without them, those of the settings and of this program.
    """
    from bot.llm.openai.drafting import OpenAIDrafter  # 1.3 s, which installations without a model need not wait for

    section = settings.openai
    return OpenAIDrafter(
        endpoint(section, model or section.model),
        first_words_seconds=section.first_words_seconds,
        output_tokens=section.output_tokens,
        prompt=prompt,
        voice=voice,
        budget=budget(section, books),
        memory=memory(section, books),
    )


def endpoint(section: OpenAI, model: str) -> "Endpoint":
    """The connections to this model."""
    from bot.llm.openai.calling import Endpoint

    return Endpoint(
        section.api_key.get_secret_value(),
        model,
        base_url=section.base_url,
        deadline_seconds=section.deadline_seconds,
        max_retries=section.max_retries,
    )


def budget(section: OpenAI, books: Books | None) -> Budget:
    """What may be spent; one that is shared by all that the model is asked."""
    return Budget(
        Prices(section.input_price, section.output_price, section.currency),
        Limits(section.daily_budget, dict(section.room_budgets)),
        books=(books[0].ledger, books[1]) if books else None,
    )


def memory(section: OpenAI, books: Books | None) -> Memory | None:
    """What the model replied before."""
    return Memory(books[0].replies, books[1], days=section.cache_days) if books else None
