"""Fields: precision and recall by span, on an own labelled set and on public data.

The own set (`labelled/fields.yaml`) has spans and what they come to; every second message was held out.
RESTAURANTS-8K labels the date, time, people and names of a booking, one domain that ours was not made for: only its
training part was looked at. Its bare answers to "how many?" are numbers without a word beside them; they are counted
apart, since nothing but the question tells what they are. `dateparser` and `parsedatetime` run on the same texts where
they are installed.
"""

import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from rich.progress import track

from bot.triage.fields import FieldFinder
from bot.triage.taxonomy import load_taxonomy
from tests.benchmarks.public import PROJECT, data
from tests.benchmarks.report import Figures, report

LABELLED = Path(__file__).parent / "labelled"
_MARKED = re.compile(r"\[\[(\w+)\|([^|\]]+)(?:\|([^\]]*))?\]\]")
_EDGES = " .,;:!?"
Span = tuple[str, int, int, str]
"""Name, start, end, and what it comes to."""
Finds = Callable[[str], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the spans that belong in it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Count:
    """How many spans were right, said and wanted; and of those right, how many with a value to compare, and alike."""

    right: int = 0
    overlap_said: int = 0
    overlap_wanted: int = 0
    said: int = 0
    wanted: int = 0
    compared: int = 0
    alike: int = 0

    def figures(self) -> dict[str, float]:
        def share(part: int, whole: int) -> float:
            return part / whole if whole else 0.0

        precision, recall = share(self.right, self.said), share(self.right, self.wanted)
        return {
            "precision": precision,
            "recall": recall,
            "F1": share(2 * self.right, self.said + self.wanted),
            "overlap precision": share(self.overlap_said, self.said),
            "overlap recall": share(self.overlap_wanted, self.wanted),
            "resolved": share(self.alike, self.compared),
        }


def labelled() -> tuple[datetime, str, list[Text]]:
    """The own set: the day its messages were written, the team's region, the messages."""
    document = yaml.safe_load((LABELLED / "fields.yaml").read_text(encoding="utf-8"))
    return datetime.fromisoformat(document["at"]), document["region"], [unmarked(m) for m in document["messages"]]


def unmarked(marked: str) -> Text:
    """Read the marks out of a message: [[name|value|what it comes to]]."""
    text, at, spans = "", 0, []
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        spans.append((match[1], len(text), len(text) + len(match[2]), match[3] or ""))
        text, at = text + match[2], match.end()
    return Text(text + marked[at:], tuple(spans))


def restaurant(folder: Path) -> tuple[list[Text], int]:
    """The utterances that were not for training, and how many bare answers were set aside."""
    texts: list[Text] = []
    bare = 0
    for path in sorted(folder.glob("*.json")):
        if "train" in path.name:
            continue
        for row in json.loads(path.read_text(encoding="utf-8")):
            text = row["userInput"]["text"]
            spans = tuple(
                (label["slot"], label["valueSpan"].get("startIndex", 0), label["valueSpan"]["endIndex"], "")
                for label in row.get("labels", ())
            )
            if spans and not re.sub(r"[\d\s.,!?]", "", text):
                bare += 1
                continue
            texts.append(Text(text, spans))
    return texts, bare


def score(texts: Sequence[Text], find: Finds, names: Iterable[str] | None = None) -> dict[str, Count]:
    """Count by name, over the given names or all; a span is right where its edges are, white space and points aside."""
    counts: dict[str, Count] = defaultdict(Count)
    wanted_names = set(names) if names is not None else None
    for text in texts:
        wanted = [_trimmed(text.text, s) for s in text.spans if wanted_names is None or s[0] in wanted_names]
        said = [_trimmed(text.text, s) for s in find(text.text) if wanted_names is None or s[0] in wanted_names]
        for span in said:
            counts[span[0]].said += 1
            counts[span[0]].overlap_said += any(_overlap(span, other) for other in wanted)
        for span in wanted:
            count = counts[span[0]]
            count.wanted += 1
            count.overlap_wanted += any(_overlap(span, other) for other in said)
            same = [other for other in said if other[:3] == span[:3]]
            count.right += bool(same)
            if same and span[3]:
                count.compared += 1
                count.alike += same[0][3] == span[3]
    return counts


def total(counts: dict[str, Count]) -> Count:
    whole = Count()
    for count in counts.values():
        for part in ("right", "overlap_said", "overlap_wanted", "said", "wanted", "compared", "alike"):
            setattr(whole, part, getattr(whole, part) + getattr(count, part))
    return whole


def _trimmed(text: str, span: Span) -> Span:
    name, start, end, resolved = span
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return name, start, end, resolved


def _overlap(one: Span, other: Span) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


# --- who finds --------------------------------------------------------------------------------------------------------


def ours(region: str | None, at: datetime) -> Finds:
    patterns = load_taxonomy(PROJECT / "knowledge" / "content" / "taxonomy.yaml").fields
    finder = FieldFinder(patterns, phone_region=region)
    return lambda text: [(f.name, f.start, f.end, f.resolved) for f in finder.find(text, at)]


def of_restaurant(find: Finds) -> Finds:
    """Ours in the terms of the booking data: a name's first word is the first name, the rest is the last."""

    def found(text: str) -> Iterable[Span]:
        for name, start, end, resolved in find(text):
            if name != "name":
                yield name, start, end, resolved
                continue
            first, _, last = text[start:end].partition(" ")
            yield "first_name", start, start + len(first), ""
            if last:
                yield "last_name", end - len(last), end, ""

    return found


def by_dateparser(at: datetime) -> Finds | None:
    if find_spec("dateparser") is None:
        return None
    search_dates = import_module("dateparser.search").search_dates

    def found(text: str) -> Iterable[Span]:
        start = 0
        known = {"RELATIVE_BASE": at.replace(tzinfo=None), "DATE_ORDER": "DMY"}
        for words, when in search_dates(text, languages=["en", "de", "fr", "es", "nl"], settings=known) or ():
            start = text.find(words, start)
            if start >= 0:
                name = "time" if re.fullmatch(r"(?i)(?:at\s)?[\d:.]{1,5}\s?(?:[ap]\.?m\.?)?", words) else "date"
                yield name, start, start + len(words), when.date().isoformat()
                start += len(words)

    return found


def by_parsedatetime(at: datetime) -> Finds | None:
    if find_spec("parsedatetime") is None:
        return None
    calendar = import_module("parsedatetime").Calendar()

    def found(text: str) -> Iterable[Span]:
        for when, kind, start, end, _ in calendar.nlp(text, at.replace(tzinfo=None)) or ():
            yield {1: "date", 2: "time"}.get(kind, "date"), start, end, when.date().isoformat()

    return found


# --- the run ----------------------------------------------------------------------------------------------------------


def timed(find: Finds, texts: Sequence[Text], title: str) -> tuple[Finds, float]:
    """Find once in every text; return what was found, to be scored, and the milliseconds a text took."""
    found: dict[str, list[Span]] = {}
    began = time.perf_counter()
    for text in track(texts, title, disable=not sys.stderr.isatty()):
        found[text.text] = list(find(text.text))
    return found.__getitem__, (time.perf_counter() - began) * 1000 / max(1, len(texts))


def main() -> None:
    at, region, messages = labelled()
    halves = {"developed on": messages[::2], "held out": messages[1::2]}
    find = ours(region, at)
    find(messages[0].text)
    rows: dict[str, dict[str, float]] = {}
    for half, texts in halves.items():
        done, took = timed(find, texts, half)
        counts = score(texts, done)
        rows[f"own set, {half}"] = {**total(counts).figures(), "ms a text": took}
        if half == "held out":
            rows |= {f"  {name}": count.figures() for name, count in sorted(counts.items()) if count.wanted}
        rows |= _others(texts, at, f"own set's dates, {half}", find)
    held_out = rows["own set, held out"]
    public, bare = _public(at)
    report(
        "fields", held_out, {**rows, **public},
        {
            "own set, held out: precision at least .95": held_out["precision"] >= 0.95,
            "own set, held out: recall at least .90": held_out["recall"] >= 0.90,
            "own set, held out: at least .95 of the values come to the right thing": held_out["resolved"] >= 0.95,
            "RESTAURANTS-8K dates: F1 at least .90": public["restaurant8k: date"]["F1"] >= 0.90,
        },
        digits=3, messages=len(messages), restaurant_bare_answers_set_aside=bare,
    )  # fmt: skip


def _public(at: datetime) -> tuple[dict[str, Figures], int]:
    texts, bare = restaurant(data("restaurant8k"))
    find = of_restaurant(ours(None, at))
    done, took = timed(find, texts, "restaurant8k")
    counts = score(texts, done, {"date", "time", "people", "first_name", "last_name"})
    rows: dict[str, Figures] = {
        f"restaurant8k: {name}": {**counts[name].figures(), "ms a text": took} for name in sorted(counts)
    }
    return rows | _others(texts, at, "restaurant8k", find), bare


def _others(texts: Sequence[Text], at: datetime, where: str, find: Finds) -> dict[str, Any]:
    """What the libraries find of dates and times, beside ours on the same texts."""
    rows: dict[str, dict[str, float]] = {}
    known = {"ours": find, "dateparser": by_dateparser(at), "parsedatetime": by_parsedatetime(at)}
    for library, finds in known.items():
        if finds is None:
            continue
        done, took = timed(finds, texts, f"{library}, {where}")
        for name, count in score(texts, done, {"date", "time"}).items():
            if library != "ours" or where.startswith("own"):
                rows[f"{where}: {name} by {library}"] = {**count.figures(), "ms a text": took}
    return rows


if __name__ == "__main__":
    main()
