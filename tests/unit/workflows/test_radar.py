"""Owners are told once in their room what needs a look, again after two weeks, and open the right form from there."""

from dataclasses import replace
from datetime import date

import pytest

from bot.cards.elements import Actions, Button, Card, Choice, DateInput, Form, Notice, TextInput
from bot.domain.article import Revision
from bot.domain.chat import Command, Person, Place, Submission, Toast
from bot.domain.errors import Rejected, Unavailable
from bot.domain.escalation import Author
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.quality import CaseTurn, EvalCase
from bot.ports import Desk
from bot.workflows import fix as fixing
from bot.workflows import owners, radar
from handlers.capture import open_fix, send_fix
from tests.unit.scripted import Clock, LiveRun, NotingRuntime, ScriptedPlatform

ANA = Person("slack", "U1", "Ana")
BEANS = Revision(
    "beans", "", "Opened beans", "## Bags\n\nKeep the bag.\n\n## Days\n\nOpened beans can be returned within 14 days.",
    owner="Returns team",
)  # fmt: skip
POLICY = Revision("policy", "", "Returns policy", "Opened beans can be returned within 30 days.", owner="#policy")


async def published(desk: Desk, *revisions: Revision) -> None:
    for revision in revisions:
        await desk.knowledge.publish(revision, reason="Test")  # type: ignore[attr-defined]


async def pinged(desk: Desk, clock: Clock, name: str) -> None:
    await radar.ping_owners(LiveRun(name, clock), desk, release=1)


def texts(card: Card) -> str:
    return repr(card)


def buttons(card: Card) -> list[Button]:
    return [
        button for element in card.elements if isinstance(element, Actions) for button in element.buttons
    ]  # fmt: skip


async def test_each_owner_gets_one_card_with_what_is_new_and_the_button_that_mends_it(
    desk: Desk, clock: Clock, platform: ScriptedPlatform
) -> None:
    await published(desk, BEANS, POLICY)
    await pinged(desk, clock, "1")
    beans, policy = platform.cards.values()
    assert "within 30 days" in texts(beans)
    assert "within 14 days" in texts(policy)
    assert [(button.label, button.subject) for button in buttons(beans)] == [("Fix “Opened beans”", "kb-fix beans#1")]
    assert [button.subject for button in buttons(policy)] == ["kb-fix policy#0"]


async def test_nothing_is_told_twice_until_it_was_so_for_two_weeks(
    desk: Desk, clock: Clock, platform: ScriptedPlatform
) -> None:
    await published(desk, BEANS, POLICY)
    await pinged(desk, clock, "1")
    clock.pass_by(days=13)
    await pinged(desk, clock, "2")
    assert len(platform.cards) == 2
    await published(desk, replace(BEANS, review_by=date(2026, 1, 1)))
    await pinged(desk, clock, "3")
    assert len(platform.cards) == 3
    assert "due for review" in texts(list(platform.cards.values())[2])
    clock.pass_by(days=2)
    await pinged(desk, clock, "4")
    assert len(platform.cards) == 5


async def test_an_outage_is_outlasted_and_a_repeated_run_posts_nothing(
    desk: Desk, clock: Clock, platform: ScriptedPlatform
) -> None:
    await published(desk, BEANS, POLICY)
    platform.troubles = [Unavailable("Slack is away.")]
    await pinged(desk, clock, "1")
    await pinged(desk, clock, "1")
    assert len(platform.cards) == 2


async def test_a_release_is_looked_at_once_a_day_and_at_once_when_it_is_new(
    desk: Desk, clock: Clock, runtime: NotingRuntime
) -> None:
    await radar.ping(desk)
    assert runtime.started == []
    await published(desk, BEANS)
    await radar.ping(desk)
    await published(desk, POLICY)
    await radar.ping(desk)
    clock.pass_by(days=1)
    await radar.ping(desk)
    releases = [key.split(":")[1] for _, key in runtime.started]
    assert releases == ["1", "2", "2"]
    assert len({key for _, key in runtime.started}) == 3


