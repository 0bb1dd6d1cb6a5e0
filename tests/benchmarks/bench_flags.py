"""Flags on own labelled conversations, half of them held out; and the wish for a person in public questions.

The conversations (`labelled/flags.yaml`) and the patterns are by one hand: an upper bound. Bitext's questions were
written for something else; those of its intent "contact_human_agent" wish for a person, all others do not.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.triage.flags import flags
from tests.benchmarks.public import data, rows
from tests.benchmarks.report import Figures, report

LABELLED = Path(__file__).parent / "labelled" / "flags.yaml"
_AT = datetime(2026, 11, 18, 10, tzinfo=UTC)
_MEANT = {"misunderstood": ("misunderstood", "asks the same"), "angrier": ("angrier",), "person": ("a person",)}
_AUTHORS = {"c": Author.CUSTOMER, "a": Author.AGENT}


def raised(turns: Sequence[str]) -> set[str]:
    """The names of the flags that a conversation raises; each turn begins with "c: " or "a: "."""
    told = tuple(Turn(str(i), _AUTHORS[turn[0]], turn[3:], _AT) for i, turn in enumerate(turns))
    said = flags(Escalation("esc_1", "webhook", "1", Customer("c"), told, _AT))
    return {name for name, phrases in _MEANT.items() if any(p in sentence for p in phrases for sentence in said)}


def figures(pairs: Iterable[tuple[set[str], set[str]]]) -> Figures:
    """Precision and recall over (wanted, said), and the share of calm conversations in which anything is raised."""
    listed = list(pairs)
    right = sum(len(wanted & said) for wanted, said in listed)
    calm = [said for wanted, said in listed if not wanted]
    return {
        "precision": right / max(1, sum(len(said) for _, said in listed)),
        "recall": right / max(1, sum(len(wanted) for wanted, _ in listed)),
        "false alarms": sum(map(bool, calm)) / max(1, len(calm)),
    }


def main() -> None:
    conversations = yaml.safe_load(LABELLED.read_text(encoding="utf-8"))["conversations"]
    pairs = [(set(c["flags"]), raised(c["turns"])) for c in conversations]
    ours, found = figures(pairs[1::2]), {"developed on": figures(pairs[::2])}
    for flag in _MEANT:
        found[f"held out, {flag}"] = figures(({*wanted} & {flag}, said & {flag}) for wanted, said in pairs[1::2])
    for path in sorted(data("bitext_intents").glob("*.csv")):
        asked = [(r["intent"] == "contact_human_agent", raised([f"c: {r['utterance']}"])) for r in rows(path)]
        part = "developed on" if "Train" in path.name else "held out"
        found[f"wish for a person, bitext, {part}"] = figures(({"person"} if w else set(), said) for w, said in asked)
    found['wish for a person, bitext, the word "agent" or "human"'] = _by_word()
    report(
        "flags",
        ours,
        found,
        {
            "held out: precision at least .90": ours["precision"] >= 0.9,
            "held out: recall at least .80": ours["recall"] >= 0.8,
        },
        digits=3,
        conversations=len(conversations),
    )


def _by_word() -> Figures:
    """The baseline: a word list."""
    asked = [
        (row["intent"] == "contact_human_agent", any(w in row["utterance"].lower() for w in ("agent", "human")))
        for path in sorted(data("bitext_intents").glob("*.csv"))
        if "Train" not in path.name
        for row in rows(path)
    ]
    return figures(({"person"} if w else set(), {"person"} if said else set()) for w, said in asked)


if __name__ == "__main__":
    main()
