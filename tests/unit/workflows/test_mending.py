"""The knowledge fix that a thread begins, and what comes of the form."""

from dataclasses import replace
from datetime import date

import pytest
import pytest_asyncio

from bot.domain.answer import Passage
from bot.domain.article import Audience, Revision
from bot.domain.errors import Conflict, Rejected
from bot.domain.review import Action, FailureMode, Review, ReviewState
from bot.ports import Desk
from bot.workflows.capture import Thread
from bot.workflows.mending import LONGEST, fix_draft, fix_sent
from knowledge.embeddings.static import StaticEmbedder
from knowledge.library import Library
from tests.contracts.store_samples import ANA, NOON, decision, draft, escalation, proposal, turn

TIMES, COSTS = "A parcel travels for 3 days.", "Shipping costs 4.90 EUR."
BODY = f"# Shipping\n\nWe ship with Northpost.\n\n## Times\n\n{TIMES}\n\n## Costs\n\n{COSTS}\n"
ARTICLE = Revision("shipping", "", "Shipping", BODY, "@ops", review_by=date(2026, 1, 1), effective=date(2025, 1, 1))
READY = Review("esc_1/1", "esc_1", 1, 1, ReviewState.READY, 2, NOON, proposal("A parcel travels for 3 days."))


@pytest_asyncio.fixture
async def stocked(desk: Desk) -> Desk:
    library = Library(desk.store.articles, desk.store.releases, StaticEmbedder(), desk.clock)
    await library.publish(ARTICLE, reason="Test")
    return desk


def thread(text: str = "", mode: FailureMode | None = None, note: str = "", review: Review = READY) -> Thread:
    action = Action.EDIT if text else Action.REJECT
    made = decision(review, action, text=text, mode=mode, note=note)
    return Thread(escalation("esc_1", turn("t1", "How long does a parcel travel?")), replace(review, decision=made))


async def test_the_section_that_answers_comes_with_the_figure_corrected(stocked: Desk) -> None:
    fix, base = await fix_draft(stocked, thread("A parcel travels for 5 days."))
    assert (fix.place, fix.text, fix.before) == (
        "shipping#1",
        "A parcel travels for 5 days.",
        "A parcel travels for 3 days.",
    )
    assert [label for _, label in fix.places] == ["Shipping", "Shipping › Times", "Shipping › Costs"]
    assert base == (await stocked.store.releases.live("knowledge")).manifest["shipping"]


async def test_a_day_of_review_that_has_passed_is_suggested_anew(stocked: Desk) -> None:
    fix, _ = await fix_draft(stocked, thread("A parcel travels for 5 days."))
    assert fix.revision.review_by == date(2027, 3, 2)


async def test_a_rejections_note_is_what_the_section_should_say(stocked: Desk) -> None:
    fix, _ = await fix_draft(stocked, thread(mode=FailureMode.STALE_POLICY, note="A parcel travels for 6 days."))
    assert (fix.text, fix.mode) == ("A parcel travels for 6 days.", FailureMode.STALE_POLICY)
    assert "How long does a parcel travel?" in fix.reason


async def test_a_gap_begins_a_new_article_without_what_is_about_one_customer(stocked: Desk) -> None:
    silent = replace(READY, proposal=proposal(draft=draft("", cited="", citations=())))
    answer = "Hi Cleo,\n\nEngraving takes a week. I booked it for you, Cleo.\n\nBest regards,\nAna"
    fix, base = await fix_draft(stocked, thread(answer, review=silent))
    assert (fix.place, base, fix.text) == ("new", "", "Engraving takes a week.")
    assert fix.revision.effective == date(2026, 3, 2)


