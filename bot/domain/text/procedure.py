"""Reads the procedures in an article's text: its numbered lists, as a person would follow them. Pure, total."""

import re
from collections.abc import Iterator

from bot.domain.text.plain import plain
from bot.domain.text.wording import content_words

_STEP = re.compile(r"^\s{0,3}\d{1,3}[.)]\s+(\S.*)$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_READ = 20_000
_MOST_STEPS = 12


def steps_for(asked: str, text: str) -> tuple[str, ...]:
    """The steps of the numbered list that speaks most of what is asked; none where the text has no such list."""
    wanted = set(content_words(asked))
    found = [
        (len(wanted & set(content_words(f"{heading} {' '.join(steps)}"))), steps) for heading, steps in _lists(text)
    ]
    best = max(found, key=lambda scored: scored[0], default=(0, ()))
    return tuple(best[1]) if best[0] else ()


def _lists(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each list of two steps and more, with the heading above it; blank lines and continuations stay inside."""
    heading = ""
    steps: list[str] = []
    for line in [*text[:_READ].split("\n"), "#"]:
        if step := _STEP.match(line):
            if len(steps) < _MOST_STEPS:
                steps.append(plain(step.group(1)))
        elif steps and (not line.strip() or line.startswith((" ", "\t"))):
            continue
        else:
            if len(steps) > 1:
                yield heading, steps
            steps = []
            if titled := _HEADING.match(line):
                heading = plain(titled.group(1))
