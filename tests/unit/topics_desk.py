"""A desk with questions that fit no intent, for the tests of topics."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.cards.elements import Card
from bot.domain.answer import UNKNOWN_INTENT, Risk
from bot.domain.chat import Person, Role
from bot.domain.escalation import Customer
from bot.domain.intents import TopicProposal
from bot.ports import Desk
from bot.workflows.new_topics import propose_topics
from bot.workflows.run import RecordedRun
from tests.contracts.store_samples import escalation, proposal, turn
from tests.unit.scripted import OneWorkflow, ScriptedPlatform

EXAMPLES = {
    "delivery": ("Where is my parcel?", "My package is late", "When does my order arrive?", "Track my delivery"),
    "refund": ("I want my money back", "When is my refund paid?", "No refund yet", "Refund my order please"),
    "account": ("I cannot log in", "Reset my password", "My account is locked", "Wrong password"),
    "machine": ("The machine leaks", "No steam comes out", "It shows an error code", "The pump is loud"),
}
TAXONOMY = json.dumps(
    {
        "version": 1,
        "intents": [
            {"name": name, "title": name.capitalize(), "risk": "low", "room": "#orders", "examples": said}
            for name, said in EXAMPLES.items()
        ],
    }
)
COURSES = (
    "Do you give barista courses? I am Hanna Vos", "When is the next barista course?",
    "Is there a barista course with latte art?", "How much is a barista course? Mail hanna@x.example",
    "Can I book a barista course for two?", "Is the barista course for beginners?",
)  # fmt: skip
ROASTING = (
    "Do you roast green beans to order?", "Can you roast my own green beans?", "Is roasting green beans on offer?",
    "I have green beans, would you roast them?", "What does roasting my green beans cost?",
)  # fmt: skip
SENIOR, REP, OUTSIDER = Person("slack", "U7", "Sue"), Person("slack", "U8", "Bo"), Person("slack", "U9", "Gus")


@dataclass
class Roles:
    """Who is what; everybody else is an outsider."""

    roles: dict[str, Role] = field(default_factory=lambda: {SENIOR.id: Role.SENIOR, REP.id: Role.REP})

    async def role(self, person: Person) -> Role | None:
        return self.roles.get(person.id)


@dataclass
class TaughtBy(OneWorkflow):
    """One workflow whose taxonomy says this."""

    taxonomy: str = TAXONOMY

    async def parts(self, number: int) -> Mapping[str, str]:
        return {"taxonomy": self.taxonomy}


async def distinguishing(desk: Desk, taxonomy: str = TAXONOMY) -> Desk:
    """The desk with this taxonomy, and with people who have roles."""
    return replace(desk, workflows=TaughtBy(await desk.workflows.live(), taxonomy), people=Roles())


async def ask(
    desk: Desk,
    texts: Sequence[str],
    *,
    name: str = "c",
    intent: str = UNKNOWN_INTENT,
    risk: Risk = Risk.MEDIUM,
) -> None:
    """Let customers ask these, each in a conversation of its own, judged to be of this intent."""
    for number, text in enumerate(texts):
        at = desk.clock.now() - timedelta(minutes=len(texts) - number)
        said = replace(turn(f"{name}{number}", text), at=at)
        customer = Customer(f"{name}{number}", "Hanna Vos", "hanna@x.example")
        asked, _ = await desk.store.escalations.receive(
            escalation(f"esc_{name}{number}", said, opened_at=at, customer=customer)
        )
        review, _ = await desk.store.reviews.open(asked, at=at)
        triage = replace(proposal().triage, intent=intent, risk=risk)
        await desk.store.reviews.propose(review.id, proposal(triage=triage))


async def propose(desk: Desk) -> tuple[TopicProposal, ...]:
    """Propose topics as the weekly run does; all that were proposed so far, newest first."""
    await propose_topics(RecordedRun("run-topics", desk.clock), desk)
    return await desk.store.topics.newest()


def cards(platform: ScriptedPlatform) -> list[Card]:
    return [card for key, card in platform.cards.items() if key.startswith("topic:")]
