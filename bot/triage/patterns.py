"""Decides whether a team's own regular expression is safe to run on a stranger's text.

Python's `re` cannot be interrupted, so patterns whose time can grow exponentially are refused, and the others (at worst
polynomial) only ever see a short stretch of text at a time; see `bot.triage.fields`.
"""

import re


def objection(regex: str) -> str:
    """Say in words what is wrong with the pattern, or return an empty string when it may run."""
    try:
        compiled = re.compile(regex)
    except re.error as error:
        return f"its regex is not valid ({error})"
    if compiled.search("") is not None:
        return "its regex matches nothing at all, so it would be found everywhere"
    if _repeats_a_repetition(regex):
        return "its regex repeats a group that repeats or has alternatives itself, which can hang; write it without"
    return ""


def _repeats_a_repetition(regex: str) -> bool:
    """Find a group like (a+)+ or (a|b)*: a possibly endless repeat around a repeat or a choice."""
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", re.sub(r"\\[^\[\]]|\\[\[\]]", "x", regex))
    loose = [False]
    at = 0
    while at < len(bare):
        repeat = re.compile(r"[*+]|\{\d*,\d*\}").match(bare, at)
        if bare[at] == "(":
            loose.append(False)
        elif bare[at] == ")" and len(loose) > 1:
            inner = loose.pop()
            if inner and re.compile(r"[*+]|\{\d*,\}|\{\d*,?\d{2,}\}").match(bare, at + 1):
                return True
            loose[-1] = loose[-1] or inner
        elif repeat or bare[at] == "|":
            loose[-1] = True
        at += len(repeat.group()) if repeat else 1
    return False
