"""The labelled cases of bench-guard, read from the files in `labelled/` (or another folder of the same format)."""

import base64
import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.domain.answer import Citation, Draft, DraftAuthor, Passage, Risk, Sentiment, Triage, Urgency
from bot.domain.escalation import Author, Customer, Escalation, Turn
from bot.domain.text.wording import sentences
from bot.ports import GuardInput

LABELLED = Path(__file__).parent / "labelled"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BUILT_ON, HELD_OUT, AFTER = "built on", "held out", "written after"
TRUE = ("paraphrase", "verbatim")
_LETTERS = str.maketrans("aceiopsxyjAEIOPCTXH", "асеіорѕхујАЕІОРСТХН")


@dataclass(frozen=True, slots=True)
class Case:
    """One text to judge: `judges` are the guardrails of which one must speak if it is `bad`, and none if it is not."""

    family: str
    kind: str
    bad: bool
    split: str
    text: str
    judges: tuple[str, ...]
    given: GuardInput = field(repr=False)


def cases(folder: Path = LABELLED) -> list[Case]:
    """Read every case. Half is held out: those whose source (or text, where there is none) has an odd SHA-256.

    Sources marked `built_on` are never held out, and files named "after" hold what was written after the rules.
    """
    found: list[Case] = []
    for path in sorted(folder.glob("guard_grounding*.yaml")):
        family = path.stem.removeprefix("guard_").removesuffix("_more").removesuffix("_after")
        found.extend(case for source in _read(path) for case in _grounding(family, source))
    found.extend(_two_sided(folder, "injection", ("injection",), _asked))
    for name, split in (("_more", BUILT_ON), ("_after", AFTER)):
        found.extend(_two_sided(folder, "injection", ("injection",), _asked, name, split))
    hosts = frozenset(_read(folder / "guard_links.yaml").get("allowed", ()))
    found.extend(_two_sided(folder, "links", ("links", "private-data"), lambda text: guard_input(text, hosts=hosts)))
    own = _read(folder / "guard_private.yaml").get("own", {})
    found.extend(_two_sided(folder, "private", ("private-data",), lambda text: guard_input(text, own=own)))
    found.extend(_two_sided(folder, "tone", ("tone",), guard_input))
    found.extend(_two_sided(folder, "sources", ("contradiction",), lambda pair: guard_input("", sources=tuple(pair))))
    found.extend(_languages(_read(folder / "guard_language.yaml")))
    return found


def guard_input(
    text: str = "Thank you for your message.",
    *,
    sources: tuple[str, ...] = (),
    title: str = "Help",
    heading: str = "",
    question: str = "Can you help me?",
    language: str = "en",
    own: dict[str, str] | None = None,
    hosts: frozenset[str] = frozenset(),
) -> GuardInput:
    """What a guardrail sees of a draft that cites every source at its end."""
    own = own or {}
    sources = sources or ((own["article"],) if "article" in own else ())
    passages = tuple(
        Passage(f"p-{n}", f"slug-{n}", "r1", f"{title} {n}" if n else title, heading, body, "@team")
        for n, body in enumerate(sources)
    )
    marks = "".join(f" [{number}]" for number in range(1, len(passages) + 1))
    citations = tuple(Citation(n, passage.id, passage.text) for n, passage in enumerate(passages, 1))
    draft = Draft(text, f"{text}{marks}", citations, 0.8, DraftAuthor.MODEL)
    turn = Turn("1", Author.CUSTOMER, own.get("question", question), NOW)
    customer = Customer("c-1", own.get("name", ""), own.get("email", ""))
    triage = Triage(
        "unknown", "Unknown", 0.0, Risk.MEDIUM, Sentiment.NEUTRAL, 0.5, Urgency.NORMAL, 0.5, language, 0.95
    )  # fmt: skip
    return GuardInput(
        Escalation("esc_1", "webhook", "1", customer, (turn,), NOW), triage, passages, draft, NOW, hosts
    )  # fmt: skip


def _read(path: Path) -> Any:
    if not path.is_file():
        return {"attack": {}, "benign": {}, "drafts": {}, "undecided": []}
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _split(key: str) -> str:
    return HELD_OUT if hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[0] % 2 else BUILT_ON


def _grounding(family: str, source: dict[str, Any]) -> Iterator[Case]:
    body = source["text"].strip()
    drafts = {kind: texts for kind, texts in source.items() if isinstance(texts, list)}
    drafts["verbatim"] = [
        body[a:b] for a, b in sentences(body) if not re.match(r"\|[\s:|-]*-|\| *\w+ *\|.*\|$", body[a:b])
    ]
    for kind, texts in drafts.items():
        judges = ("grounding", "commitments") if kind != "promise" else ("commitments", "grounding")
        for text in texts:
            given = guard_input(
                text,
                sources=(body,),
                title=source["title"],
                heading=source.get("heading", ""),
                language=source.get("language", "en"),
            )
            split = BUILT_ON if source.get("built_on") else source.get("split") or _split(source["id"])
            yield Case(family, kind, kind not in TRUE, split, text, judges, given)


def _asked(text: str) -> GuardInput:
    return guard_input(question=_spelt(text))


def _two_sided(
    folder: Path, family: str, judges: tuple[str, ...], made: Any, file: str = "", split: str = ""
) -> Iterator[Case]:
    labelled = _read(folder / f"guard_{family}{file}.yaml")
    for bad, side in ((True, "attack"), (False, "benign")):
        for kind, texts in labelled[side].items():
            for text in texts:
                yield Case(family, kind, bad, split or _split(str(text)), str(text), judges, made(text))


def _languages(labelled: dict[str, Any]) -> Iterator[Case]:
    languages = list(labelled["drafts"])
    for index, (language, texts) in enumerate(labelled["drafts"].items()):
        for at, text in enumerate(texts):
            other = languages[(index + 1 + at) % len(languages)]
            other = other if other != language else languages[index - 1]
            for told, bad in ((language, False), (other, True)):
                kind = f"{language}" if not bad else f"{language} for another"
                yield Case(
                    "language", kind, bad, _split(text), text, ("wrong-language",), guard_input(text, language=told)
                )
    for text in labelled["undecided"]:
        yield Case("language", "undecided", False, _split(text), text, ("wrong-language",), guard_input(text))


def _spelt(text: str) -> str:
    """Write out what the files encode by name, so that they stay readable."""

    def written(match: re.Match[str]) -> str:
        how, plain = match.group(1), match.group(2)
        if how == "b64":
            return base64.b64encode(plain.encode()).decode()
        if how == "rot13":
            return codecs.encode(plain, "rot13")
        if how == "hex":
            return plain.encode().hex()
        if how == "tags":
            return "".join(chr(0xE0000 + ord(letter)) for letter in plain)
        if how == "wide":
            return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in plain)
        return plain.translate(_LETTERS)

    return re.sub(r"\{(b64|rot13|hex|tags|wide|homoglyph):([^}]*)\}", written, text.replace("{zw}", "\u200b"))
