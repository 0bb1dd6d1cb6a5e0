"""What a run records of a step that asked a language model."""

from dataclasses import replace

from bot.domain.answer import Draft
from bot.workflows.run import RecordedRun
from tests.contracts.store_samples import draft
from tests.unit.scripted import Clock


async def modelled() -> Draft:
    return replace(draft(), model="model-x", input_tokens=320, output_tokens=41, cost=0.00073, currency="EUR")


async def offline() -> Draft:
    return draft()


async def test_a_step_that_asked_a_model_records_its_tokens_and_its_cost(clock: Clock) -> None:
    run = RecordedRun("run", clock)
    await run.step("draft", modelled)
    assert run.spans[0].attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "model-x",
        "gen_ai.usage.input_tokens": 320,
        "gen_ai.usage.output_tokens": 41,
        "ratchet.usage.cost": 0.00073,
        "ratchet.usage.currency": "EUR",
    }


async def test_a_step_that_asked_none_records_none(clock: Clock) -> None:
    run = RecordedRun("run", clock)
    await run.step("draft", offline)
    assert run.spans[0].attributes == {"gen_ai.operation.name": "chat"}
