"""The month itself: what happens when, until the Sunday before the digest is due."""

import contextlib
import heapq
import itertools
import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.fix import FixState, KnowledgeFix, fix_id
from bot.domain.review import FailureMode, Review
from bot.sandbox.remote import Json
from bot.settings import CONTENT
from bot.workflows import capture
from bot.workflows import fix as fixing
from evals.dataset import STARTER, load_cases
from evals.importing import import_cases
from evals.running import run_cases
from tests.e2e.month.company import Company, founded
from tests.e2e.month.customers import MONDAY, ZONE, Asked, arriving
from tests.e2e.month.people import Team

FEES = "delivery/delivery-times-and-fees"
FREE_FROM, FREE_FROM_ONCE = "49 EUR", "39 EUR"
"""From which order value delivery is free, and what that article says of it until the fix of the last Monday."""
STALE = "returns/opened-beans"
LOST_CARDS = """## Lost and stolen gift cards

We block the code of a lost or stolen gift card and send a new one. Give us the order number of the purchase. What was
spent before we block the code is lost.
"""

Doing = Callable[[], Awaitable[None]]


@dataclass
class Month:
    """The month as it is played: what is due, in order of time."""

    company: Company
    team: Team
    seed: int
    due: list[tuple[datetime, int, Doing]] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    captured: int = 0

    def at(self, moment: datetime, doing: Doing) -> None:
        heapq.heappush(self.due, (moment.astimezone(UTC), next(self.numbers), doing))

    async def play(self, until: datetime) -> None:
        """Let everything happen that is due before this moment."""
        while self.due and self.due[0][0] < until:
            moment, _, doing = heapq.heappop(self.due)
            self.company.clock.move(moment)
            await doing()
        self.company.clock.move(until)

    # --- conversations ------------------------------------------------------------------------------------------------

    def plan(self) -> None:
        for asked in arriving(self.seed):
            self.at(asked.at, self._arrives(asked))

    def _arrives(self, asked: Asked) -> Doing:
        async def doing() -> None:
            await self.team.receive(asked)
            self.at(self.team.seen_at(asked.at), self._decided(asked))

        return doing

    def _decided(self, asked: Asked) -> Doing:
        async def doing() -> None:
            if not await self.team.decide(asked):
                return
            for moment, what, value in self.team.after(asked, self.company.clock.now()):
                self.at(moment, self._back(asked) if what == "again" else self._told(asked, what, value))

        return doing

    def _told(self, asked: Asked, what: str, value: float | None) -> Doing:
        async def doing() -> None:
            await self.team.tells(asked, what, value)

        return doing

    def _back(self, asked: Asked) -> Doing:
        async def doing() -> None:
            await self.team.writes_again(asked)
            self.at(self.team.seen_at(self.company.clock.now()), self._decided(asked))

        return doing

    # --- what the team does beside answering --------------------------------------------------------------------------

    def plan_learning(self) -> None:
        """Cases from two reps, the fix that goes live on the last Monday, one that waits, and a rule that changes."""
        self.team.untrue["delivery fees"] = f"Delivery in Zone A is free from an order value of {FREE_FROM}."
        self.at(datetime(2026, 11, 9, 8, tzinfo=ZONE), self._rule_changes)
        self.at(datetime(2026, 11, 16, 9, 40, tzinfo=ZONE), self._fees_are_fixed)
        self.at(datetime(2026, 11, 20, 15, tzinfo=ZONE), self._lost_cards_wait)
        self.at(datetime(2026, 11, 17, 11, tzinfo=ZONE), self._replies_fail)
        self.at(datetime(2026, 11, 22, 20, tzinfo=ZONE), self._evals_run)
        for day, name, matter in (
            (11, "ana", "refund"), (12, "bo", "pause"), (17, "ana", "cancel"), (18, "bo", "error code"),
            (19, "ana", "warranty"), (20, "bo", "damage"),
        ):  # fmt: skip
            self.at(datetime(2026, 11, day, 16, tzinfo=ZONE), self._captured(name, matter))

    async def _rule_changes(self) -> None:
        self.team.untrue["opened beans"] = "An opened bag of beans can be returned within 21 days of delivery."

    async def _replies_fail(self) -> None:
        self.company.desk.sandbox.faults.plan({"method": "customers.replies", "status": 503, "times": 4})

    async def _evals_run(self) -> None:
        await run_cases(self.company.bot, await self.company.bot.store.cases.all(), label="nightly")

    def _captured(self, name: str, matter: str) -> Doing:
        async def doing() -> None:
            asked, review = await self._newest(matter)
            thread = await capture.of_review(self.company.bot, review.id)
            made = capture.case_of(thread)
            case = replace(made, must_say=asked.matter.says, intent=asked.matter.intent, by=(self.team.person(name),))
            await self.company.bot.store.cases.save(replace(case, created_at=self.company.clock.now()))

        return doing

    async def _newest(self, matter: str) -> tuple[Asked, Review]:
        """The newest conversation about the matter that was decided on."""
        now = self.company.clock.now()
        for asked in reversed(arriving(self.seed)):
            if asked.matter.name == matter and asked.at < now and asked.number in self.team.threads:
                reviews = await self.company.bot.store.reviews.of_escalation(self.team.threads[asked.number])
                if reviews and reviews[-1].decision is not None:
                    return asked, reviews[-1]
        raise RuntimeError(f"nobody asked about {matter} yet")

    async def _fees_are_fixed(self) -> None:
        """Ana proposes the fee of today, Sue approves it; the evals let it through."""
        whole = (CONTENT / "articles" / f"{FEES}.md").read_text(encoding="utf-8").split("---\n", 2)[2]
        fix = await self._proposed("ana", "delivery fees", FEES, whole.strip(), FailureMode.STALE_POLICY)
        self.company.clock.move(self.company.clock.now() + timedelta(minutes=25))
        await fixing.approve(self.company.bot, fix.subject, self.team.person("sue"), ref="monday")
        await self.company.settled()
        done = await self.company.bot.store.fixes.get(fix.id)
        if done.state is not FixState.LIVE:
            raise RuntimeError(f"the fix of the fees is {done.state}: {done.gate}")
        del self.team.untrue["delivery fees"]

    async def _lost_cards_wait(self) -> None:
        now = await fixing.article(self.company.bot, "gift-cards/gift-cards")
        assert now is not None
        body = f"{now.body.strip()}\n\n{LOST_CARDS}"
        await self._proposed("bo", "lost gift card", now.slug, body, FailureMode.MISSING_KNOWLEDGE)

    async def _proposed(self, name: str, matter: str, slug: str, body: str, mode: FailureMode) -> KnowledgeFix:
        bot = self.company.bot
        _, review = await self._newest(matter)
        now = await fixing.article(bot, slug)
        assert now is not None
        escalation = await bot.store.escalations.get(review.escalation_id)
        fix = KnowledgeFix(
            fix_id(slug, matter), FixState.OPEN, replace(now, body=body), now.hash, self.team.person(name),
            self.company.clock.now(), reason=f"Customers ask about {matter}.", mode=mode,
            escalation=escalation.id, place=escalation.place,
        )  # fmt: skip
        kept = await fixing.open_fix(bot, fix)
        await self.company.settled()
        return await bot.store.fixes.get(kept.id)


