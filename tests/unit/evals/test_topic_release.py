"""A topic that somebody accepted or merged is taught where the evals find nothing worse, and held otherwise."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.app.workflows import StoredWorkflows
from bot.cards.block_kit import render_card
from bot.domain.answer import UNKNOWN_INTENT, Risk, Triage
from bot.domain.article import Release
from bot.domain.errors import Unavailable
from bot.domain.escalation import Escalation
from bot.domain.intents import LabelSource, TopicProposal, TopicState
from bot.domain.quality import GateResult, Verdict
from bot.ports import Desk, KnownIntent, Workflow
from bot.ports.workflow import TEXTS
from bot.triage.teacher import TaxonomyTeacher
from bot.workflows import topics
from evals.topic_release import hold, release, settle, teach, teach_topic
from tests.contracts.store_samples import NOON
from tests.unit.evals.releasing import Reader, at_work, case, live_run
from tests.unit.scripted import ScriptedPlatform
from tests.unit.topics_desk import COURSES, SENIOR, TAXONOMY, Roles, ask, cards, propose

PARCEL = replace(case("When does a parcel arrive inside the country?", "2 days", core=True), intent="delivery")
EXAMPLES = ("Do you give barista courses?", "Is the barista course for beginners?", "Can I book a barista course?")


class FirstWord(Reader):
    """Takes a question for the first intent that has an example which begins like it; `trouble` is raised instead."""

    trouble: Exception | None = None

    async def triage(self, escalation: Escalation) -> Triage:
        if FirstWord.trouble:
            raise FirstWord.trouble
        judged, first = await super().triage(escalation), escalation.question.split()[0]
        known = TaxonomyTeacher().intents(self.name)
        like = (intent.name for intent in known if any(said.split()[0] == first for said in intent.examples))
        return replace(judged, intent=next(like, UNKNOWN_INTENT), intent_title="")


class Maker:
    """Makes workflows that triage by the first word."""

    code: Mapping[str, str] = {}

    def __init__(self, like: Workflow) -> None:
        self._like = like

    def make(self, release: Release, parts: Mapping[str, str]) -> Workflow:
        return replace(self._like, release=release.number, triager=FirstWord(parts["taxonomy"]), drafter=Reader())


@pytest.fixture
async def ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk as workflow v1 with a core case, that was asked for courses and has a topic of them."""
    monkeypatch.setattr(FirstWord, "trouble", None)
    like = await desk.workflows.live()
    desk = replace(await at_work(desk, Reader()), people=Roles())
    desk = replace(desk, workflows=StoredWorkflows(desk.store, desk.clock, Maker(like)))  # type: ignore[arg-type]
    manifest = await desk.store.workflow_parts.keep(dict.fromkeys(TEXTS, "") | {"taxonomy": TAXONOMY})
    await desk.store.releases.publish("workflow", manifest, reason="", at=NOON)
    await desk.store.cases.save(PARCEL)
    await ask(desk, COURSES)
    await propose(desk)
    return desk


async def taught(desk: Desk, *examples: str, ref: str = "1") -> TopicProposal:
    """The topic after a senior accepted it with these examples, and the run that this starts."""
    (topic,) = await desk.store.topics.newest()
    intent = KnownIntent("courses", "Courses", Risk.LOW, "", examples)
    await topics.accept(desk, topic.id, SENIOR, intent, ref=ref)
    return await run(desk, topic)


async def run(desk: Desk, topic: TopicProposal) -> TopicProposal:
    await teach_topic(live_run(desk, "teaching"), desk, topic=topic.id)
    return await desk.store.topics.get(topic.id)


async def live(desk: Desk) -> int:
    return (await desk.workflows.live()).release


async def test_an_accepted_topic_is_an_intent_in_a_release_of_its_own(ready: Desk, platform: ScriptedPlatform) -> None:
    topic = await taught(ready, *EXAMPLES)
    assert topic.gate is not None
    assert (topic.state, topic.release, await live(ready)) == (TopicState.ACCEPTED, 2, 2), topic.gate.why
    courses = (await topics.intents_of(ready))[0]
    assert (courses.name, courses.title, courses.risk, courses.examples) == ("courses", "Courses", Risk.LOW, EXAMPLES)
    assert "Now the intent “Courses”" in json.dumps(render_card(cards(platform)[0]), ensure_ascii=False)
    log = {change.kind: change for change in await ready.store.policy_log.newest(2)}
    assert log["taxonomy"].by == log["activation"].by == SENIOR
    assert "Made 6 conversations that fitted no intent the intent “Courses”." in log["taxonomy"].why


async def test_its_conversations_are_labels_but_for_those_that_were_left_out(ready: Desk) -> None:
    (proposed,) = await ready.store.topics.newest()
    kept = [example for example in proposed.examples if not example.startswith(("When", "How"))]
    topic = await taught(ready, *kept, "Can anybody learn this?")
    labels = await ready.store.labels.all()
    assert len(labels) == 4
    assert {(label.intent, label.source, label.by) for label in labels} == {("courses", LabelSource.TOPIC, SENIOR)}
    assert {label.taught for label in labels} == {topic.release}
    assert not any("Hanna" in label.text for label in labels)


