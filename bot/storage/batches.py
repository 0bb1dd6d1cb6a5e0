"""One commit for many: what arrives while a commit is running goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.domain.errors import RatchetError, Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Commits submitted items together, in order of arrival, at most `limit` at once.

    `commit` gets the items and returns one result each. When it fails, those who wait for this batch get Unavailable
    and the next batch is tried afresh. Somebody who stops waiting harms nobody else.
    """

    def __init__(self, commit: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], *, limit: int = 500) -> None:
        self._commit = commit
        self._limit = limit
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._runner: asyncio.Task[None] | None = None
        self._closed = False

    async def submit(self, item: Item) -> Result:
        """Return the item's result once its batch is committed. Raises Unavailable."""
        if self._closed:
            raise Unavailable("Ratchet is shutting down.", retry_after=5)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name="ratchet-batches")
        return await future

    async def close(self) -> None:
        """Take nothing more, and wait until everything taken is committed."""
        self._closed = True
        if self._runner is not None:
            await asyncio.wait([self._runner])

    async def _run(self) -> None:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        try:
            while self._waiting:
                batch = [each for each in self._waiting[: self._limit] if not each[1].done()]
                del self._waiting[: self._limit]
                await self._commit_one(batch)
        finally:
            self._runner = None
            for _, future in [*batch, *self._waiting]:
                if not future.done():
                    future.set_exception(Unavailable("This was interrupted before it was stored.", retry_after=1))
            self._waiting.clear()

    async def _commit_one(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        if not batch:
            return
        try:
            results = await self._commit([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  the boundary: whatever broke the commit, its waiters must hear of it
            sentence = str(error) if isinstance(error, RatchetError) else "This could not be stored."
            for _, future in batch:
                if not future.done():
                    failure = Unavailable(sentence, retry_after=1)
                    failure.__cause__ = error
                    future.set_exception(failure)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
