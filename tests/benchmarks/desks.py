"""Desks that never were, week by week, with everything known that happened to them: for benchmarks of what is claimed.

On a `plain` desk each conversation goes its way by itself. On a `lively` one days differ as they do where people work:
in how many come, in how quickly they are answered, and in how strict whoever is on duty is.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from bot.domain.article import Release
from bot.domain.calendar import Calendar, Week
from bot.domain.chat import Person
from bot.domain.errors import NotFound
from bot.domain.escalation import OutcomeKind
from bot.domain.history import Conversation, Decided, Drafted, Fate, Reported
from bot.domain.review import Action, ReviewState
from bot.ports import Desk

WEEK = Week(2026, 47)
DAY = timedelta(days=1)
_ACTIONS = (Action.APPROVE, Action.EDIT, Action.REJECT, Action.HAND_OFF)
_REP = Person("slack", "U1")
_BY_WEEKDAY = np.array([1.25, 1.15, 1.1, 1.05, 1.0, 0.75, 0.7])


@dataclass(frozen=True, slots=True)
class Kind:
    """How a desk is. `days` are the standard deviations between its days: of the logarithm of how many come and of how
    long they wait, and of the logit of being sent unchanged; `wander` is that of the latter between an intent's weeks.
    """

    name: str
    volume: float = 0.0
    wait: float = 0.0
    strict: float = 0.0
    wander: float = 0.0
    intents: int = 12


PLAIN = Kind("plain")
LIVELY = Kind("lively", volume=0.1, wait=0.3, strict=0.2)
WANDERING = Kind("wandering", volume=0.1, wait=0.3, strict=0.2, wander=0.2)


@dataclass(frozen=True, slots=True)
class Change:
    """What the last week has otherwise, for these intents (all without): added to the logit of being sent unchanged,
    and factors of how many come and of how long they wait.
    """

    unchanged: float = 0.0
    volume: float = 1.0
    wait: float = 1.0
    intents: tuple[int, ...] = ()


@dataclass
class Made:
    """The record of a desk that was made up; it is read as a store's history is."""

    conversations: list[Conversation] = field(default_factory=list)
    touched: tuple[str, ...] = ()

    async def between(
        self, since: datetime, until: datetime, *, previous: bool = True
    ) -> AsyncIterator[Sequence[Conversation]]:
        yield [each for each in self.conversations if since - 2 * DAY * 7 <= each.opened_at < until]

    async def volumes(self, bounds: Sequence[datetime]) -> Mapping[str, tuple[int, ...]]:
        moments = [each.timestamp() for each in bounds]
        found: dict[str, Any] = {}
        opened = np.searchsorted(moments, [each.opened_at.timestamp() for each in self.conversations], "right") - 1
        for at, each in zip(opened, self.conversations, strict=True):
            if 0 <= at < len(bounds) - 1:
                found.setdefault(each.drafts[0].intent, np.zeros(len(bounds) - 1, dtype=int))[at] += 1
        return {intent: tuple(counts.tolist()) for intent, counts in found.items()}

    async def citing(self, *_: object) -> Mapping[str, tuple[int, int]]:
        return dict.fromkeys(self.touched, (1, 1))

    async def fates(self, since: datetime, until: datetime) -> Sequence[Fate]:
        drafts = (draft for each in self.conversations for draft in each.drafts if since <= draft.at < until)
        return [
            Fate(each.at, each.intent, each.abstained, each.decided.action if each.decided else None, each.edited)
            for each in sorted(drafts, key=lambda draft: draft.at)
        ]


@dataclass(frozen=True, slots=True)
class Rollout:
    """A knowledge release: what it added to the logit of being sent unchanged from a moment on, for these intents, and
    what each week had added before already.
    """

    at: datetime
    intents: tuple[int, ...]
    added: float = 0.0
    a_week: float = 0.0


