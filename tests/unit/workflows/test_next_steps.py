from dataclasses import replace

from bot.domain.answer import Passage
from bot.domain.article import Audience
from bot.workflows.answer import Found, next_steps
from tests.contracts.store_samples import draft, escalation, proposal, turn

ASKED = escalation("esc_1", turn("1", "A takeover, somebody stole my account, what now?"))
TRIAGE = proposal().triage
RUNBOOK = Passage(
    "takeover#1", "internal/takeover", "h1", "Account takeover", "First minutes",
    "1. Lock the stolen account.\n2. End all sessions.", "security", audience=Audience.INTERNAL,
)  # fmt: skip
ARTICLE = replace(RUNBOOK, id="shipping#1", slug="account", title="Your account", audience=Audience.CUSTOMER,
                  text="1. Open Security in your stolen account.\n2. Choose a new password.")  # fmt: skip


def test_the_team_s_own_procedure_tells_the_rep_what_to_do() -> None:
    procedure, steps = next_steps(ASKED, TRIAGE, draft(), Found((ARTICLE,), 1, (RUNBOOK,)))
    assert procedure == RUNBOOK
    assert steps == ("Lock the stolen account.", "End all sessions.")


def test_a_procedure_that_shares_one_common_word_with_the_matter_gives_no_steps() -> None:
    deletion = escalation("esc_1", turn("1", "How do I delete my stolen account?"))
    assert next_steps(deletion, TRIAGE, draft(), Found((), 1, (RUNBOOK,))) == (None, ())


def test_without_one_the_procedure_of_the_cited_article_does() -> None:
    procedure, steps = next_steps(ASKED, TRIAGE, draft(), Found((ARTICLE,), 1))
    assert procedure == ARTICLE
    assert steps == ("Open Security in your stolen account.", "Choose a new password.")


def test_an_article_that_the_draft_does_not_cite_gives_no_steps() -> None:
    assert next_steps(ASKED, TRIAGE, draft(), Found((replace(ARTICLE, id="other"),), 1)) == (None, ())


def test_steps_that_the_draft_tells_the_customer_are_not_told_twice() -> None:
    told = draft("Open Security in your stolen account.")
    assert next_steps(ASKED, TRIAGE, told, Found((ARTICLE,), 1)) == (None, ())


def test_a_procedure_of_another_matter_gives_no_steps() -> None:
    other = replace(RUNBOOK, title="Goodwill credits", heading="Booking", text="1. Choose Credit.\n2. Enter the id.")
    assert next_steps(ASKED, TRIAGE, draft(), Found((), 1, (other,))) == (None, ())
