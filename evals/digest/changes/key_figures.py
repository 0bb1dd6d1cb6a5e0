"""What changed in a week beside the week before, and which of it is more than noise.

All changes that a digest looks at are tested together, those of each metric and those of each intent: by Benjamini and
Hochberg (1995), so that of the changes that it names one in twenty is expected to be noise, and where nothing changed
nineteen of twenty digests name none. The few key figures weigh as much as all those of intents. Holm's correction would
make it nineteen of twenty whatever else changed, and find less; a manager who looks into a change in vain loses
minutes, one who is not told of it a week. The metrics depend on each other (what is rejected is not sent unchanged),
which the procedure bears: see docs/benchmarks.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.domain.calendar import Week
from bot.domain.digest import Driver, KeyFigure
from bot.domain.hours import MINUTES
from bot.ports import Desk
from evals.digest.changes.by_day import LONGEST, Days, Record, Series
from evals.digest.changes.correction import Tested, Told, corrected, said, tested, value
from evals.digest.changes.drivers import Volumes, drivers
from evals.digest.changes.overdispersion import DAYS, beside, others
from evals.digest.names import known_intents, titles_of
from evals.figures import figure
from evals.measuring import Figure, Measured, metrics
from evals.metric import Better, Lens, Metric, Statistic, Unit
from evals.statistics import Noise

FIGURES = (
    "volume", "first_response_time", "approved_unchanged", "edited", "rejected", "abstention_rate", "time_waiting",
    "containment", "reopen_rate", "csat", "csat_response", "cost",
)  # fmt: skip
"""What a manager reads every Monday, in this order: the load, the wait, what people made of drafts, what customers got.
"""
BY_INTENT = ("approved_unchanged", "abstention_rate", "rejected", "first_response_time", "reopen_rate", "csat")
"""What a manager can act on intent by intent."""
UNCHANGED = "approved_unchanged"
WEEKS = 8
_INTENTS = 25
_EARLIER = " (counted a week earlier)"
_LEAST_WEEKS = 3  # what is watched for a week needs the two before the last one
_ENOUGH = 20_000  # conversations: more weeks than the least are read only up to so many


@dataclass(frozen=True, slots=True)
class Compared:
    """A week beside the week before. `compared` is how many changes were tested together.

    `figures` are the key figures of all conversations, then those of single intents that moved. `drivers` are the
    intents by volume, with what became of that, `by_intent` the same intents with what became of the share that was
    sent unchanged. `days` is for how many days of the week anything is on record; `notes` say what was not whole.
    """

    figures: tuple[KeyFigure, ...]
    drivers: tuple[Driver, ...]
    by_intent: tuple[Driver, ...]
    compared: int
    conversations: int
    days: int
    notes: tuple[str, ...] = ()


async def key_figures(desk: Desk, week: Week) -> Compared:
    """The figures of the week and its contact drivers; what moved is told after correction for all comparisons."""
    days = Days(week, WEEKS, desk.clock.now())
    volumes = Volumes(await desk.store.history.volumes(days.bounds), days)
    read = Days(week, weeks_read(volumes), days.end)
    record = await record_of(desk, read)
    together = dict(looked_at(record, volumes))
    found = dict(zip(together, corrected(together.values()), strict=True))
    intents = volumes.intents[:_INTENTS]
    by_volume = drivers(intents, volumes, record.waited, found, titles_of(await known_intents(desk)))
    titles = {metric.name: _title(metric, found[metric.name, ""].measured, read, desk) for metric in record.chosen}
    return Compared(
        figures=(
            *(_figure(found[name, ""], titles[name]) for name in FIGURES if not _free(found[name, ""])),
            *(
                _figure(found[name, each.intent], f"{titles[name]} for “{each.title}”")
                for name in BY_INTENT
                for each in by_volume
                if found[name, each.intent].moved
            ),
        ),
        drivers=by_volume,
        by_intent=tuple(_rated(each, found[UNCHANGED, each.intent]) for each in by_volume),
        compared=sum(each.change is not None for each in together.values()),
        conversations=found["volume", ""].measured.now.n,
        days=volumes.days,
        notes=(*_notes(read, volumes), *_of_times(desk, titles.values())),
    )


def _notes(days: Days, volumes: Volumes) -> Iterator[str]:
    """What was not whole, in sentences."""
    if not days.over:
        yield "The week is not over: it is compared with the same days and hours of the week before."
    elif 0 < volumes.days < DAYS:
        yield f"Conversations came in on {volumes.days} of 7 days only."
    for name, week in (("This week", days.week), ("The week before", days.week.previous)):
        if (hours := round((week.end - week.start).total_seconds() / 3_600)) != DAYS * 24:
            yield f"{name} has {hours} hours, because the clocks were changed."
    if volumes.days and volumes.first > (WEEKS - 2) * DAYS:
        yield "The week before is not on record from its Monday on, so that volumes are not compared with it."


def _of_times(desk: Desk, titles: Iterable[str]) -> Iterator[str]:
    """Which time is meant, in sentences."""
    if _in_hours(desk):
        yield "Hours waited are business hours, like all times here."
    if any(title.endswith(_EARLIER) for title in titles):
        yield "What is counted a week earlier is of the week before: customers have seven days to come back."


def weeks_read(volumes: Volumes) -> int:
    """How many weeks are read: the more, the better is known what days differ by."""
    weeks, together = _LEAST_WEEKS, sum(volumes.weekly()[-_LEAST_WEEKS:])
    for conversations in reversed(volumes.weekly()[:-_LEAST_WEEKS]):
        together += conversations
        if together > _ENOUGH:
            break
        weeks += 1
    return weeks


async def record_of(desk: Desk, days: Days) -> Record:
    """What the conversations of these days showed of the key figures."""
    since = days.bounds[0]
    lens = Lens(desk.clock.now(), calendar=desk.policy.calendar if _in_hours(desk) else None, since=since - LONGEST)
    known = {metric.name: metric for metric in metrics()}
    record = Record([known[name] for name in FIGURES], days, lens)
    async for batch in desk.store.history.between(since, days.end, previous=False):
        record.add(batch)
    return record


def _in_hours(desk: Desk) -> bool:
    """Whether the team has hours: then times are those within them."""
    calendar = desk.policy.calendar
    return bool(calendar.holidays) or any(day != ((0, MINUTES),) for day in calendar.hours.days)


def looked_at(record: Record, volumes: Volumes) -> Iterator[tuple[tuple[str, str], Tested]]:
    """Every change that is looked at, by metric and intent, "" being all together."""
    for metric in record.chosen:
        whole = {"": record.together(metric)}
        apart = {intent: record.of_intent(metric, intent) for intent in volumes.intents[:_INTENTS]}
        for some in (whole, apart if metric.name in (*BY_INTENT, "volume") else {}):
            noises = _noises(record, volumes, metric, some)
            for intent, series in some.items():
                yield (metric.name, intent), tested(record.measured(metric, series, intent), noises[intent])


def _noises(record: Record, volumes: Volumes, metric: Metric, some: Mapping[str, Series]) -> Mapping[str, Noise | None]:
    """The noise of each series; conversations of a day are taken to be as alike in one of them as in another."""
    if metric.statistic is Statistic.COUNT:
        return {intent: volumes.noise(intent) for intent in some}
    week = record.week(metric)
    known = beside(week, lambda weeks: [each.spread(metric, weeks) for each in some.values()])
    return {intent: known.noise(others(each.per_day(week))) if known else None for intent, each in some.items()}


def _free(found: Told) -> bool:
    """Whether it is a cost that nobody has: no model is paid for."""
    told = [each.told for each in (found.measured.now, found.measured.before) if each.told]
    return found.measured.metric.unit is Unit.MONEY and bool(told) and not any(each.value for each in told)


def _figure(found: Told, title: str) -> KeyFigure:
    metric, now, before = found.measured.metric, found.measured.now, found.measured.before
    return KeyFigure(
        metric=metric.name,
        title=title,
        unit=metric.unit.value,
        now=value(now),
        before=value(before),
        shown=_shown(metric, now),
        before_shown=_shown(metric, before),
        change=said(found),
        moved=found.moved,
        better=_better(found),
        intent=found.measured.group,
    )


def _title(metric: Metric, measured: Measured, days: Days, desk: Desk) -> str:
    if metric.unit is Unit.SECONDS and _in_hours(desk):
        return f"{metric.title} (in business hours)"
    return f"{metric.title}{_EARLIER}" if measured.period != days.period() else metric.title


def _shown(metric: Metric, found: Figure) -> str:
    return figure(metric, found) if found.told or not found.n else f"too few to tell (n = {found.n})"


def _better(found: Told) -> bool | None:
    good = found.measured.metric.better
    if not found.moved or found.change is None or good is Better.NEITHER:
        return None
    return (found.change.value > 0) is (good is Better.HIGHER)


def _rated(driver: Driver, found: Told) -> Driver:
    return replace(driver, change=said(found), moved=found.moved)
