"""Ratings of answers, how well judges agreed, and errors that escaped, as the store remembers them."""

import asyncio
from dataclasses import replace

from bot.domain.escaped import Escape, EscapedError, Seen
from bot.domain.judging import Agreement, Kappa, Rating
from bot.ports import Store
from tests.contracts.store_samples import NOON, TRICKY, after

KAPPA = Kappa(0.75, 0.6, 0.9, 60, ((40, 2), (3, 15)))
RATING = Rating("case_1", TRICKY, "ana", True, NOON, {"accuracy": True, "tone": False}, "Kind.")
ERROR = EscapedError("esc_1/1", Escape.RATED, NOON, Seen.MISSED, TRICKY, "refunds", "case_1", 0.81, "“5 days” said")


async def test_ratings_come_back_by_case_answer_and_rater(store: Store) -> None:
    other = replace(RATING, case="case_0", answer="", passed=False, points={})
    await store.ratings.save([replace(RATING, rater="bo"), RATING, other])
    await store.ratings.save([])
    assert await store.ratings.all() == (other, RATING, replace(RATING, rater="bo"))


async def test_the_same_persons_rating_of_the_same_words_replaces_the_first(store: Store) -> None:
    await store.ratings.save([RATING])
    second = replace(RATING, answer=f"  {TRICKY.strip()}\n", passed=False)
    await store.ratings.save([second])
    assert await store.ratings.all() == (second,)


async def test_of_a_judge_the_newest_measurement_counts(store: Store) -> None:
    first = Agreement("model-x 1234", NOON, KAPPA, KAPPA, KAPPA)
    await store.ratings.keep(first)
    newer = replace(first, at=after(9), each=replace(KAPPA, value=0.5))
    await store.ratings.keep(newer)
    assert await store.ratings.agreement("model-x 1234") == newer
    assert await store.ratings.agreement("model-x 5678") is None


async def test_of_many_complaints_about_one_answer_one_is_kept(store: Store) -> None:
    errors = [replace(ERROR, at=after(n), said=f"{n}") for n in range(8)]
    kept = await asyncio.gather(*map(store.escapes.keep, errors))
    assert len({error.said for error in kept}) == 1
    assert await store.escapes.of_review("esc_1/1") == kept[0]


async def test_errors_come_oldest_first_since_a_time(store: Store) -> None:
    for number in (3, 1, 2):
        await store.escapes.keep(replace(ERROR, review=f"esc_{number}/1", at=after(number)))
    assert [error.review for error in await store.escapes.since(after(2))] == ["esc_2/1", "esc_3/1"]
    assert await store.escapes.of_review("esc_9/1") is None


async def test_a_neighbours_ratings_and_errors_are_unknown(store: Store, neighbour: Store) -> None:
    await store.ratings.save([RATING])
    await store.ratings.keep(Agreement("model-x", NOON, KAPPA, KAPPA, KAPPA))
    await store.escapes.keep(ERROR)
    assert await neighbour.ratings.all() == ()
    assert await neighbour.ratings.agreement("model-x") is None
    assert await neighbour.escapes.since(NOON) == ()
