"""The weeks as they are played, under one condition and one seed, and what came of conversations and releases."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.fix import FixState
from bot.domain.quality import CaseTurn, EvalCase, GateResult, Verdict, case_id
from bot.ports import Desk, TokenEmbedder
from bot.workflows.answer import prepare
from bot.workflows.run import RecordedRun
from evals import release
from evals.gate import judge
from evals.running import run_cases
from tests.benchmarks.learning.company import Company, company_of
from tests.benchmarks.learning.rep import Rep, Sent
from tests.benchmarks.learning.world import Asked, Outcome, Planted, World


class Condition(StrEnum):
    """Whether the rep captures and fixes at all, and whether the gate's verdict counts."""

    OFF = "loop off"
    UNGATED = "loop on, gate off"
    GATED = "loop on, gate on"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same under every condition: the world, the weeks' customers, and the questions that measure."""

    world: World
    weeks: Sequence[Sequence[Asked]]
    probes: Sequence[Asked]
    seed: int
    minutes: float
    """Of capturing and fixing a week, the colleague's approvals included."""
    slips: float


@dataclass
class Week:
    """One week: each conversation's intent and outcome, and at its end each probe's. Week 0 is before the first one."""

    number: int
    arrived: list[tuple[str, Outcome]] = field(default_factory=list)
    unchanged: int = 0
    answering: float = 0.0
    """Minutes that the rep answered customers."""
    spent: float = 0.0
    """Minutes that were spent on captures and fixes."""
    releases: int = 0
    probed: tuple[Outcome, ...] = ()
    broken: tuple[str, ...] = ()
    """The intents of probes that were right a week ago and are not any more."""
    broken_core: tuple[str, ...] = ()
    """The core cases of a week ago that passed then and do not pass any more."""


@dataclass
class Played:
    """All weeks under one condition, and what the rep did."""

    condition: Condition
    plan: Plan
    weeks: list[Week]
    sent: list[Sent]
    counts: Counter[str]
    refusals: list[str]


async def play(
    plan: Plan, condition: Condition, folder: Path, meanings: TokenEmbedder, tell: Callable[[], None] = lambda: None
) -> Played:
    """Play the weeks on a desk of their own; `tell` is called after each conversation."""
    async with company_of(plan.world, folder, meanings) as company:
        with gate(condition):
            rep = Rep(company, plan.world, random.Random(f"rep {plan.seed}"), plan.slips)
            await _begin(company, plan.world)
            ruler = _Ruler(company, plan)
            monday = company.clock.at
            weeks = [await ruler.measured(Week(0))]
            for number, customers in enumerate(plan.weeks, 1):
                company.clock.at, rep.week = monday + timedelta(weeks=number - 1), number
                week = await _worked(company, rep, Week(number), customers, tell)
                if condition is not Condition.OFF:
                    week.spent = await rep.learn(plan.minutes)
                week.releases = sum(sent.week == number and sent.state is FixState.LIVE for sent in rep.sent)
                weeks.append(await ruler.measured(week))
    return Played(condition, plan, weeks, rep.sent, rep.counts, rep.refusals)


async def _begin(company: Company, world: World) -> None:
    """Give the team a core set as one begins with it: a case, in our own words, of each fact that is told rightly."""
    for fact in world.facts.values():
        if world.planted[fact.intent] is Planted.TOLD:
            turns = (CaseTurn(Author.CUSTOMER, fact.asks[0]),)
            case = EvalCase(case_id(turns), turns, (fact.true,), sources=(fact.article,), intent=fact.intent, core=True)
            await company.desk.store.cases.save(case)


async def _worked(company: Company, rep: Rep, week: Week, customers: Sequence[Asked], tell: Callable[[], None]) -> Week:
    """A week of customers. What an outcome is, is judged on the draft as it was proposed, before the rep."""
    bodies, before = (await company.bodies()).values(), rep.minutes
    for asked in customers:
        review = await company.asked(asked.text)
        if review.proposal is None:
            raise RuntimeError(f"no draft for: {asked.text}: {review.problem}")
        outcome = rep.world.judge(asked.intent, review.proposal, bodies)
        week.arrived.append((asked.intent, outcome))
        week.unchanged += await rep.answer(asked.intent, review, outcome)
        tell()
    week.answering = rep.minutes - before
    return week


@dataclass
class _Ruler:
    """Measures at a week's end what the desk would answer to the probes, and which core cases broke."""

    company: Company
    plan: Plan
    probed: tuple[Outcome, ...] = ()
    passing: frozenset[str] = frozenset()
    """The core cases that passed a week ago."""

    async def measured(self, week: Week) -> Week:
        was, self.probed = self.probed, await self._probe()
        week.probed = self.probed
        both = zip(self.plan.probes, was, self.probed, strict=False)
        week.broken = tuple(asked.intent for asked, old, new in both if old is Outcome.RIGHT is not new)
        core = [case for case in await self.company.desk.store.cases.all() if case.core]
        passing = frozenset(result.case for result in (await run_cases(self.company.desk, core))[1] if result.passed)
        week.broken_core = tuple(sorted(self.passing - passing))
        self.passing = passing
        return week

    async def _probe(self) -> tuple[Outcome, ...]:
        desk, bodies = self.company.desk, (await self.company.bodies()).values()
        found = []
        for number, asked in enumerate(self.plan.probes):
            proposal = await prepare(RecordedRun(f"probe-{number}", desk.clock), desk, _escalation(desk, asked.text))
            found.append(self.plan.world.judge(asked.intent, proposal, bodies))
        return tuple(found)


def _escalation(desk: Desk, text: str) -> Escalation:
    now = desk.clock.now()
    turn = Turn("1", Author.CUSTOMER, text, now)
    return Escalation("esc_probe", "slack", "probe", Customer("U8"), (turn,), now)


@contextlib.contextmanager
def gate(condition: Condition) -> Iterator[None]:
    """Let every fix through where the gate is off. It judges all the same, so that core cases grow in the same way."""

    async def waved_through(desk: Desk, **about: object) -> GateResult:
        return replace(await judge(desk, **about), verdict=Verdict.PASSED)  # type: ignore[arg-type]

    if condition is Condition.UNGATED:
        release.judge = waved_through  # type: ignore[attr-defined]
    try:
        yield
    finally:
        release.judge = judge  # type: ignore[attr-defined]
