import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from bot.domain.answer import DraftAuthor
from bot.domain.errors import Unavailable
from bot.llm.fallback import WithFallback
from bot.llm.offline.drafter import OfflineDrafter
from bot.llm.openai.calling import Endpoint
from bot.llm.openai.drafting import OpenAIDrafter
from bot.llm.voice import Voice, Wording
from bot.ports import Embedder
from tests.embedders import MEANINGS
from tests.model_peer import Answer, ModelPeer, reply, serving, trouble
from tests.unit.llm.offline.test_drafter import request

GOOD = reply(("Express delivery costs 9.90 EUR.", [1]), ("Only in Belgium.", [1, 2]))
QUESTION = request("What does express delivery cost?")


@asynccontextmanager
async def drafting(
    *answers: Answer, deadline: float = 5.0, retries: int = 2, first_words: float = 5.0, **more: Any
) -> AsyncIterator[tuple[OpenAIDrafter, ModelPeer]]:
    async with serving(*answers) as peer:
        endpoint = Endpoint("sk-test", "model-x", base_url=peer.url, deadline_seconds=deadline, max_retries=retries)
        voice = Voice(Wording("Hello {name},"))
        drafter = OpenAIDrafter(endpoint, voice=voice, first_words_seconds=first_words, **more)
        try:
            yield drafter, peer
        finally:
            await drafter.close()


async def unavailable(*answers: Answer, retries: int = 0, **how: float) -> Unavailable:
    async with drafting(*answers, retries=retries, **how) as (drafter, _):
        with pytest.raises(Unavailable) as caught:
            await drafter.draft(QUESTION)
        return caught.value


async def test_a_draft_carries_its_sources_model_and_tokens() -> None:
    async with drafting(GOOD) as (drafter, peer):
        draft = await drafter.draft(QUESTION)
    assert draft.text == "Hello Ana,\n\nExpress delivery costs 9.90 EUR. Only in Belgium."
    assert draft.cited == "Hello Ana,\n\nExpress delivery costs 9.90 EUR. [1] Only in Belgium. [1] [2]"
    assert [(c.marker, c.passage_id) for c in draft.citations] == [
        (1, "delivery-0"),
        (1, "delivery-0"),
        (2, "cancel-0"),
    ]
    assert (draft.author, draft.model, draft.input_tokens, draft.output_tokens) == (
        DraftAuthor.MODEL,
        "model-x",
        320,
        41,
    )
    assert peer.keys == ["Bearer sk-test"]
    assert peer.requests[0]["store"] is False
    assert peer.requests[0]["text"]["format"]["strict"] is True


async def test_a_sentence_that_cites_nothing_we_sent_is_left_out_and_told() -> None:
    async with drafting(reply(("Fine.", [1]), ("Invented.", []), ("Also invented.", [9, 0, -1]))) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert draft.text.endswith("Fine.")
    assert draft.notes == ("2 of the model's sentences cited no passage and were left out.",)


async def test_without_one_cited_sentence_it_abstains_and_names_what_is_missing() -> None:
    async with drafting(reply(("Invented.", []), missing="Nothing on Norway.")) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert (draft.text, draft.missing) == ("", "Nothing on Norway.")


async def test_a_refusal_is_an_abstention() -> None:
    async with drafting(Answer(refusal="I cannot help with that.")) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert draft.abstained
    assert "I cannot help with that." in draft.missing


async def test_what_is_not_covered_and_who_must_decide_are_noted() -> None:
    async with drafting(reply(("Fine.", [1]), missing="The weekend.", needs_human=True)) as (drafter, _):
        draft = await drafter.draft(QUESTION)
    assert draft.notes == ("Not covered: The weekend.", "The model proposes that a person decides this one.")


