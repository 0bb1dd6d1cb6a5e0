"""The escalations of one workspace, their turns and their outcomes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.chat import Person, Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.escalation import ASKS, Author, Customer, Escalation, EscalationStatus, Outcome, Turn
from bot.storage.columns import clean
from bot.storage.counted import counted_conversation, counted_turns
from bot.storage.repository import FEW, Repository, chunks, whole
from bot.storage.tables import EscalationRow, OutcomeRow, TurnRow, table
from bot.storage.values import load, load_optional, plain

ESCALATIONS, TURNS, OUTCOMES = table(EscalationRow), table(TurnRow), table(OutcomeRow)
E, T = ESCALATIONS.c, TURNS.c
REOPENED_BY_CUSTOMER = frozenset({EscalationStatus.ANSWERED, EscalationStatus.WITHDRAWN})

Rows = Sequence[Row[Any]]  # an escalation's row joined with each of its turns, in order; empty if there is none


class SqlEscalations(Repository):
    """Keeps the promises of `bot.ports.Escalations`."""

    @whole
    async def receive(
        self, escalation: Escalation, *, burst_seconds: float = 0.0, burst_key: str = ""
    ) -> tuple[Escalation, bool]:
        """Open the escalation, or add its new turns to the one that it belongs to; atomic.

        A turn that once joined a burst still belongs to it when it is delivered again, also after the answer. Raises
        Conflict when the stored one is another customer's: nobody's words may reach somebody else.
        """
        async with self._write() as connection:
            if burst_key:
                await self._lock(connection, "burst", burst_key)
            await self._lock(connection, "escalation", escalation.id)
            target = await self._home(connection, escalation, burst_seconds, burst_key)
            if target is None and await self._insert_new(connection, escalation, burst_key):
                return _escalation(await self._rows(connection, escalation.id)), True
            if target is not None and target != escalation.id:
                await self._lock(connection, "escalation", target)
            rows = await self._rows(connection, target or escalation.id)
            if load(Customer, rows[0].customer).id != escalation.customer.id:
                raise Conflict("This conversation is another customer's; give this one an id of its own.")
            return await self._add(connection, rows, escalation.turns)

    async def get(self, escalation_id: str) -> Escalation:
        async with self._read() as connection:
            return _escalation(_found(await self._rows(connection, escalation_id), escalation_id))

    async def several(self, ids: Collection[str]) -> Mapping[str, Escalation]:
        found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        async with self._read() as connection:
            for some in chunks(sorted(ids), FEW):
                for row in await connection.execute(self._joined().where(self._among(E.id, some))):
                    found[row.id].append(row)
        return {name: _escalation(rows) for name, rows in found.items()}

    async def at_place(self, place: Place) -> Escalation | None:
        """The newest escalation that is worked on in exactly this thread."""
        here = self._newest_in(place.platform, place.room).where(E.place_thread == (place.thread or "")).limit(1)
        async with self._read() as connection:
            rows = (await connection.execute(self._joined().where(E.id == here.scalar_subquery()))).all()
        return _escalation(rows) if rows else None

    async def in_room(self, platform: str, room: str, limit: int = 20) -> tuple[Escalation, ...]:
        async with self._read() as connection:
            found = await connection.scalars(self._newest_in(platform, room).limit(limit))
            return tuple([_escalation(await self._rows(connection, one)) for one in found.all()])

    def _newest_in(self, platform: str, room: str) -> Select[Any]:
        here = self._select(ESCALATIONS, E.id).where(E.place_platform == platform, E.place_room == room)
        return here.order_by(E.opened_at.desc(), E.id)

    @whole
    async def change_turn(self, ref: str, text: str | None) -> Escalation | None:
        """Replace (or with None remove) the text of the turn with this `ref`, in the newest escalation that has it.

        A removed turn stays known: delivered again, it does not come back.
        """
        newest = (
            self._select(TURNS, T.escalation_id)
            .join(ESCALATIONS, and_(E.workspace == T.workspace, E.id == T.escalation_id))
            .where(T.ref == ref)
            .order_by(E.opened_at.desc(), E.id)
            .limit(1)
        )
        async with self._write() as connection:
            owner = await connection.scalar(newest)
            if owner is None:
                return None
            await self._lock(connection, "escalation", owner)
            rows = await self._rows(connection, owner)
            turn = next(row for row in rows if row.ref == clean(ref))
            if turn.removed or (text is not None and clean(text) == turn.text):
                return None
            await connection.execute(
                self._update(TURNS)
                .where(T.escalation_id == owner, T.ref == turn.ref)
                .values(text=text or "", removed=text is None)
            )
            left = [row for row in rows if _from_customer(row) and (text is not None or row.ref != turn.ref)]
            changes: dict[str, Any] = {"revision": E.revision + (1 if turn.author in ASKS else 0)}
            if not left:
                changes["status"] = EscalationStatus.WITHDRAWN.value
            return await self._change(connection, owner, changes)

    @whole
    async def add_turn(self, escalation_id: str, turn: Turn) -> Escalation:
        async with self._write() as connection:
            await self._lock(connection, "escalation", escalation_id)
            rows = _found(await self._rows(connection, escalation_id), escalation_id)
            changed, _ = await self._add(connection, rows, (turn,))
            return changed

    async def with_turn(self, ref: str) -> Escalation | None:
        async with self._read() as connection:
            owner = await connection.scalar(self._select(TURNS, T.escalation_id).where(T.ref == clean(ref)).limit(1))
            return _escalation(await self._rows(connection, owner)) if owner is not None else None

    @whole
    async def set_place(self, escalation_id: str, place: Place) -> Escalation:
        async with self._write() as connection:
            return await self._change(connection, escalation_id, _place_columns(place))

    @whole
    async def set_status(self, escalation_id: str, status: EscalationStatus) -> None:
        """Raises NotFound."""
        async with self._write_once() as connection:
            changed = await connection.execute(
                self._update(ESCALATIONS).where(E.id == escalation_id).values(status=status.value)
            )
            if not changed.rowcount:
                raise _missing(escalation_id)

    @whole
    async def record_outcome(self, outcome: Outcome) -> bool:
        row = self._row(
            key=outcome.key, escalation_id=outcome.escalation_id, kind=outcome.kind.value, at=outcome.at,
            value=outcome.value, note=outcome.note,
        )  # fmt: skip
        async with self._write() as connection:
            known = await connection.scalar(self._select(ESCALATIONS, E.id).where(E.id == outcome.escalation_id))
            if known is None:
                raise _missing(outcome.escalation_id)
            insert = self._insert(OUTCOMES).on_conflict_do_nothing().returning(OUTCOMES.c.key)
            if await connection.scalar(insert, row) is None:
                return False
            touched = self._update(ESCALATIONS).where(E.id == outcome.escalation_id, E.touched_at < outcome.at)
            await connection.execute(touched.values(touched_at=outcome.at))
            return True

    def _joined(self) -> Select[Any]:
        joined = ESCALATIONS.outerjoin(TURNS, and_(T.workspace == E.workspace, T.escalation_id == E.id))
        turns = (T.ref, T.seq, T.author, T.text, T.at, T.attachments, T.by, T.removed)
        return self._select(ESCALATIONS, ESCALATIONS, *turns).select_from(joined).order_by(T.seq)

    async def _rows(self, connection: AsyncConnection, escalation_id: str) -> Rows:
        rows: Rows = (await connection.execute(self._joined().where(E.id == escalation_id))).all()
        return rows

    async def _home(self, connection: AsyncConnection, escalation: Escalation, seconds: float, key: str) -> str | None:
        """The stored escalation that this one belongs to by its burst, None to go by its own id."""
        if not key or not escalation.turns:
            return None
        if await connection.scalar(self._select(ESCALATIONS, E.id).where(E.id == escalation.id)) is not None:
            return None
        refs = [turn.ref for turn in escalation.turns]
        told_before = (
            self._select(ESCALATIONS, E.id)
            .join(TURNS, and_(T.workspace == E.workspace, T.escalation_id == E.id))
            .where(E.burst_key == key, T.ref.in_(refs))
            .limit(1)
        )
        known: str | None = await connection.scalar(told_before)
        if known is not None:
            return known
        newest = (
            self._select(ESCALATIONS, E.id, E.last_customer_at)
            .where(E.burst_key == key, E.status == EscalationStatus.OPEN.value)
            .order_by(E.opened_at.desc(), E.last_customer_at.desc())
            .limit(1)
        )
        found = (await connection.execute(newest)).first()
        if found is None or found.last_customer_at is None:
            return None
        recent = found.last_customer_at >= escalation.turns[0].at - timedelta(seconds=seconds)
        return str(found.id) if recent else None

    async def _insert_new(self, connection: AsyncConnection, escalation: Escalation, burst_key: str) -> bool:
        """Insert it unless its id is known; tell whether it was inserted."""
        row = self._row(
            id=escalation.id, surface=escalation.surface, external_id=escalation.external_id,
            customer=plain(escalation.customer), opened_at=escalation.opened_at, revision=escalation.revision,
            status=escalation.status.value, asker=plain(escalation.asker), channel=escalation.channel,
            language=escalation.language, reply_url=escalation.reply_url, details=dict(escalation.metadata),
            burst_key=burst_key, last_customer_at=_last_customer_at(escalation.turns),
            **_place_columns(escalation.place), **counted_conversation(escalation),
        )  # fmt: skip
        insert = self._insert(ESCALATIONS).on_conflict_do_nothing().returning(E.id)
        if await connection.scalar(insert, row) is None:
            return False
        await self._insert_turns(connection, escalation.id, _distinct(escalation.turns, ()), 0)
        return True

    async def _insert_turns(self, connection: AsyncConnection, owner: str, turns: Sequence[Turn], seq: int) -> None:
        rows = [
            self._row(
                escalation_id=owner, ref=turn.ref, seq=number, author=turn.author.value, text=turn.text, at=turn.at,
                attachments=list(turn.attachments), by=plain(turn.by), removed=False,
            )
            for number, turn in enumerate(turns, seq)
        ]  # fmt: skip
        if rows:
            await connection.execute(self._insert(TURNS), rows)

    async def _add(self, connection: AsyncConnection, rows: Rows, turns: Sequence[Turn]) -> tuple[Escalation, bool]:
        """Add the turns that are new and say whether they changed what must be answered."""
        now = rows[0]
        stored = [row for row in rows if row.ref is not None]
        fresh = _distinct(turns, [row.ref for row in stored])
        if not fresh:
            return _escalation(rows), False
        await self._insert_turns(connection, now.id, fresh, max((row.seq for row in stored), default=-1) + 1)
        to_answer = [turn for turn in fresh if turn.author in ASKS]
        changes: dict[str, Any] = counted_turns(now._asdict(), fresh)
        if to_answer:
            changes["revision"] = E.revision + 1
        last = _last_customer_at(fresh)
        if last is not None:
            changes["last_customer_at"] = max(last, now.last_customer_at or last)
            if now.status in REOPENED_BY_CUSTOMER:
                changes["status"] = EscalationStatus.OPEN.value
        return await self._change(connection, now.id, changes), bool(to_answer)

    async def _change(self, connection: AsyncConnection, escalation_id: str, changes: dict[str, Any]) -> Escalation:
        if changes:
            await connection.execute(self._update(ESCALATIONS).where(E.id == escalation_id).values(**changes))
        return _escalation(_found(await self._rows(connection, escalation_id), escalation_id))


def _escalation(rows: Rows) -> Escalation:
    row = rows[0]
    return Escalation(
        id=row.id, surface=row.surface, external_id=row.external_id, customer=load(Customer, row.customer),
        turns=_in_order([_turn(each) for each in rows if each.ref is not None and not each.removed]),
        opened_at=row.opened_at, revision=row.revision, status=EscalationStatus(row.status), place=_place(row),
        asker=load_optional(Person, row.asker), channel=row.channel, language=row.language, reply_url=row.reply_url,
        metadata=row.details,
    )  # fmt: skip


def _turn(row: Row[Any]) -> Turn:
    return Turn(
        row.ref, Author(row.author), row.text, row.at, tuple(row.attachments), load_optional(Person, row.by)
    )  # fmt: skip


def _in_order(turns: list[Turn]) -> tuple[Turn, ...]:
    """As they arrived, except that a customer's turns with nobody's between them stand by their time.

    Chat platforms deliver a burst's messages in any order; across authors the clocks may differ, arrival does not.
    """
    ordered: list[Turn] = []
    for turn in turns:
        at = len(ordered)
        while at and turn.author is Author.CUSTOMER is ordered[at - 1].author and ordered[at - 1].at > turn.at:
            at -= 1
        ordered.insert(at, turn)
    return tuple(ordered)


def _place(row: Row[Any]) -> Place | None:
    return Place(row.place_platform, row.place_room, row.place_thread or None) if row.place_platform else None


def _place_columns(place: Place | None) -> dict[str, str]:
    platform, room, thread = (place.platform, place.room, place.thread or "") if place else ("", "", "")
    return {"place_platform": platform, "place_room": room, "place_thread": thread}


def _distinct(turns: Sequence[Turn], known: Sequence[str]) -> list[Turn]:
    by_ref: dict[str, Turn] = {}
    for turn in turns:
        if clean(turn.ref) not in known:
            by_ref.setdefault(clean(turn.ref), turn)
    return list(by_ref.values())


def _from_customer(row: Row[Any]) -> bool:
    return row.ref is not None and not row.removed and row.author == Author.CUSTOMER.value


def _last_customer_at(turns: Sequence[Turn]) -> datetime | None:
    return max((turn.at for turn in turns if turn.author is Author.CUSTOMER), default=None)


def _found(rows: Rows, escalation_id: str) -> Rows:
    if not rows:
        raise _missing(escalation_id)
    return rows


def _missing(escalation_id: str) -> NotFound:
    return NotFound(f"There is no escalation {escalation_id} in this workspace.")
