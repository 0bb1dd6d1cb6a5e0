"""The durable run behind an accepted or merged topic: teach the taxonomy, try it, put it live or hold it; in steps."""

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.domain.errors import Conflict, RatchetError
from bot.domain.intents import Label, LabelSource, TopicProposal, TopicState, label_id
from bot.domain.quality import GateResult, Verdict
from bot.ports import Desk, KnownIntent, Run
from bot.workflows.answer import record, save_trace
from bot.workflows.new_topics import example_of
from bot.workflows.releases import WORKFLOW
from bot.workflows.run import StepFailed
from bot.workflows.topics import show_topic, threads_of
from evals.workflow_release import Tried, release_workflow


@dataclass(frozen=True, slots=True)
class Taught:
    """The taxonomy's text with the topic in it and the release that it stands beside, or the problem that kept it."""

    taxonomy: str = ""
    beside: int = 0
    problem: str = ""


async def teach_topic(run: Run, desk: Desk, *, topic: str) -> None:
    """Make the topic what somebody decided if the evals find nothing worse, or hold it.

    Until the one step that switches, the release before it is live, whatever happens.
    """
    try:
        taught = await run.step("teach", teach, desk, topic)
        if taught.problem:
            await run.step("hold", hold, desk, topic, GateResult(Verdict.FAILED, taught.problem))
        else:
            tried = await run.step("release", release, desk, topic, taught)
            await run.step("settle", settle, desk, topic, tried)
    except StepFailed:
        fault = GateResult(Verdict.FAILED, f"Something went wrong here. Details: ratchet trace show {run.id}")
        await run.step("hold", hold, desk, topic, fault)
    except RatchetError as problem:
        await run.step("hold", hold, desk, topic, GateResult(Verdict.FAILED, str(problem)))
    await show_topic(run, desk, topic=topic)
    await run.step("trace", save_trace, desk, record(run, desk, "topic", ""))


async def teach(desk: Desk, topic_id: str) -> Taught:
    """Write the topic into the taxonomy that is live."""
    topic = await desk.store.topics.get(topic_id)
    live = await desk.store.releases.live(WORKFLOW)
    try:
        text = (await desk.workflows.parts(live.number))["taxonomy"]
        if topic.merges:
            return Taught(desk.teacher.with_examples(text, {topic.intent: topic.kept}), live.number)
        intent = KnownIntent(topic.intent, topic.intent_title, topic.risk, topic.room, topic.kept)
        return Taught(desk.teacher.with_intent(text, intent), live.number)
    except RatchetError as problem:
        return Taught(problem=str(problem))


async def release(desk: Desk, topic_id: str, taught: Taught) -> Tried:
    """Bring the taught taxonomy to the customers if the evals find nothing worse; called again it goes on."""
    topic = await desk.store.topics.get(topic_id)
    beside = await desk.store.releases.get(WORKFLOW, taught.beside)
    count = f"{len(topic.members)} conversations that fitted no intent"
    what = f"Added {count} to" if topic.merges else f"Made {count} the intent"
    return await release_workflow(
        desk,
        {"taxonomy": taught.taxonomy},
        reason=f"{what} “{topic.intent_title}”.",
        by=topic.decided_by,
        fix=topic.id,
        beside=beside,
    )


async def settle(desk: Desk, topic_id: str, tried: Tried) -> None:
    """End the topic, its conversations being labels from now on; or hold it. Again after a crash it goes on."""
    if not tried.live:
        await hold(desk, topic_id, tried.gate)
        return
    topic = await desk.store.topics.get(topic_id)
    if topic.state is TopicState.TRYING:
        await _label(desk, topic, tried.release.number)
        state = TopicState.MERGED if topic.merges else TopicState.ACCEPTED
        await _end(desk, topic_id, state=state, gate=tried.gate, release=tried.release.number)


async def hold(desk: Desk, topic_id: str, verdict: GateResult) -> None:
    """Leave everything as it is, and say why."""
    await _end(desk, topic_id, state=TopicState.HELD, gate=verdict)


async def _label(desk: Desk, topic: TopicProposal, number: int) -> None:
    """Keep what the topic's conversations are, but for those whose words were taken out of the examples.

    The release has learned from those that are its examples; the others teach the next one.
    """
    if topic.decided_by is None or topic.decided_at is None:
        return
    left_out = set(topic.examples) - set(topic.kept)
    learned = []
    for thread in await threads_of(desk, topic):
        name, text = thread.escalation.id, example_of(thread)
        if text and text not in left_out:
            label = Label(
                label_id(name), text, topic.intent, LabelSource.TOPIC, topic.decided_by, topic.decided_at, name
            )
            kept = await desk.store.labels.save(label)
            learned += [kept] if text in topic.kept else []
    await desk.store.labels.mark_taught(learned, number)


async def _end(desk: Desk, topic_id: str, **how: object) -> None:
    """End the trial so, unless another run of the topic has ended it meanwhile."""
    while (topic := await desk.store.topics.get(topic_id)).state is TopicState.TRYING:
        with suppress(Conflict):
            await desk.store.topics.change(replace(topic, **how))  # type: ignore[arg-type]
