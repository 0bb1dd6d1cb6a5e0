"""A budget for language models: what a draft may cost is set aside before the call, what it cost is settled after."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.errors import RatchetError, Unavailable
from bot.ports import Account, Clock, DraftRequest, Ledger, Usage

log = logging.getLogger(__name__)

_FRAME = 100  # tokens that the provider adds to a request: who speaks, where a text begins
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost. So tokens times price are millionths of the currency, which the ledger counts in."""

    input: float = 0.0
    output: float = 0.0
    currency: str = ""

    def cost(self, input_tokens: int, output_tokens: int) -> int:
        """The cost in millionths of the currency, rounded up."""
        return math.ceil(input_tokens * self.input + output_tokens * self.output)

    def most(self, sent: str, output_tokens: int) -> int:
        """The most that a call may cost, before it is made: no tokenizer makes more tokens of a text than bytes."""
        return self.cost(len(sent.encode("utf-8", "replace")) + _FRAME, output_tokens)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent on one day (UTC): in the workspace, and in single rooms; None is without limit."""

    workspace: float | None = None
    rooms: Mapping[str, float] = field(default_factory=dict)


class Budget:
    """Spends within limits. No day costs more than its limit, however many drafts are under way in how many processes.

    The price of that: a call begins only if the most that it may cost still fits, and one whose end nobody saw (a
    crash, a lost connection) counts for that much. Without a ledger nothing is recorded and nothing limited.
    """

    def __init__(
        self,
        prices: Prices = Prices(),
        limits: Limits = Limits(),
        *,
        books: tuple[Ledger, Clock] | None = None,
    ) -> None:
        self.prices = prices
        self._limits = limits
        self._books = books

    async def begin(self, request: DraftRequest | None, sent: str, output_tokens: int) -> "Charge":
        """Set aside the most that the call may cost. Raises Unavailable, saying whose budget is used up.

        A call that is for no draft belongs to no room.
        """
        most = self.prices.most(sent, output_tokens)
        if self._books is None:
            return Charge(most)
        ledger, clock = self._books
        account = Account(clock.now().date(), self._room(request))
        workspace, room = self._limits.workspace, self._limits.rooms.get(account.room)
        balance = await ledger.set_aside(account, most, limit=_millionths(workspace), room_limit=_millionths(room))
        if balance.granted:
            return Charge(most, account, ledger)
        of_room = room is not None and balance.room + most > room * _MILLION
        spent, limit = (balance.room, room) if of_room else (balance.workspace, workspace)
        raise Unavailable(
            f"Today's model budget{f' for {account.room}' if of_room else ''} pays for no further draft "
            f"({spent / _MILLION:.2f} of {limit or 0:.2f} {self.prices.currency} spent or set aside)"
        )

    def _room(self, request: DraftRequest | None) -> str:
        """The room that owns the intent or that the team works in: of the two, the one that has a budget."""
        if request is None:
            return ""
        place = request.escalation.place
        rooms = [room for room in (request.triage.owner, place.room if place else "") if room]
        return next((room for room in rooms if room in self._limits.rooms), rooms[0] if rooms else "")


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call has set aside: `most`, in millionths of the currency."""

    most: int
    account: Account | None = None
    ledger: Ledger | None = None

    async def settle(self, used: Usage) -> None:
        """Record what was used instead of what was set aside; where that cannot be recorded, the latter stays."""
        try:
            if self.ledger is not None and self.account is not None:
                await self.ledger.settle(self.account, self.most, used)
        except RatchetError as problem:
            log.warning(
                "What a draft cost could not be recorded, so the most that it may have cost counts: %s", problem
            )

    async def release(self) -> None:
        """Take back what was set aside for a call that never began."""
        await self.settle(Usage(calls=0))


def _millionths(amount: float | None) -> int | None:
    return None if amount is None else math.floor(amount * _MILLION)
