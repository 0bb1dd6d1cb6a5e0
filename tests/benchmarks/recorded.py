"""A desk's record of many conversations, written straight into the tables, for benchmarks of what is counted from them.

Conversations arrive over a year, more by day than by night. Each has what it would have: turns, drafts with a proposal
of a usual size, decisions, outcomes. The same seed makes the same record on every database.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from bot.domain.answer import Citation, Draft, DraftAuthor, Passage, Proposal, Risk, Sentiment, Triage, Urgency
from bot.domain.escalation import escalation_id
from bot.domain.review import Receipt
from bot.storage.tables import EscalationRow, OutcomeRow, ReviewRow, TurnRow, table
from bot.storage.values import plain

WORKSPACE = "main"
END = datetime(2026, 11, 23, tzinfo=UTC)
YEAR = timedelta(days=364)
INTENTS, ROOMS, REPS = 40, 8, 12
BATCH = 2_000
_TABLES = (table(EscalationRow), table(TurnRow), table(ReviewRow), table(OutcomeRow))
_ACTIONS = ("approve", "edit", "reject", "hand_off")
_PASSAGES, _WORDS = 5, 180
Rows = tuple[list[dict[str, Any]], ...]


def record(engine: Engine, count: int, tell: Callable[[int], None], *, seed: int = 0) -> None:
    """Write this many conversations; `tell` is called with how many there are so far."""
    made = 0
    for batch in _batches(count, random.Random(seed)):
        with engine.begin() as connection:
            for target, rows in zip(_TABLES, batch, strict=True):
                connection.execute(insert(target), rows)
        made += len(batch[0])
        tell(made)


def _batches(count: int, chance: random.Random) -> Iterator[Rows]:
    proposal = plain(_proposal(chance))
    for start in range(0, count, BATCH):
        rows: Rows = ([], [], [], [])
        for number in range(start, min(start + BATCH, count)):
            _conversation(rows, number, END - YEAR + YEAR * (number / count), proposal, chance)
        yield rows


def _proposal(chance: random.Random) -> Proposal:
    words = ["".join(chance.choices("aeinorst", k=chance.randint(2, 9))) for _ in range(2_000)]
    text = " ".join(chance.choices(words, k=90))
    passages = tuple(
        Passage(f"p#{n}", f"p{n}", "h", "Title", "Heading", " ".join(chance.choices(words, k=_WORDS)), "#room")
        for n in range(_PASSAGES)
    )
    triage = Triage("i", "I", 0.9, Risk.LOW, Sentiment.NEUTRAL, 0.9, Urgency.NORMAL, 0.9, "en", 0.9)
    draft = Draft(text, text, (Citation(1, "p#1", text[:100]),), 0.8, DraftAuthor.OFFLINE)
    return Proposal(triage, passages, draft, (), 1, 1)


def _conversation(rows: Rows, number: int, opened: datetime, proposal: Any, chance: random.Random) -> None:
    name = escalation_id(WORKSPACE, "slack", str(number))  # in no order of time, as ids are
    intent = f"intent_{min(int(chance.expovariate(0.12)), INTENTS - 1)}"
    action: str | None = chance.choices((*_ACTIONS, None), weights=(60, 20, 8, 9, 3))[0]
    decided = opened + timedelta(seconds=chance.lognormvariate(6.5, 1.2)) if action else None
    answered = decided if action in ("approve", "edit") else None
    back = answered + timedelta(hours=chance.expovariate(1 / 40)) if answered and chance.random() < 0.15 else None
    turns = [("customer", opened), ("agent", answered), ("customer", back)]
    for seq, (author, at) in enumerate((author, at) for author, at in turns if at is not None):
        rows[1].append(_turn(name, seq, author, at, chance))
    outcomes = list(_outcomes(name, answered, chance)) if answered else []
    rows[3].extend(outcomes)
    rows[2].append(_review(name, opened, (action, decided, answered), intent, proposal, chance))
    touched = max(at for at in (opened, decided, back, *(each["at"] for each in outcomes)) if at is not None)
    rows[0].append(
        _escalation(name, opened, f"c{chance.randrange(200_000)}", f"C{chance.randrange(ROOMS)}")
        | {
            "first_answer_at": answered, "last_answer_at": answered, "came_back_at": back, "touched_at": touched,
            "waiting_since": back or (None if answered else opened),
        }
    )  # fmt: skip


def _escalation(name: str, opened: datetime, customer: str, room: str) -> dict[str, Any]:
    return {
        "workspace": WORKSPACE, "id": name, "surface": "slack", "external_id": name, "customer": {"id": customer},
        "opened_at": opened, "revision": 1, "status": "open", "place_platform": "slack", "place_room": room,
        "place_thread": name, "asker": None, "channel": "", "language": "en", "reply_url": None, "details": {},
        "burst_key": "", "last_customer_at": opened, "customer_id": customer,
    }  # fmt: skip


def _turn(name: str, seq: int, author: str, at: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "workspace": WORKSPACE, "escalation_id": name, "ref": f"{name}:{seq}", "seq": seq, "author": author,
        "text": "word " * chance.randint(10, 80), "at": at, "attachments": [], "by": None, "removed": False,
    }  # fmt: skip


def _outcomes(name: str, answered: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    kinds: Sequence[tuple[str, float, float | None]] = (
        ("rating", 0.2, float(chance.choice((1, 2, 4, 5, 5)))),
        ("handle_time", 0.5, chance.lognormvariate(5, 1)),
        ("transferred", 0.05, None),
    )
    for kind, often, value in kinds:
        if chance.random() < often:
            at = answered + timedelta(hours=chance.expovariate(1 / 20))
            yield {
                "workspace": WORKSPACE, "key": f"{name}:{kind}", "escalation_id": name, "kind": kind, "at": at,
                "value": value, "note": "",
            }  # fmt: skip


def _review(
    name: str,
    opened: datetime,
    end: tuple[str | None, datetime | None, datetime | None],
    intent: str,
    proposal: Any,
    chance: random.Random,
) -> dict[str, Any]:
    action, decided, answered = end
    abstained, rep = chance.random() < 0.15, f"U{chance.randrange(REPS)}"
    states = {
        "approve": "delivered",
        "edit": "delivered",
        "reject": "rejected",
        "hand_off": "handed_off",
        None: "ready",
    }
    return {
        "workspace": WORKSPACE, "id": f"{name}/1", "escalation_id": name, "number": 1, "revision": 1,
        "state": states[action], "version": 3, "opened_at": opened, "proposal": proposal, "draft_hash": "h",
        "knowledge_release": 1 + (END - opened).days // 14, "workflow_release": 1, "card": None, "editor": None,
        "decision_action": action, "decision_platform": "slack" if action else None,
        "decision_by": rep if action else None, "decision_name": f"Rep {rep}" if action else None,
        "decided_at": decided, "decision_hash": None, "decision_text": "x" * 400 if action == "edit" else None,
        "decision_mode": "tone" if action == "reject" else None, "decision_note": None, "decision_to": None,
        "decision_redraft": None, "receipt": plain(Receipt("slack", answered, "ok")) if answered else None,
        "problem": "", "superseded_by": None, "drafter": "offline", "estimate": 0.8, "confidence": 0.8,
        "approved": action == "approve", "intent": intent, "risk": chance.choice(("low", "low", "medium", "high")),
        "sentiment": "neutral", "abstained": abstained, "findings": chance.choice(("", "", "", "tone:warn")),
        "tokens": 2_000, "cost": 0.01 * chance.random(),
        "edit_share": 0.2 * chance.random() if action == "edit" else None,
        "new_share": chance.random() if action == "edit" else None, "delivered_at": answered,
    }  # fmt: skip