async def test_what_is_about_one_customer_is_left_out_behind_a_greeting_in_the_same_line_too(stocked: Desk) -> None:
    silent = replace(READY, proposal=proposal(draft=draft("", cited="", citations=())))
    answer = "Hello Cleo, we booked it for Cleo. Engraving takes a week."
    fix, _ = await fix_draft(stocked, thread(answer, review=silent))
    assert fix.text == "Engraving takes a week."
    fix, _ = await fix_draft(stocked, thread("Hello Cleo, engraving takes a week.", review=silent))
    assert fix.text == "engraving takes a week."


async def test_a_section_that_no_form_could_hold_is_offered_in_parts(stocked: Desk) -> None:
    body = "\n\n".join(f"Rule {number}.{' word' * 100}" for number in range(20))
    library = Library(stocked.store.articles, stocked.store.releases, StaticEmbedder(), stocked.clock)
    await library.publish(replace(ARTICLE, body=body), reason="Test")
    fix, base = await fix_draft(stocked, thread("Rule 12 has words."))
    assert len(fix.places) > 4
    assert len(fix.before) <= LONGEST
    sent = await fix_sent(stocked, thread("x"), form(text=fix.before), ANA, changes=(fix.place, base), ref="k1")
    assert sent.revision.body.strip() == body.strip()


def form(**values: str) -> dict[str, str]:
    return {"title": "Shipping", "owner": "@ops", "audience": "customer", "text": "Text."} | values


async def test_the_form_changes_its_section_and_nothing_else(stocked: Desk) -> None:
    _, base = await fix_draft(stocked, thread("A parcel travels for 5 days."))
    values = form(text="A parcel travels for 5 days.", audience="internal", effective="2026-03-02", reason="Carrier.")
    fix = await fix_sent(stocked, thread("x"), values, ANA, changes=("shipping#1", base), ref="k1")
    assert fix.revision.body == BODY.replace("3 days", "5 days")
    assert (fix.revision.audience, fix.revision.effective) == (Audience.INTERNAL, date(2026, 3, 2))
    assert (fix.base, fix.by, fix.reason, fix.escalation) == (base, ANA, "Carrier.", "esc_1")


async def test_the_same_form_sent_twice_is_one_fix(stocked: Desk) -> None:
    fixes = [
        await fix_sent(stocked, thread("x"), form(title="Gift wrap!"), ANA, changes=("new", ""), ref=ref)
        for ref in ("k1", "k1", "k2")
    ]
    assert fixes[0].id == fixes[1].id != fixes[2].id
    assert fixes[0].revision.slug == "gift-wrap"


async def test_a_review_before_it_is_in_force_is_refused(stocked: Desk) -> None:
    values = form(effective="2026-03-02", review_by="2026-03-01")
    with pytest.raises(Rejected, match="before it is in force"):
        await fix_sent(stocked, thread("x"), values, ANA, changes=("new", ""), ref="k1")


async def test_a_section_that_is_gone_says_to_open_the_form_again(stocked: Desk) -> None:
    with pytest.raises(Conflict, match="Open the form again"):
        await fix_draft(stocked, thread("x"), place="shipping#9")


async def test_a_thread_for_which_nothing_was_found_begins_a_new_article(stocked: Desk) -> None:
    found: tuple[Passage, ...] = ()
    bare = replace(READY, proposal=proposal("Two days.", passages=found))
    fix, _ = await fix_draft(stocked, thread("It takes five days.", review=bare))
    assert (fix.place, fix.places, fix.text) == ("new", (), "It takes five days.")


async def test_a_form_that_says_nothing_of_the_audience_makes_no_internal_article_public(stocked: Desk) -> None:
    library = Library(stocked.store.articles, stocked.store.releases, StaticEmbedder(), stocked.clock)
    await library.publish(replace(ARTICLE, audience=Audience.INTERNAL), reason="Test")
    base = (await stocked.store.releases.live("knowledge")).manifest["shipping"]
    values = {name: value for name, value in form(text="It takes 4 days.").items() if name != "audience"}
    fix = await fix_sent(stocked, thread("x"), values, ANA, changes=("shipping#1", base), ref="k1")
    assert fix.revision.audience is Audience.INTERNAL
