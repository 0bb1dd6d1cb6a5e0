"""The week's sample: drawn once a slot of the schedule, of the whole week before it, and shown on a card."""

from collections.abc import Iterable

from bot.domain.calendar import Week
from bot.domain.sample import Sample, Sampled, Stratum, scores_of
from bot.domain.text.phrases import counted
from bot.ports import Desk, Run, Sampling
from bot.workflows.room_readers import Rooms
from bot.workflows.slots import begun
from evals.metric import LEAST
from evals.qa.drawing import Drawn, chance_of, draw, intents
from evals.qa.frame import candidates
from evals.qa.giving import as_people_get_it, private
from evals.qa.showing import show_sample
from evals.qa.sizing import parts_for, planned

_PLANNED_BY = 4  # earlier samples that tell how good answers are


async def draw_sample(run: Run, desk: Desk, *, slot: str) -> None:
    """Draw the sample of the whole week before the slot, once, and post its card."""
    told = await begun(run, desk, slot)
    week = Week.of(told.at, desk.policy.calendar.zone).previous
    for shown in await run.step("draw", draw_week, desk, week.label):
        await show_sample(run, desk, sample=shown)


async def draw_week(desk: Desk, label: str) -> tuple[str, ...]:
    """Draw the week's sample; drawn before, it stands as it was. Gives whose cards must be shown or brought up to date.

    Nothing where nobody wants a sample any more.
    """
    asked = desk.policy.sample
    if asked is None:
        return ()
    week, rooms = Week.parse(label, desk.policy.calendar.zone), Rooms(desk)
    every = await candidates(desk.store.history, week)
    frame = [each for each in every if await private(rooms, each.room) is not None]
    sent = sum(each.sent for each in frame)
    parts = parts_for(intents(frame), asked.margin, await planned_share(desk, week))
    chance = chance_of(desk.store.workspace, label)
    drawn = draw(frame, parts, failures=asked.failures, double=asked.double, chance=chance)
    room_of = {each.id: await private(rooms, each.room) or "" for each in frame}
    items = [await as_people_get_it(desk, item, room_of[item.id]) for item in drawn.items]
    await desk.store.samples.draw(
        Sample(
            id=label,
            since=week.start,
            until=week.end,
            drawn_at=desk.clock.now(),
            margin=asked.margin,
            answers=sent,
            parts=drawn.parts,
            failed=sum(bool(each.wrong) for each in frame),
            notes=_notes(len(every) - len(frame), drawn, items, asked),
        ),
        items,
    )
    earlier = (each.id for each in await desk.store.samples.newest(2) if each.id != label and each.card)
    return (label, *earlier)


async def planned_share(desk: Desk, week: Week) -> float:
    """The share of good answers to reckon with, after the last weeks; a half, the hardest, where few were scored."""
    passed: list[bool] = []
    for sample in await desk.store.samples.newest(_PLANNED_BY + 1):
        if sample.since < week.start:
            items = await desk.store.samples.items(sample.id)
            scores = scores_of(await desk.store.samples.marks(sample.id))
            passed += [
                scores[item.id][0].passed for item in items if item.stratum is Stratum.CHANCE and item.id in scores
            ]
    return planned(sum(passed), len(passed)) if len(passed) >= LEAST else 0.5


def _notes(lost: int, drawn: Drawn, items: Iterable[Sampled], asked: Sampling) -> tuple[str, ...]:
    """What is to be known of how the sample came about; `lost` conversations are of rooms that nobody can look into."""
    by_chance, sent = sum(part.drawn for part in drawn.parts), sum(part.answers for part in drawn.parts)
    wrong, private = len(drawn.items) - by_chance, sum(bool(item.room) for item in items)
    said = []
    if not sent:
        said.append("No answer was sent in that week, so nothing tells how good it was.")
    elif by_chance == sent:
        said.append("Every answer of the week is in it: fewer would not be as exact as asked for.")
    if not wrong and asked.failures:
        said.append("No other conversation of that week went wrong, as far as is on record.")
    elif wrong < asked.failures:
        said.append(f"Only {counted(wrong, 'other conversation')} went wrong.")
    if private:
        are = counted(private, "answer is", "answers are")
        said.append(f"{are} from private rooms and only given to people who read those.")
    if lost:
        were = counted(lost, "conversation was", "conversations were")
        said.append(f"{were} left out: I cannot tell who reads their room.")
    return tuple(said)
