"""Where the owner of an article is reached: one way for the cards of knowledge fixes and for what the radar finds."""

import logging
from collections.abc import Iterable, Mapping

from bot.domain.chat import Place
from bot.domain.quality import EvalCase
from bot.ports import Desk
from bot.workflows.showing import own_place
from bot.workflows.topics import intents_of

log = logging.getLogger(__name__)


async def owner_place(desk: Desk, owner: str, *, rooms: Iterable[str] = ()) -> Place | None:
    """The room of this owner, else the first of these rooms, else the home room; None where there is none of them."""
    return await own_place(desk, [*named_rooms(desk, owner), *rooms, desk.policy.home_room])


def named_rooms(desk: Desk, owner: str) -> list[str]:
    """The rooms that the owner's name stands for: by the settings, and where it is a room itself."""
    of_team = {team.casefold(): room for team, room in desk.policy.owners.items()}
    mapped = of_team.get(owner.strip().casefold(), "")
    return [room for room in (mapped, owner.strip() if _is_room(owner.strip()) else "") if room]


def _is_room(owner: str) -> bool:
    """A "#name", or an id: letters and digits in capitals, as no team writes its name."""
    return owner.startswith("#") or (len(owner) > 7 and owner.isalnum() and owner.isupper() and not owner.isalpha())


async def intent_rooms(desk: Desk) -> Mapping[str, str]:
    """The rooms that own the intents of the live taxonomy, by intent."""
    return {intent.name: intent.room for intent in await intents_of(desk) if intent.room}


def rooms_of(slug: str, cases: Iterable[EvalCase], by_intent: Mapping[str, str]) -> list[str]:
    """The rooms of the intents whose eval cases cite the article, those with most cases first."""
    intents = [case.intent for case in cases if slug in case.sources and case.intent in by_intent]
    return list(
        dict.fromkeys(by_intent[intent] for intent in sorted(intents, key=lambda name: (-intents.count(name), name)))
    )
