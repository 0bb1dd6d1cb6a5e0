"""`/oncall`: who is on call now and next, whether it is quiet, and where alerts go."""

from collections.abc import Sequence

from bot.domain.chat import Command, Person, Toast
from bot.domain.errors import NotAllowed
from bot.domain.rota import Shift
from bot.ports import Answer, Desk
from handlers.commands import CommandPlugin

UNSET = "It is not set up who is on call: set RATCHET_ONCALL_GROUP or RATCHET_ONCALL_ROTA, and restart."


async def run(desk: Desk, command: Command) -> Answer:
    """Say it to whoever asks, if they are of the team or on call themselves."""
    shift = await desk.on_call.now() if desk.on_call else None
    involved = (*shift.people, *shift.next) if shift else ()
    if not any(person.same_as(command.actor) for person in involved) and await desk.people.role(command.actor) is None:
        raise NotAllowed("Only the support team and who is on call can see who is on call.")
    people = await _people(desk, shift) if shift else [UNSET]
    room = desk.policy.oncall_room or desk.policy.home_room
    return Toast("\n".join([*people, _quiet(desk), f"Alerts go to {room}." if room else "Alerts have no room."]))


async def _people(desk: Desk, shift: Shift) -> list[str]:
    now = await _names(desk, shift.people)
    if shift.until is None:
        return [f"On call now: {now}."] if shift.people else ["Nobody is on call."]
    until = desk.policy.calendar.shown(shift.until)
    after = await _names(desk, shift.next)
    lines = [f"On call now: {now}, until {until}." if shift.people else f"Nobody is on call until {until}."]
    return [*lines, f"Next: {after}." if shift.next else "Next: nobody. Nobody is on call from then on."]


async def _names(desk: Desk, people: Sequence[Person]) -> str:
    return ", ".join([await desk.platforms[person.platform].name_of(person) for person in people])


def _quiet(desk: Desk) -> str:
    now, quiet = desk.clock.now(), desk.policy.quiet
    if quiet is None:
        return "There are no quiet hours."
    change = quiet.next_closing(now) if quiet.is_open(now) else quiet.next_opening(now)
    said = "Quiet hours now" if quiet.is_open(now) else "No quiet hours now"
    return f"{said}, until {quiet.shown(change)}." if change else f"{said}."


COMMAND = CommandPlugin(
    name="oncall",
    usage="",
    help="Who is on call now and next, until when, and whether it is quiet",
    run=run,
)
