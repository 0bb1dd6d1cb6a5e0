"""An approved fix on its way to the customers, and what stops it."""

from dataclasses import replace

import pytest

from bot.domain.article import Release, Revision
from bot.domain.chat import Person, Place
from bot.domain.errors import Conflict, NotAllowed, Rejected, Unavailable
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.quality import Verdict
from bot.ports import Desk
from bot.workflows import fix as fixing
from bot.workflows.run import StepFailed
from evals import release
from evals.gate import judge
from evals.release import build, rehearse_fix, release_fix, settle
from tests.contracts.store_samples import ANA
from tests.unit.evals.releasing import MAE, SUE, Reader, at_work, case, fix_of, live_run
from tests.unit.scripted import ScriptedPlatform

REFUND = case("Refunds take how many working days?", "3 working days", core=True, sources=("refunds",))
LONGER = ("3 working days", "5 working days")
ELSEWHERE = ("the same card", "the card that paid")


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
async def ready(desk: Desk, reader: Reader) -> Desk:
    return await at_work(desk, reader)


async def approved(desk: Desk, *change: str, ref: str = "1") -> KnowledgeFix:
    fix = await fixing.open_fix(desk, await fix_of(desk, "refunds", *change, ref=ref))
    await fixing.approve(desk, fix.subject, SUE, ref=ref)
    return await desk.store.fixes.get(fix.id)


async def said(desk: Desk) -> str:
    live = await fixing.article(desk, "refunds")
    return live.body if live else ""


async def test_an_approved_fix_goes_live_and_the_log_says_who_and_what(ready: Desk) -> None:
    fix = await approved(ready, *LONGER)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    done = await ready.store.fixes.get(fix.id)
    assert (done.state, done.release) == (FixState.LIVE, 4)
    assert "5 working days" in await said(ready)
    lines = {line.kind: line for line in await ready.store.policy_log.newest()}
    assert "3 working days" in lines["article"].before and "5 working days" in lines["article"].after
    assert (lines["article"].by, lines["activation"].by) == (ANA, SUE)
    assert (lines["activation"].before, lines["activation"].after) == ("knowledge v3", "knowledge v4")


async def test_a_held_fix_goes_live_only_with_a_managers_written_reason(ready: Desk) -> None:
    await ready.store.cases.save(REFUND)
    fix = await approved(ready, *LONGER)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    held = await ready.store.fixes.get(fix.id)
    assert held.gate is not None
    assert (held.state, held.gate.broken_core) == (FixState.HELD, (REFUND.id,))
    assert "3 working days" in await said(ready)
    with pytest.raises(NotAllowed, match="manager"):
        await fixing.override(ready, held.subject, SUE, reason="It is right.", ref="2")
    with pytest.raises(Rejected, match="Write why"):
        await fixing.override(ready, held.subject, MAE, reason=" ", ref="2")
    await fixing.override(ready, held.subject, MAE, reason="The bank changed it.", ref="2")
    await release_fix(live_run(ready, "r2"), ready, fix=fix.id)
    assert "5 working days" in await said(ready)
    line = next(line for line in await ready.store.policy_log.newest() if line.kind == "override")
    assert (line.why, line.by) == ("The bank changed it.", MAE)
    assert "breaks 1 case" in line.before


async def test_a_manager_who_edited_a_fix_lets_no_text_of_their_own_through(ready: Desk) -> None:
    await ready.store.cases.save(REFUND)
    opened = await fixing.open_fix(ready, await fix_of(ready, "refunds", *LONGER))
    await fixing.edit(ready, opened.subject, MAE, title="Refunds", body="A refund to a card takes 99 working days.")
    edited = await ready.store.fixes.get(opened.id)
    await fixing.approve(ready, edited.subject, ANA, ref="1")
    await release_fix(live_run(ready, "r1"), ready, fix=opened.id)
    held = await ready.store.fixes.get(opened.id)
    assert held.state is FixState.HELD
    with pytest.raises(NotAllowed, match="another manager"):
        await fixing.override(ready, held.subject, MAE, reason="It is right.", ref="2")


async def test_how_a_fix_ends_is_not_told_where_another_organisation_reads(
    ready: Desk, platform: ScriptedPlatform
) -> None:
    thread = Place("slack", "C_TEAM", "1.1")
    fix = await fixing.open_fix(ready, replace(await fix_of(ready, "refunds", *LONGER), place=thread))
    await fixing.paint(ready, fix.id)
    platform.shared = ("C_TEAM",)
    await fixing.tell(ready, fix.id)
    assert not [key for key in platform.cards if key.startswith("fix-told:")]
    platform.shared = ()
    await fixing.tell(ready, fix.id)
    assert [key for key in platform.cards if key.startswith("fix-told:")]


