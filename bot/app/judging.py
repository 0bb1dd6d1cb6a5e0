"""The model that judges answers to eval cases, where the settings name one."""

from typing import TYPE_CHECKING

from bot.app.drafting import Books, budget, endpoint, memory
from bot.settings import Settings
from evals.rubric import RUBRIC, load_rubric

if TYPE_CHECKING:
    from bot.llm.openai.judging import OpenAIJudge


def model_judge(settings: Settings, books: Books | None = None) -> "OpenAIJudge | None":
    """The judge of the OpenAI section. Raises Misconfigured for a rubric that is none."""
    section = settings.openai
    if not section.present or not section.judge_model:
        return None
    from bot.llm.openai.judging import OpenAIJudge  # 1.3 s, which installations without a judge need not wait for

    return OpenAIJudge(
        endpoint(section, section.judge_model),
        load_rubric(section.judge_rubric or RUBRIC),
        output_tokens=section.output_tokens,
        budget=budget(section, books),
        memory=memory(section, books),
    )
