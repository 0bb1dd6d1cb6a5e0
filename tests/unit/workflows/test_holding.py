"""One holding reply for all who ask about the same: proposed, approved once, delivered once each, never an answer."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.cards.block_kit import render_card
from bot.domain.answer import Finding, Level, Risk
from bot.domain.chat import MessageRef, Person, Place, Role
from bot.domain.errors import Conflict, DeliveryFailed, NotAllowed, Rejected, Unavailable
from bot.domain.escalation import Author, Customer, EscalationStatus
from bot.domain.holding import Holding, HoldingState, Tally, holding_id
from bot.domain.spike import Alert, AlertState, Series, What
from bot.domain.text.holding import LANGUAGES, holding_text
from bot.ports import Desk, GuardInput, Guardrail
from bot.ports.watching import Watched
from bot.workflows.grouping import group
from bot.workflows.holding import approval, sending
from bot.workflows.showing import paint
from tests.contracts.store_samples import NOON, THREAD, decision, escalation, proposal, turn
from tests.unit.scripted import Clock, LiveRun, NotingRuntime, ScriptedPlatform, ScriptedSurface, working_with

REP, SENIOR, MANAGER = Person("slack", "U8", "Bo"), Person("slack", "U7", "Sue"), Person("slack", "U6", "Mae")
GUEST = Person("slack", "U9", "Gus")
REFUND = Series(What.INTENT, "refund")
CARD = MessageRef(Place("slack", "CONCALL"), "500.1")
ALERT = Alert("intent:refund@x", (REFUND, Series(What.VOLUME)), NOON, NOON, NOON, card=CARD)
TEXT = "Thank you. Your message has reached us, and we are looking into it."


@dataclass
class Roles:
    async def role(self, person: Person) -> Role | None:
        return {REP.id: Role.REP, SENIOR.id: Role.SENIOR, MANAGER.id: Role.MANAGER}.get(person.id)


@pytest_asyncio.fixture
async def spiking(desk: Desk, clock: Clock) -> AsyncIterator[Desk]:
    """A desk with an open alert about refunds, and people who have roles."""
    await desk.store.spikes.keep(Watched(NOON), [ALERT], after=None)
    clock.pass_by(minutes=30)
    yield replace(desk, people=Roles(), policy=replace(desk.policy, rooms=("CROOM",)))


async def ask(
    desk: Desk, name: str, *, intent: str = "refund", risk: Risk = Risk.LOW, language: str = "en", **how: Any
) -> str:
    """A conversation that came in a minute after the alert began, with a draft that waits for a decision."""
    one, at = f"esc_{name}", NOON + timedelta(minutes=1)
    asked = escalation(
        one, replace(turn(f"{one}:1"), at=at), opened_at=at, asker=None, customer=Customer(name), **how
    )  # fmt: skip
    await desk.store.escalations.receive(asked)
    review, _ = await desk.store.reviews.open(asked, at=at)
    triage = replace(proposal().triage, intent=intent, risk=risk, language=language)
    await desk.store.reviews.propose(review.id, proposal(triage=triage))
    await desk.store.reviews.set_card(review.id, MessageRef(THREAD, f"card-{name}"))
    return one


async def proposed(desk: Desk, by: Person = REP, *, joining: bool = False, text: str = TEXT) -> Holding:
    await approval.propose(desk, ALERT.cause, by, text, "en", joining=joining)
    await approval.paint(desk, holding_id(ALERT.cause))
    return await desk.store.holdings.get(holding_id(ALERT.cause))


async def approved(desk: Desk, by: Person = SENIOR, **how: Any) -> Holding:
    waiting = await proposed(desk, **how)
    await approval.approve(desk, waiting.id, waiting.hash, by)
    return await desk.store.holdings.get(waiting.id)


async def sent(desk: Desk, going: Holding, clock: Clock, run_id: str = "run-1") -> LiveRun:
    run = LiveRun(run_id, clock)
    await sending.send_holding(run, desk, holding=going.id, text_hash=going.hash)
    return run


def shown(platform: ScriptedPlatform) -> str:
    return json.dumps(render_card(platform.cards[f"card:{holding_id(ALERT.cause)}"]), ensure_ascii=False)


async def over(desk: Desk) -> None:
    alert = await desk.store.spikes.get(ALERT.cause)
    until = (await desk.store.spikes.watched()).until
    ended = replace(alert, state=AlertState.RESOLVED, resolved_at=desk.clock.now(), changed_at=desk.clock.now())
    assert await desk.store.spikes.keep(Watched(desk.clock.now()), [ended], after=until)


async def test_the_form_begins_with_a_text_that_holds_in_the_voice_and_language_of_the_desk(spiking: Desk) -> None:
    await ask(spiking, "a", language="de")
    here = await working_with(spiking, frames={"": ("Hello,", "Us"), "de": ("Guten Tag,", "Ihr Team")})
    stands = await here.store.spikes.get(ALERT.cause)
    await here.store.spikes.change(replace(stands, conversations=("esc_a",)))

    text, language = await approval.begun(here, ALERT.cause, REP)
    assert language == "de"
    assert text.startswith("Guten Tag,\n\nVielen Dank für Ihre Nachricht.")
    assert text.endswith("Ihr Team")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_text_is_set_as_a_person_sets_it(language: str) -> None:
    assert not re.search(r" {2}| [.,:]", holding_text(language).replace(" : ", ": "))  # the French colon has a space


async def test_only_the_team_proposes_and_only_while_the_alert_is_open(spiking: Desk) -> None:
    with pytest.raises(NotAllowed):
        await approval.begun(spiking, ALERT.cause, GUEST)
    with pytest.raises(NotAllowed):
        await proposed(spiking, GUEST)
    await over(spiking)
    with pytest.raises(Conflict, match="over"):
        await approval.begun(spiking, ALERT.cause, REP)


async def test_what_a_guardrail_blocks_is_refused_beside_the_text(spiking: Desk) -> None:
    def check(given: GuardInput) -> list[Finding]:
        return [Finding("x", Level.BLOCK, "It promises.")] if "promise" in given.draft.text else []

    here = await working_with(spiking, guardrails=(Guardrail("x", "X", check),))
    with pytest.raises(Rejected, match="It promises") as refused:
        await proposed(here, text="We promise a refund tomorrow.")
    assert refused.value.field == "text"
    assert (await proposed(here)).state is HoldingState.PROPOSED


async def test_the_card_in_the_alerts_thread_says_whom_it_goes_to_and_who_is_left_out(
    spiking: Desk, platform: ScriptedPlatform
) -> None:
    for name in ("a", "b"):
        await ask(spiking, name)
    await ask(spiking, "de", language="de")
    await ask(spiking, "risky", risk=Risk.HIGH)
    await ask(spiking, "other", intent="login")
    await ask(spiking, "asked", surface="slack", external_id="CPRIVATE:1.1")

    waiting = await proposed(spiking)
    said = shown(platform)
    assert waiting.card
    assert waiting.card.place == Place("slack", "CONCALL", "500.1")
    assert "2 conversations in English" in said
    assert "1 in German" in said
    assert "1 of high risk" in said
    assert "1 in rooms where nobody asked me" in said


async def test_whoever_approves_is_warned_where_it_goes_to_all_who_wrote_and_not_to_one_topic(
    spiking: Desk, platform: ScriptedPlatform
) -> None:
    await proposed(spiking)
    assert "perhaps about different things" not in shown(platform)
    stands = await spiking.store.spikes.get(ALERT.cause)
    await spiking.store.spikes.change(replace(stands, series=(Series(What.VOLUME),)))
    await proposed(spiking, text=f"{TEXT} Thank you.")
    assert "perhaps about different things" in shown(platform)


async def test_one_approval_sends_it_to_all_who_wait_once(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, platform: ScriptedPlatform, runtime: NotingRuntime
) -> None:
    names = [await ask(spiking, name) for name in ("a", "b", "c")]
    going = await approved(spiking)
    assert [key.split(":")[0] for flow, key in runtime.started if flow == "send_holding"] == ["hold"]

    run = await sent(spiking, going, clock)
    assert sorted(surface.delivered) == [(f"holding:{name}", TEXT) for name in names]
    assert [flow for flow, _ in run.started] == ["show"] * 3
    assert (await spiking.store.holdings.get(going.id)).state is HoldingState.SENT
    assert "Sent to 3 conversations." in shown(platform)

    await sent(spiking, going, clock, "run-2")
    assert len(surface.delivered) == 3


async def test_whoever_got_it_still_waits_for_the_answer(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, platform: ScriptedPlatform
) -> None:
    name = await ask(spiking, "a")
    await sent(spiking, await approved(spiking), clock)

    stands = await spiking.store.escalations.get(name)
    assert [each.author for each in stands.turns] == [Author.CUSTOMER, Author.HOLDING]
    assert (stands.status, stands.revision) == (EscalationStatus.OPEN, 1)
    (review,) = await spiking.store.reviews.of_escalation(name)
    assert review.decision is None
    async for some in spiking.store.history.between(NOON, NOON + timedelta(hours=1)):
        assert [each.first_answer_at for each in some] == [None]


@pytest.mark.parametrize(("by", "allowed"), [(REP, False), (GUEST, False), (SENIOR, True), (MANAGER, True)])
async def test_a_senior_or_manager_approves(spiking: Desk, by: Person, allowed: bool) -> None:
    if allowed:
        assert (await approved(spiking, by)).approved_by == by
    else:
        with pytest.raises(NotAllowed, match="a senior rep or a manager approves"):
            await approved(spiking, by)


@pytest.mark.parametrize(("writer", "reached"), [(REP, 2), (SENIOR, 1)])
async def test_high_risk_is_reached_only_by_a_senior_who_did_not_write_it(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, writer: Person, reached: int
) -> None:
    await ask(spiking, "low")
    await ask(spiking, "high", risk=Risk.HIGH)
    waiting = await proposed(spiking, writer)
    await approval.approve(spiking, waiting.id, waiting.hash, SENIOR)
    await sent(spiking, await spiking.store.holdings.get(waiting.id), clock)
    assert len(surface.delivered) == reached


async def test_whoever_wrote_an_earlier_text_is_no_second_person_for_a_later_one(
    spiking: Desk, clock: Clock, surface: ScriptedSurface
) -> None:
    await ask(spiking, "high", risk=Risk.HIGH)
    await proposed(spiking, SENIOR)
    changed = await proposed(spiking, REP, text=f"{TEXT} Sorry.")
    assert changed.writers == (SENIOR, REP)
    await approval.approve(spiking, changed.id, changed.hash, SENIOR)
    await sent(spiking, await spiking.store.holdings.get(changed.id), clock)
    assert surface.delivered == []


async def test_an_approval_is_of_the_very_text_that_was_seen(spiking: Desk) -> None:
    seen = await proposed(spiking)
    changed = await proposed(spiking, text=f"{TEXT} Sorry.")
    assert changed.state is HoldingState.PROPOSED
    with pytest.raises(Conflict, match="changed in the meantime"):
        await approval.approve(spiking, seen.id, seen.hash, SENIOR)


async def test_a_text_that_is_edited_while_it_is_sent_needs_a_new_approval(
    spiking: Desk, clock: Clock, surface: ScriptedSurface
) -> None:
    await ask(spiking, "a")
    going = await approved(spiking, joining=True)
    await sent(spiking, going, clock)
    await ask(spiking, "b")
    await proposed(spiking, text=f"{TEXT} Sorry.")
    await sent(spiking, going, clock, "run-2")
    assert [key for key, _ in surface.delivered] == ["holding:esc_a"]


async def test_the_second_to_approve_is_told_who_was_first_and_the_same_click_again_is_no_error(spiking: Desk) -> None:
    going = await approved(spiking)
    await approval.approve(spiking, going.id, going.hash, SENIOR)
    with pytest.raises(Conflict, match="Sue approved this"):
        await approval.approve(spiking, going.id, going.hash, MANAGER)


async def test_who_is_answered_handed_over_or_gone_gets_none(
    spiking: Desk, clock: Clock, surface: ScriptedSurface
) -> None:
    for name in ("answered", "taken", "gone", "decided", "waits"):
        await ask(spiking, name)
    answer = turn("reply", "Here it is.", author=Author.AGENT)
    await spiking.store.escalations.add_turn("esc_answered", answer)
    await spiking.store.escalations.set_status("esc_taken", EscalationStatus.HANDED_OFF)
    await spiking.store.escalations.change_turn("esc_gone:1", None)
    (review,) = await spiking.store.reviews.of_escalation("esc_decided")
    await spiking.store.reviews.claim(decision(review))

    await sent(spiking, await approved(spiking), clock)
    assert [key for key, _ in surface.delivered] == ["holding:esc_waits"]


async def test_what_passes_is_tried_again_and_what_does_not_is_told(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, platform: ScriptedPlatform
) -> None:
    for name in ("a", "b"):
        await ask(spiking, name)
    going = await approved(spiking)
    surface.troubles = [DeliveryFailed("No.", permanent=True), Unavailable("Away.", retry_after=7)]
    run = await sent(spiking, going, clock)
    assert run.waits == [7]
    assert [key for key, _ in surface.delivered] == ["holding:esc_b"]
    assert await spiking.store.holdings.tally(going.id) == Tally(sent=1, failed=1)
    assert "1 conversation could not be reached" in shown(platform)


async def test_a_crash_after_the_delivery_delivers_under_the_same_key(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await ask(spiking, "a")
    going = await approved(spiking)

    async def crash(*_: object) -> None:
        raise KeyboardInterrupt

    def step() -> Any:
        return sending.hold(spiking, going.id, going.hash, [name], "run-1", False)

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(spiking.store.escalations, "add_turn", crash)
        await step()
    assert (await step()).reviews == (f"{name}/1",)
    assert {key for key, _ in surface.delivered} == {f"holding:{name}"}
    assert await spiking.store.holdings.tally(going.id) == Tally(sent=1)


async def test_those_who_come_later_get_it_if_that_was_asked_for(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, runtime: NotingRuntime
) -> None:
    await ask(spiking, "a")
    going = await approved(spiking, joining=True)
    await sent(spiking, going, clock)
    runtime.started.clear()
    await sending.tend(spiking)
    assert runtime.started == [], "nobody has come"

    await ask(spiking, "b")
    await sending.tend(spiking)
    assert [flow for flow, _ in runtime.started] == ["send_holding"]
    await sent(spiking, going, clock, "run-2")
    assert [key for key, _ in surface.delivered] == ["holding:esc_a", "holding:esc_b"]


async def test_it_ends_with_its_alert(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, platform: ScriptedPlatform
) -> None:
    going = await approved(spiking, joining=True)
    await ask(spiking, "late")
    await over(spiking)
    await sent(spiking, going, clock)
    assert surface.delivered == []
    await sending.tend(spiking)
    assert (await spiking.store.holdings.get(going.id)).state is HoldingState.SENT
    with pytest.raises(Conflict, match="over"):
        await proposed(spiking)


async def test_what_nobody_approved_in_time_is_not_sent(spiking: Desk, platform: ScriptedPlatform) -> None:
    waiting = await proposed(spiking)
    await over(spiking)
    with pytest.raises(Conflict, match="over"):
        await approval.approve(spiking, waiting.id, waiting.hash, SENIOR)
    await sending.tend(spiking)
    await approval.paint(spiking, waiting.id)
    assert "the alert was over before somebody approved it" in shown(platform)


async def test_anybody_of_the_team_stops_it(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, platform: ScriptedPlatform
) -> None:
    await ask(spiking, "a")
    going = await approved(spiking, joining=True)
    with pytest.raises(NotAllowed):
        await approval.stop(spiking, going.id, GUEST)
    await approval.stop(spiking, going.id, REP)
    await approval.paint(spiking, going.id)
    assert f'"timestamp": {int(clock.now().timestamp())}' in shown(platform), "when it was stopped"
    await sent(spiking, going, clock)
    assert surface.delivered == []
    with pytest.raises(Conflict, match="stopped by Bo"):
        await approval.approve(spiking, going.id, going.hash, SENIOR)


# --- what the drafts' cards say ---------------------------------------------------------------------------------------


async def card_of(desk: Desk, platform: ScriptedPlatform, name: str) -> str:
    (review,) = await desk.store.reviews.of_escalation(name)
    platform._keys.setdefault(f"card-{name.removeprefix('esc_')}", f"card:{review.id}")
    await paint(desk, review.id)
    return json.dumps(render_card(platform.cards[f"card:{review.id}"]), ensure_ascii=False)


async def test_a_draft_of_an_open_alert_says_so_and_no_more_once_it_is_over(
    spiking: Desk, platform: ScriptedPlatform
) -> None:
    mine, other = await ask(spiking, "a"), await ask(spiking, "b", intent="login")
    assert "Part of a spike" in await card_of(spiking, platform, mine)
    assert "Part of a spike" not in await card_of(spiking, platform, other)
    await over(spiking)
    assert "Part of a spike" not in await card_of(spiking, platform, mine)


async def test_drafts_that_wait_are_repainted_once_and_nothing_is_posted(
    spiking: Desk, platform: ScriptedPlatform, runtime: NotingRuntime
) -> None:
    name = await ask(spiking, "a")
    await group(spiking)
    await group(spiking)
    key = f"show:{name}/1:part:{ALERT.cause}"
    assert runtime.started == [("show", key)] * 2, "the second start of the same key is nothing"
    await over(spiking)
    runtime.started.clear()
    await group(spiking)
    assert runtime.started == [("show", f"show:{name}/1:over:{ALERT.cause}")]
    assert platform.cards == {}


async def test_an_alert_that_nobody_was_told_of_marks_nothing(desk: Desk, platform: ScriptedPlatform) -> None:
    await desk.store.spikes.keep(Watched(NOON), [replace(ALERT, card=None)], after=None)
    assert "Part of a spike" not in await card_of(desk, platform, await ask(desk, "a"))


async def test_the_card_says_that_the_customer_was_held(
    spiking: Desk, clock: Clock, surface: ScriptedSurface, platform: ScriptedPlatform
) -> None:
    name = await ask(spiking, "a")
    await sent(spiking, await approved(spiking), clock)
    assert "A holding reply was sent" in await card_of(spiking, platform, name)
