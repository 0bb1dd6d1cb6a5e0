"""A release that is broken off anywhere ends as if nothing had happened: one outcome, told once, logged once.

The process is killed after the effect of every step of the run behind an approved fix, and after every write in
between, each time with a fix of its own; the next life goes on by itself.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import cast

import pytest
import pytest_asyncio

from bot.app.parts import SystemClock
from bot.app.slack import Slack, connect_slack
from bot.cards.fix import fix_card
from bot.domain.chat import Person, Place
from bot.domain.escalation import Author
from bot.domain.fix import FixState, KnowledgeFix, fix_id
from bot.domain.quality import CaseTurn, EvalCase, case_id
from bot.ports import Desk
from tests.e2e.company import settings_for, words
from tests.e2e.crash_cases import Stuck, Victim, ending_at, expect, make_template, until, victim_at_work

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

STEPS = {"build", "gate", "release", "show", "tell", "trace"}
SLUG = "orders/order-number"
RUN = "release/"


@dataclass
class Owner:
    """Who keeps the articles: proposes fixes, each with its card in the room, and sees what became of them."""

    victim: Victim
    slack: Slack
    fixes: int = 0

    async def propose(self, old: str, new: str) -> KnowledgeFix:
        """A fix of the article as it is live now, from a thread of its own."""
        store, self.fixes = self.victim.store, self.fixes + 1
        live = await store.releases.live("knowledge")
        (now,) = await store.articles.revisions({SLUG: live.manifest[SLUG]})
        if old not in now.body:
            raise Stuck(f"the article does not say “{old}”")
        thread = await self.victim.hands.do("messages", as_="bo", room="#random", text=f"Fix {self.fixes}?")
        revision = replace(now, body=now.body.replace(old, new), source="chat")
        ana = Person("slack", self.victim.sandbox.workspace.user("ana").id, "Ana Ruiz")
        place = Place("slack", thread["room"], thread["ts"])
        fix = KnowledgeFix(
            fix_id(SLUG, str(self.fixes)), FixState.OPEN, revision, now.hash, ana, SystemClock().now(), place=place
        )
        room = await self.slack.platform.room("#escalations")
        card = await self.slack.platform.post(Place("slack", room.id), fix_card(fix, now, {}), key=f"fix:{fix.id}")
        return await store.fixes.open(replace(fix, card=card))

    async def approve(self, fix: KnowledgeFix) -> None:
        """Press Approve, and once more if Slack shows that it was not heard, as a person would."""
        if fix.card is None:
            raise Stuck("the fix has no card")
        where = {"room": fix.card.place.room, "ts": fix.card.message}

        async def pressed() -> bool:
            told = await self.victim.hands.do("press", as_="sue", action="Approve", **where)
            return bool(told["acknowledged"])

        await until(pressed, "the click was not acknowledged")

    async def ended(self, fix: KnowledgeFix) -> KnowledgeFix:
        """The fix when nothing is under way for it any more."""

        async def quiet() -> bool:
            now = await self.victim.store.fixes.get(fix.id)
            done = all(status == "SUCCESS" for status in self.victim.runs(fix.id).values())
            return now.state in (FixState.LIVE, FixState.HELD) and done and not await self.victim.store.inbox.pending()

        await until(quiet, "the end was not reached")
        return await self.victim.store.fixes.get(fix.id)

    def told(self, fix: KnowledgeFix) -> list[str]:
        """What the thread where the fix began was told."""
        thread = fix.place.thread if fix.place else None
        return [words(message) for message in self.victim.said if message.get("thread_ts") == thread]

    async def check_live(self, fix: KnowledgeFix, before: int) -> None:
        """It is live once, told once and logged once."""
        store, now = self.victim.store, await self.ended(fix)
        live = await store.releases.live("knowledge")
        expect("state", (now.state, now.release, live.fix), (FixState.LIVE, live.number, fix.id))
        expect("the release was made once", live.number, before + 1)
        expect("told", ["Live as knowledge" in said for said in self.told(fix)], [True])
        lines = [line.kind for line in await store.policy_log.newest(20) if fix.id in line.id]
        expect("logged", sorted(lines), ["activation", "article"])

    async def check_held(self, fix: KnowledgeFix, before: int) -> None:
        """What was live is live, and it is told once why."""
        now = await self.ended(fix)
        expect("state", (now.state, now.release), (FixState.HELD, None))
        expect("live", (await self.victim.store.releases.live("knowledge")).number, before)
        expect("told", ["It breaks 1 case of the core set." in said for said in self.told(fix)], [True])
        expect("logged", [line for line in await self.victim.store.policy_log.newest(20) if fix.id in line.id], [])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Owner]:
    template = tmp_path_factory.mktemp("template")
    await make_template(template)
    folder = tmp_path_factory.mktemp("bot")
    async with victim_at_work(template, folder) as victim:
        desk = cast(Desk, SimpleNamespace(store=victim.store, clock=SystemClock()))
        slack = await connect_slack(settings_for(victim.sandbox, folder, 9), desk)
        turns = (CaseTurn(Author.CUSTOMER, "Where do I find my order number?"),)
        await victim.store.cases.save(EvalCase(case_id(turns), turns, ("seven digits",), sources=(SLUG,), core=True))
        yield Owner(victim, slack)
        await slack.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def points(owner: Owner) -> list[str]:
    """Where a release without a crash comes by."""
    owner.victim.arm("*")
    before = (await owner.victim.store.releases.live("knowledge")).number
    fix = await owner.propose("e-mail.", "e-mail. It is on this page.")
    await owner.approve(fix)
    await owner.check_live(fix, before)
    return owner.victim.disarm()


async def test_the_points_are_around_every_step_of_a_release(points: list[str]) -> None:
    assert {point.split()[0].removeprefix(RUN) for point in points if point.startswith(RUN)} == STEPS


async def test_a_kill_at_any_point_of_a_release_leaves_one_outcome(owner: Owner, points: list[str]) -> None:
    failures = []
    for point in _worth_a_kill(points):
        try:
            before = (await owner.victim.store.releases.live("knowledge")).number
            fix = await owner.propose("this page", f"this page ({owner.fixes + 1})")
            await ending_at(owner.victim, point, lambda fix=fix: owner.approve(fix))  # type: ignore[misc]
            await owner.check_live(fix, before)
        except Stuck as problem:
            failures.append(f"at {point}: {problem}")
            owner.victim.disarm()
            await owner.victim.ready()
    assert failures == []


@pytest.mark.parametrize("step", ["gate", "release"])
async def test_a_kill_while_a_release_is_held_leaves_the_old_one_live(owner: Owner, step: str) -> None:
    before = (await owner.victim.store.releases.live("knowledge")).number
    fix = await owner.propose("seven digits", "some digits")
    await ending_at(owner.victim, f"{RUN}{step} happened #1", lambda: owner.approve(fix))
    await owner.check_held(fix, before)


def _worth_a_kill(points: list[str]) -> list[str]:
    """After the effect of each step, before the engine knows of it, and after each write of decision and release.

    Before a step is nothing else than after the one before was recorded.
    """
    writes = ("SqlFixes", "SqlReleases", "SqlEvalRuns.record", "SqlPolicyLog")
    return [point for point in points if point.startswith(writes) or (RUN in point and " happened " in point)]
