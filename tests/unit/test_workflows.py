"""A workflow release is what answers: switched at once, kept by what was begun with it, and made of texts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import starting
from bot.app.parts import Parts, build_desk
from bot.domain.article import Release
from bot.domain.chat import Person
from bot.domain.errors import Conflict, NotFound, Rejected
from bot.llm.offline.drafter import OfflineDrafter
from bot.ports import Desk
from bot.settings import Settings
from bot.triage.teaching import with_examples
from bot.workflows import releases
from tests.contracts.store_samples import escalation
from tests.embedders import MEANINGS
from tests.unit.scripted import Clock

SUE = Person("slack", "U_SUE", "Sue")
TAXONOMY = """\
version: 1
intents:
  - name: delivery
    title: Delivery
    risk: low
    examples: ["where is my parcel", "when does it arrive"]
  - name: refund
    title: Refunds
    risk: medium
    examples: ["where is my money", "I want to send it back"]
"""
TONE = """\
version: 1
sentiment: {happy: ["thank you"], neutral: ["a question"], unhappy: ["that is bad"]}
urgency: {high: ["at once"], normal: ["a question"], low: ["whenever you like"]}
"""
VOICE = 'greeting: "Hello {name},"\nallowed_link_hosts: [shop.example]\n'
MODEL = {"api_key": "not-a-secret", "model": "model-x"}


@dataclass
class House:
    """A folder with the files that a process reads, and the processes that were started there."""

    folder: Path
    started: list[Parts] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    async def start(self, *, serves: bool = True, **sections: Any) -> Desk:
        """Start a process, as it were, and return its desk."""
        files = {name: self.folder / f"{name}.yaml" for name in ("taxonomy", "tone", "voice")}
        settings = Settings(
            core={"data_dir": self.folder, "_env_file": None}, desk=files, search={"embedder": "static"}, **sections
        )
        self.started.append(await build_desk(settings, clock=Clock(), meanings=MEANINGS, serves=serves))
        return self.started[-1].desk


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    for name, text in {"taxonomy": TAXONOMY, "tone": TONE, "voice": VOICE}.items():
        made.write(name, text)
    yield made
    for parts in made.started:
        await parts.engine.close()


async def live(desk: Desk) -> Release:
    return await desk.store.releases.live("workflow")


async def taught(desk: Desk, *examples: str) -> Release:
    """A release with more examples of a delivery, live."""
    before = await live(desk)
    text = with_examples((await desk.workflows.parts(before.number))["taxonomy"], {"delivery": examples})
    made = await desk.workflows.propose({"taxonomy": text}, beside=before, reason="Labels", by=SUE, fix="labels")
    return await desk.store.releases.activate("workflow", made.number)


async def taxonomy(desk: Desk) -> str:
    return (await desk.workflows.parts((await live(desk)).number))["taxonomy"]


async def test_a_switch_in_one_process_is_seen_by_the_next_call_in_another(house: House) -> None:
    here, there = await house.start(), await house.start()
    first = await there.workflows.live()
    assert (first.release, first.allowed_hosts) == (1, frozenset({"shop.example"}))
    made = await here.workflows.propose(
        {"voice": "allowed_link_hosts: [help.example]"}, beside=await live(here), reason="Hosts", by=SUE
    )
    assert not made.was_live and (await there.workflows.live()).release == 1
    await here.store.releases.activate("workflow", made.number, instead_of=1)
    assert (await there.workflows.live()).allowed_hosts == frozenset({"help.example"})
    assert (await there.workflows.get(1)).allowed_hosts == frozenset({"shop.example"})


async def test_a_release_judges_by_its_own_examples(house: House) -> None:
    desk = await house.start()
    asked = escalation(turns=(replace(escalation().turns[0], text="Which kiosk has it?"),))
    assert (await (await desk.workflows.live()).triager.triage(asked)).intent == "unknown"
    await taught(desk, "which kiosk has it", "is it at the kiosk", "the kiosk")
    assert (await (await desk.workflows.live()).triager.triage(asked)).intent == "delivery"
    assert (await (await desk.workflows.get(1)).triager.triage(asked)).intent == "unknown"


async def test_a_file_as_it_was_undoes_nothing_that_was_learned_or_rolled_back(house: House) -> None:
    await taught(await house.start(), "which kiosk has it")
    assert "which kiosk" in await taxonomy(await house.start())
    house.write("voice", VOICE.replace("shop", "help"))
    desk = await house.start()
    assert (await live(desk)).number == 3
    _, now = await releases.roll_back(desk, by=SUE, why="The old hosts.", kind="workflow")
    again = await house.start()
    assert (await live(again)).number == now.number == 2
    assert (await again.workflows.live()).allowed_hosts == frozenset({"shop.example"})


async def test_a_changed_file_keeps_what_was_learned_and_the_log_says_what_changed(house: House) -> None:
    await taught(await house.start(), "which kiosk has it")
    house.write("taxonomy", TAXONOMY.replace("title: Refunds", "title: Money back"))
    desk = await house.start()
    assert "which kiosk" in await taxonomy(desk) and "Money back" in await taxonomy(desk)
    (line,) = [line for line in await desk.store.policy_log.newest() if "workflow v3" in line.why]
    assert (line.kind, line.before.strip(), line.after.strip()) == ("taxonomy", "title: Refunds", "title: Money back")


async def test_a_command_with_other_files_or_settings_changes_nothing_that_customers_are_told(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    begun = await house.start(serves=False)
    assert (await live(begun)).number == 1
    house.write("voice", VOICE.replace("shop", "help"))
    asking = await house.start(serves=False)
    assert (await live(asking)).number == 1
    assert (await asking.workflows.live()).allowed_hosts == frozenset({"shop.example"})
    assert "the next start of ratchet serve makes that live" in caplog.text
    assert (await live(await house.start())).number == 2
    serving = await house.start(openai=MODEL)
    assert (await live(serving)).number == 3
    passing = await house.start(serves=False)
    assert (await live(passing)).number == 3
    with pytest.raises(Conflict, match="none is set up here"):
        await passing.workflows.live()


async def test_a_process_that_dies_before_it_noted_its_files_comes_to_the_same(house: House) -> None:
    desk = await house.start()
    await taught(desk, "which kiosk has it")
    house.write("taxonomy", TAXONOMY.replace("title: Refunds", "title: Money back"))
    noted = await desk.store.releases.live(starting.FILES)
    third = await live(await house.start())
    await desk.store.releases.activate(starting.FILES, noted.number)  # as if the note had not been made
    assert await live(await house.start()) == third


async def test_what_another_version_or_setting_made_is_refused_with_what_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    modelled = await house.start(openai=MODEL)
    assert (await modelled.workflows.live()).drafter.name == "openai"
    monkeypatch.setattr(OfflineDrafter, "version", "of-tomorrow")
    desk = await house.start()
    with pytest.raises(Conflict, match=r"workflow v1 is of another version .* its drafter is “offline .*of-tomorrow”"):
        await releases.activate(desk, 1, by=SUE, why="Back.", kind="workflow")
    assert (await live(desk)).number == 2
    third = await live(await house.start(openai=MODEL))
    with pytest.raises(Conflict, match=r"model model-x, and none is set up here\. Set RATCHET_OPENAI_API_KEY"):
        await desk.workflows.get(third.number)
    with pytest.raises(NotFound):
        await desk.workflows.get(9)


async def test_a_process_stays_with_its_release_where_it_cannot_answer_as_the_new_one(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    old = await house.start()
    assert (await old.workflows.live()).release == 1
    with monkeypatch.context() as newer:
        newer.setattr(OfflineDrafter, "version", "of-tomorrow")
        await house.start()
    assert (await live(old)).number == 2
    assert (await old.workflows.live()).release == 1
    assert "Answers stay with workflow v1" in caplog.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"taxonomy": TAXONOMY.replace("risk: low", "risk: none")}, 'intent "delivery", risk'),
        ({"voice": "greeting: [1"}, "The voice is not YAML"),
        ({"tone": "version: 1"}, "The tone"),
        ({"model": "model-x"}, "drafts with the model model-x"),
        ({"guardrails": "none"}, "has no text called guardrails"),
    ],
)
async def test_a_text_that_cannot_be_read_makes_no_release(house: House, changes: dict[str, str], said: str) -> None:
    desk = await house.start()
    with pytest.raises(Rejected, match=said):
        await desk.workflows.propose(changes, beside=await live(desk), reason="", by=SUE)
    assert len(await desk.store.releases.newest("workflow")) == 1


async def test_a_candidate_goes_live_by_hand_only_as_an_override_and_the_log_says_so(house: House) -> None:
    desk = await house.start()
    made = await desk.workflows.propose(
        {"voice": "allowed_link_hosts: [help.example]"}, beside=await live(desk), reason="Hosts", by=SUE
    )
    with pytest.raises(Conflict, match="candidate that the evals did not let through"):
        await releases.activate(desk, made.number, by=SUE, why="Now.", kind="workflow")
    with pytest.raises(Rejected):
        await releases.activate(desk, made.number, by=SUE, why=" ", kind="workflow", override=True)
    await releases.activate(desk, made.number, by=SUE, why="Now.", kind="workflow", override=True)
    said = {line.kind: line for line in await desk.store.policy_log.newest(2)}
    assert (said["override"].before, said["override"].after, said["override"].by) == ("workflow v1", "workflow v2", SUE)
    assert "help.example" in said["workflow"].after and "shop.example" in said["workflow"].before