def desk(made: Made, now: datetime | None = None, rollout: Rollout | None = None) -> Desk:
    """A desk that has this record and perhaps this release, and nothing else."""

    async def nothing() -> None:
        raise NotFound("This desk never was.")

    async def none(*_: object) -> tuple[()]:
        return ()

    async def newest(kind: str, limit: int) -> list[Release]:
        found = [Release(kind, n, {"article": str(n)}, at=at, was_live=True) for n, at in ((2, at_), (1, None))]
        return found if rollout and kind == "knowledge" else []

    at_ = rollout.at if rollout else None
    made.touched = tuple(f"intent_{n}" for n in rollout.intents) if rollout else ()
    return cast(
        "Desk",
        SimpleNamespace(
            clock=SimpleNamespace(now=lambda: now or WEEK.end + timedelta(hours=8)),
            policy=SimpleNamespace(calendar=Calendar()),
            store=SimpleNamespace(
                history=made,
                policy_log=SimpleNamespace(between=none),
                articles=SimpleNamespace(revisions=none),
                cases=SimpleNamespace(all=none),
                releases=SimpleNamespace(newest=newest),
            ),
            workflows=SimpleNamespace(live=nothing),
            teacher=SimpleNamespace(intents=()),
        ),
    )


def make(
    kind: Kind,
    weekly: float,
    seed: int,
    *,
    change: Change | None = None,
    rollout: Rollout | None = None,
    weeks: int = 8,
) -> Made:
    """Weeks of a desk with so many conversations a week; something may have changed in the last, or a release ago."""
    change = change or Change()
    chance, made, numbers = np.random.default_rng(seed), Made(), np.arange(kind.intents)
    share = (1 / (numbers + 1)) / (1 / (numbers + 1)).sum()
    base = chance.normal(0.5, 0.6, kind.intents)
    changed = np.isin(numbers, change.intents or numbers)
    for number in range(weeks * 7):
        if number % 7 == 0:
            wandered = chance.normal(0, kind.wander, kind.intents)
        came, slow, strict = chance.normal(0, 1, 3) * (kind.volume, kind.wait, kind.strict)
        now = changed & (number >= (weeks - 1) * 7)
        day = WEEK.end - (weeks * 7 - number) * DAY
        expected = weekly / 7 * _BY_WEEKDAY[number % 7] * np.exp(came) * share * np.where(now, change.volume, 1.0)
        logits = base + wandered + strict + np.where(now, change.unchanged, 0.0) + _released(rollout, day, numbers)
        waits = np.exp(slow) * np.where(now, change.wait, 1.0)
        for intent, count in enumerate(chance.poisson(expected)):
            _day(made, chance, day, f"intent_{intent}", int(count), logits[intent], waits[intent])
    return made


def _released(rollout: Rollout | None, day: datetime, numbers: Any) -> Any:
    """What the release and what was under way add to the logits of this day."""
    if rollout is None:
        return 0.0
    added = (rollout.added if day >= rollout.at else 0.0) + rollout.a_week * ((day - rollout.at) / (7 * DAY))
    return np.where(np.isin(numbers, rollout.intents), added, 0.0)


def _day(made: Made, chance: Any, day: datetime, intent: str, count: int, logit: float, slower: float) -> None:
    unchanged = 1 / (1 + np.exp(-logit))
    rest = 1 - unchanged
    actions = chance.choice(4, count, p=[unchanged, rest * 0.55, rest * 0.2, rest * 0.25])
    seconds, waits = chance.uniform(0, 86_400, count), chance.lognormal(6.5, 1.2, count) * slower
    abstained, backs = chance.random(count) < 0.15, chance.random(count) < 0.12
    rated, likes, costs = chance.random(count) < 0.2, chance.random(count) < 0.8, chance.gamma(2, 0.01, count)
    for at in range(count):
        name, opened = f"{intent}/{len(made.conversations)}", day + timedelta(seconds=seconds[at])
        action = _ACTIONS[actions[at]]
        end = opened + timedelta(seconds=waits[at])
        sent = action in (Action.APPROVE, Action.EDIT)
        draft = Drafted(
            name, opened, ReviewState.DELIVERED, 1, 1, intent, abstained=bool(abstained[at]), cost=float(costs[at]),
            edited=action is Action.EDIT, decided=Decided(action, _REP, end), delivered_at=end if sent else None,
        )  # fmt: skip
        back = end + timedelta(hours=20) if sent and backs[at] else None
        likes_it = Reported(OutcomeKind.RATING, end + timedelta(hours=5), 5.0 if likes[at] else 2.0)
        answered = end if sent else None
        told = Conversation(
            name, "web", "C1", opened, first_answer_at=answered, last_answer_at=answered, came_back_at=back,
            waiting_since=back, drafts=(draft,), reported=(likes_it,) if rated[at] and sent else (),
        )  # fmt: skip
        made.conversations.append(told)
