"""Bringing cases from files into the store, and setting aside those that cannot make up their mind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.quality import CaseResult, EvalCase
from bot.ports import Cases
from evals.summary import Standing, by_case, standings


@dataclass(frozen=True, slots=True)
class CasesImported:
    """The ids of the cases that are new, that say something else now, and that were there as they are."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


async def import_cases(store: Cases, cases: Iterable[EvalCase], *, at: datetime) -> CasesImported:
    """Make the store say what the cases say; other cases stay.

    A case that is there keeps when and by whom it was captured, and that it is set aside.
    """
    outcome: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
    for case in cases:
        known, new = await store.save(replace(case, created_at=case.created_at or at))
        said = replace(
            case,
            by=known.by,
            created_at=known.created_at,
            escalation=case.escalation or known.escalation,
            quarantined=case.quarantined or known.quarantined,
        )
        if said != known:
            await store.replace(said)
        outcome["added" if new else "unchanged" if said == known else "changed"].append(case.id)
    return CasesImported(*(tuple(names) for names in outcome.values()))


async def settle_quarantine(
    store: Cases, cases: Mapping[str, EvalCase], results: Iterable[CaseResult], *, at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Set aside the cases that passed some of their trials only, and take back those that all their trials agree on.

    Returns both by id. A single trial tells nothing about that, and changes nothing.
    """
    made = by_case(results)
    stands_as = standings(result for trials in made.values() for result in trials)
    set_aside, taken_back = [], []
    for name, trials in made.items():
        case, stands = cases.get(name), stands_as[name]
        if case is None or len(trials) < 2:
            continue
        if stands is Standing.FLAKY and not case.quarantined:
            passed = sum(result.passed for result in trials)
            why = f"It passed {passed} of {len(trials)} times on {at:%Y-%m-%d}."
            await store.replace(replace(case, quarantined=why))
            set_aside.append(name)
        elif stands in (Standing.PASSES, Standing.FAILS) and case.quarantined:
            await store.replace(replace(case, quarantined=""))
            taken_back.append(name)
    return tuple(set_aside), tuple(taken_back)
