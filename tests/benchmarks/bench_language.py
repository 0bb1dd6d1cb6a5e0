"""The language of short support messages, half of them held out, beside the statistics of py3langid alone.

The messages (`labelled/language.yaml`) are ours: greetings, fragments, code, quoted error messages, mixed languages.
Public questions, all English, show what is taken for another language.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from bot.triage.language import LANGUAGES, UNDETERMINED, LanguageDetector
from tests.benchmarks.public import data, rows
from tests.benchmarks.report import Figures, report

LABELLED = Path(__file__).parent / "labelled" / "language.yaml"


def figures(detect: Callable[[str], str], pairs: Sequence[tuple[str, str]]) -> Figures:
    """Shares of (language, text) pairs that are told right, wrongly, or not at all though a person could."""
    detect("warm up")
    began = time.perf_counter()
    said = [(language, detect(text)) for language, text in pairs]
    took = (time.perf_counter() - began) * 1000 / len(pairs)
    right = sum(told == language for language, told in said)
    silent = sum(told == UNDETERMINED != language for language, told in said)
    return {
        "accuracy": right / len(said),
        "wrong": (len(said) - right - silent) / len(said),
        "undetermined": silent / len(said),
        "ms a text": took,
    }


def by_statistics() -> Callable[[str], str]:
    """The baseline: py3langid over the same languages, which always names one."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return lambda text: str(identifier.classify(text)[0])


def main() -> None:
    document = yaml.safe_load(LABELLED.read_text(encoding="utf-8"))
    halves = [[(lang, text) for lang, texts in document.items() for text in texts[start::2]] for start in (0, 1)]
    detector = LanguageDetector()

    def detect(text: str) -> str:
        return detector.detect(text)[0]

    ours = figures(detect, halves[1])
    found = {"developed on": figures(detect, halves[0])}
    found |= {f"held out, {language}": figures(detect, _of(halves[1], language)) for language in sorted(document)}
    found["held out, py3langid alone"] = figures(by_statistics(), halves[1])
    assistant = json.loads((data("clinc150") / "data_full.json").read_text(encoding="utf-8"))["test"]
    english = {
        "banking77": [row["text"] for row in rows(data("banking77") / "test.csv")],
        "clinc150": [text for text, _ in assistant],
    }
    found |= {f"{where}, all English": figures(detect, [("en", t) for t in texts]) for where, texts in english.items()}
    report(
        "language",
        ours,
        found,
        {
            "held out: at most .02 wrong": ours["wrong"] <= 0.02,
            "held out: accuracy at least .90": ours["accuracy"] >= 0.9,
        },
        digits=3,
        languages=len(document) - 1,
        messages=sum(map(len, halves)),
    )


def _of(pairs: Sequence[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] == language] or list(pairs[:1])


if __name__ == "__main__":
    main()
