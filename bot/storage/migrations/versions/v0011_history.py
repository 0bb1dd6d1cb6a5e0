"""What conversations and drafts are counted by, in columns; those on record are read once to fill them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from pydantic import ValidationError

from bot.domain.answer import Proposal
from bot.domain.escalation import Author, Turn
from bot.domain.review import Action, Receipt
from bot.storage.columns import Moment
from bot.storage.counted import counted_delivery, counted_draft, counted_edit, counted_turns, customer_key
from bot.storage.values import load_optional

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BATCH = 500
Columns = Mapping[str, sa.types.TypeEngine[Any]]
COUNTED: Mapping[str, Columns] = {
    "escalations": {
        "customer_id": sa.Text(),
        **{
            name: Moment()
            for name in ("first_answer_at", "last_answer_at", "came_back_at", "waiting_since", "touched_at")
        },
    },
    "reviews": {
        **{name: sa.Text() for name in ("intent", "risk", "sentiment", "findings")},
        "abstained": sa.Boolean(),
        "tokens": sa.BigInteger(),
        **{name: sa.Float() for name in ("cost", "edit_share", "new_share")},
        "delivered_at": Moment(),
    },
}
READ: Mapping[str, Columns] = {
    "escalations": {"id": sa.Text(), "customer": sa.JSON(), "opened_at": Moment()},
    "reviews": {
        **{name: sa.Text() for name in ("id", "escalation_id", "decision_action", "decision_text")},
        **{name: sa.JSON() for name in ("proposal", "receipt", "editor")},
        "decided_at": Moment(),
    },
    "turns": {"escalation_id": sa.Text(), "author": sa.Text(), "seq": sa.Integer(), "at": Moment()},
    "outcomes": {"escalation_id": sa.Text(), "at": Moment()},
}
TABLES = {
    name: sa.table(
        name,
        *(sa.column(each, kind) for each, kind in {"workspace": sa.Text(), **read, **COUNTED.get(name, {})}.items()),
    )
    for name, read in READ.items()
}


def upgrade() -> None:
    for name, columns in COUNTED.items():
        for column, kind in columns.items():
            stored = sa.DateTime(timezone=True) if isinstance(kind, Moment) else kind
            op.add_column(name, sa.Column(column, stored, nullable=True))
    fill()
    op.create_index("ix_escalations_touched", "escalations", ["workspace", "touched_at", "opened_at"])
    op.create_index("ix_escalations_customer", "escalations", ["workspace", "customer_id", "opened_at"])


def fill() -> None:
    """Fill the columns of what is on record."""
    for workspace, rows in _batches("reviews", *READ["reviews"]):
        _fill("reviews", workspace, {row.id: _of_review(row) for row in rows})
    for workspace, rows in _batches("escalations", *READ["escalations"]):
        _fill("escalations", workspace, _of_escalations(workspace, rows))


def _batches(name: str, *columns: str) -> Iterator[tuple[str, Sequence[sa.Row[Any]]]]:
    """The rows of a table in the order of their keys, some of one workspace at a time."""
    found, connection = TABLES[name], op.get_bind()
    for workspace in connection.scalars(sa.select(found.c.workspace).distinct()).all():
        wanted = sa.select(*(found.c[column] for column in columns)).where(found.c.workspace == workspace)
        last = ""
        while rows := connection.execute(wanted.where(found.c.id > last).order_by(found.c.id).limit(BATCH)).all():
            yield workspace, rows
            last = rows[-1].id


def _fill(name: str, workspace: str, filled: dict[str, dict[str, Any]]) -> None:
    target = TABLES[name]
    changed = sa.update(target).where(target.c.workspace == workspace, target.c.id == sa.bindparam("key"))
    values = [{"key": key, **dict.fromkeys(COUNTED[name]), **columns} for key, columns in filled.items()]
    op.get_bind().execute(changed.values({column: sa.bindparam(column) for column in COUNTED[name]}), values)


def _of_review(row: sa.Row[Any]) -> dict[str, Any]:
    """The columns of a review; those of its draft are left empty where it cannot be read."""
    delivered = counted_delivery(load_optional(Receipt, row.receipt))
    try:
        proposal = load_optional(Proposal, row.proposal)
    except ValidationError:
        return delivered
    if proposal is None:
        return delivered
    if row.decision_action == Action.EDIT.value and row.decision_text:
        edited = replace(proposal.draft, text=row.decision_text, drafted=proposal.draft.by_drafter)
        return counted_draft(proposal) | counted_edit(replace(proposal, draft=edited)) | delivered
    edit = counted_edit(proposal) if row.editor is not None else {}
    return counted_draft(proposal) | edit | delivered


def _of_escalations(workspace: str, rows: Sequence[sa.Row[Any]]) -> dict[str, dict[str, Any]]:
    ids = [row.id for row in rows]
    said, touched = defaultdict[str, list[Any]](list), defaultdict[str, list[datetime]](list)
    for turn in _of("turns", workspace, ids, ("author", "seq", "at")):
        said[turn.escalation_id].append(turn)
    for name, at in (("reviews", "decided_at"), ("outcomes", "at")):
        for found in _of(name, workspace, ids, (at,)):
            if (when := found._mapping[at]) is not None:
                touched[found.escalation_id].append(when)
    filled: dict[str, dict[str, Any]] = {}
    for row in rows:
        turns = [Turn("", Author(each.author), "", each.at) for each in sorted(said[row.id], key=lambda each: each.seq)]
        opened = {"opened_at": row.opened_at, "touched_at": max((row.opened_at, *touched[row.id]))}
        filled[row.id] = {
            "touched_at": opened["touched_at"],
            "customer_id": customer_key(row.customer["id"]),
            **counted_turns(opened, turns),
        }
    return filled


def _of(name: str, workspace: str, ids: list[str], columns: tuple[str, ...]) -> Sequence[sa.Row[Any]]:
    c = TABLES[name].c
    wanted = sa.select(c.escalation_id, *(c[column] for column in columns)).where(c.workspace == workspace)
    return op.get_bind().execute(wanted.where(c.escalation_id.in_(ids))).all()
