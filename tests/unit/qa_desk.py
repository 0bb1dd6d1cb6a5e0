"""A desk whose last week had answers, for the tests of the sample that people score."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards.capture import without_place
from bot.cards.elements import Card, Choice, Form
from bot.domain.chat import Click, Person, Place, Role, Submission
from bot.domain.escalation import Author, Customer
from bot.domain.review import Action, Receipt
from bot.domain.sample import Sample, Sampled
from bot.domain.schedule import Schedule
from bot.ports import Desk, Sampling
from bot.workflows.run import RecordedRun
from evals.qa.weekly import draw_sample
from tests.contracts.store_samples import NOON, decision, escalation, proposal, turn
from tests.unit.scripted import ScriptedPlatform

WEEK = "2026-W09"  # the whole week before NOON
SLOT = "2026-03-02T09:00+00:00"
MIDWEEK = NOON - timedelta(days=4)
ROOM = Place("slack", "#qa")
ANA, BO, SUE, GUS = (Person("slack", f"U{n}", name) for n, name in enumerate(("Ana", "Bo", "Sue", "Gus"), 50))
APPROVER = Person("slack", "U60", "Mae")


class Reps:
    """Everybody of the team; Gus is none of it."""

    async def role(self, person: Person) -> Role | None:
        return None if person.same_as(GUS) else Role.REP


def sampling(desk: Desk, **changes: Any) -> Desk:
    """The desk with a weekly sample: all answers of a small week, and none that went wrong unless asked for."""
    wanted = replace(Sampling("#qa", Schedule.parse("mon 09:00", ZoneInfo("UTC")), failures=0, double=0.0), **changes)
    return replace(desk, policy=replace(desk.policy, sample=wanted), people=Reps())


async def answered(
    desk: Desk,
    name: str,
    *,
    intent: str = "refund",
    at: datetime = MIDWEEK,
    by: Person = APPROVER,
    action: Action = Action.APPROVE,
    room: str = "C1",
    asked: str = "Hi, I am Cleo. Where is my parcel?",
    **decided: Any,
) -> str:
    """A conversation that was decided on then, and answered unless it was rejected or handed off; its escalation."""
    said = replace(turn(f"{name}:1", asked), at=at - timedelta(hours=1))
    customer, place = Customer(name, "Cleo Marsh", "cleo@example.com"), Place("slack", room, name)
    opened = escalation(f"esc_{name}", said, opened_at=said.at, customer=customer, place=place, asker=None)
    stored, _ = await desk.store.escalations.receive(opened)
    review, _ = await desk.store.reviews.open(stored, at=said.at)
    made = proposal("Dear Cleo, it is on its way.", triage=replace(proposal().triage, intent=intent))
    review = await desk.store.reviews.propose(review.id, made)
    claimed = await desk.store.reviews.claim(decision(review, action, by, at=at, **decided))
    if action in (Action.APPROVE, Action.EDIT):
        settled = await desk.store.reviews.settle(review.id, receipt=Receipt("web", at), problem="")
        reply = replace(turn(f"reply:{review.id}", settled.reply, author=Author.AGENT), at=at)
        await desk.store.escalations.add_turn(claimed.review.escalation_id, reply)
    return stored.id


async def drawn(desk: Desk, slot: str = SLOT) -> tuple[Sample, tuple[Sampled, ...]]:
    """The sample as the slot's run draws it."""
    await draw_sample(RecordedRun(f"run-{slot}", desk.clock), desk, slot=slot)
    (sample, *_) = await desk.store.samples.newest()
    return sample, await desk.store.samples.items(sample.id)


def press(subject: str, actor: Person, action: str = "") -> Click:
    return Click(f"click-{actor.id}", action, subject, actor, ROOM)


def filled(form: Form, actor: Person, *, note: str = "", should_say: str = "", **levels: str) -> Submission:
    """The form with these answers: "2" (yes) where none is given."""
    values = {
        each.name: levels.get(without_place(each.name), "2") for each in form.elements if isinstance(each, Choice)
    }
    written = {"note": note, "should_say": should_say}
    named = {getattr(each, "name", ""): written.get(without_place(getattr(each, "name", ""))) for each in form.elements}
    values |= {name: text for name, text in named.items() if text}
    return Submission(f"sent-{actor.id}", form.name, form.subject, actor, values, ROOM)


def cards(platform: ScriptedPlatform) -> list[Card]:
    return [card for key, card in platform.cards.items() if key.startswith("sample:")]