async def test_a_fix_is_tried_while_it_waits_so_that_nothing_is_answered_anew_once_it_is_approved(
    ready: Desk, reader: Reader
) -> None:
    await ready.store.cases.save(REFUND)
    fix = await fixing.open_fix(ready, await fix_of(ready, "refunds", *ELSEWHERE))
    await rehearse_fix(live_run(ready, "r0"), ready, fix=fix.id)
    assert await ready.store.fixes.get(fix.id) == fix
    assert (await ready.store.releases.live("knowledge")).number == 3
    reader.asked.clear()
    await fixing.approve(ready, fix.subject, SUE, ref="1")
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    assert reader.asked == []
    done = await ready.store.fixes.get(fix.id)
    assert done.gate is not None
    assert (done.state, done.release, done.gate.unchanged) == (FixState.LIVE, 4, (REFUND.id,))


async def test_a_rehearsal_that_fails_leaves_the_fix_to_the_gate(ready: Desk, reader: Reader) -> None:
    await ready.store.cases.save(REFUND)
    fix = await fixing.open_fix(ready, await fix_of(ready, "refunds", *ELSEWHERE))
    reader.troubles = [RuntimeError("a bug"), Unavailable("The model does not answer.")]
    await rehearse_fix(live_run(ready, "r0"), ready, fix=fix.id)
    await fixing.approve(ready, fix.subject, SUE, ref="1")
    await rehearse_fix(live_run(ready, "r0"), ready, fix=fix.id)
    assert (await ready.store.fixes.get(fix.id)).state is FixState.TESTING
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    assert (await ready.store.fixes.get(fix.id)).state is FixState.LIVE


async def test_until_the_switch_the_old_release_is_live_and_a_repeated_step_ends_the_same(ready: Desk) -> None:
    fix = await approved(ready, *LONGER)
    built, again = await build(ready, fix.id), await build(ready, fix.id)
    assert built == again
    assert (await ready.store.releases.live("knowledge")).number == built.live == 3
    verdict = await release._gate(ready, built)
    assert (await ready.store.releases.live("knowledge")).number == 3
    await ready.store.releases.activate("knowledge", built.candidate)  # and here the process died
    assert await settle(ready, fix.id, built, verdict)
    assert await settle(ready, fix.id, built, verdict)
    assert (await ready.store.fixes.get(fix.id)).release == built.candidate
    assert len([line for line in await ready.store.policy_log.newest() if line.kind == "article"]) == 1


async def test_two_fixes_of_one_article_that_do_not_touch_both_go_live(ready: Desk) -> None:
    one, other = await approved(ready, *LONGER, ref="1"), await approved(ready, *ELSEWHERE, ref="2")
    for fix in (one, other):
        await release_fix(live_run(ready, fix.id), ready, fix=fix.id)
    assert "5 working days" in await said(ready) and "the card that paid" in await said(ready)
    assert (await ready.store.fixes.get(other.id)).state is FixState.LIVE


async def test_a_fix_of_what_another_changed_meanwhile_says_that_it_conflicts(ready: Desk) -> None:
    one = await approved(ready, *LONGER, ref="1")
    other = await approved(ready, "3 working days", "8 working days", ref="2")
    for fix in (one, other):
        await release_fix(live_run(ready, fix.id), ready, fix=fix.id)
    held = await ready.store.fixes.get(other.id)
    assert held.gate is not None
    assert (held.state, held.gate.verdict) == (FixState.HELD, Verdict.FAILED)
    assert "changed in the same place" in held.gate.why
    assert "5 working days" in await said(ready)


