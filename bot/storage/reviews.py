"""The reviews of one workspace: one open review an escalation, one decision a review, every draft version kept."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, false, func, null, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.answer import Draft, DraftAuthor, Finding, Proposal
from bot.domain.chat import MessageRef, Person
from bot.domain.confidence import Judgement
from bot.domain.errors import Conflict, NotFound
from bot.domain.escalation import Escalation
from bot.domain.review import OPEN_STATES, Action, Decision, Receipt, Review, ReviewState, review_id, why_closed
from bot.ports import Claim
from bot.storage.counted import counted_delivery, counted_draft, counted_edit
from bot.storage.repository import FEW, Repository, chunks, whole
from bot.storage.review_rows import (
    DECIDED,
    decision_columns,
    estimate_columns,
    judgement_from,
    proposal_columns,
    review_from,
)
from bot.storage.tables import DraftRow, EscalationRow, ReviewRow, table
from bot.storage.values import load, plain

REVIEWS, DRAFTS, ESCALATIONS = table(ReviewRow), table(DraftRow), table(EscalationRow)
R, E = REVIEWS.c, ESCALATIONS.c
UNDECIDED = tuple(sorted(state.value for state in OPEN_STATES | {ReviewState.FAILED}))
APPROVED = {Action.APPROVE: R.editor.is_(None), Action.EDIT: false(), Action.REJECT: false(), Action.HAND_OFF: null()}
REPLACED = "This draft was replaced by a newer one."


class SqlReviews(Repository):
    """Keeps the promises of `bot.ports.Reviews`."""

    @whole
    async def open(self, escalation: Escalation, *, at: datetime) -> tuple[Review, tuple[Review, ...]]:
        """Open the review of this revision (once) and supersede older open ones; the same answer when repeated."""
        async with self._write() as connection:
            await self._lock(connection, "escalation", escalation.id)
            rows = await self._of(connection, escalation.id)
            for row in rows:
                if row.revision == escalation.revision:
                    return review_from(row), _superseded_by(rows, row.id)
            new = self._new(escalation, at, rows)
            superseded: tuple[Review, ...] = ()
            if new["state"] == ReviewState.DRAFTING.value and rows:
                superseded = await self._close(
                    connection, escalation.id, state=ReviewState.SUPERSEDED.value, superseded_by=new["id"]
                )
            inserted = await connection.execute(self._insert(REVIEWS).returning(REVIEWS), new)
            return review_from(inserted.one()), superseded

    async def get(self, review_id: str) -> Review:
        async with self._read() as connection:
            return review_from(await self._one(connection, review_id))

    async def of_escalation(self, escalation_id: str) -> tuple[Review, ...]:
        async with self._read() as connection:
            return tuple(review_from(row) for row in await self._of(connection, escalation_id))

    async def of_escalations(self, ids: Collection[str]) -> Mapping[str, tuple[Review, ...]]:
        found: defaultdict[str, list[Review]] = defaultdict(list)
        async with self._read() as connection:
            for some in chunks(sorted(ids), FEW):
                wanted = self._select(REVIEWS).where(self._among(R.escalation_id, some)).order_by(R.number)
                for row in await connection.execute(wanted):
                    found[row.escalation_id].append(review_from(row))
        return {name: tuple(reviews) for name, reviews in found.items()}

    @whole
    async def propose(self, review_id: str, proposal: Proposal) -> Review:
        """Put the proposal before the team: DRAFTING becomes READY; in any other state only the proposal is kept.

        A text that this review has had before changes nothing. A decided draft and a text that a person edited stand;
        the proposal then only joins the draft versions.
        """
        async with self._write() as connection:
            columns = proposal_columns(proposal) | estimate_columns(proposal) | counted_draft(proposal)
            ready = await self._change_from(
                connection, review_id, {ReviewState.DRAFTING}, {"state": ReviewState.READY.value, **columns}
            )
            if ready is not None:
                await self._keep_draft(connection, review_id, proposal, None)
                return ready
            row = await self._one(connection, review_id, lock=True)
            if await self._has_draft(connection, review_id, proposal.draft):
                return review_from(row)
            await self._keep_draft(connection, review_id, proposal, None)
            if row.decision_action is not None or row.editor is not None:
                return review_from(row)
            return await self._change(connection, review_id, columns)

    @whole
    async def set_card(self, review_id: str, card: MessageRef) -> None:
        """Remember the card's message; does not raise the version. Raises NotFound."""
        async with self._write_once() as connection:
            changed = await connection.execute(self._update(REVIEWS).where(R.id == review_id).values(card=plain(card)))
            if not changed.rowcount:
                raise _missing(review_id)

    @whole
    async def claim(self, decision: Decision) -> Claim:
        """Let one decision win: conditional on READY and on the draft's hash; atomic.

        Who comes second gets the review as the winner left it. Raises Conflict when there is nothing to decide.
        """
        async with self._write() as connection:
            won = await connection.execute(
                self._update(REVIEWS)
                .where(R.id == decision.review_id, R.state == ReviewState.READY.value)
                .where(R.draft_hash == decision.draft_hash)
                .values(version=R.version + 1, state=DECIDED[decision.action].value, **decision_columns(decision))
                .values(approved=APPROVED[decision.action])
                .returning(REVIEWS)
            )
            row = won.first()
            if row is not None:
                await self._touch(connection, row.escalation_id, decision.at)
                if decision.action is Action.EDIT:
                    await self._keep_edit(connection, row, decision)
                return Claim(review_from(row), won=True)
            review = review_from(await self._one(connection, decision.review_id))
        if review.decision is None:
            raise Conflict(REPLACED if review.state is ReviewState.READY else why_closed(review))
        return Claim(review, won=_same(review.decision, decision))

    @whole
    async def revise(
        self, review_id: str, *, draft_hash: str, draft: Draft, findings: tuple[Finding, ...], editor: Person
    ) -> Review:
        async with self._write() as connection:
            row = await self._one(connection, review_id, lock=True)
            ready = row.state == ReviewState.READY.value and row.proposal is not None
            if ready and row.draft_hash == draft.hash and editor.same_as(review_from(row).editor):
                return review_from(row)
            if not ready or row.draft_hash != draft_hash:
                raise Conflict(REPLACED if ready else "This draft can no longer be edited.")
            proposal = replace(load(Proposal, row.proposal), draft=draft, findings=findings)
            await self._keep_draft(connection, review_id, proposal, editor)
            changes = {**proposal_columns(proposal), **counted_edit(proposal), "editor": plain(editor)}
            return await self._change(connection, review_id, changes)

    @whole
    async def settle(self, review_id: str, *, receipt: Receipt | None, problem: str, final: bool = True) -> Review:
        """End a delivery: DELIVERED with its receipt, or FAILED with its problem (`final=False`: still trying).

        A review whose drafting came to nothing fails likewise. What is delivered stays delivered, a receipt that comes
        late still counts, and a problem changes nothing in any other state. Raises Conflict for a receipt of what was
        not to be delivered.
        """
        state = ReviewState.DELIVERED if receipt else ReviewState.FAILED if final else ReviewState.DELIVERING
        unsettled = {ReviewState.DELIVERING}
        if final:
            unsettled.add(ReviewState.FAILED if receipt else ReviewState.DRAFTING)
        changes = {"state": state.value, "receipt": plain(receipt), "problem": "" if receipt else problem}
        changes |= counted_delivery(receipt)
        async with self._write() as connection:
            settled = await self._change_from(connection, review_id, unsettled, changes, decided=receipt is not None)
            review = settled or review_from(await self._one(connection, review_id))
        if receipt is not None and review.state is not ReviewState.DELIVERED:
            raise Conflict("Nothing of this review was to be delivered.")
        return review

    @whole
    async def retry(self, review_id: str) -> Review:
        async with self._write() as connection:
            changes = {"state": ReviewState.DELIVERING.value, "problem": ""}
            retried = await self._change_from(connection, review_id, {ReviewState.FAILED}, changes, decided=True)
            if retried is None:
                await self._one(connection, review_id)
                raise Conflict("Only a failed delivery can be tried again.")
            return retried

    @whole
    async def withdraw(self, escalation_id: str) -> tuple[Review, ...]:
        """Close every open review of an escalation whose question is gone; return all that are withdrawn."""
        async with self._write() as connection:
            await self._lock(connection, "escalation", escalation_id)
            await self._close(connection, escalation_id, state=ReviewState.WITHDRAWN.value)
            rows = await self._of(connection, escalation_id)
        return tuple(review_from(row) for row in rows if row.state == ReviewState.WITHDRAWN.value)

    async def waiting(self, limit: int = 50) -> tuple[Review, ...]:
        states = (ReviewState.READY.value, ReviewState.FAILED.value)
        wanted = self._select(REVIEWS).where(R.state.in_(states)).order_by(R.opened_at, R.id).limit(limit)
        async with self._read() as connection:
            return tuple(review_from(row) for row in await connection.execute(wanted))

    async def decided_by(self, person: Person, since: datetime, limit: int = 20) -> tuple[Review, ...]:
        wanted = (
            self._select(REVIEWS)
            .where(R.decision_platform == person.platform, R.decision_by == person.id, R.decided_at >= since)
            .order_by(R.decided_at.desc(), R.id.desc())
            .limit(limit)
        )
        async with self._read() as connection:
            return tuple(review_from(row) for row in await connection.execute(wanted))

    async def of_intent(self, intent: str, since: datetime, limit: int = 3000) -> tuple[Review, ...]:
        judged = R.proposal["triage"]["intent"].as_string() == intent
        wanted = self._select(REVIEWS).where(judged, R.opened_at >= since).order_by(R.opened_at.desc()).limit(limit)
        async with self._read() as connection:
            found = [review_from(row) for row in await connection.execute(wanted)]
        newest = {review.escalation_id: review for review in reversed(found)}
        return tuple(sorted(newest.values(), key=lambda review: (review.opened_at, review.id)))

    async def judged(
        self, *, drafter: str | None = None, since: datetime | None = None, limit: int | None = None
    ) -> tuple[Judgement, ...]:
        judged = self._select(REVIEWS, R.drafter, R.estimate, R.confidence, R.approved, R.decided_at)
        judged = judged.where(R.drafter.is_not(None) if drafter is None else R.drafter == drafter)
        judged = judged.where(R.decided_at.is_not(None), R.approved.is_not(None))
        judged = judged.order_by(R.decided_at.desc()).limit(limit)
        if since is not None:
            judged = judged.where(R.decided_at >= since)
        async with self._read() as connection:
            return tuple(judgement_from(row) for row in await connection.execute(judged))

    def _new(self, escalation: Escalation, at: datetime, rows: Sequence[Row[Any]]) -> dict[str, Any]:
        number = max((row.number for row in rows), default=0) + 1
        late = any(row.revision > escalation.revision for row in rows)
        state = ReviewState.SUPERSEDED if late else ReviewState.DRAFTING
        return self._row(
            id=review_id(escalation.id, number), escalation_id=escalation.id, number=number,
            revision=escalation.revision, state=state.value, version=1, opened_at=at, draft_hash="", problem="",
        )  # fmt: skip

    async def _one(self, connection: AsyncConnection, review_id: str, *, lock: bool = False) -> Row[Any]:
        wanted = self._select(REVIEWS).where(R.id == review_id)
        row: Row[Any] | None = (await connection.execute(wanted.with_for_update() if lock else wanted)).first()
        if row is None:
            raise _missing(review_id)
        return row

    async def _of(self, connection: AsyncConnection, escalation_id: str) -> Sequence[Row[Any]]:
        wanted = self._select(REVIEWS).where(R.escalation_id == escalation_id).order_by(R.number)
        rows: Sequence[Row[Any]] = (await connection.execute(wanted)).all()
        return rows

    async def _change_from(
        self,
        connection: AsyncConnection,
        review_id: str,
        states: Collection[ReviewState],
        changes: dict[str, Any],
        *,
        decided: bool = False,
    ) -> Review | None:
        """Change the review if it is in one of these states, and decided if it must be; None if it is not."""
        changed = (
            self._update(REVIEWS)
            .where(R.id == review_id, R.state.in_([state.value for state in states]))
            .where(true() if not decided else R.decision_action.is_not(None))
            .values(version=R.version + 1, **changes)
        )
        row = (await connection.execute(changed.returning(REVIEWS))).first()
        return None if row is None else review_from(row)

    async def _change(self, connection: AsyncConnection, review_id: str, changes: dict[str, Any]) -> Review:
        changed = self._update(REVIEWS).where(R.id == review_id).values(version=R.version + 1, **changes)
        return review_from((await connection.execute(changed.returning(REVIEWS))).one())

    async def _close(self, connection: AsyncConnection, escalation_id: str, **changes: str) -> tuple[Review, ...]:
        """Close what waits for a decision, and what nobody can decide because its drafting failed."""
        closed = (
            self._update(REVIEWS)
            .where(R.escalation_id == escalation_id, R.decision_action.is_(None), R.state.in_(UNDECIDED))
            .values(version=R.version + 1, **changes)
            .returning(REVIEWS)
        )
        return tuple(review_from(row) for row in await connection.execute(closed))

    async def _has_draft(self, connection: AsyncConnection, review_id: str, draft: Draft) -> bool:
        same = self._select(DRAFTS, DRAFTS.c.seq).where(DRAFTS.c.review_id == review_id, DRAFTS.c.hash == draft.hash)
        return await connection.scalar(same.limit(1)) is not None

    async def _keep_draft(
        self, connection: AsyncConnection, review_id: str, proposal: Proposal, editor: Person | None
    ) -> None:
        """Add a draft version; the review's row is locked, so that the numbers have no rivals."""
        count = self._select(DRAFTS, func.count()).where(DRAFTS.c.review_id == review_id).scalar_subquery()
        kept = proposal_columns(proposal)
        kept["hash"] = kept.pop("draft_hash")
        insert = self._insert(DRAFTS).values(
            self._row(
                review_id=review_id, seq=count + 1, author=proposal.draft.author.value, editor=plain(editor),
                text=proposal.draft.text, **kept,
            )
        )  # fmt: skip
        await connection.execute(insert)

    async def _keep_edit(self, connection: AsyncConnection, row: Row[Any], decision: Decision) -> None:
        proposal = load(Proposal, row.proposal)
        text = decision.text or proposal.draft.text
        draft = replace(proposal.draft, text=text, cited=text, citations=(), author=DraftAuthor.PERSON)
        drafted = proposal.draft.by_drafter
        edited = replace(proposal, draft=replace(draft, drafted=drafted))
        await connection.execute(self._update(REVIEWS).where(R.id == row.id).values(**counted_edit(edited)))
        await self._keep_draft(connection, row.id, replace(proposal, draft=draft), decision.by)

    async def _touch(self, connection: AsyncConnection, escalation_id: str, at: datetime) -> None:
        touched = self._update(ESCALATIONS).where(E.id == escalation_id, E.touched_at < at)
        await connection.execute(touched.values(touched_at=at))


def _same(stored: Decision, asked: Decision) -> bool:
    return asked.by.same_as(stored.by) and (stored.action, stored.draft_hash, stored.at) == (
        asked.action,
        asked.draft_hash,
        asked.at,
    )


def _superseded_by(rows: Sequence[Row[Any]], review_id: str) -> tuple[Review, ...]:
    return tuple(review_from(row) for row in rows if row.superseded_by == review_id)


def _missing(review_id: str) -> NotFound:
    return NotFound(f"There is no review {review_id} in this workspace.")
