"""The case that proves a fix is kept with it, without anybody's data, and only for what customers may be told."""

from dataclasses import replace

from bot.domain.article import Audience, Revision
from bot.domain.chat import Person
from bot.domain.escalation import Author
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.review import Action
from bot.ports import Desk
from bot.workflows.capture import Thread
from evals.proof import proof_of, prove
from tests.contracts.store_samples import ANA, NOON, decision, ready
from tests.unit.workflows.test_capture import ASKED, DRAFT, READY, conversation

SAID = "## Parcels\n\nYour parcel travels for 5 days.\n"
EDITED = DRAFT.replace("3 days", "5 days").replace("It costs", "We ship on Saturdays from 9 EUR. It costs")


def fix(body: str = SAID, *, escalation: str = "esc_1", audience: Audience = Audience.CUSTOMER) -> KnowledgeFix:
    revision = Revision("delivery/parcels", "", "Parcels", body, audience=audience)
    return KnowledgeFix("fix_1", FixState.OPEN, revision, "", ANA, NOON, escalation=escalation)


def edited(asked: str = ASKED) -> Thread:
    review = replace(READY, decision=decision(READY, Action.EDIT, text=EDITED))
    return Thread(conversation((asked, Author.CUSTOMER)), review)


def test_it_must_say_what_the_reply_and_the_fixed_article_both_say() -> None:
    case = proof_of(edited(), fix())
    assert case is not None
    assert case.must_say == ("Your parcel travels for 5 days.",)
    assert case.must_not_say == ("Your parcel travels for 3 days.",)
    assert (case.sources, case.escalates) == (("delivery/parcels",), False)


def test_a_figure_that_the_fix_gives_otherwise_stays_in_the_case_so_that_it_fails() -> None:
    case = proof_of(edited(), fix("## Parcels\n\nYour parcel travels for 50 days.\n"))
    assert case is not None
    assert case.must_say == ("Your parcel travels for 5 days.",)


def test_the_customer_stands_in_it_under_an_invented_name() -> None:
    case = proof_of(edited(), fix())
    assert case is not None
    assert "Hanna" not in case.turns[0].text + case.reference
    assert "Robin Hale" in case.turns[0].text


def test_what_is_for_the_team_alone_has_no_case_that_customers_are_answered() -> None:
    assert proof_of(edited(), fix(audience=Audience.INTERNAL)) is None


async def test_a_case_that_somebody_made_of_the_thread_proves_it_and_no_second_one_is_made(desk: Desk) -> None:
    review = await ready(desk.store)
    await desk.store.reviews.claim(decision(review))
    made = await prove(desk, fix(escalation=review.escalation_id))
    again = await prove(desk, replace(fix(escalation=review.escalation_id), by=Person("slack", "U9")))
    assert made is not None
    assert made == again
    assert await desk.store.cases.all() == (made,)


async def test_a_fix_that_comes_from_no_conversation_has_nothing_to_prove_it(desk: Desk) -> None:
    assert await prove(desk, fix(escalation="")) is None
