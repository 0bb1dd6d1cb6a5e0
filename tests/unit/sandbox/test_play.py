"""The demo's script, the reading of cards, and the comparison with what the script expects."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.slack import slack_manifest
from bot.cards.block_kit import render_card
from bot.cards.review import review_card
from bot.cli.demo import article_titles
from bot.cli.stage import StageClock, demo_settings, listen
from bot.domain.answer import (
    Citation,
    Draft,
    DraftAuthor,
    Finding,
    Level,
    Passage,
    Proposal,
    Risk,
    Sentiment,
    Triage,
    Urgency,
)
from bot.domain.chat import Person
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.review import Action, Decision, Receipt, Review, ReviewState
from bot.sandbox.script import Card, Scene, Script, company, load_script, read_card
from bot.sandbox.server import Sandbox
from bot.sandbox.transcript import Outcome, differences, told
from bot.settings import CONTENT

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PATHS = (
    "clean_answer", "abstention", "stale_source", "contradiction", "high_risk", "injection", "angry", "duplicate",
    "follow_up", "burst", "other_language", "image_only",
)  # fmt: skip
TITLES = {"returns/refund-timing": "When a refund arrives"}


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script(CONTENT / "demo.yaml")


@pytest.fixture
def scene(script: Script) -> Scene:
    return replace(
        script.scenes[0], check={"state": "delivered", "cites": ["returns/refund-timing"], "says": ["5 to 7"]}
    )


def review(**changes: Any) -> Review:
    triage = Triage(
        "refund", "Returns & refunds", 0.9, Risk.HIGH, Sentiment.ANGRY, 0.9, Urgency.HIGH, 0.8, "de", 0.9, "#orders"
    )
    passage = Passage("p1", "returns/refund-timing", "r1", "When a refund arrives", "Cards", "…", "@billing-leads")
    text = "A card refund takes 5 to 7 working days <after> it is issued."
    draft = Draft(text, f"{text} [1]", (Citation(1, "p1", text),), 0.8, DraftAuthor.OFFLINE)
    finding = Finding("stale", Level.WARN, "It was due for review.", "5 to 7")
    proposal = Proposal(triage, (passage,), draft, (finding,), 1, 2, "run-1")
    return Review("e/1", "e", 1, 1, ReviewState.READY, 3, NOW, proposal=replace(proposal, **changes))


def escalation() -> Escalation:
    turn = Turn("1", Author.CUSTOMER, "Where is my refund? <b>", NOW)
    return Escalation("e", "webhook", "c1", Customer("hanna", "Hanna: Vos"), (turn,), NOW)


def card_of(shown: Review) -> Card:
    message = render_card(review_card(escalation(), shown)) | {"ts": "1.000001"}
    card = read_card(message, {"U0MARTA": "Marta Lindqvist"}, "#escalations")
    assert card is not None
    return card


def test_a_card_is_read_in_all_the_parts_that_people_see() -> None:
    card = card_of(review())
    assert (card.number, card.customer, card.state) == (1, "Hanna: Vos", "ready")
    assert card.facts["intent"] == "Returns & refunds (90%)"
    assert "high" in card.facts["risk"] and "angry" in card.facts["mood"] and card.facts["language"] == "de"
    assert card.draft == "A card refund takes 5 to 7 working days <after> it is issued. [1]"
    assert len(card.sources) == 1 and card.sources[0].startswith("[1] When a refund arrives › Cards")
    assert any("It was due for review. “5 to 7”" in notice for notice in card.notices)
    assert card.buttons == ("Approve", "Edit", "Reject", "Hand off", "Why") and not card.abstains


def test_a_card_without_a_draft_is_read_as_an_abstention() -> None:
    card = card_of(review(draft=Draft("", "", (), 0.1, DraftAuthor.OFFLINE, missing="No article covers prices.")))
    assert card.abstains and not card.draft and not card.sources
    assert "Approve" not in card.buttons and "No article covers prices." in card.notices[0]


def test_a_settled_card_names_who_decided() -> None:
    decision = Decision("e/1", Action.APPROVE, Person("slack", "U0MARTA"), NOW, "hash")
    card = card_of(replace(review(), state=ReviewState.DELIVERED, decision=decision, receipt=Receipt("webhook", NOW)))
    assert card.state == "delivered" and "Approved by @Marta Lindqvist" in card.notices[0]


def test_other_messages_are_no_cards() -> None:
    assert read_card({"ts": "1.1", "text": "Draft 1 is nice: really"}, {}) is None
    assert read_card({"ts": "1.1", "text": "Hanna Vos asks: where?"}, {}) is None


def played(scene: Scene, **changes: Any) -> Outcome:
    before = card_of(review())
    outcome = Outcome(scene, before, replace(before, state="delivered"))
    outcome.received = ["A card refund takes 5 to 7 working days <after> it is issued."]
    for name, value in changes.items():
        setattr(outcome, name, value)
    return outcome


def test_an_outcome_as_scripted_has_no_differences(scene: Scene) -> None:
    assert differences(played(scene), TITLES, ("we guarantee",)) == []


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        ({"state": "rejected"}, "the card ends as 'delivered', not as 'rejected'"),
        ({"abstains": True}, "there is a draft"),
        ({"risk": "low"}, "risk is '🔴 high', not 'low'"),
        ({"mood": ["angry", "urgency low"]}, "mood is 'angry, urgency high', not 'urgency low'"),
        ({"room": "support-managers"}, "the card is in #escalations, not in #support-managers"),
        ({"cites": ["returns/other"]}, "it cites '[1] When a refund arrives › Cards  (@billing-leads)'"),
        ({"sources": 0}, "it gives 1 sources, not 0"),
        ({"says": ["3 days"]}, "the draft does not say '3 days'"),
        ({"never_says": ["WORKING days"]}, "it says 'WORKING days'"),
        ({"shows": ["tomorrow"]}, "the card does not show 'tomorrow'"),
        ({"warns": ["disagree"]}, "no warning says 'disagree'"),
        ({"refuses": ["a senior"]}, "the refusal does not say 'a senior'"),
        ({"buttons_without": ["Approve"]}, "there is a button 'Approve'"),
    ],
)
def test_each_thing_that_is_not_as_scripted_is_a_sentence(scene: Scene, check: dict[str, Any], sentence: str) -> None:
    assert sentence in differences(played(replace(scene, check=scene.check | check)), TITLES)


def test_a_banned_phrase_is_a_difference_wherever_it_stands(scene: Scene) -> None:
    assert "it says 'card refund'" in differences(played(scene), TITLES, ("card refund",))


def test_a_reply_too_many_and_another_text_than_the_approved_one_are_differences(scene: Scene) -> None:
    twice = played(scene, received=["A", "A"])
    assert "the customer received 2 replies, not 1" in differences(twice, TITLES)
    other = played(scene, received=["Something else"])
    assert "the customer received another text than the one approved" in differences(other, TITLES)


def test_an_edited_reply_must_arrive_as_it_was_written(scene: Scene) -> None:
    edited = replace(scene, then={"do": "edit", "by": "U0MARTA", "text": "Five days."})
    assert differences(played(edited, received=["Five days."]), TITLES) == []
    assert differences(played(edited), TITLES) == ["the customer received another text than the one approved"]


def test_no_card_at_all_is_a_difference(scene: Scene) -> None:
    assert differences(Outcome(scene), TITLES) == ["no card appeared"]


def test_the_transcript_tells_the_whole_story(scene: Scene) -> None:
    text = told(played(scene, did=["Marta Lindqvist (Support Rep) approves it."]), 1, 12, [])
    parts = (
        "1 of 12 · Clean answer · #escalations", "Hanna Vos writes", "> Hi! I returned a scale", "risk 🔴 high",
        "| A card refund takes 5 to 7", "[1] When a refund arrives", "It was due for review.", "[Approve]",
        "Marta Lindqvist (Support Rep) approves it.", "Hanna Vos receives:", "✓ As expected",
    )  # fmt: skip
    places = [text.find(part) for part in parts]
    assert -1 not in places and places == sorted(places)


def test_the_transcript_lists_what_differs(scene: Scene) -> None:
    text = told(played(scene), 1, 12, ["there is no draft"])
    assert "✗ NOT as expected:\n  - there is no draft" in text and "✓" not in text


def test_the_script_covers_every_path_and_checks_each(script: Script) -> None:
    assert tuple(scene.path for scene in script.scenes) == PATHS
    assert all(scene.check.get("state") for scene in script.scenes)


def test_every_article_that_the_script_names_exists(script: Script) -> None:
    titles = article_titles(CONTENT / "articles")
    assert {slug for scene in script.scenes for slug in scene.check.get("cites", ())} <= set(titles)


def test_every_person_and_room_of_the_script_is_known(script: Script) -> None:
    rooms = {room["id"] for room in script.rooms}
    for scene in script.scenes:
        assert scene.room in {"", *rooms}
        assert all(script.person(scene.then[key]) for key in ("by", "to", "after") if key in scene.then)


def test_the_company_has_the_scripts_people_and_what_the_manifest_asks_for(script: Script) -> None:
    made = company(script, yaml.safe_load(slack_manifest()))
    assert made["users"][0]["real_name"] == "Marta Lindqvist"
    assert not any(user["name"] == "fernhill" for user in made["users"])
    assert {room["name"]: room["shared"] for room in made["channels"]}["partners-shared"]
    assert "chat:write" in made["scopes"] and "message.channels" in made["bot_events"]
    assert {"/ratchet"} <= {entry["command"] for entry in made["commands"]}
    assert all(shortcut["type"] == "message" for shortcut in made["shortcuts"])


def test_the_demo_has_settings_of_its_own(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("RATCHET_SLACK_ROOMS=#dotenv\nRATCHET_OPENAI_MODEL=dotenv\n")
    monkeypatch.setenv("RATCHET_DATABASE_URL", "postgresql+psycopg://elsewhere/db")
    monkeypatch.setenv("RATCHET_SLACK_APP_TOKEN", "xapp-real")
    monkeypatch.setenv("RATCHET_OPENAI_API_KEY", "key")
    monkeypatch.setenv("RATCHET_OPENAI_MODEL", "small")
    sandbox = Sandbox(
        signing_secret="s", bot_token="xoxb-1", webhook_secret="whsec_YQ==", bot_url="http://b", base_url="http://s"
    )
    alone = demo_settings(script, sandbox, tmp_path, 1, with_model=False)
    assert alone.core.store_url == f"sqlite+aiosqlite:///{tmp_path}/ratchet.db" and not alone.openai.present
    assert alone.slack.rooms == ("#escalations",) and not alone.slack.app_token.get_secret_value()
    assert alone.slack.seniors == ("@support-seniors",) and alone.slack.relay_bots == ("B0HELPDESK",)
    assert demo_settings(script, sandbox, tmp_path, 1, with_model=True).openai.model == "small"


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    taken = listen(0)
    taken.listen()
    port = taken.getsockname()[1]
    with taken, listen(port) as other:
        assert port < other.getsockname()[1] < port + 100


def test_the_play_takes_place_on_its_own_day(script: Script) -> None:
    later = replace(script, today=date(2030, 1, 2))
    clock, a_day = StageClock(later), 86_400
    ahead = (clock.now() - datetime.now(UTC)).total_seconds()
    assert clock.now().date() in (date(2030, 1, 2), date(2030, 1, 3))
    assert min(ahead % a_day, -ahead % a_day) < 5, "it is the machine's time of day"