@pytest.mark.parametrize(
    ("owner", "room"),
    [
        ("returns TEAM", "#returns"),
        ("#policy", "#policy"),
        ("C0123456789", "C0123456789"),
        ("Risk", "#asked"),
        ("", "#asked"),
    ],
)
async def test_an_owner_is_a_room_or_has_one_by_the_settings_else_the_intents_room(
    desk: Desk, owner: str, room: str
) -> None:
    desk = replace(desk, policy=replace(desk.policy, owners={"Returns team": "#returns"}))
    found = await owners.owner_place(desk, owner, rooms=["", "#asked"])
    assert found is not None
    assert found.room == room
    home = await owners.owner_place(desk, "Risk desk")
    assert home is not None
    assert home.room == "#team"


def test_an_articles_intents_are_those_of_the_cases_that_cite_it() -> None:
    turns = (CaseTurn(Author.CUSTOMER, "May I return beans?"),)
    cases = [
        EvalCase(str(n), turns, sources=("beans",), intent=intent) for n, intent in enumerate(("pay", "back", "back"))
    ]
    rooms = {"pay": "#billing", "back": "#returns", "other": "#other"}
    assert owners.rooms_of("beans", cases, rooms) == ["#returns", "#billing"]
    assert owners.rooms_of("policy", cases, rooms) == []


def fix_of(desk: Desk, revision: Revision, base: str = "") -> KnowledgeFix:
    return KnowledgeFix("fix_1", FixState.OPEN, revision, base, ANA, desk.clock.now())


async def test_the_card_of_a_fix_warns_of_what_it_would_contradict(desk: Desk, platform: ScriptedPlatform) -> None:
    await published(desk, POLICY)
    await fixing.open_fix(desk, fix_of(desk, replace(BEANS, owner="#beans")))
    await fixing.paint(desk, "fix_1")
    (card,) = platform.cards.values()
    (warning,) = [element for element in card.elements if isinstance(element, Notice)]
    assert "“Returns policy”" in repr(warning)
    assert "within 30 days”, this fix says “Opened beans can be returned within 14 days”" in repr(warning)
    kept = await desk.store.fixes.get("fix_1")
    assert kept.card is not None
    assert kept.card.place.room == "#beans"


def command(text: str) -> Command:
    return Command("c1", "kb-fix", text, ANA, Place("slack", "C1"))


async def test_the_form_opens_for_an_article_alone_at_the_section_that_is_meant(desk: Desk) -> None:
    await published(desk, BEANS)
    form = await open_fix(desk, command("beans#1"))
    assert isinstance(form, Form)
    assert "within 14 days" in repr(form)
    (text,) = [each.name for each in form.elements if isinstance(each, TextInput) and "within 14 days" in each.initial]
    values = filled_in(form) | {text: "Opened beans can be returned within 30 days."}
    assert isinstance(await send_fix(desk, Submission("s1", form.name, form.subject, ANA, values)), Toast)
    (fix,) = await desk.store.fixes.in_state(FixState.OPEN)
    assert fix.place is None
    assert "within 30 days" in fix.revision.body
    assert "Keep the bag." in fix.revision.body


async def test_another_section_of_the_article_can_be_chosen_in_its_form(desk: Desk) -> None:
    await published(desk, BEANS)
    form = await open_fix(desk, command("beans"))
    assert isinstance(form, Form)
    chosen = await send_fix(
        desk, Submission("s1", form.name, form.subject, ANA, filled_in(form) | {"place": "beans#1"})
    )
    assert isinstance(chosen, Form)
    assert "within 14 days" in repr(chosen)


async def test_a_name_that_no_article_has_is_answered_with_what_to_give_instead(desk: Desk) -> None:
    with pytest.raises(Rejected, match="no link to a message"):
        await open_fix(desk, command("no/such"))


def filled_in(form: Form) -> dict[str, str]:
    """What the form's inputs hold when nobody changes them."""
    values: dict[str, str] = {}
    for each in form.elements:
        if isinstance(each, TextInput | Choice):
            values[each.name] = each.initial
        elif isinstance(each, DateInput):
            values[each.name] = each.initial.isoformat() if each.initial else ""
    return values
