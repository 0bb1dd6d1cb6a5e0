"""The conversations of one workspace as they are counted, read by columns and never by their words."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, case, exists, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.answer import UNKNOWN_INTENT, Level, Risk, Sentiment
from bot.domain.chat import Person
from bot.domain.escalation import EscalationStatus, OutcomeKind
from bot.domain.history import Conversation, Decided, Drafted, Fate, Reported, Tried
from bot.domain.quality import CaseResult, EvalRun
from bot.domain.review import Action, FailureMode, ReviewState
from bot.ports.history import Cited
from bot.storage.repository import Repository, chunks
from bot.storage.tables import (
    EscalationRow,
    EvalResultRow,
    EvalRunRow,
    OutcomeRow,
    ReleaseRow,
    ReviewRow,
    table,
)
from bot.storage.values import load

ESCALATIONS, REVIEWS, OUTCOMES = table(EscalationRow), table(ReviewRow), table(OutcomeRow)
RUNS, RESULTS, RELEASES = table(EvalRunRow), table(EvalResultRow), table(ReleaseRow)
E, R, O = ESCALATIONS.c, REVIEWS.c, OUTCOMES.c  # noqa: E741
DECIDING = timedelta(days=28)
"""How long after its drafting a draft may be decided on to be told of as turned down."""
DRAFTING = timedelta(days=1)
"""How long after what its conversation was last told a draft may begin or be delivered, which is not told to it."""
_AT_ONCE = 2_000
"""Conversations of one statement; fewer cost more each, because a statement costs as much as some hundred of its rows.
"""
_COUNTED = (
    E.id, E.surface, E.place_room, E.opened_at, E.status, E.customer_id, E.first_answer_at, E.last_answer_at,
    E.came_back_at, E.waiting_since,
)  # fmt: skip
_BEFORE = ESCALATIONS.alias().c
_PREVIOUS = (
    select(func.max(_BEFORE.opened_at))
    .where(_BEFORE.workspace == E.workspace, _BEFORE.customer_id == E.customer_id)
    .where(_BEFORE.surface == E.surface, _BEFORE.opened_at < E.opened_at)
    .correlate(ESCALATIONS)
    .scalar_subquery()
    .label("previous_at")
)
"""When the same customer's conversation before this one was opened."""
_REPORTED = (O.escalation_id, O.kind, O.at, O.value)
_DRAFTED = (
    R.id, R.escalation_id, R.opened_at, R.state, R.knowledge_release, R.workflow_release, R.intent, R.risk, R.sentiment,
    R.abstained, R.confidence, R.findings, R.cost, R.tokens, R.editor.is_not(None).label("revised"), R.edit_share,
    R.new_share, R.decision_action, R.decision_platform, R.decision_by, R.decision_name, R.decided_at, R.decision_mode,
    R.delivered_at,
)  # fmt: skip
# Looked up, because making an enum by calling it costs more for each of many rows
_LEVELS = {each.value: each for each in Level}
_ACTIONS = {each.value: each for each in Action}
_MODES = {each.value: each for each in FailureMode}
_STATES = {each.value: each for each in ReviewState}
_RISKS = {each.value: each for each in Risk}
_SENTIMENTS = {each.value: each for each in Sentiment}
_OUTCOMES = {each.value: each for each in OutcomeKind}
_WITHDRAWN = EscalationStatus.WITHDRAWN.value
_EDIT = Action.EDIT.value
_TURNED_DOWN = tuple(each.value for each in (ReviewState.REJECTED, ReviewState.HANDED_OFF, ReviewState.FAILED))
_BLOCKED = f":{Level.BLOCK.value}"