def first_articles(folder: Path) -> Path:
    """The sample articles as on the first day: one tells an old fee, another has not been reviewed for long."""
    copied = shutil.copytree(CONTENT / "articles", folder / "articles")
    fees = copied / f"{FEES}.md"
    fees.write_text(fees.read_text(encoding="utf-8").replace(FREE_FROM, FREE_FROM_ONCE), encoding="utf-8")
    stale = copied / f"{STALE}.md"
    dated = stale.read_text(encoding="utf-8").replace("review_by: 2027-02-16", "review_by: 2026-11-10")
    stale.write_text(dated, encoding="utf-8")
    return copied


@contextlib.asynccontextmanager
async def month(folder: Path, *, seed: int = 7, **more: Json) -> AsyncIterator[Company]:
    """The company with its month behind it, on Monday at 07:30: an hour before the digest is due, all running.

    `more` are further sections of its settings. What happened is the same for the same seed.
    """
    async with founded(folder, first_articles(folder), **more) as company:
        app, real = company.desk.app, company.desk.app.desk
        played = Month(company, Team(company, random.Random(f"team {seed}")), seed)
        cases = load_cases(STARTER)
        await import_cases(company.bot.store.cases, cases, at=company.clock.now())
        await run_cases(company.bot, cases, label="first day")
        played.plan()
        played.plan_learning()
        app.desk, company.desk.sandbox.deliveries.muted = company.bot, True
        await played.play((MONDAY - timedelta(minutes=30)).astimezone(UTC))
        app.desk, company.desk.sandbox.deliveries.muted = real, False
        await app.start()
        yield company