async def test_a_topic_that_breaks_a_core_case_is_held_and_nothing_changes(
    ready: Desk, platform: ScriptedPlatform
) -> None:
    topic = await taught(ready, *EXAMPLES, "When is the next barista course?")
    assert topic.gate is not None
    assert (topic.state, topic.gate.verdict, topic.gate.broken_core) == (TopicState.HELD, Verdict.HELD, (PARCEL.id,))
    assert (await live(ready), await ready.store.labels.all()) == (1, ())
    card = json.dumps(render_card(cards(platform)[0]), ensure_ascii=False)
    assert PARCEL.question in card
    assert "Try again" in card
    assert (await taught(ready, *EXAMPLES, ref="2")).state is TopicState.ACCEPTED


async def test_a_held_topic_goes_through_once_its_case_is_mended(ready: Desk) -> None:
    held = await taught(ready, *EXAMPLES, "When is the next barista course?")
    await ready.store.cases.replace(replace(PARCEL, intent=""))
    await topics.try_again(ready, held.id, SENIOR, ref="again")
    assert (await run(ready, held)).state is TopicState.ACCEPTED


async def test_merging_adds_the_examples_to_the_known_intent(ready: Desk) -> None:
    (topic,) = await ready.store.topics.newest()
    await topics.merge(ready, topic.id, SENIOR, "refund", ref="1")
    merged = await run(ready, topic)
    assert (merged.state, merged.release) == (TopicState.MERGED, 2)
    refund = next(intent for intent in await topics.intents_of(ready) if intent.name == "refund")
    assert set(topic.examples) < set(refund.examples)
    assert {label.intent for label in await ready.store.labels.all()} == {"refund"}


async def test_a_gate_that_cannot_run_holds_and_says_so(ready: Desk) -> None:
    await live(ready)
    FirstWord.trouble = Unavailable("The embedder does not answer.")
    topic = await taught(ready, *EXAMPLES)
    assert topic.gate is not None
    assert (topic.state, topic.gate.verdict, await live(ready)) == (TopicState.HELD, Verdict.FAILED, 1)
    assert "The embedder does not answer." in topic.gate.why


async def test_a_taxonomy_that_changed_under_the_form_holds_with_what_is_wrong(ready: Desk) -> None:
    (topic,) = await ready.store.topics.newest()
    await topics.accept(ready, topic.id, SENIOR, KnownIntent("courses", "Courses", Risk.LOW, "", EXAMPLES), ref="1")
    other = ready.teacher.with_intent(TAXONOMY, KnownIntent("courses", "Others", Risk.LOW, "", ("One", "Two", "Three")))
    manifest = await ready.store.workflow_parts.keep(dict.fromkeys(TEXTS, "") | {"taxonomy": other})
    await ready.store.releases.publish("workflow", manifest, reason="", at=NOON)
    held = await run(ready, topic)
    assert held.gate is not None
    assert held.state is TopicState.HELD
    assert "is taken" in held.gate.why


async def test_steps_that_come_again_after_a_crash_do_nothing_twice(ready: Desk) -> None:
    (topic,) = await ready.store.topics.newest()
    await topics.accept(ready, topic.id, SENIOR, KnownIntent("courses", "Courses", Risk.LOW, "", EXAMPLES), ref="1")
    written = await teach(ready, topic.id)
    first = await release(ready, topic.id, written)
    tried: Any = await release(ready, topic.id, written)
    assert (tried.live, tried.release, await live(ready)) == (True, first.release, 2)
    await settle(ready, topic.id, tried)
    ended, labels, log = await ready.store.topics.get(topic.id), await ready.store.labels.all(), await _log(ready)
    await settle(ready, topic.id, tried)
    assert (await ready.store.topics.get(topic.id), await ready.store.labels.all(), await _log(ready)) == (
        ended, labels, log,
    )  # fmt: skip


async def _log(desk: Desk) -> list[str]:
    return [change.id for change in await desk.store.policy_log.newest()]


async def test_a_topic_that_another_run_ended_meanwhile_stays_ended(
    ready: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (topic,) = await ready.store.topics.newest()
    await topics.accept(ready, topic.id, SENIOR, KnownIntent("courses", "Courses", Risk.LOW, "", EXAMPLES), ref="1")
    store = ready.store.topics
    read = store.get

    async def read_then_ended(topic_id: str) -> TopicProposal:
        monkeypatch.setattr(store, "get", read)
        found = await read(topic_id)
        await store.change(replace(found, state=TopicState.ACCEPTED))
        return found

    monkeypatch.setattr(store, "get", read_then_ended)
    await hold(ready, topic.id, GateResult(Verdict.HELD, "It breaks 1 case."))
    assert (await store.get(topic.id)).state is TopicState.ACCEPTED