class SqlHistory(Repository):
    """Keeps the promises of `bot.ports.History`; `touched_at` is indexed, so that old conversations cost nothing."""

    async def between(
        self, since: datetime, until: datetime, *, previous: bool = True
    ) -> AsyncIterator[Sequence[Conversation]]:
        later = or_(R.opened_at >= since, R.decided_at >= since, R.delivered_at >= since)
        wanted = or_(E.touched_at >= since, _has_draft(later))
        async for some in self._each(since, until, wanted, previous=previous):
            yield some

    async def lately(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Conversation]]:
        # the state is asked first: it stands in a row before the proposal, and when it was decided behind it
        turned_down = and_(R.state.in_(_TURNED_DOWN), R.decided_at >= since)
        wanted = or_(E.opened_at >= since, _has_draft(or_(R.opened_at >= since, turned_down)))
        async for some in self._each(since, until, wanted, reported=False):
            yield some

    async def _each(
        self, since: datetime, until: datetime, wanted: Any, *, reported: bool = True, previous: bool = False
    ) -> AsyncIterator[Sequence[Conversation]]:
        touched = self._select(ESCALATIONS, E.id).where(E.touched_at >= since - DRAFTING, E.opened_at < until, wanted)
        async with self._read() as connection:
            # in the order of the keys that all else is found by, so that a page of an index is read once
            found = (await connection.scalars(touched.order_by(E.id))).all()
        for some in chunks(found, _AT_ONCE):
            async with self._read() as connection:
                conversations = await self._conversations(connection, some, reported, previous)
            for few in chunks(conversations):
                yield few
                await asyncio.sleep(0)  # whoever counts them holds the event loop no longer than for so many

    async def tried(self, since: datetime, until: datetime) -> tuple[Tried, ...]:
        runs = self._select(RUNS, RUNS.c.run).where(RUNS.c.started_at >= since, RUNS.c.started_at < until)
        live = self._select(RELEASES, RELEASES.c.kind, RELEASES.c.number).where(RELEASES.c.was_live)
        stands: dict[str, Tried] = {}
        async with self._read() as connection:
            releases = {(row.kind, row.number) for row in await connection.execute(live)}
            for row in (await connection.execute(runs.order_by(RUNS.c.started_at, RUNS.c.id))).all():
                run = load(EvalRun, row.run)
                pair = {("knowledge", run.knowledge_release), ("workflow", run.workflow_release)}
                if run.finished_at is not None and pair <= releases | {("workflow", 0)}:
                    stands.update(await self._stands(connection, run))
        return tuple(stands[case] for case in sorted(stands))

    async def turned_down(self, since: datetime, until: datetime) -> tuple[Drafted, ...]:
        when = func.coalesce(R.decided_at, R.opened_at)
        states = R.state.in_(_TURNED_DOWN)
        late = (states, R.opened_at >= since - DECIDING, R.opened_at < until, when >= since, when < until)
        # every state is named, because the index on times begins with it
        blocked = (
            R.state.in_(tuple(_STATES)),
            R.opened_at >= since,
            R.opened_at < until,
            R.findings.contains(_BLOCKED),
        )
        found: dict[str, Drafted] = {}
        async with self._read() as connection:
            for conditions in (late, blocked):
                # by way of the index on times: at once, SQLite would read all drafts there ever were in the index that
                # holds these columns
                these = self._select(REVIEWS, R.escalation_id).where(*conditions)
                wanted = self._select(REVIEWS, *_DRAFTED).where(*conditions, R.escalation_id.in_(these))
                rows = await connection.execute(wanted)
                found |= {row.id: _drafted(row) for row in rows}
        return tuple(sorted(found.values(), key=_order))

    async def cited(self, since: datetime, until: datetime, most: int = 400) -> Cited:
        counts: Counter[str] = Counter()
        answers, found = await self._citations(since, until, most)
        for _, slugs in found:
            counts.update(slugs)
        return Cited(answers, len(found), counts)

    async def citing(
        self, slugs: Collection[str], since: datetime, until: datetime, most: int = 600
    ) -> Mapping[str, tuple[int, int]]:
        citing: Counter[str] = Counter()
        looked_at: Counter[str] = Counter()
        for intent, cited in (await self._citations(since, until, most))[1]:
            looked_at[intent] += 1
            citing[intent] += not cited.isdisjoint(slugs)
        return {intent: (citing[intent], many) for intent, many in looked_at.items()}

    async def _citations(self, since: datetime, until: datetime, most: int) -> tuple[int, list[tuple[str, set[str]]]]:
        """How many answers there are of the period, and of at most so many the intent and the articles cited."""
        delivered = (R.state == ReviewState.DELIVERED.value, R.opened_at >= since, R.opened_at < until)
        wanted = self._select(REVIEWS, R.id).where(*delivered, R.proposal.is_not(None)).order_by(R.opened_at, R.id)
        found: list[tuple[str, set[str]]] = []
        async with self._read() as connection:
            answers = (await connection.scalars(wanted)).all()
            for some in chunks(_spread(answers, most)):
                proposals = self._select(REVIEWS, R.intent, R.proposal).where(R.id.in_(some))
                rows = await connection.execute(proposals)
                found += [(row.intent or UNKNOWN_INTENT, _slugs_cited(row.proposal)) for row in rows]
        return len(answers), found

    async def volumes(self, bounds: Sequence[datetime]) -> Mapping[str, tuple[int, ...]]:
        first, *ends = bounds
        within = (E.touched_at >= first, E.opened_at >= first, E.opened_at < ends[-1])
        # in the order of the drafts' index, a page of which is then read once
        opened = self._select(ESCALATIONS, E.workspace, E.id, E.opened_at).where(*within).order_by(E.id).subquery()
        newest = (
            select(R.intent)
            .where(R.workspace == opened.c.workspace, R.escalation_id == opened.c.id, R.intent.is_not(None))
            .order_by(R.number.desc())
            .limit(1)
            .correlate(opened)
            .scalar_subquery()
            .label("intent")
        )
        counts = select(newest, _stretch(opened.c.opened_at, ends).label("stretch"), func.count().label("how_many"))
        found: dict[str, list[int]] = {}
        async with self._read() as connection:
            for row in await connection.execute(counts.group_by("intent", "stretch")):
                found.setdefault(row.intent or UNKNOWN_INTENT, [0] * len(ends))[row.stretch] += row.how_many
        return {intent: tuple(each) for intent, each in found.items()}

    async def fates(self, since: datetime, until: datetime) -> Sequence[Fate]:
        edited = (R.editor.is_not(None) | (func.coalesce(R.decision_action, "") == _EDIT)).label("edited")
        # every state is named, because the index on times begins with it
        begun = (R.state.in_(tuple(_STATES)), R.opened_at >= since, R.opened_at < until, R.intent.is_not(None))
        wanted = self._select(REVIEWS, R.opened_at, R.intent, R.abstained, R.decision_action, edited).where(*begun)
        async with self._read() as connection:
            rows = await connection.execute(wanted.order_by(R.opened_at))
            return [
                Fate(at, intent, bool(abstained), _ACTIONS.get(action), bool(edited))
                for at, intent, abstained, action, edited in rows
            ]

    async def _stands(self, connection: AsyncConnection, run: EvalRun) -> Mapping[str, Tried]:
        """How each case stood in this run; one with a trial that could not be scored is left out."""
        wanted = self._select(RESULTS, RESULTS.c.result).where(RESULTS.c.run_id == run.id)
        trials: dict[str, list[CaseResult]] = defaultdict(list)
        for row in await connection.execute(wanted):
            result = load(CaseResult, row.result)
            trials[result.case].append(result)
        return {
            case: Tried(
                case, run.started_at, all(each.passed for each in results), results[0].intent, run.knowledge_release,
                run.workflow_release,
            )
            for case, results in trials.items()
            if not any(each.error for each in results)
        }  # fmt: skip

    async def _conversations(
        self, connection: AsyncConnection, ids: Sequence[str], reported: bool, previous: bool
    ) -> tuple[Conversation, ...]:
        drafts: defaultdict[str, list[Drafted]] = defaultdict(list)
        for row in await self._of(connection, REVIEWS, R.escalation_id, _DRAFTED, ids):
            drafts[row[1]].append(_drafted(row))
        told: defaultdict[str, list[Reported]] = defaultdict(list)
        if reported:
            for name, kind, at, value in await self._of(connection, OUTCOMES, O.escalation_id, _REPORTED, ids):
                told[name].append(Reported(_OUTCOMES[kind], at, value))
        columns = (*_COUNTED, _PREVIOUS if previous else null())
        rows = await self._of(connection, ESCALATIONS, E.id, columns, ids)
        return tuple(self._conversation(row, drafts, told) for row in rows)

    async def _of(
        self, connection: AsyncConnection, rows: Table, key: Any, columns: Iterable[Any], ids: Sequence[str]
    ) -> Sequence[Any]:
        wanted = self._select(rows, *columns).where(self._among(key, ids))
        found: Sequence[Any] = (await connection.execute(wanted)).all()
        return found

    def _conversation(
        self, row: Row[Any], drafts: Mapping[str, list[Drafted]], reported: Mapping[str, list[Reported]]
    ) -> Conversation:
        name, surface, room, opened, status, customer, first, last, back, waiting, previous = tuple(row)
        made = drafts.get(name, ())
        return Conversation(
            name, surface, room, opened, status == _WITHDRAWN, self._customer(surface, customer), previous, first, last,
            back, waiting, tuple(sorted(made, key=_order) if len(made) > 1 else made), tuple(reported.get(name, ())),
        )  # fmt: skip

    def _customer(self, surface: str, customer: str | None) -> str:
        """A key that tells nothing of the customer to whoever does not have the database."""
        if customer is None:
            return ""
        known = "\x1f".join((self._workspace, surface, customer))
        return hashlib.blake2b(known.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _has_draft(wanted: Any) -> Any:
    return exists().where(R.workspace == E.workspace, R.escalation_id == E.id, wanted)


def _stretch(at: ColumnElement[datetime], ends: Sequence[datetime], first: int = 0) -> ColumnElement[int]:
    """Which of the stretches between these ends the moment lies in, found by halving: there are dozens."""
    if len(ends) == 1:
        return literal(first)
    half = len(ends) // 2
    return case((at < ends[half - 1], _stretch(at, ends[:half], first)), else_=_stretch(at, ends[half:], first + half))


def _spread(items: Sequence[str], most: int) -> Sequence[str]:
    """At most so many of them, spread evenly over the whole."""
    return items if len(items) <= most else [items[at * len(items) // most] for at in range(most)]


def _slugs_cited(proposal: Mapping[str, Any]) -> set[str]:
    """The articles that the draft cites; read as JSON, because making a proposal of it costs ten times as much."""
    slugs = {passage["id"]: passage["slug"] for passage in proposal["passages"]}
    return {slugs[each["passage_id"]] for each in proposal["draft"]["citations"] if each["passage_id"] in slugs}


def _order(draft: Drafted) -> tuple[datetime, str]:
    return draft.at, draft.id


def _drafted(row: Row[Any]) -> Drafted:
    # Unpacked in the order of `_DRAFTED`: asking each column by its name takes twice as long
    (
        name, _, at, state, knowledge, workflow, intent, risk, sentiment, abstained, confidence, findings, cost, tokens,
        revised, changed, new, action, platform, by, called, decided_at, mode, delivered,
    ) = tuple(row)  # fmt: skip
    decided = None
    if action is not None:
        decided = Decided(_ACTIONS[action], Person(platform, by, called or ""), decided_at, _MODES.get(mode))
    return Drafted(
        name, at, _STATES[state], knowledge or 0, workflow or 0, intent or UNKNOWN_INTENT, _RISKS.get(risk),
        _SENTIMENTS.get(sentiment), intent is not None, bool(abstained), confidence, _findings(findings), cost or 0.0,
        tokens or 0, bool(revised) or action == _EDIT, changed, new, decided, delivered,
    )  # fmt: skip


def _findings(told: str | None) -> tuple[tuple[str, Level], ...]:
    """The guardrails that found something, each with the most serious level."""
    if not told:
        return ()
    found: dict[str, Level] = {}
    for each in told.split():  # "block" comes before "warn"
        name, _, level = each.partition(":")
        found.setdefault(name, _LEVELS[level])
    return tuple(found.items())
