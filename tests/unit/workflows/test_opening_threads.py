from dataclasses import replace

from bot.cards.elements import Card
from bot.domain.chat import MessageRef, Place
from bot.ports import Desk
from bot.workflows import showing
from tests.contracts.store_samples import NOON, escalation
from tests.unit.scripted import ScriptedPlatform

BEGUN = MessageRef(Place("slack", "#orders"), "1.0")


class BegunElsewhere(ScriptedPlatform):
    """Another run has posted the opening already, in the room that owned the intent then."""

    async def post(self, place: Place, card: Card, *, key: str) -> MessageRef:
        return BEGUN if key.startswith("opening:") else await super().post(place, card, key=key)


async def test_a_card_goes_to_the_thread_that_was_begun_whatever_room_owns_the_intent_now(desk: Desk) -> None:
    desk = replace(desk, platforms={"slack": BegunElsewhere()})
    asked, _ = await desk.store.escalations.receive(escalation(place=None))
    review, _ = await desk.store.reviews.open(asked, at=NOON)
    assert await showing.paint(desk, review.id, "#billing") is None
    assert (await desk.store.escalations.get(asked.id)).place == Place("slack", "#orders", thread="1.0")
