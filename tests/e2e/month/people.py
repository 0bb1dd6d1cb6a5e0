"""What the month's reps do with each draft, by rules that follow whether it is right, and what customers do after."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.chat import Origin, Person, Place, RoomMessage
from bot.domain.codec import codec
from bot.domain.escalation import escalation_id
from bot.domain.review import Action, Decision, FailureMode, Review, ReviewState, needs_second_person
from bot.sandbox.remote import Json
from bot.workflows import receive
from tests.e2e.company import conversation
from tests.e2e.month.company import Company
from tests.e2e.month.customers import ZONE, Asked

_IN_A_ROOM = 0.12  # share of conversations that come in the watched room instead of by the customers' system
_REJECTED, _TONE = 0.3, 0.02
_RATES, _SAYS_RESOLVED, _REOPENS = 0.4, 0.6, 0.04
_NOTES = {
    FailureMode.MISSING_KNOWLEDGE: "Our articles do not say this: {}",
    FailureMode.STALE_POLICY: "This is not true any more: {}",
    FailureMode.AMBIGUOUS_INTENT: "This answers something else. Asked was: {}",
    FailureMode.TONE: "Too curt for somebody who is upset.",
}


@dataclass
class Team:
    """The people at the desk. `untrue` says which matters' articles were overtaken, and what is true now."""

    company: Company
    chance: random.Random
    untrue: dict[str, str] = field(default_factory=dict)
    threads: dict[int, str] = field(default_factory=dict)
    """The escalation of each conversation, by its number."""

    def person(self, name: str) -> Person:
        user = self.company.desk.sandbox.workspace.user(name)
        return Person("slack", user.id, user.real_name)

    # --- customers ----------------------------------------------------------------------------------------------------

    async def receive(self, asked: Asked) -> None:
        """Let the customer write, by their system's signed door or in the room."""
        if self.chance.random() < _IN_A_ROOM:
            self.threads[asked.number] = await self._in_the_room(asked)
        else:
            await self._by_the_door(asked)
            workspace = self.company.bot.store.workspace
            self.threads[asked.number] = escalation_id(workspace, "webhook", asked.id)
        await self.company.settled()

    async def _by_the_door(self, asked: Asked) -> None:
        customer = {"id": asked.customer, "name": asked.name}
        reply_url = self.company.desk.sandbox.customers.reply_url
        data = conversation(asked.id, asked.text, reply_url=reply_url, customer=customer, surface="web chat")
        await self._sends(f"{asked.id}-opens", data, "conversation.escalated")

    async def _in_the_room(self, asked: Asked) -> str:
        desk, room = self.company.desk, "#escalations"
        wrote = await desk.hands.do("messages", room=room, integration=asked.name, text=asked.text)
        place = Place("slack", desk.sandbox.workspace.channel(room).id)
        author = Person("slack", asked.customer, asked.name)
        await receive.from_room(
            self.company.bot,
            RoomMessage(
                asked.id, place, wrote["ts"], author, asked.text, self.company.clock.now(), origin=Origin.PERSON
            ),
        )
        found = await self.company.bot.store.escalations.at_place(Place("slack", place.room, wrote["ts"]))
        if found is None:
            raise RuntimeError(f"nobody took notice of {asked.text!r}")
        return found.id

    async def writes_again(self, asked: Asked) -> None:
        """The customer comes back to the same conversation: the answer did not settle it."""
        turns = [{"id": f"{asked.id}-back", "text": f"I am sorry, I still do not get it. {asked.matter.asks[0]}"}]
        data = conversation(asked.id, customer={"id": asked.customer, "name": asked.name}, turns=turns)
        await self._sends(f"{asked.id}-back", data, "conversation.escalated")
        await self.company.settled()

    async def tells(self, asked: Asked, outcome: str, value: float | None = None) -> None:
        """What became of it, by the customers' system."""
        data: Json = {"conversation_id": asked.id, "outcome": outcome}
        data |= {"value": value} if value is not None else {}
        await self._sends(f"{asked.id}-{outcome}", data, "conversation.outcome")
        await self.company.settled()

    async def _sends(self, key: str, data: Json, kind: str) -> None:
        answer = await self.company.desk.customer_sends(key, data, kind)
        if not answer["acknowledged"]:
            raise RuntimeError(f"the door refused {kind}: {answer}")

    # --- reps ---------------------------------------------------------------------------------------------------------

    async def decide(self, asked: Asked) -> bool:
        """Decide on the newest draft of the conversation; tell whether an answer went out."""
        review = (await self.company.bot.store.reviews.of_escalation(self.threads[asked.number]))[-1]
        if review.state is not ReviewState.READY or review.proposal is None:
            return False
        decision = self._decision(asked, review)
        await self._resolve(decision)
        if decision.action is Action.EDIT and needs_second_person(review.proposal.triage.risk):
            review = await self.company.bot.store.reviews.get(review.id)
            await self._resolve(self._made(review, Action.APPROVE, self.person("sue")))
        state = (await self.company.bot.store.reviews.get(review.id)).state
        return state is ReviewState.DELIVERED

    async def _resolve(self, decision: Decision) -> None:
        text = codec(Decision).dump_json(decision).decode()
        key = f"resolve:{decision.review_id}:{decision.draft_hash}:{decision.action}"
        await self.company.runs.start("resolve", key, decision=text)
        await self.company.settled()

    def _decision(self, asked: Asked, review: Review) -> Decision:
        """By the rules: what is right goes out, what is wrong is rewritten or rejected, what is grave is handed off."""
        matter, proposal = asked.matter, review.proposal
        assert proposal is not None
        rep = self.person(self.chance.choice(("ana", "ana", "bo")))
        true = self.untrue.get(matter.name, matter.answer)
        if not matter.says:
            return self._made(review, Action.HAND_OFF, rep, to=self.person("sue"), note="Please take this over.")
        overtaken = matter.name in self.untrue
        right = matter.right(proposal.draft.text) and not overtaken and not proposal.draft.abstained
        senior = needs_second_person(proposal.triage.risk)
        if right and not proposal.blocks and self.chance.random() > _TONE:
            return self._made(review, Action.APPROVE, self.person("sue") if senior else rep)
        if right or (not proposal.draft.abstained and self.chance.random() < _REJECTED + 0.2 * overtaken):
            mode = self._mode(asked, review, right=right)
            return self._made(review, Action.REJECT, rep, mode=mode, note=_NOTES[mode].format(true))
        return self._made(review, Action.EDIT, rep, text=f"Hello,\n\n{true}\n\nBest regards,\n{rep.name.split()[0]}")

    def _mode(self, asked: Asked, review: Review, *, right: bool) -> FailureMode:
        if right:
            return FailureMode.TONE
        if asked.matter.name in self.untrue:
            return FailureMode.STALE_POLICY
        known = review.proposal and review.proposal.triage.intent == asked.matter.intent
        return FailureMode.MISSING_KNOWLEDGE if known else FailureMode.AMBIGUOUS_INTENT

    def _made(self, review: Review, action: Action, by: Person, **details: object) -> Decision:
        assert review.proposal is not None
        now = self.company.clock.now()
        return Decision(review.id, action, by, now, review.proposal.draft.hash, **details)  # type: ignore[arg-type]

    # --- when ---------------------------------------------------------------------------------------------------------

    def seen_at(self, arrived: datetime) -> datetime:
        """When somebody of the team looks at what arrived then: some minutes later, in working hours."""
        at = arrived.astimezone(ZONE) + timedelta(minutes=self.chance.lognormvariate(2.6, 0.7))
        while at.weekday() > 4 or not 9 <= at.hour < 17:
            opens = at.replace(hour=9, minute=0) + timedelta(days=at.hour >= 17 or (at.weekday() > 4 and at.hour >= 9))
            at = opens + timedelta(minutes=self.chance.uniform(1, 90))
        return at

    def after(self, asked: Asked, answered: datetime) -> list[tuple[datetime, str, float | None]]:
        """What the customer lets know after an answer: that it is settled, a rating, or that it is not."""
        if self.threads[asked.number] != escalation_id(self.company.bot.store.workspace, "webhook", asked.id):
            return []
        told: list[tuple[datetime, str, float | None]] = []
        if self.chance.random() < _REOPENS:
            return [(answered + timedelta(hours=self.chance.uniform(2, 30)), "again", None)]
        if self.chance.random() < _SAYS_RESOLVED:
            told.append((answered + timedelta(hours=self.chance.uniform(0.2, 8)), "resolved", None))
        if self.chance.random() < _RATES:
            rating = self.chance.choices((2, 3, 4, 5), (0.03, 0.12, 0.3, 0.55))[0]
            told.append((answered + timedelta(hours=self.chance.uniform(0.5, 20)), "rating", float(rating)))
        return told