async def test_retry_after_is_heeded() -> None:
    async with drafting(trouble(429, retry_after="1"), GOOD) as (drafter, peer):
        begun = time.perf_counter()
        assert (await drafter.draft(QUESTION)).text
        assert time.perf_counter() - begun >= 1.0
        assert len(peer.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        trouble(500),
        Answer(disconnect=True),
        replace(GOOD, cut_after=3),
        replace(GOOD, ends_without=True),
        replace(GOOD, failed=True),
        replace(GOOD, seconds_first=5),
    ],
)
async def test_a_passing_fault_is_tried_again(fault: Answer) -> None:
    async with drafting(fault, GOOD, first_words=0.3) as (drafter, peer):
        assert (await drafter.draft(QUESTION)).text
        assert len(peer.requests) == 2


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (trouble(401), "check RATCHET_OPENAI_API_KEY"),
        (trouble(404), 'no model "model-x"'),
        (trouble(400), "status 400"),
        (trouble(500), "trouble of its own"),
        (trouble(429, retry_after="7"), "rate limit"),
        (Answer(disconnect=True), "cannot be reached; check RATCHET_OPENAI_BASE_URL"),
        (Answer(body='{"id": "resp'), "could not be read"),
        (Answer(body="[1]"), "could not be read"),
        (Answer(body="null"), "could not be read"),
        (Answer(body="{}"), "could not be read"),
        (Answer(body="data: {oops\n\n"), "could not be read"),
        (Answer(body="data: [1]\n\n"), "was cut off"),
        (Answer(body='data: {"type": "response.completed", "response": {"output": 7}}\n\n'), "could not be read"),
        (Answer(body='data: {"error": {"message": "overloaded"}}\n\n'), "trouble of its own"),
        (Answer("not JSON"), "could not be read"),
        (Answer('{"sentences": [', incomplete=True), "was cut off"),
        (Answer(""), "was empty"),
        (replace(GOOD, cut_after=3), "was cut off"),
        (replace(GOOD, ends_without=True), "was cut off"),
        (replace(GOOD, failed=True), "trouble of its own"),
    ],
)
async def test_a_lasting_fault_is_a_sentence_that_names_what_to_do(answer: Answer, sentence: str) -> None:
    assert sentence in str(await unavailable(answer))


async def test_a_rate_limit_tells_how_long_to_wait() -> None:
    assert (await unavailable(trouble(429, retry_after="7"))).retry_after == 7


async def test_a_wait_that_would_end_after_the_deadline_is_not_begun() -> None:
    begun = time.perf_counter()
    error = await unavailable(trouble(429, retry_after="60"), deadline=5, retries=5)
    assert (str(error), error.retry_after) == ("The model is over its rate limit.", 60)
    assert time.perf_counter() - begun < 1.0


async def test_a_ping_asks_little_and_says_what_to_fix() -> None:
    async with drafting(GOOD) as (drafter, peer):
        await drafter.ping()
        assert (peer.requests[0]["max_output_tokens"], peer.requests[0]["store"]) == (16, False)
    for answer, sentence in (
        (trouble(401), "check RATCHET_OPENAI_API_KEY"),
        (Answer(body="{}"), "was empty; check RATCHET_OPENAI_BASE_URL"),
        (replace(GOOD, seconds_before=5), "did not answer in 0.3 s"),
    ):
        async with drafting(answer, deadline=0.3, retries=0) as (drafter, _):
            with pytest.raises(Unavailable, match=sentence):
                await drafter.ping()


@pytest.mark.parametrize("answer", [replace(GOOD, seconds_between=0.2), replace(GOOD, seconds_before=5)])
async def test_one_deadline_holds_for_slow_bodies_waits_and_retries_together(answer: Answer) -> None:
    begun = time.perf_counter()
    error = await unavailable(answer, deadline=0.4, retries=5)
    assert str(error) == "The model did not answer in 0.4 s."
    assert time.perf_counter() - begun < 1.5


async def test_a_model_that_does_not_begin_to_write_is_not_waited_for() -> None:
    begun = time.perf_counter()
    assert str(await unavailable(replace(GOOD, seconds_first=5), first_words=0.3)) == (
        "The model did not begin to answer in 0.3 s."
    )
    assert time.perf_counter() - begun < 2.0


