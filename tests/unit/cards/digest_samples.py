"""Digests for tests: a rich week, a week of which nothing is known, and one whose every text is hostile."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.calendar import Week
from bot.domain.digest import (
    Ask,
    Cause,
    Digest,
    Driver,
    EvalPoint,
    Failure,
    KeyFigure,
    Kind,
    Proof,
    Published,
    Thanks,
    Upcoming,
    Upkeep,
    Value,
    Win,
    rejected,
)

WEEK = Week(2026, 47, ZoneInfo("Europe/Berlin"))
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
FIX = "fix_4b9ac01d22e7#0011223344556677"


def _share(value: float, n: int, off: float = 0.06) -> Value:
    return Value(n, value, value - off, value + off)


def _driver(intent: str, title: str, weekly: tuple[int, ...], pain: float, share: float, **more: Any) -> Driver:
    return Driver(intent, title, weekly, pain, _share(share, weekly[-1], 0.09), **more)


DRIVERS = (
    _driver(
        "refund-status", "Where is my refund?", (61, 58, 64, 72, 70, 96), 212.5, 0.71, change="more, was 70", moved=True
    ),
    _driver("order-status", "Where is my order?", (80, 77, 83, 79, 85, 81), 64.0, 0.88),
    _driver("address-change", "Change of address", (31, 40, 35, 38, 36, 39), 12.3, 0.9),
    _driver("double-charge", "Charged twice", (9, 11, 8, 12, 22, 31), 141.0, 0.42, change="more, was 22", moved=True),
    _driver("cancel", "Cancel an order", (25, 28, 22, 30, 27, 26), 18.0, 0.83),
    _driver("gift-card", "Gift cards", (4, 6, 3, 5, 7, 8), 77.5, 0.35),
    *(_driver(f"intent-{n}", f"Smaller matter {n}", (n, 20 - n, 7, 5, 6, 19 - n), float(n), 0.6) for n in range(1, 15)),
)
FIGURES = (
    KeyFigure("first_response", "First response", "seconds", Value(312, 840, 720, 1010), Value(298, 1260, 1100, 1500),
              "14 min (12–17)", "21 min (18–25)", "better by 7 min (3–10)", moved=True, better=True),
    KeyFigure("unchanged", "Drafts sent unchanged", "share", _share(0.71, 240), _share(0.63, 231),
              "71 % (65–77)", "63 % (57–69)", "better by 8 points (2–14)", moved=True, better=True),
    KeyFigure("containment", "Contained", "share", _share(0.58, 298), _share(0.6, 281), "58 % (52–63)", "60 % (54–66)",
              "within noise"),
    KeyFigure("reopened", "Reopened", "share", _share(0.12, 298, 0.04), _share(0.07, 281, 0.03), "12 % (9–16)",
              "7 % (5–10)", "worse by 5 points (1–9)", moved=True, better=False),
    KeyFigure("csat", "Satisfied customers", "share", Value(9), Value(12), "too few (n 9)", "too few (n 12)",
              "not known"),
    KeyFigure("time_to_approve", "Time to approve", "seconds", Value(240, 300, 260, 340), Value(231, 310, 270, 350),
              "5 min (4.3–5.7)", "5.2 min (4.5–5.8)", "within noise"),
    KeyFigure("escalated", "Handed to a person", "share", _share(0.21, 312), _share(0.2, 298), "21 % (17–26)",
              "20 % (16–25)", "within noise"),
    KeyFigure("cost", "Cost of an answer", "money", Value(312, 0.021, 0.019, 0.024), Value(298, 0.022, 0.02, 0.025),
              "0.021 (0.019–0.024)", "0.022 (0.020–0.025)", "within noise"),
)  # fmt: skip

RICH = Digest(
    week=WEEK,
    made_at=MONDAY,
    conversations=312,
    decisions=(
        Ask(Kind.PUBLISH_FIX, FIX, "Publish the fix of “Refunds to a card”",
            "19 drafts on it were edited the same way this week; the evals found nothing worse."),
        Ask(Kind.RAISE_CASES, "double-charge", "Make eval cases of “Charged twice”",
            "31 conversations, 42 % sent unchanged, and only 2 eval cases keep watch."),
        Ask(Kind.LOOK_AT_REJECTED, rejected(WEEK, "stale_policy", "gift-card"),
            "Look at the rejected drafts on “Gift cards”", "6 of 8 were rejected for the same reason: stale policy."),
    ),
    figures=FIGURES,
    by_intent=DRIVERS[:8],
    compared=34,
    causes=(
        Cause("knowledge v12", MONDAY - timedelta(days=5), "Drafts sent unchanged", ("refund-status", "cancel"),
              Value(122, 9.0, 2.5, 15.4), Value(118, 0.8, -5.0, 6.6), Proof.SHOWN,
              "Knowledge v12 (Tue 17 Nov) raised drafts sent unchanged on “Where is my refund?” by 9 points, while "
              "what it did not touch stayed the same."),
        Cause("workflow v8", MONDAY - timedelta(days=4), "Reopened", ("double-charge",),
              Value(53, 4.1, -2.0, 10.2), Value(41, 2.9, -3.8, 9.9), Proof.NOT_PROVEN,
              "More were reopened after workflow v8 (Wed 18 Nov), but that had begun the week before."),
    ),
    drivers=DRIVERS,
    failures=(
        Failure("stale_policy", "Stale policy", 14, 6, "esc_1", "https://fernhill.slack.example/archives/C1/p1"),
        Failure("missing_knowledge", "Missing knowledge", 11, 12, "esc_2", "https://fernhill.slack.example/archives/C1/p2"),
        Failure("tone", "Tone", 4, 5),
    ),
    wins=(
        Win("Where is my refund?", "78 of 96 answers went out unchanged; the week before it was 44 of 70."),
        Win("First response", "Half of all customers now hear from us within 14 minutes."),
    ),
    published=(
        Published(12, MONDAY - timedelta(days=6), ("Refunds to a card", "How long a refund takes"), "Sue Okafor",
                  "Fixed 3 eval cases, broke none."),
        Published(13, MONDAY - timedelta(days=3), ("Gift cards",), "Mae Lind", "Too early to tell."),
    ),
    upkeep=(
        Upkeep("billing/double-charge", "Charged twice", "disagrees with “Refunds to a card” on how long it takes",
               "billing", severe=True),
        Upkeep("shipping/customs", "Customs", "was due for review on 1 October 2026", "logistics"),
        Upkeep("gifts/cards", "Gift cards", "has no owner"),
    ),
    trend=tuple(
        EvalPoint(f"knowledge v{number}", MONDAY - timedelta(days=40 - 3 * number), _share(0.8 + number / 100, 120))
        for number in range(6, 14)
    ),
    quality=("40 random answers were scored: accuracy 4.3 of 5 (4.1–4.5), tone 4.6 (4.5–4.8).",
             "Two people scored 8 of them; they agree well (alpha .74)."),
    alerts=("“Charged twice” doubled on Thu 19 Nov 14:05 for 3 h; acknowledged in 4 min, one false alarm.",),
    thanks=(Thanks("Ana Ruiz", cases=4, fixes=2), Thanks("Bo Larsen", labels=11),
            Thanks("Sue Okafor", fixes=1, cases=1)),
    upcoming=(Upcoming("Refunds to a card", "fix, waits for approval"), Upcoming("11 labels", "to be learned tonight")),
    notes=("What needs seven days of follow-up is counted a week earlier.",),
)  # fmt: skip

EMPTY = Digest(WEEK, MONDAY, conversations=0, days=0)

HOSTILE_TEXT = (
    "<!channel> *x* _y_ <https://evil.example|bank> &amp; \x00\u202e\ud800 </td><script>alert(1)</script> " + "<" * 4000
)


def hostile(value: Any) -> Any:
    """The same with every text replaced by a hostile one, which each subject still begins with its own."""
    if isinstance(value, str):
        return HOSTILE_TEXT
    if isinstance(value, tuple):
        return tuple(hostile(each) for each in value)
    if is_dataclass(value) and not isinstance(value, (Week, type)):
        kept = ("week", "kind", "proof", "subject", "slug", "metric", "unit")
        return replace(value, **{f.name: hostile(getattr(value, f.name)) for f in fields(value) if f.name not in kept})
    return value


HOSTILE: Digest = hostile(replace(RICH, late=True, days=3, drivers=DRIVERS * 2))
