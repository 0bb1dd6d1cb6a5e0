"""A desk with much knowledge and many eval cases, made of public data, and the fixes that the gate is tried with."""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import yaml

from bot.app.parts import Parts
from bot.cli.terminal import progress_bar
from bot.domain.article import Audience, Revision
from bot.domain.escalation import Author
from bot.domain.quality import CaseResult, CaseTurn, EvalCase, case_id
from bot.settings import CONTENT
from knowledge.documents import files_in, read, sealed
from knowledge.indexing import store
from tests.benchmarks.drafts import LABELLED, afterwards, familiar, labelled, later, practice
from tests.benchmarks.public import data, json_lines, rows

_TAUGHT = 10  # examples of each intent in the taxonomy
_FIGURE = re.compile(r"\d[\d.,]*")


# --- articles ---------------------------------------------------------------------------------------------------------


def articles(count: int) -> list[Revision]:
    """So many articles, fewer where there are no more: the sample company's first, then those of the public data."""
    found: dict[str, Revision] = {}
    for revision in _every():
        if revision.body.strip() and len(found) < count:
            found.setdefault(revision.slug, sealed(revision))
    return list(found.values())


def _every() -> Iterator[Revision]:
    for folder in (CONTENT / "articles", *sorted(path for path in LABELLED.iterdir() if path.is_dir())):
        for path in files_in(folder):
            revision = read(path, folder, source="bench").revision
            yield revision if folder.parent == CONTENT else replace(revision, slug=f"{folder.name}/{revision.slug}")
    for entry in json_lines(data("tau2_banking") / "documents.jsonl"):
        internal = entry["title"].casefold().startswith("internal")
        audience = Audience.INTERNAL if internal else Audience.CUSTOMER
        yield Revision(entry["id"], "", entry["title"], entry["content"], audience=audience, source="bench")
    for entry in json_lines(data("techqa_sample") / "questions.jsonl"):
        for note in entry.get("contexts", ()):
            title, _, body = note["text"].partition("\n")
            title, body = title.removeprefix("Title: ").strip(), body.strip().removeprefix("Text:")
            yield Revision(note["filename"], "", title, body, source="bench")
    for flow in json.loads((data("abcd") / "guidelines.json").read_text(encoding="utf-8")).values():
        for title, told in flow["subflows"].items():
            steps = "\n".join(f"{number}. {step['text']}" for number, step in enumerate(told["actions"], 1))
            yield Revision(f"abcd/{_name(title)}", "", title, steps, audience=Audience.INTERNAL, source="bench")
    for path in sorted(data("tau2_policies").rglob("*.md")):
        for number, section in enumerate(re.split(r"(?m)^(?=## )", path.read_text(encoding="utf-8"))):
            title = section.strip().split("\n", 1)[0].lstrip("# ")
            yield Revision(f"{path.parent.name}/{path.stem}-{number}", "", title, section, source="bench")


# --- cases ------------------------------------------------------------------------------------------------------------


def cases(count: int, seed: int) -> list[EvalCase]:
    """So many conversations of one turn, their intent where it is known; nothing yet of what answers them.

    Half are questions that an article of the sample companies, the bank or the technotes was written for, as far as
    there are so many; the others are what customers of a bank asked.
    """
    chance = random.Random(seed)
    answered = sorted({asked for asked in _asked() if asked.strip()})
    chance.shuffle(answered)
    foreign = sorted({(row["text"], row["category"]) for row in rows(data("banking77") / "test.csv")})
    chance.shuffle(foreign)
    chosen = [(text, "") for text in answered[: count // 2]]
    chosen += foreign[: count - len(chosen)]
    chance.shuffle(chosen)
    made = {case.id: case for case in (_case(text, intent) for text, intent in chosen)}
    return list(made.values())


def _asked() -> Iterator[str]:
    for case in (*labelled()[0], *labelled()[1], *practice(), *familiar(), *afterwards(), *later()):
        yield case.ask
    for entry in json_lines(data("techqa_sample") / "questions.jsonl"):
        yield entry["question"]
    for entry in json_lines(data("tau2_banking") / "documents.jsonl"):
        if entry["title"].strip().endswith("?"):
            yield entry["title"]


def _case(text: str, intent: str) -> EvalCase:
    turns = (CaseTurn(Author.CUSTOMER, text),)
    return EvalCase(case_id(turns), turns, intent=_name(intent))


def _name(label: str) -> str:
    return re.sub(r"[^a-z0-9_.-]+", "-", label.casefold())


def taxonomy(file: Path, seed: int) -> Path:
    """Write a taxonomy of the sample company's intents and the bank's customers' into the file."""
    document = yaml.safe_load((CONTENT / "taxonomy.yaml").read_text(encoding="utf-8"))
    examples: dict[str, dict[str, str]] = {}
    for row in rows(data("banking77") / "train.csv"):
        examples.setdefault(row["category"], {}).setdefault(row["text"].casefold().strip(), row["text"].strip())
    chance = random.Random(seed)
    for label, texts in sorted(examples.items()):
        drawn = chance.sample(sorted(texts.values()), min(_TAUGHT, len(texts)))
        title = label.replace("_", " ").capitalize()
        document["intents"].append({"name": _name(label), "title": title, "risk": "low", "examples": drawn})
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return file


# --- the desk and its fixes -------------------------------------------------------------------------------------------


async def stock(parts: Parts, revisions: Sequence[Revision]) -> None:
    """Make the articles the live knowledge."""
    with progress_bar("articles") as tell:
        await store(parts.desk.store.articles, revisions, parts.library._embedder, tell)
    manifest = {revision.slug: revision.hash for revision in revisions}
    await parts.desk.store.releases.publish("knowledge", manifest, reason="bench", at=parts.clock.now())


def labelled_by(results: Mapping[str, CaseResult], cases: Sequence[EvalCase], *, core: int) -> list[EvalCase]:
    """The cases as a team would have captured them that finds the answers right as they are; the first are the core."""
    return [
        replace(case, sources=results[case.id].cited, escalates=results[case.id].abstained, core=number < core)
        if case.id in results
        else case
        for number, case in enumerate(cases)
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A fix by what it does; `base` is the revision that it changes, None for a new article."""

    kind: str
    base: Revision | None
    revision: Revision


def changes(revisions: Sequence[Revision], spare: Sequence[Revision], *, today: date, seed: int) -> list[Change]:
    """Fixes of every kind, of articles that cases cite and of others; `spare` is what new articles say."""
    chance = random.Random(seed)
    figured = [revision for revision in revisions if _FIGURE.search(revision.body)]
    first, second, third, fourth = chance.sample(figured, 4)
    section = f"{second.body}\n\n## In short\n\n{chance.choice(revisions).body[:600]}\n"
    halved = third.body[: len(third.body) // 2].rsplit("\n", 1)[0] or third.title
    return [
        Change("figure changed", first, replace(first, body=_FIGURE.sub(_other, first.body, count=1))),
        Change("section added", second, replace(second, body=section)),
        Change("new article", None, replace(spare[0], slug=f"new/{spare[0].slug}")),
        Change("half removed", third, replace(third, body=halved)),
        Change("expired", fourth, replace(fourth, expires=today - timedelta(days=1))),
    ]


def _other(figure: re.Match[str]) -> str:
    return str(int(re.sub(r"\D", "", figure[0])) + 7)
