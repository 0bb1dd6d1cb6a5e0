"""Drafts with a second drafter where the first is unavailable, and says so."""

from dataclasses import replace

from bot.domain.answer import Draft
from bot.domain.errors import Unavailable
from bot.ports import Drafter, DraftRequest, Progress


class WithFallback:
    """A Drafter that is as available as its second one; a draft by the second carries a note that says why."""

    def __init__(self, first: Drafter, second: Drafter) -> None:
        self.name = first.name
        self.slow = first.slow
        self._first = first
        self._second = second

    async def draft(self, request: DraftRequest, progress: Progress | None = None) -> Draft:
        try:
            return await self._first.draft(request, progress)
        except Unavailable as error:
            reason = str(error).rstrip(".")
        draft = await self._second.draft(request, progress)
        end = (
            "no article answers it"
            if draft.abstained
            else "this draft was put together from the articles' own sentences"
        )
        note = f"{reason}; {end}." if draft.abstained else f"{reason}, so {end}."
        return replace(draft, notes=(note, *draft.notes), instead_of=self._first.name)
