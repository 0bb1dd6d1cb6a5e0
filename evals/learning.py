"""The durable run that learns from labels: measure, build, try, put live or leave, thank. Each a step."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.cards.learning import in_figures, learned_card
from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.chat import Person
from bot.domain.intents import Label
from bot.domain.refit import FEWEST, Outcome, Refit
from bot.domain.review import Action, Review
from bot.ports import Desk, Run
from bot.workflows.answer import record, save_trace
from bot.workflows.releases import WORKFLOW
from bot.workflows.showing import cases_named, own_place, through_outages, wait_after
from evals.metrics.reliability import wilson
from evals.workflow_release import Tried, release_workflow

USUAL = timedelta(days=90)
"""How far back approved answers are looked at: what they were judged to be must stay."""
_MOST_USUAL = 50  # of an intent

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What labels would teach the workflow release `beside`."""

    refit: Refit
    beside: int


async def learn_nightly(desk: Desk) -> None:
    """Start tonight's learning where there is enough to learn from; again in the same night starts nothing."""
    if len(await desk.store.labels.untaught()) >= FEWEST:
        await desk.runtime.start("learn", f"learn:{desk.clock.now():%Y-%m-%d}")


async def learn(run: Run, desk: Desk) -> None:
    """Learn from what people labelled, if that is better, and tell the team; where nothing changes, tell nobody."""
    measured = await run.step("measure", measure, desk)
    if measured.refit.outcome is Outcome.BETTER:
        tried = await run.step("release", release, desk, measured)
        await through_outages(run, desk, "tell", tell, name(measured), measured, tried)
    await run.step("trace", save_trace, desk, record(run, desk, "learn", ""))


async def measure(desk: Desk, step: Step = lambda done, of: None) -> Measured:
    """Say what the labels that no release learned from would teach the one that is live."""
    live = await desk.store.releases.live(WORKFLOW)
    taxonomy = (await desk.workflows.parts(live.number))["taxonomy"]
    labels = await desk.store.labels.untaught()
    if len(labels) < FEWEST:
        return Measured(await desk.learner.learn(taxonomy, labels, ()), live.number)
    return Measured(await desk.learner.learn(taxonomy, labels, await usual(desk, taxonomy), step), live.number)


async def usual(desk: Desk, taxonomy: str) -> tuple[tuple[str, str], ...]:
    """Questions whose answers were approved as they were, with the intent that they were judged to have.

    Those that somebody labelled are labels. They are only counted: nothing of them is kept.
    """
    since = desk.clock.now() - USUAL
    labelled = {label.escalation for label in await desk.store.labels.all()}
    found = []
    for intent in desk.teacher.intents(taxonomy):
        for review in await desk.store.reviews.of_intent(intent.name, since, limit=_MOST_USUAL):
            if review.escalation_id not in labelled and _approved(review) and review.proposal:
                found += [(n.text, n.intent) for n in review.proposal.triage.needs if n.intent != UNKNOWN_INTENT]
    return tuple(found)


def _approved(review: Review) -> bool:
    return review.decision is not None and review.decision.action is Action.APPROVE


async def release(desk: Desk, measured: Measured) -> Tried:
    """Put what was learned live if the evals find nothing worse; called again it goes on where it stopped."""
    tried = await release_workflow(
        desk,
        {"taxonomy": measured.refit.taxonomy},
        reason=reason(measured.refit),
        fix=name(measured),
        beside=await desk.store.releases.get(WORKFLOW, measured.beside),
    )
    if tried.live:
        await desk.store.labels.mark_taught(await _learned(desk, measured.refit), tried.release.number)
    return tried


def reason(refit: Refit) -> str:
    """What the policy log says: how many labels, and what they were found to do."""
    share, old = refit.labels, refit.examples
    low, high = wilson(share.after, share.of)
    usual_said = f", approved questions {in_figures(refit.usual)}" if refit.usual.of else ""
    return (
        f"Learned from {len(refit.learned)} labels: held-out labels judged right {in_figures(share)} "
        f"(95 % interval of the share {low:.0%} to {high:.0%}), known examples {in_figures(old)}{usual_said}; "
        f"log loss {refit.log_loss.before:.3f} → {refit.log_loss.after:.3f}, "
        f"calibration error {refit.calibration.before:.3f} → {refit.calibration.after:.3f}."
    )


async def tell(desk: Desk, candidate: str, measured: Measured, tried: Tried) -> float | None:
    """Post to the home room what was learned, once; what is held is told once too, however often it is tried."""
    return await wait_after(_tell(desk, candidate, measured, tried), candidate)


async def _tell(desk: Desk, candidate: str, measured: Measured, tried: Tried) -> None:
    place = await own_place(desk, [desk.policy.home_room])
    if place is None:
        return
    labels = await _learned(desk, measured.refit)
    titles = {intent.name: intent.title for intent in desk.teacher.intents(measured.refit.taxonomy)}
    counts = Counter(label.intent for label in labels).most_common()
    people: dict[str, Person] = {label.by.id: label.by for label in labels}
    card = learned_card(
        measured.refit,
        [(titles.get(intent, intent), count) for intent, count in counts],
        list(people.values()),
        (tried.release.number, tried.live),
        (tried.gate, await cases_named(desk, tried.gate)),
    )
    await desk.platforms[place.platform].post(place, card, key=f"learned:{candidate}:{tried.live}")


async def _learned(desk: Desk, refit: Refit) -> list[Label]:
    return [label for label in await desk.store.labels.all() if label.id in refit.learned]


def name(measured: Measured) -> str:
    """What names the candidate: the same labels on top of the same release are the same one."""
    said = f"{measured.beside} {' '.join(sorted(measured.refit.learned))} {measured.refit.taxonomy}"
    return f"labels-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:12]}"
