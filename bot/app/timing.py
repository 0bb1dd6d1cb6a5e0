"""The team's time as its settings and files give it: business hours, holidays, quiet hours, the rota."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from bot.domain.calendar import Calendar, time_zone
from bot.domain.errors import Misconfigured, Rejected
from bot.domain.hours import Hours
from bot.domain.rota import Rota, Shift, parse_rota
from bot.domain.schedule import Schedule
from bot.ports import Clock, Sampling
from bot.settings import Digest, OnCall, Quality, Settings, Team


@dataclass(frozen=True, slots=True)
class RotaOnCall:
    """Who is on call as the rota says."""

    rota: Rota
    clock: Clock

    async def now(self) -> Shift:
        return self.rota.shift(self.clock.now())

    async def gap(self, until: datetime) -> datetime | None:
        return self.rota.gap(self.clock.now(), until)


@dataclass(frozen=True, slots=True)
class TeamTime:
    """When the team works, when it is quiet, and who is on call where a file says it."""

    calendar: Calendar
    quiet: Calendar | None
    on_call: RotaOnCall | None
    digest: Schedule | None
    sample: Sampling | None


def team_time(settings: Settings, clock: Clock) -> TeamTime:
    """Read it. Raises Misconfigured, naming the setting or the file and what is wrong with it."""
    calendar = _calendar(settings.team)
    quiet = _quiet(settings.oncall, calendar.zone)
    platform = "teams" if settings.teams.present and not settings.slack.present else "slack"
    on_call = _rota(settings.oncall, calendar.zone, clock, platform)
    digest = _digest(settings.digest, calendar.zone)
    return TeamTime(calendar, quiet, on_call, digest, _sampling(settings.quality, calendar.zone))


def _calendar(team: Team) -> Calendar:
    with _naming("RATCHET_TEAM_TIME_ZONE"):
        zone = time_zone(team.time_zone)
    with _naming("RATCHET_TEAM_HOURS"):
        hours = Hours.parse(team.hours)
    with _naming("RATCHET_TEAM_HOLIDAYS"):
        return Calendar(zone, hours, frozenset(_holidays(team.holidays)))


def _quiet(on_call: OnCall, zone: ZoneInfo) -> Calendar | None:
    if not on_call.quiet_hours:
        return None
    with _naming("RATCHET_ONCALL_QUIET_HOURS"):
        return Calendar(zone, Hours.parse(on_call.quiet_hours))


def _digest(digest: Digest, zone: ZoneInfo) -> Schedule | None:
    with _naming("RATCHET_DIGEST_SCHEDULE"):
        schedule = Schedule.parse(digest.schedule, zone)
    return schedule if digest.room or digest.mail_to else None


def _sampling(quality: Quality, zone: ZoneInfo) -> Sampling | None:
    with _naming("RATCHET_QA_SCHEDULE"):
        schedule = Schedule.parse(quality.schedule, zone)
    if not quality.room:
        return None
    return Sampling(quality.room, schedule, quality.margin, quality.failures, quality.double)


def _rota(on_call: OnCall, zone: ZoneInfo, clock: Clock, platform: str) -> RotaOnCall | None:
    if on_call.rota is None:
        return None
    if on_call.group:
        raise Misconfigured("Who is on call is said twice: give RATCHET_ONCALL_GROUP or RATCHET_ONCALL_ROTA, not both.")
    try:
        raw = yaml.safe_load(_text(on_call.rota))
    except yaml.YAMLError as error:
        raise Misconfigured(f"{on_call.rota} is no YAML: {str(error)[:200]}") from error
    with _naming(str(on_call.rota)):
        return RotaOnCall(parse_rota(raw, zone=zone, platform=platform), clock)


def _holidays(told: tuple[str, ...]) -> Iterator[date]:
    if len(told) == 1 and not told[0][:1].isdigit():
        lines = (line.partition("#")[0].split() for line in _text(Path(told[0])).splitlines())
        told = tuple(words[0] for words in lines if words)  # what follows the day is its name
    for day in told:
        try:
            yield date.fromisoformat(day)
        except ValueError as error:
            raise Rejected(f"“{day[:40]}” is no day: write it as 2026-12-25.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{path} cannot be read.") from error


@contextlib.contextmanager
def _naming(what: str) -> Iterator[None]:
    try:
        yield
    except Rejected as problem:
        raise Misconfigured(f"{what}: {problem}") from problem