async def test_once_begun_a_slow_answer_has_the_whole_deadline() -> None:
    async with drafting(replace(GOOD, seconds_between=0.1), first_words=0.3) as (drafter, _):
        assert (await drafter.draft(QUESTION)).text


async def test_being_cancelled_is_not_being_late() -> None:
    async with drafting(replace(GOOD, seconds_before=5)) as (drafter, _):
        task = asyncio.create_task(drafter.draft(QUESTION))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_nobody_is_asked_where_there_is_nothing_to_answer_or_to_cite() -> None:
    async with drafting(GOOD) as (drafter, peer):
        assert (await drafter.draft(request(""))).abstained
        assert (await drafter.draft(request("Where is it?", ()))).abstained
        assert peer.requests == []


async def test_the_second_drafter_steps_in_and_says_why(embedder: Embedder) -> None:
    async with drafting(replace(GOOD, seconds_before=5), deadline=0.3) as (first, _):
        draft = await WithFallback(first, OfflineDrafter(embedder, MEANINGS)).draft(QUESTION)
    assert draft.author is DraftAuthor.OFFLINE
    assert draft.notes[0] == (
        "The model did not answer in 0.3 s, so this draft was put together from the articles' own sentences."
    )


async def test_the_second_drafter_is_not_asked_when_the_first_answers(embedder: Embedder) -> None:
    async with drafting(GOOD) as (first, _):
        draft = await WithFallback(first, OfflineDrafter(embedder, MEANINGS)).draft(QUESTION)
    assert (draft.author, draft.notes) == (DraftAuthor.MODEL, ())


# --- while it is written ----------------------------------------------------------------------------------------------


async def test_what_is_written_is_told_while_it_grows_and_ends_before_the_draft() -> None:
    told: list[str] = []
    async with drafting(replace(GOOD, pieces=4, seconds_between=0.3)) as (drafter, _):
        draft = await drafter.draft(QUESTION, told.append)
    assert len(told) >= 3
    assert all(later.startswith(earlier) for earlier, later in pairwise(told))
    assert "Express delivery".startswith(told[0]) or told[0].startswith("Express")
    assert "9.90 EUR. Only" in draft.text


async def test_what_will_be_left_out_is_not_shown_once_that_is_known() -> None:
    told: list[str] = []
    said = reply(("Invented.", []), ("Express delivery costs 9.90 EUR. " * 9, [1]))
    async with drafting(replace(said, pieces=4, seconds_between=0.3)) as (drafter, _):
        await drafter.draft(QUESTION, told.append)
    assert "Express" in told[-1]
    assert "Invented" not in told[-1]


# --- personal data ----------------------------------------------------------------------------------------------------

PERSONAL = "I am Ana, ana.ruiz@x.example, +31 6 12345678, card 4111 1111 1111 1111. What does express delivery cost?"


async def test_no_personal_data_leaves_and_the_reply_has_it_again() -> None:
    said = reply(("Express delivery costs 9.90 EUR, and we write to [[EMAIL_1]].", [1]), questions=["Is it [EMAIL_1]?"])
    async with drafting(said) as (drafter, peer):
        draft = await drafter.draft(request(PERSONAL))
    sent = json.dumps(peer.requests)
    for private in ("Ana", "ana.ruiz", "12345678", "4111 1111"):
        assert private not in sent
    assert "we write to ana.ruiz@x.example. Is it" not in draft.text
    assert "we write to ana.ruiz@x.example." in draft.text
    assert "Is it ana.ruiz@x.example?" in draft.text


async def test_a_sentence_with_an_invented_placeholder_is_left_out_and_told() -> None:
    async with drafting(reply(("Fine.", [1]), ("We write to [[EMAIL_7]].", [1]))) as (drafter, _):
        draft = await drafter.draft(request(PERSONAL))
    assert draft.text.endswith("Fine.")
    assert draft.notes == ("1 of the model's sentences had a placeholder that stands for nothing and was left out.",)
