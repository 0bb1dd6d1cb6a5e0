"""Every card and form of the product, filled in as on a working day, the people in it being of a Teams tenant."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.cards.alert import Around, alert_card, incident_card, page_card, rehearsal_card
from bot.cards.capture import FixDraft, case_form, intent_form, opener_card, pick_form, tried_card
from bot.cards.capture import fix_form as write_fix_form
from bot.cards.digest import digest_cards, drivers_form, rejected_form
from bot.cards.digest import fix_form as see_fix_form
from bot.cards.elements import Actions, Button, Card, Form, Picture, Style
from bot.cards.fix import edit_form as edit_fix_form
from bot.cards.fix import fix_card, override_form, proposed_card, return_form
from bot.cards.forms import edit_form, hand_off_form, reject_form, why_form
from bot.cards.holding import Standing, holding_card, holding_form
from bot.cards.home import QueueItem, home_card
from bot.cards.learning import learned_card
from bot.cards.radar import radar_card
from bot.cards.review import failure_card, hand_off_card, opening_card, part_of, review_card
from bot.cards.sample import Given, Sent, Weak, ended_form, sample_card, score_form
from bot.cards.topics import accept_form, dismiss_form, merge_form, topic_card
from bot.domain.answer import (
    Citation,
    Draft,
    DraftAuthor,
    Field,
    Finding,
    Level,
    Passage,
    Proposal,
    Risk,
    Sentiment,
    Summary,
    Triage,
    Urgency,
)
from bot.domain.article import Revision
from bot.domain.chat import Person, Place
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.escaped import Escape, EscapedError, Seen
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.holding import Holding, HoldingState, Reach, Tally
from bot.domain.intents import TopicProposal, TopicState
from bot.domain.learning import Lesson
from bot.domain.precedent import Precedent
from bot.domain.quality import CaseResult, CaseTurn, EvalCase, GateResult, Score, Verdict
from bot.domain.radar import Concern, Kind, Named
from bot.domain.refit import Change, Outcome, Paired, Refit
from bot.domain.review import Action, Decision, FailureMode, Receipt, Review, ReviewState
from bot.domain.sample import Part, Progress, Sample
from bot.domain.spike import Alert, AlertState, Count, Explained, Series, What
from bot.domain.trace import Span, Trace
from evals.rubric import load_rubric
from tests.unit.cards.digest_samples import RICH

NOW = datetime(2026, 11, 20, 14, 32, tzinfo=UTC)
ANA = Person("teams", "49c4641c-ab91-4248-aebb-6a7de286397b", "Ana Ruiz")
BO = Person("teams", "87d349ed-44d7-43e1-9a83-5f2406dee5bd", "Bo Larsen")
SUE = Person("teams", "0d6a9d3e-7f6e-4f43-9c42-2f6ad5d5b0a1", "Sue Okafor")
LINK = "https://teams.microsoft.com/l/message/19%3Aescalations%40thread.tacv2/1763649120000"
THREAD = Place("teams", "19:escalations@thread.tacv2", "1763649120000")

REFUND = (
    "Refunds to a card arrive within five working days after we have approved them. Weekends and bank holidays do not "
    "count. If the card has expired, your bank passes the money on to the new one."
)
PASSAGE = Passage(
    "refunds#2", "billing/refunds", "h1", "Refunds to a card", "How long it takes", REFUND, "billing",
    effective=date(2026, 10, 1), score=0.82, scores={"bm25": 11.4, "embedding": 0.71}, url="https://help.example/refunds",
)  # fmt: skip
ANSWER = (
    "Hello Cleo,\n\nyour refund was approved on Monday, so it should be on your card by Friday at the latest: refunds "
    "take up to five working days.\n\nIf your card has expired in the meantime, your bank passes the money on."
)
DRAFT = Draft(ANSWER, f"{ANSWER} [1]", (Citation(1, "refunds#2", ANSWER),), 0.83, DraftAuthor.MODEL)
TRIAGE = Triage(
    "refund_status", "Where is my refund?", 0.93, Risk.MEDIUM, Sentiment.UNHAPPY, 0.7, Urgency.NORMAL, 0.6, "en", 0.99,
    fields=(Field("order", "A-20417", 74, 81), Field("amount", "129 €", 83, 88)),
    because="“refund” and “waiting” decide it.",
)  # fmt: skip
PROPOSAL = Proposal(
    TRIAGE, (PASSAGE,), DRAFT, (Finding("grounding", Level.WARN, "“by Friday at the latest” is in no source."),),
    12, 7, "propose:esc_1:1", confidence=0.83, calibrated_on=400,
)  # fmt: skip
ASKED = (
    "I sent the grinder back two weeks ago and the refund still is not on my card. Order A-20417, 129 €. "
    "When do I get my money? *Please* answer today [really]!"
)
ESCALATION = Escalation(
    id="esc_1", surface="web", external_id="4711", customer=Customer("c1", "Cleo Martin", "cleo@example.com"),
    turns=(Turn("1", Author.CUSTOMER, ASKED, NOW - timedelta(minutes=9)),), opened_at=NOW - timedelta(minutes=9),
    place=THREAD, asker=BO, channel="chat", language="en",
)  # fmt: skip
READY = Review("esc_1/1", "esc_1", 1, 1, ReviewState.READY, 2, NOW - timedelta(minutes=8), PROPOSAL)
PRECEDENT = Precedent(
    "esc_9/1", "My refund has not arrived after ten days.",
    "Refunds take up to five working days. Please send us a statement if it is not there then.", "refund_status",
    SUE, NOW - timedelta(days=12), NOW + timedelta(days=170),
)  # fmt: skip
CASE = EvalCase(
    "case_7f3a", (CaseTurn(Author.CUSTOMER, "When do I get my refund of [amount]?"),), must_say=("five working days",),
    sources=("billing/refunds",), reference=ANSWER, intent="refund_status", core=True, by=(ANA, BO), escalation="esc_1",
)  # fmt: skip
BEFORE = Revision(
    "billing/refunds", "h0", "Refunds to a card",
    "Refunds to a card arrive within ten days.\n\nIf the card has expired, your bank passes the money on.\n", "billing",
    review_by=date(2026, 12, 1),
)  # fmt: skip
AFTER = replace(
    BEFORE, hash="h1", title="Refunds to a card or account", owner="billing-team",
    body="Refunds to a card arrive within five working days after approval.\n\nIf the card has expired, your bank "
    "passes the money on.\n\nRefunds to an account take one day longer.\n",
)  # fmt: skip
FIX = KnowledgeFix(
    "fix_1", FixState.OPEN, AFTER, "h0", ANA, NOW, reason="Three answers in a row were edited to five days.",
    mode=FailureMode.STALE_POLICY, escalation="esc_1", place=THREAD,
)  # fmt: skip
PASSED = GateResult(Verdict.PASSED, "Nothing gets worse.", fixed=("case_7f3a",), unchanged=("case_2", "case_3"))
HELD = GateResult(Verdict.HELD, "It breaks 1 case of the core set.", broken=("case_7f3a",), broken_core=("case_7f3a",))
TOPIC = TopicProposal(
    "topic_1", TopicState.PROPOSED, tuple(f"esc_{n}" for n in range(14)),
    ("Do you give barista courses?", "When is the next course?", "Can I bring a friend to the latte art class?"), NOW,
    weekly=(2, 2, 3, 7), risk=Risk.MEDIUM, title="Barista course", room="#events", nearest="return_or_refund",
    nearest_title="Return or refund", likeness=0.52,
)  # fmt: skip
INTENTS = (("refund_status", "Where is my refund?"), ("cancel", "Cancel an order"), ("gift_card", "Gift cards"))
SINCE = NOW - timedelta(minutes=55)
ALERT = Alert(
    "intent:double_charge@1", (Series(What.INTENT, "double_charge"), Series(What.UNHAPPY)), SINCE,
    SINCE + timedelta(minutes=10), NOW, minutes=60, seen=31, expected=4.2, probability=1e-9, behind=29,
    conversations=("esc_1", "esc_2"), told=True,
    counts=tuple(Count(SINCE - timedelta(minutes=10 * (18 - n)), n if n < 15 else 4 * n - 52, 2.0) for n in range(24)),
    about=Explained(
        ("charged twice", "pending", "bank app"), (("Country", "Germany", 0.84), ("Channel", "chat", 0.61)),
        "knowledge v13", SINCE - timedelta(hours=2), "knowledge v13 went live shortly before it began.",
    ),
)  # fmt: skip
HOLDING = Holding(
    "holding_1", ALERT.cause, "charged twice",
    "Thank you for writing. Some cards are charged twice at the moment; we are on it and come back to you today.",
    "en", True, (ANA,), NOW,
)  # fmt: skip
STANDING = Standing(Reach(("esc_1", "esc_2", "esc_3"), ("esc_4",), (("de", 4),), 2), Tally(12, 1))
SAMPLE = Sample(
    "2026-W47", NOW - timedelta(days=7), NOW, NOW, 0.08, 212,
    (Part("Where is my refund?", 96, 12), Part("Gift cards", 20, 6)), 3, ("2 of a private room are left out.",),
)  # fmt: skip
PROGRESS = Progress(40, 13, 8, 2, by=(ANA, BO))
GIVEN = Given(SAMPLE.id, "esc_7/1", (CaseTurn(Author.CUSTOMER, "Where is my refund?"),), ANSWER, PROGRESS)
CONCERNS = (
    Concern(
        Kind.CONFLICT,
        (
            Named("billing/refunds", "Refunds to a card", "billing", "within five working days"),
            Named("shop/terms", "Terms of the shop", "legal", "within ten days"),
        ),
        "Say the same in both, or say when which is true.",
    ),
    Concern(
        Kind.EXPIRING, (Named("gifts/cards", "Gift cards", "billing"),), "Renew it or let it go.", date(2026, 11, 30)
    ),
)
LEARNED = Refit(
    Outcome.BETTER, "More held-out questions are judged right.", ("l1", "l2", "l3"), ("l4",), ("l5",), Paired(12, 2, 9),
    Paired(240, 231, 233), Paired(96, 90, 91), calibration=Change(0.09, 0.06),
)  # fmt: skip
TRACE = Trace(
    "propose:esc_1:1", "propose", "esc_1", NOW,
    tuple(Span(name, NOW, ms) for name, ms in (("triage", 4.1), ("retrieve", 18.9), ("draft", 840.2), ("check", 6.6))),
)  # fmt: skip


def decided(state: ReviewState, action: Action = Action.APPROVE, by: Person = ANA, **made: object) -> Review:
    decision = replace(Decision(READY.id, action, by, NOW, DRAFT.hash), **made)  # type: ignore[arg-type]
    return replace(READY, state=state, decision=decision, receipt=Receipt("web", NOW, "ok-1"))


def cards(pictures: dict[str, Picture]) -> Iterator[tuple[str, Card]]:
    """Every card by a name for its picture; `pictures` are those of the alert ("alert") and of the digest."""
    yield "opening", opening_card(ESCALATION)
    yield from _reviews()
    yield "hand-off", hand_off_card(Decision(READY.id, Action.HAND_OFF, ANA, NOW, "", note="She knows Cleo.", to=SUE))
    yield "failure", failure_card(replace(decided(ReviewState.FAILED), problem="The shop answered 503."))
    yield from _knowledge()
    yield "topic", topic_card(TOPIC, (LINK, LINK), {})
    tried = replace(TOPIC, state=TopicState.HELD, gate=HELD, intent="courses", intent_title="Courses", decided_by=ANA)
    yield "topic-held", topic_card(replace(tried, decided_at=NOW), (LINK,), {CASE.id: CASE})
    yield "radar", radar_card("billing", CONCERNS, {})
    yield "learned", learned_card(LEARNED, (("Gift cards", 3),), (ANA, BO), (9, True), (PASSED, {}))
    yield from _alerts(pictures["alert"])
    waiting = (QueueItem(READY, ESCALATION, LINK), QueueItem(_abstained(), replace(ESCALATION, id="esc_2"), LINK))
    done = (QueueItem(decided(ReviewState.DELIVERED), ESCALATION, LINK),)
    yield "home", home_card(waiting, done, NOW, "senior rep")
    yield "home-empty", home_card((), (), NOW, "rep")
    weak = Weak("esc_7/1", "How long does a refund to a gift card take?", ("accurate", "complete"))
    yield "sample", sample_card(SAMPLE, PROGRESS, (weak,), ("Accuracy is 4.3 of 5 so far.",))
    for page, card in enumerate(digest_cards(RICH, pictures), 1):
        yield f"digest-{page}", card
    danger = Button("all", "Stop all of it", "1", Style.DANGER, confirm="Nobody gets an answer until you start again.")
    yield "confirm", Card("Confirm", (Actions((danger, Button("x", "Leave it", "1"))),))


def _abstained() -> Review:
    silent = Draft("", "", (), 0.0, DraftAuthor.MODEL, missing="No article says how long it takes to a gift card.")
    return replace(READY, proposal=replace(PROPOSAL, draft=silent, confidence=0.0))


def _reviews() -> Iterator[tuple[str, Card]]:
    drafting = replace(READY, state=ReviewState.DRAFTING, proposal=None)
    yield "review-drafting", review_card(ESCALATION, drafting, writing="Hello Cleo,\n\nyour refund was approved on")
    told = part_of("conversations about double charge", SINCE, LINK)
    full = replace(PROPOSAL, precedents=(PRECEDENT,))
    yield "review-ready", review_card(ESCALATION, replace(READY, proposal=full), notice=told)
    summary = Summary(("Cleo waits for a refund.",), ("Sent back on 6 November.",), ("When does the money arrive?",))
    long = replace(ESCALATION, turns=tuple(replace(ESCALATION.turns[0], ref=str(n)) for n in range(6)))
    high = replace(PROPOSAL, triage=replace(TRIAGE, risk=Risk.HIGH, summary=summary))
    yield "review-high-risk", review_card(long, replace(READY, proposal=high, editor=BO))
    held = Finding("links", Level.BLOCK, "The draft links to evil.example, which is in no source.", "evil.example")
    yield "review-blocked", review_card(ESCALATION, replace(READY, proposal=replace(PROPOSAL, findings=(held,))))
    yield "review-abstained", review_card(ESCALATION, _abstained())
    yield "review-delivered", review_card(ESCALATION, decided(ReviewState.DELIVERED))
    wrong = EscapedError("esc_1/1", Escape.REJECTED, NOW, Seen.UNCOVERED, ASKED, "refund_status")
    rejected = decided(ReviewState.REJECTED, Action.REJECT, mode=FailureMode.TONE, note="Too stiff for this customer.")
    yield "review-rejected", review_card(ESCALATION, rejected, escaped=wrong)
    yield "review-handed-off", review_card(ESCALATION, decided(ReviewState.HANDED_OFF, Action.HAND_OFF, to=SUE))
    failed = replace(decided(ReviewState.FAILED), problem="The shop answered 503.")
    yield "review-failed", review_card(ESCALATION, failed)
    yield "review-superseded", review_card(ESCALATION, replace(READY, state=ReviewState.SUPERSEDED))


def _knowledge() -> Iterator[tuple[str, Card]]:
    known = {CASE.id: CASE}
    yield "fix-proposed", fix_card(FIX, BEFORE, known, CONCERNS[:1], (("within ten days", "five working days"),))
    yield (
        "fix-held",
        fix_card(replace(FIX, state=FixState.HELD, decided_by=BO, decided_at=NOW, gate=HELD), BEFORE, known),
    )
    live = replace(FIX, state=FixState.LIVE, decided_by=BO, decided_at=NOW, gate=PASSED, release=13)
    yield "fix-live", fix_card(live, BEFORE, known)
    yield "fix-told", proposed_card(FIX, known, LINK)
    failing = CaseResult(CASE.id, "f", (Score("must_say", 0.0, False, "It does not say “five working days”."),))
    yield "case-tried", tried_card(CASE, replace(failing, answer="Refunds take about a week."))
    yield "opener", opener_card("fix", "Fix knowledge")


def _alerts(chart: Picture) -> Iterator[tuple[str, Card]]:
    around = Around((LINK, LINK), on_call="Sue Okafor", next_page=NOW + timedelta(minutes=15), chart=chart)
    yield "alert-open", alert_card(ALERT, around)
    taken = replace(ALERT, state=AlertState.ACKNOWLEDGED, by=SUE, acknowledged_at=NOW)
    yield "alert-acknowledged", alert_card(taken, replace(around, chart=None, refused=True))
    over = replace(taken, state=AlertState.RESOLVED, resolved_at=NOW + timedelta(hours=1))
    yield "alert-resolved", alert_card(over, around)
    yield "page", page_card(ALERT, (SUE, ANA), why_nobody="", link=LINK)
    yield "rehearsal", rehearsal_card((SUE,))
    yield "incident", incident_card(ALERT, link=LINK)
    yield "holding", holding_card(HOLDING, STANDING)
    sent = replace(HOLDING, state=HoldingState.SENDING, approved_by=SUE, approved_at=NOW)
    yield "holding-sending", holding_card(sent, STANDING)


def forms() -> Iterator[tuple[str, Form]]:
    """Every form by a name for its picture."""
    yield "edit", edit_form(READY, "esc_1/1")
    yield "reject", reject_form("esc_1/1")
    yield "hand-off", hand_off_form("esc_1/1")
    yield "why", why_form(replace(READY, proposal=replace(PROPOSAL, precedents=(PRECEDENT,))), TRACE)
    yield "pick", pick_form(Lesson.CASE, ((ESCALATION, READY), (ESCALATION, decided(ReviewState.DELIVERED))))
    yield "case", case_form("esc_1", CASE, (replace(CASE, id="case_2"),), CASE, INTENTS)
    yield "intent", intent_form("esc_1", ASKED, INTENTS, "refund_status", "Bo Larsen set it to “Gift cards”.")
    places = (("billing/refunds#2", "Refunds to a card: How long it takes"),)
    draft = FixDraft(places[0][0], places, AFTER, AFTER.body, "Edited three times.", before=BEFORE.body)
    yield "fix", write_fix_form("esc_1", draft)
    yield "fix-edit", edit_fix_form(FIX, BEFORE)
    yield "fix-return", return_form(FIX)
    yield "fix-override", override_form(replace(FIX, state=FixState.HELD, gate=HELD))
    yield "fix-seen", see_fix_form(FIX, BEFORE, LINK)
    yield "topic-accept", accept_form(TOPIC)
    yield "topic-merge", merge_form(TOPIC, INTENTS)
    yield "topic-dismiss", dismiss_form(TOPIC)
    yield "holding", holding_form(ALERT.cause, HOLDING.text, "en")
    yield "score", score_form(GIVEN, load_rubric(), Sent(SAMPLE.id, "esc_6/1", ("accurate",)))
    yield "score-ended", ended_form("Everything is scored. Thank you!")
    yield "drivers", drivers_form(RICH)
    todo = (Button("digest.fix", "Fix knowledge", "billing/gift-cards", Style.PRIMARY),)
    threads = (("It says two years, it is three now.", LINK), ("", ""))
    advice = "The article is older than the rule."
    asked = ("stale policy", "Gift cards", 8)
    yield "rejected", rejected_form(asked, threads, hidden=1, advice=advice, todo=todo)
