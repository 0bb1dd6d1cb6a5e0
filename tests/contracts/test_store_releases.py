"""Which release is live, the fixes that make releases, and the log of what changed, as the store remembers them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.article import Release, Revision
from bot.domain.chat import MessageRef, Place
from bot.domain.errors import Conflict, NotFound
from bot.domain.fix import FixState, KnowledgeFix, PolicyChange
from bot.domain.quality import GateResult, Verdict
from bot.domain.review import FailureMode
from bot.ports import Store
from tests.contracts.store_samples import ANA, BEN, CARD, NOON, THREAD, TRICKY, after


def fix(id: str = "fix_1", **changes: Any) -> KnowledgeFix:  # noqa: A002
    base = KnowledgeFix(
        id, FixState.OPEN, Revision("refunds", "", "Refunds", TRICKY.replace("\x01", "")), "h1", ANA, NOON,
        mode=FailureMode.STALE_POLICY, escalation="esc_1", place=THREAD, card=CARD,
        gate=GateResult(Verdict.HELD, "It breaks a core case.", broken=("case_1",), broken_core=("case_1",)),
    )  # fmt: skip
    return replace(base, **changes)


def change(id: str = "article:1:a", **changes: Any) -> PolicyChange:  # noqa: A002
    return replace(PolicyChange(id, NOON, "article", "a", "A fix", ANA, "3 days", "5 days"), **changes)


async def test_a_candidate_has_a_number_and_is_not_live(store: Store) -> None:
    live, _ = await store.releases.publish("knowledge", {"a": "1"}, reason="import", at=NOON, by=BEN)
    how: Any = {"reason": "fix", "at": NOON, "by": ANA, "fix": "fix_1"}
    candidate = await store.releases.propose("knowledge", {"a": "2"}, **how)
    assert candidate == Release("knowledge", 2, {"a": "2"}, "fix", ANA, "fix_1")
    assert await store.releases.propose("knowledge", {"a": "2"}, **how) == candidate
    assert await store.releases.live("knowledge") == live == Release("knowledge", 1, {"a": "1"}, "import", BEN)
    assert await store.releases.newest("knowledge") == (candidate, live)
    assert (await store.releases.get("knowledge", 2)).at == NOON
    other = await store.releases.propose("knowledge", {"a": "3"}, **how | {"fix": "fix_2"})
    assert await store.releases.propose("knowledge", {"a": "2"}, **how) == candidate
    imported, _ = await store.releases.publish("knowledge", {"a": "1", "b": "1"}, reason="import", at=NOON)
    assert imported.number == other.number + 1 == 4
    assert await store.releases.live("knowledge") == imported


async def test_activating_switches_and_a_number_that_went_live_before_can_again(store: Store) -> None:
    for number in "123":
        await store.releases.publish("knowledge", {"a": number}, reason="", at=NOON)
    assert (await store.releases.activate("knowledge", 1)).number == 1
    assert (await store.releases.live("knowledge")).manifest == {"a": "1"}
    assert (await store.releases.activate("knowledge", 1)).number == 1
    with pytest.raises(NotFound):
        await store.releases.activate("knowledge", 9)
    assert (await store.releases.live("knowledge")).number == 1
    assert (await store.releases.live("workflow")).number == 0


async def test_of_two_candidates_built_beside_the_same_release_one_goes_live(store: Store) -> None:
    await store.releases.publish("knowledge", {"a": "1"}, reason="", at=NOON)
    for name in ("fix_1", "fix_2"):
        await store.releases.propose("knowledge", {"a": name}, reason="", at=NOON, by=ANA, fix=name)
    tried = await asyncio.gather(
        *(store.releases.activate("knowledge", number, instead_of=1) for number in (2, 3)), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in tried) == 1
    won = next(each for each in tried if isinstance(each, Release))
    assert await store.releases.activate("knowledge", won.number, instead_of=1) == won


async def test_what_was_never_live_is_told_from_what_was(store: Store) -> None:
    live, _ = await store.releases.publish("workflow", {"a": "1"}, reason="", at=NOON)
    tried = await store.releases.propose("workflow", {"a": "2"}, reason="", at=NOON, by=None, fix="topic_1")
    assert (live.was_live, tried.was_live) == (True, False)
    assert (await store.releases.activate("workflow", tried.number)).was_live
    await store.releases.activate("workflow", live.number)
    assert [each.was_live for each in await store.releases.newest("workflow")] == [True, True]


async def test_the_texts_of_a_workflow_are_kept_once_and_found_by_their_manifest(
    store: Store, neighbour: Store
) -> None:
    parts = {"voice": TRICKY, "tone": "same", "prompt": "same", "model": ""}
    manifest = await store.workflow_parts.keep(parts)
    assert manifest["tone"] == manifest["prompt"] != manifest["voice"]
    assert await store.workflow_parts.keep(parts) == manifest
    kept = await store.workflow_parts.texts(manifest)
    assert kept == parts | {"voice": kept["voice"]}
    assert await store.workflow_parts.keep({"voice": kept["voice"]}) == {"voice": manifest["voice"]}
    assert await store.workflow_parts.texts({"model": manifest["model"], "lost": "0"}) == {"model": ""}
    assert await neighbour.workflow_parts.texts(manifest) == {}
    assert await store.workflow_parts.keep({}) == {}


async def test_noting_where_a_fixs_card_is_disturbs_no_decision_and_no_decision_loses_the_card(store: Store) -> None:
    opened = await store.fixes.open(fix())
    card = MessageRef(Place("slack", "C1"), "1.2")
    await store.fixes.set_card(opened.id, card)
    decided = await store.fixes.change(replace(opened, state=FixState.TESTING))
    assert (decided.card, decided.version) == (card, 2)
    assert await store.fixes.get(opened.id) == decided
    await store.fixes.set_card("fix_9", card)


async def test_a_fix_is_opened_once_and_kept_whole(store: Store) -> None:
    opened = await store.fixes.open(fix())
    assert opened == await store.fixes.get("fix_1") == fix()
    assert await store.fixes.open(fix(note="another")) == opened
    with pytest.raises(NotFound):
        await store.fixes.get("fix_9")


async def test_of_two_who_change_a_fix_at_once_one_is_told(store: Store) -> None:
    opened = await store.fixes.open(fix())
    tried = await asyncio.gather(
        *(store.fixes.change(replace(opened, note=name)) for name in "ab"), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in tried) == 1
    stored = await store.fixes.get("fix_1")
    assert (stored.version, stored.note in "ab") == (2, True)
    with pytest.raises(Conflict):
        await store.fixes.change(fix("fix_9"))


async def test_fixes_are_found_by_state_and_by_who_proposed_them(store: Store) -> None:
    for number, by in enumerate((ANA, BEN, ANA)):
        await store.fixes.open(fix(f"fix_{number}", by=by, opened_at=after(number)))
    await store.fixes.change(replace(await store.fixes.get("fix_0"), state=FixState.HELD))
    assert [each.id for each in await store.fixes.in_state(FixState.OPEN)] == ["fix_1", "fix_2"]
    assert [each.id for each in await store.fixes.in_state(FixState.OPEN, FixState.HELD, limit=2)] == ["fix_0", "fix_1"]
    assert [each.id for each in await store.fixes.proposed_by(ANA)] == ["fix_2", "fix_0"]
    assert [each.id for each in await store.fixes.newest(limit=2)] == ["fix_2", "fix_1"]


async def test_the_policy_log_keeps_what_it_was_told_first(store: Store) -> None:
    later = change("article:2:a", at=after(9), by=None, why=TRICKY.replace("\x01", ""))
    await store.policy_log.add(change(), later)
    await store.policy_log.add(change(after="7 days"))
    await store.policy_log.add()
    assert await store.policy_log.newest() == (later, change())
    assert await store.policy_log.newest(limit=1) == (later,)
    assert await store.policy_log.between(NOON, after(10), change().kind) == (change(), later)
    assert await store.policy_log.between(NOON, after(9), change().kind, "override") == (change(),)
    assert await store.policy_log.between(NOON, after(10), "override") == ()


async def test_fixes_and_policy_of_a_neighbour_are_unknown(store: Store, neighbour: Store) -> None:
    await store.fixes.open(fix())
    await store.policy_log.add(change())
    with pytest.raises(NotFound):
        await neighbour.fixes.get("fix_1")
    with pytest.raises(Conflict):
        await neighbour.fixes.change(fix())
    assert await neighbour.fixes.in_state(*FixState) == await neighbour.fixes.proposed_by(ANA) == ()
    assert await neighbour.fixes.newest() == ()
    assert await neighbour.policy_log.newest() == await neighbour.policy_log.between(NOON, after(9), "article") == ()
    await store.releases.publish("knowledge", {"a": "1"}, reason="", at=NOON)
    with pytest.raises(NotFound):
        await neighbour.releases.activate("knowledge", 1)
    assert await neighbour.releases.newest("knowledge") == ()