async def test_a_release_that_went_live_during_the_gate_is_not_lost(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix = await approved(ready, *LONGER)

    async def slow(desk: Desk, **how: object) -> object:
        live = await desk.store.releases.live("knowledge")
        if live.number == 3:
            await desk.knowledge.propose(
                Revision("gifts", "", "Gifts", "A gift is wrapped for 2 EUR.\n"),
                beside=live,
                reason="",
                by=None,
                fix="x",
            )
            await desk.store.releases.activate("knowledge", 5)
        return await judge(desk, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(release, "judge", slow)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    live = await ready.store.releases.live("knowledge")
    assert {"gifts", "refunds"} <= live.manifest.keys()
    assert "5 working days" in await said(ready)


@pytest.mark.parametrize("trouble", [Unavailable("The index does not answer."), RuntimeError("secret detail")])
async def test_a_gate_that_cannot_run_holds_and_says_so(
    ready: Desk, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(release, "judge", fails)
    fix = await approved(ready, *LONGER)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    held = await ready.store.fixes.get(fix.id)
    assert held.gate is not None
    assert (held.state, held.gate.verdict) == (FixState.HELD, Verdict.FAILED)
    with pytest.raises(Conflict, match="could not judge"):
        await fixing.override(ready, held.subject, MAE, reason="It is urgent.", ref="2")
    assert "secret" not in held.gate.why
    assert "3 working days" in await said(ready)
    monkeypatch.undo()
    await fixing.try_again(ready, held.subject, SUE, ref="2")
    await release_fix(live_run(ready, "r2"), ready, fix=fix.id)
    assert "5 working days" in await said(ready)


async def test_an_embedder_that_is_down_holds_the_fix(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def down(*_: object, **__: object) -> Release:
        raise Unavailable("The embedder does not answer.")

    monkeypatch.setattr(type(ready.knowledge), "propose", down)
    fix = await approved(ready, *LONGER)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    held = await ready.store.fixes.get(fix.id)
    assert held.gate is not None
    assert "The embedder does not answer." in held.gate.why


async def test_a_fault_of_the_switch_itself_holds_the_fix(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fault(*_: object) -> bool:
        raise StepFailed("a disk is full")

    monkeypatch.setattr(release, "settle", fault)
    fix = await approved(ready, *LONGER)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    assert (await ready.store.fixes.get(fix.id)).state is FixState.HELD


async def test_the_case_that_the_fix_was_made_for_joins_the_core_set(ready: Desk) -> None:
    wanted = case("Refunds to a card take how long?", "5 working days", sources=("refunds",))
    other = case("Refunds of mine take 5 working days or what?", "5 working days")
    for each in (wanted, other):
        await ready.store.cases.save(each)
    fix = await approved(ready, *LONGER)
    await release_fix(live_run(ready, "r1"), ready, fix=fix.id)
    assert (await ready.store.cases.get(wanted.id)).core
    assert not (await ready.store.cases.get(other.id)).core


# --- who may, and what they see ---------------------------------------------------------------------------------------


async def test_nobody_approves_their_own_fix_and_a_rep_approves_none(ready: Desk) -> None:
    mine = await fixing.open_fix(ready, await fix_of(ready, "refunds", *LONGER, by=SUE))
    with pytest.raises(NotAllowed, match="somebody else"):
        await fixing.approve(ready, mine.subject, SUE, ref="1")
    with pytest.raises(NotAllowed, match="senior rep"):
        await fixing.approve(ready, mine.subject, ANA, ref="1")
    with pytest.raises(NotAllowed, match="senior rep"):
        await fixing.approve(ready, mine.subject, Person("slack", "U_GUS"), ref="1")


async def test_who_edits_a_fix_does_not_approve_it_but_who_proposed_it_may(ready: Desk) -> None:
    fix = await fixing.open_fix(ready, await fix_of(ready, "refunds", *LONGER))
    body = fix.revision.body.replace("5 working", "6 working")
    await fixing.edit(ready, fix.subject, SUE, title="Refunds", body=body)
    edited = await ready.store.fixes.get(fix.id)
    with pytest.raises(Conflict, match="changed after you opened it"):
        await fixing.approve(ready, fix.subject, MAE, ref="1")
    with pytest.raises(NotAllowed, match="You changed this fix"):
        await fixing.approve(ready, edited.subject, SUE, ref="1")
    await fixing.approve(ready, edited.subject, ANA, ref="1")
    with pytest.raises(Conflict, match="Ana approved this fix"):
        await fixing.approve(ready, edited.subject, MAE, ref="2")


async def test_a_returned_fix_says_why_and_by_whom(ready: Desk, platform: ScriptedPlatform) -> None:
    draft = replace(await fix_of(ready, "refunds", *LONGER), place=Place("slack", "C1", "100.1"))
    fix = await fixing.open_fix(ready, draft)
    await fixing.show_fix(live_run(ready, "s1"), ready, fix=fix.id)
    with pytest.raises(Rejected, match="what should be different"):
        await fixing.send_back(ready, fix.subject, SUE, note="")
    await fixing.send_back(ready, fix.subject, SUE, note="Name the banks.")
    await fixing.show_fix(live_run(ready, "s2"), ready, fix=fix.id)
    assert (await ready.store.fixes.get(fix.id)).state is FixState.RETURNED
    told = [str(card) for key, card in platform.cards.items() if key.startswith("fix-told:")]
    assert len(told) == 2 and "Name the banks." in told[1]
    assert "Approve" not in str(platform.cards[f"fix:{fix.id}"])


async def test_a_fix_that_changes_nothing_or_of_another_article_of_that_name_is_refused(ready: Desk) -> None:
    same = await fix_of(ready, "refunds", "3 working days", "3 working days")
    with pytest.raises(Rejected, match="changes nothing"):
        await fixing.open_fix(ready, same)
    with pytest.raises(Conflict, match="There is an article refunds already"):
        await fixing.open_fix(ready, replace(await fix_of(ready, "refunds", *LONGER), base=""))
    with pytest.raises(Rejected, match="no text"):
        await fixing.open_fix(ready, replace(same, revision=replace(same.revision, body="# Refunds\n")))
    new = Revision("../x y", "", "Odd", "Text.\n")
    with pytest.raises(Rejected, match="letters, digits"):
        await fixing.open_fix(ready, replace(same, revision=new, base=""))
