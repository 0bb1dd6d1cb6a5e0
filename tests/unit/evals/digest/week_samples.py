"""A week on record, for the tests of the digest."""

from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import Any

from bot.domain.answer import Finding, Level
from bot.domain.article import Revision
from bot.domain.calendar import Week
from bot.domain.chat import MessageRef, Person, Place
from bot.domain.errors import DeliveryFailed
from bot.domain.escalation import Author
from bot.domain.escaped import Escape, EscapedError, Seen
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.quality import CaseTurn, EvalCase
from bot.domain.review import Action, FailureMode, Review
from bot.ports import Desk
from bot.workflows.room_readers import RoomReaders
from tests.contracts.store_samples import ANA, NOON, after, decision, draft, escalation, proposal, turn
from tests.unit.scripted import ScriptedPlatform

WEEK = Week.of(NOON, UTC)  # type: ignore[arg-type]
DAY = timedelta(days=1)
BEANS = Revision("beans", "", "Opened beans", "Opened beans can be returned within 14 days.", owner="Returns")
POLICY = Revision("policy", "", "Returns policy", "Opened beans can be returned within 30 days.", owner="Policy")
BLOCKED = (Finding("links", Level.BLOCK, "A."),)
SECRET = "zanzibar"  # stands in customers' words only


@dataclass
class Linking(ScriptedPlatform):
    """A platform whose messages have addresses, but not those in archived rooms, and that knows people by name."""

    archived: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    async def permalink(self, message: MessageRef) -> str:
        if message.place.room in self.archived:
            raise DeliveryFailed("is_archived", permanent=True)
        return f"https://chat.example/{message.place.room}/{message.message}"

    async def name_of(self, person: Person) -> str:
        return self.names.get(person.id, "")


def managers(desk: Desk) -> RoomReaders:
    """Who reads the digest."""
    return RoomReaders(desk, desk.policy.managers_room)


async def drafted(desk: Desk, name: str, *, at: float = 0, room: str = "C1", intent: str = "", **made: Any) -> Review:
    """A draft with its card in the room; `made` changes the proposal."""
    place = Place("slack", room, f"t.{name}")
    asked = turn(f"{name}:1", f"My {SECRET} parcel?", at=at)
    stored, _ = await desk.store.escalations.receive(escalation(name, asked, place=place, opened_at=after(at)))
    review, _ = await desk.store.reviews.open(stored, at=after(at))
    suggested = replace(proposal(), **made)
    if intent:
        suggested = replace(suggested, triage=replace(suggested.triage, intent=intent))
    await desk.store.reviews.set_card(review.id, MessageRef(place, f"m.{name}"))
    return await desk.store.reviews.propose(review.id, suggested)


async def decided(desk: Desk, name: str, action: Action, mode: FailureMode | None = None, **how: Any) -> Review:
    """A draft that somebody decided on a minute later."""
    at = how.pop("at", 0.0)
    review = await drafted(desk, name, at=at, **how)
    made = decision(review, action, mode=mode, at=after(at + 60))
    return (await desk.store.reviews.claim(made)).review


async def rejected(desk: Desk, *names: str, mode: FailureMode = FailureMode.MISSING_KNOWLEDGE, **how: Any) -> None:
    for name in names:
        await decided(desk, name, Action.REJECT, mode, **how)


async def escaped(desk: Desk, review: str, how: Escape = Escape.RATED, **changes: Any) -> None:
    error = EscapedError(review, how, after(3600), Seen.UNCOVERED, f"My {SECRET} parcel?", "where_is_it")
    await desk.store.escapes.keep(replace(error, **changes))


def fix(name: str = "fix_1", state: FixState = FixState.OPEN, **changes: Any) -> KnowledgeFix:
    base = KnowledgeFix(name, state, BEANS, "h1", ANA, NOON, mode=FailureMode.MISSING_KNOWLEDGE, escalation="esc_1")
    return replace(base, **changes)


def case(name: str = "case_1", **changes: Any) -> EvalCase:
    asked = CaseTurn(Author.CUSTOMER, f"Where is my {SECRET} parcel?")
    return replace(EvalCase(name, (asked,), intent="where_is_it", by=(ANA,), created_at=NOON), **changes)


def abstained(**changes: Any) -> Any:
    return draft("", citations=(), **changes)
