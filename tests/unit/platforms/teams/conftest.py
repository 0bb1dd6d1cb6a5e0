"""The Teams platform against the stand-in: both real, over 127.0.0.1, nothing patched."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.domain.chat import Person, Place, Role
from bot.domain.errors import Unavailable
from bot.platforms.patience import Patience
from bot.platforms.teams.adapter import TeamsPlatform
from bot.platforms.teams.services import Services, services
from bot.ports import Store
from bot.settings.edges import Teams
from bot.storage.engine import create_engine
from bot.storage.store import open_store
from tests.teams.activities import Activities
from tests.teams.company import standin_serving, teams_section
from tests.teams.standin import StandIn
from tests.teams.world import Message
from tests.unit.platforms.conftest import FakeClock
from tests.unit.scripted import empty_store, store_file

__all__ = ["empty_store", "store_file"]


@dataclass
class Roles:
    """Who may do what, as the test says; `away` for a directory that does not answer, after so many seconds."""

    roles: dict[str, Role] = field(default_factory=dict)
    away: float | None = None

    async def role(self, person: Person) -> Role | None:
        if self.away is not None:
            await asyncio.sleep(self.away)
            raise Unavailable("not now")
        return self.roles.get(person.id)


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with standin_serving() as serving:
        yield serving


@pytest.fixture
def settings(standin: StandIn) -> Teams:
    return Teams(**teams_section(standin) | {"pace_seconds": 0.001})  # kept to what Teams allows, no slower


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        yield session


@pytest.fixture
def microsoft(session: aiohttp.ClientSession, settings: Teams) -> Services:
    return services(session, settings, Patience(5.0, 5, 0.001))


@pytest.fixture
async def store(store_file: Path, clock: FakeClock) -> AsyncIterator[Store]:
    engine = create_engine(f"sqlite+aiosqlite:///{store_file}")
    yield open_store(engine, "main", now=clock.now)
    await engine.close()


@pytest.fixture
def roles(standin: StandIn) -> Roles:
    people = standin.world.people
    return Roles({people["ana"].id: Role.REP, people["sue"].id: Role.SENIOR})


def adapter(microsoft: Services, settings: Teams, store: Store, clock: FakeClock, roles: Roles) -> TeamsPlatform:
    return TeamsPlatform(microsoft, settings, store, clock, people=roles, opens=lambda action: action == "edit")


@pytest.fixture
def deliveries(standin: StandIn) -> Activities:
    """What Teams would deliver."""
    return Activities(standin.world, standin.service_url)


@pytest.fixture
async def teams(
    microsoft: Services,
    settings: Teams,
    store: Store,
    clock: FakeClock,
    roles: Roles,
    standin: StandIn,
    deliveries: Activities,
) -> AsyncIterator[TeamsPlatform]:
    """The platform, added to every team and for Ana."""
    made = adapter(microsoft, settings, store, clock, roles)
    people = standin.world.people
    for team in standin.world.teams.values():
        for activity in deliveries.team_changed(people["mae"], team, added=True):
            await made.noted(activity)
    for activity in deliveries.installed(people["ana"], added=True):
        await made.noted(activity)
    yield made
    await made.close()


@pytest.fixture
async def root(teams: TeamsPlatform, standin: StandIn, deliveries: Activities) -> Message:
    """A customer's message in the channel of escalations."""
    world = standin.world
    message = world.write(world.find("Escalations")[1].id, world.people["gus"], text="Where is my parcel?")
    await teams.noted(deliveries.message(message))
    return message


@pytest.fixture
def room(root: Message) -> Place:
    return Place("teams", root.conversation)


@pytest.fixture
def thread(root: Message) -> Place:
    return Place("teams", root.conversation, root.id)
