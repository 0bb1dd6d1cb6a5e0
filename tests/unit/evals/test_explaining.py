"""What on-call is told of a cause: what its conversations share, what went live before, and whether that may be it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.answer import UNKNOWN_INTENT, Field
from bot.domain.chat import Place
from bot.domain.escalation import Customer
from bot.domain.review import Action
from bot.domain.spike import Alert, Explained, Series, What, resolved
from bot.ports import Desk
from bot.workflows.behind import behind
from evals.spikes.explaining import explain
from tests.contracts.store_samples import NOON, THREAD, decision, draft, escalation, proposal, turn
from tests.unit.scripted import Clock, ScriptedPlatform

BLANK = (
    "The checkout page stays blank", "Blank page when I want to pay at the checkout", "checkout is a blank white page",
    "I press pay and get a blank page", "Your checkout shows me nothing but a blank page", "Checkout blank since noon",
)  # fmt: skip
USUAL = (
    "Where is my parcel?", "I want my money back", "My machine leaks water", "How do I clean the grinder?",
    "Can I change my address?", "Do you ship to Austria?", "The page of my invoice is missing", "Which beans are new?",
)  # fmt: skip
UNKNOWN = Series(What.UNKNOWN)
ALERT = Alert("unknown@x", (UNKNOWN,), NOON, NOON + timedelta(minutes=20), NOON + timedelta(minutes=20))


@dataclass
class Came:
    """How conversations came in; the rest is as in the samples."""

    surface: str = "web"
    channel: str = "chat"
    intent: str = UNKNOWN_INTENT
    release: int = 12
    place: Place = THREAD
    fields: tuple[tuple[str, str], ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    customer: str = ""
    instead_of: str = ""


async def ask(desk: Desk, texts: Sequence[str], *, name: str, ago: float, came: Came | None = None) -> list[str]:
    """Conversations so many minutes before noon (one a minute from then), each by a customer of their own."""
    came, made = came or Came(), []
    for number, text in enumerate(texts):
        one, at = f"esc_{name}{number}", NOON + timedelta(minutes=number - ago)
        asked = escalation(
            one, replace(turn(f"{one}:1", text), at=at), opened_at=at, surface=came.surface, channel=came.channel,
            place=came.place, customer=Customer(came.customer or f"{name}-{number}", "Hanna Vos", "hanna@vos.example"),
            metadata=came.metadata,
        )  # fmt: skip
        await desk.store.escalations.receive(asked)
        review, _ = await desk.store.reviews.open(asked, at=at)
        fields = tuple(Field(kind, value, 0, 1) for kind, value in came.fields)
        triage = replace(proposal().triage, intent=came.intent, fields=fields)
        made_of = replace(draft(), instead_of=came.instead_of)
        await desk.store.reviews.propose(
            review.id, proposal(triage=triage, knowledge_release=came.release, draft=made_of)
        )
        made.append(one)
    return made


@pytest_asyncio.fixture
async def usual(desk: Desk, clock: Clock) -> Desk:
    """A desk with a usual fortnight behind it, twenty minutes into something."""
    for day in range(1, 6):
        await ask(desk, USUAL, name=f"d{day}", ago=day * 24 * 60)
    clock.pass_by(minutes=20)
    return desk


async def explained(desk: Desk, **changes: Any) -> Explained:
    return await explain(desk, replace(ALERT, **changes))


async def test_all_that_count_in_the_series_since_it_began_are_behind_the_alert(usual: Desk) -> None:
    asked = await ask(usual, BLANK, name="b", ago=0)
    await ask(usual, ["A refund"], name="r", ago=0, came=Came(intent="refund"))

    assert await behind(usual, ALERT) == tuple(asked)
    assert await behind(usual, ALERT, limit=2) == tuple(asked[-2:])
    assert await behind(usual, resolved(ALERT, NOON + timedelta(minutes=2))) == tuple(asked[:2])


async def test_it_names_the_words_that_these_have_and_others_have_not(usual: Desk) -> None:
    await ask(usual, BLANK, name="b", ago=0)

    told = await explained(usual)
    assert told.words[:2] == ("blank", "checkout")
    assert "page" in told.words
    assert told.suspect == ""


async def test_neither_personal_data_nor_what_one_customer_says_is_told(usual: Desk) -> None:
    said = [f"{text}. I am Hanna Vos, hanna@vos.example, order FH-1042391" for text in BLANK]
    await ask(usual, said, name="b", ago=0)
    await ask(usual, ["My xylophone is blue"] * 4, name="one", ago=0, came=Came(customer="one"))

    told = repr(await explained(usual)).casefold()
    assert "blank" in told
    assert not any(word in told for word in ("hanna", "vos", "example", "1042391", "xylophone"))


async def test_what_a_private_room_was_asked_is_told_in_that_room_alone(
    usual: Desk, platform: ScriptedPlatform
) -> None:
    await ask(usual, BLANK, name="b", ago=0, came=Came(place=Place("slack", "CSECRET", "1.1")))
    platform.private = ("CSECRET",)

    assert await explained(usual) == Explained()
    there = replace(usual, policy=replace(usual.policy, oncall_room="CSECRET"))
    assert "blank" in (await explained(there)).words


async def test_traits_that_most_of_these_have_are_told_with_their_share(usual: Desk) -> None:
    order, app = ("order_id", "XQ-2041"), ("device", "Pixel 8")
    await ask(
        usual, BLANK, name="b", ago=0, came=Came(fields=(order, app), metadata={"region": "south", "plan": "a@b.co"})
    )
    await ask(usual, BLANK[:1], name="c", ago=0)

    shares = {(name, value): share for name, value, share in (await explained(usual)).shares}
    assert shares == dict.fromkeys((("order id", "XQ-…"), ("device", "Pixel 8"), ("region", "south")), 0.857)


async def test_a_trait_that_everybody_has_is_not_told(usual: Desk) -> None:
    await ask(usual, BLANK, name="b", ago=0)
    assert (await explained(usual)).shares == ()


async def test_where_all_come_in_by_one_door_that_is_suspected(usual: Desk) -> None:
    await ask(usual, BLANK, name="b", ago=0, came=Came(channel="app"))

    told = await explained(usual)
    assert ("channel", "app", 1.0) in told.shares
    assert told.suspect.startswith("Nearly all of these came in by app")


async def published(desk: Desk, *manifests: Mapping[str, str], ago: float = 60) -> int:
    for manifest in manifests:
        at = NOON - timedelta(minutes=ago)
        release, _ = await desk.store.releases.publish("knowledge", manifest, reason="test", at=at)
    return release.number


async def test_a_release_that_all_drafts_rest_on_anyway_is_not_suspected(usual: Desk) -> None:
    number = await published(usual, {"shipping": "1"}, {"shipping": "2"})
    await ask(usual, BLANK, name="b", ago=0, came=Came(release=number))

    told = await explained(usual)
    assert (told.release, told.suspect) == ("knowledge v2", "")


async def test_a_release_whose_changed_articles_only_these_drafts_cite_is_suspected(desk: Desk, clock: Clock) -> None:
    for day in range(1, 6):
        await _citing_nothing(desk, await ask(desk, USUAL, name=f"d{day}", ago=day * 24 * 60))
    clock.pass_by(minutes=20)
    number = await published(desk, {"shipping": "1", "beans": "1"}, {"shipping": "2", "beans": "1"})
    await ask(desk, BLANK, name="b", ago=0, came=Came(release=number))

    told = await explained(desk)
    assert (told.release, told.released_at) == ("knowledge v2", NOON - timedelta(minutes=60))
    assert told.suspect == "Knowledge v2 changed “Shipping” shortly before, and 6 of 6 drafts rest on it."


async def _citing_nothing(desk: Desk, conversations: Sequence[str]) -> None:
    """Let people have edited the drafts, so that nothing is cited any more."""
    for name in conversations:
        (review,) = await desk.store.reviews.of_escalation(name)
        assert review.proposal
        bare = replace(review.proposal.draft, citations=(), text="By hand.")
        await desk.store.reviews.revise(
            review.id, draft_hash=review.proposal.draft.hash, draft=bare, findings=(), editor=decision(review).by
        )


async def test_a_release_is_told_but_not_suspected_where_nothing_rests_on_it(usual: Desk) -> None:
    await published(usual, {"beans": "1"}, {"beans": "2"})
    await ask(usual, BLANK, name="b", ago=0)

    told = await explained(usual)
    assert (told.release, told.suspect) == ("knowledge v2", "")


async def test_what_went_live_two_days_before_is_not_told(usual: Desk) -> None:
    await published(usual, {"beans": "1"}, {"beans": "2"}, ago=2 * 24 * 60)
    await ask(usual, BLANK, name="b", ago=0)
    assert (await explained(usual)).release == ""


async def test_a_model_that_did_not_answer_is_suspected(usual: Desk) -> None:
    await ask(usual, BLANK, name="b", ago=0, came=Came(instead_of="gpt-test"))
    assert (await explained(usual)).suspect.startswith("gpt-test did not answer")


async def test_a_host_that_takes_no_replies_is_suspected(usual: Desk) -> None:
    for name in await ask(usual, BLANK, name="b", ago=0):
        (review,) = await usual.store.reviews.of_escalation(name)
        made = replace(decision(review, Action.APPROVE), at=NOON + timedelta(minutes=3))
        await usual.store.reviews.claim(made)
        await usual.store.reviews.settle(review.id, receipt=None, problem="example.com answered 502.")

    told = await explained(usual, series=(Series(What.FAILED),))
    assert told.suspect == "example.com does not take our replies: 6 of 6 were not delivered."


@pytest.mark.parametrize("text", ["\x00\ud800" * 50_000, "‮ كيف " * 20_000, "a" * 100_000])
async def test_any_text_is_read(usual: Desk, text: str) -> None:
    await ask(usual, [text] * 4, name="b", ago=0)
    assert (await explained(usual)).suspect == ""


async def test_an_alert_that_nobody_is_behind_says_nothing(desk: Desk) -> None:
    assert await explained(desk) == Explained()
