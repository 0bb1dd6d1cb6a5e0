"""Who may not decide may not by another account, and who cannot read a room is shown nothing of it by a press."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from bot.domain.answer import Risk
from bot.domain.chat import Click, MessageRef, Person, Place, Role
from bot.domain.errors import NotAllowed
from bot.domain.review import Action, Review
from bot.ports import Desk
from bot.workflows import review as reviewing
from handlers import reviews
from tests.contracts.store_samples import escalation, proposal, turn
from tests.unit.scripted import ScriptedPlatform

ANA, ANNA = Person("slack", "U1", "Ana"), Person("teams", "11-22", "Anna")
ROOM = Place("slack", "C0")


class Everybody:
    async def role(self, person: Person) -> Role | None:
        return Role.SENIOR


@dataclass
class Linked:
    """Knows Ana's two accounts."""

    async def person(self, account: Person) -> Person:
        return account

    async def accounts(self, person: Person) -> Mapping[str, Person]:
        return {"slack": ANA, "teams": ANNA} if person.same_as(ANA) or person.same_as(ANNA) else {}


async def asked_by(desk: Desk, asker: Person) -> Review:
    """A draft of high risk that this account asked for, before anybody knew of its person's other one."""
    one = escalation("esc_1", turn("t1"), asker=asker)
    await desk.store.escalations.receive(one)
    review, _ = await desk.store.reviews.open(one, at=one.opened_at)
    made = proposal()
    await desk.store.reviews.propose(review.id, replace(made, triage=replace(made.triage, risk=Risk.HIGH)))
    await desk.store.reviews.set_card(review.id, MessageRef(ROOM, "1.1"))
    return await desk.store.reviews.get(review.id)


async def test_who_asked_by_one_account_does_not_approve_high_risk_by_the_other(desk: Desk) -> None:
    desk = replace(desk, people=Everybody(), identity=Linked())
    review = await asked_by(desk, ANNA)
    with pytest.raises(NotAllowed, match="you asked for it"):
        await reviewing.check(desk, review, Action.APPROVE, ANA)
    await reviewing.check(desk, review, Action.APPROVE, Person("slack", "U2"))


@pytest.mark.parametrize("action", ["review.why", "review.edit", "review.reject", "review.hand_off"])
async def test_a_press_shows_nothing_of_a_room_to_who_cannot_read_it(desk: Desk, action: str) -> None:
    platform = ScriptedPlatform(private=("C0",), closed=("C0",))
    desk = replace(desk, people=Everybody(), platforms={"slack": platform})
    review = await asked_by(desk, Person("slack", "U9"))
    assert review.proposal is not None
    press = Click("k", action, f"{review.id}#{review.proposal.draft.hash}", ANA, Place("slack", "C1"))
    with pytest.raises(NotAllowed, match="private room"):
        await reviews.OPENERS[action](desk, press)
    open_room = replace(desk, platforms={"slack": ScriptedPlatform()})
    assert await reviews.OPENERS[action](open_room, press) is not None
