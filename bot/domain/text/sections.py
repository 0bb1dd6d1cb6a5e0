"""The sections of an article in Markdown, and a section rewritten. Pure, total on any text."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between one heading and the next. `heading` leads to it ("Cards › Refunds"), "" before the first."""

    heading: str
    text: str
    start: int
    end: int


def sections(markdown: str) -> tuple[Section, ...]:
    """Cut an article at its headings; a part that has no text of its own is none. One at least."""
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    start = at = 0
    fence = ""
    for line in markdown.splitlines(keepends=True):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence and (heading := _HEADING.match(line.rstrip("\r\n"))):
            found.append(_section(markdown, path, start, at))
            level = len(heading[1])
            path = [step for step in path if step[0] < level] + [(level, heading[2])]
            start = at + len(line)
        at += len(line)
    found.append(_section(markdown, path, start, len(markdown)))
    return tuple(section for section in found if section.text) or tuple(found[-1:])


def with_section(markdown: str, section: Section, text: str) -> str:
    """The article with this text in the section's place; everything around it stays as it is."""
    return markdown[: section.start] + text.strip() + markdown[section.end :]


def _section(markdown: str, path: list[tuple[int, str]], start: int, end: int) -> Section:
    whole = markdown[start:end]
    text = whole.strip()
    begins = start + len(whole) - len(whole.lstrip()) if text else end
    return Section(" › ".join(name for _, name in path), text, begins, begins + len(text))
