"""Teaches a taxonomy: its YAML text with more examples or a new intent in it, as a person would have written them.

Comments and order stay, so that what changed is read in a few lines. What is new stands first in its list: that place
can be found whatever the list's style is.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import yaml

from bot.domain.answer import UNKNOWN_INTENT
from bot.domain.errors import Misconfigured, Rejected
from bot.triage.taxonomy import Intent, Taxonomy, parse_taxonomy

_NAME = "The taxonomy"
_PLAIN = ("name", "risk", "threshold")
"""Keys whose values are words or figures, not texts."""


def with_examples(text: str, examples: Mapping[str, Sequence[str]]) -> str:
    """The taxonomy's text with these examples, by the names of their intents; those it has already are left out.

    Raises Rejected for an intent that there is not, and for an example that another intent has.
    """
    taxonomy = _parsed(text)
    for name, wanted in examples.items():
        if taxonomy.intent(name) is None:
            raise Rejected(f'There is no intent "{name}" in the taxonomy.')
        if new := _unknown_to(taxonomy, name, wanted):
            place = next(i for i, intent in enumerate(taxonomy.intents) if intent.name == name)
            text = _put_first(text, ("intents", place, "examples"), new)
            taxonomy = _parsed(text)
    return text


def with_intent(text: str, intent: Intent) -> str:
    """The taxonomy's text with a new intent.

    Raises Rejected for a name that is taken or is none, and for an example that another intent has.
    """
    taxonomy = _parsed(text)
    if intent.name == UNKNOWN_INTENT or taxonomy.intent(intent.name) is not None:
        raise Rejected(
            f'The intent name "{intent.name}" is taken. Choose another, or add to that intent.', field="name"
        )
    entry: dict[str, Any] = {"name": intent.name, "title": _line(intent.title)}
    entry |= {"description": _line(intent.description)} if intent.description else {}
    entry |= {"risk": intent.risk.value}
    entry |= {"room": _line(intent.room)} if intent.room else {}
    entry |= {"threshold": intent.threshold} if intent.threshold is not None else {}
    entry["examples"] = _unknown_to(taxonomy, intent.name, intent.examples)
    taught = _put_first(text, ("intents",), [entry])
    _parsed(taught)
    return taught


def without_examples(text: str, examples: Mapping[str, Sequence[str]]) -> str:
    """The taxonomy's text without these examples, by the names of their intents; those that are not there are no loss.

    Raises Rejected where an intent would be left without any.
    """
    gone = {name: {example.casefold() for example in unwanted} for name, unwanted in examples.items()}
    found = [
        (i, j)
        for i, intent in enumerate(_parsed(text).intents)
        for j, example in enumerate(intent.examples)
        if example.casefold() in gone.get(intent.name, ())
    ]
    if not found:
        return text
    left = _taken_out(text, found)
    _parsed(left)
    return left


def _parsed(text: str) -> Taxonomy:
    try:
        return parse_taxonomy(text, _NAME)
    except Misconfigured as problem:
        raise Rejected(str(problem)) from problem


def _unknown_to(taxonomy: Taxonomy, name: str, wanted: Sequence[str]) -> list[str]:
    """Those of the examples that the taxonomy lacks, each once. Raises Rejected for one of another intent."""
    owners = {example.casefold(): intent.name for intent in taxonomy.intents for example in intent.examples}
    new = []
    for example in filter(None, map(_line, wanted)):
        owner = owners.setdefault(example.casefold(), "")
        if owner not in ("", name):
            raise Rejected(f'“{example}” is an example of "{owner}" already, so it cannot be one of "{name}" too.')
        if not owner:
            owners[example.casefold()] = name
            new.append(example)
    return new


def _line(text: str) -> str:
    """The text in one line, without what YAML cannot hold."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


# --- the text ---------------------------------------------------------------------------------------------------------


def _put_first(text: str, path: Sequence[str | int], items: Sequence[Any]) -> str:
    """The document with the items first in the list at `path`; where that cannot be written into it, written anew."""
    wanted = yaml.safe_load(text)
    listed = wanted
    for key in path:
        listed = listed[key]
    listed[:0] = items
    sequence = _found(yaml.compose(text, yaml.SafeLoader), path)
    return _proved(_inserted(text, sequence, items) if sequence else text, wanted)


def _taken_out(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The document without these examples, (intent, example); where no whole lines can be cut, written anew."""
    wanted, tree = yaml.safe_load(text), yaml.compose(text, yaml.SafeLoader)
    lines = text.splitlines(keepends=True)
    for i, j in reversed(places):  # from the end, so that those before stay where they are
        del wanted["intents"][i]["examples"][j]
        if sequence := _found(tree, ("intents", i, "examples")):
            item = sequence.value[j]
            del lines[item.start_mark.line : item.end_mark.line + (item.end_mark.column > 0)]
    return _proved("".join(lines), wanted)


def _proved(written: str, wanted: Any) -> str:
    """The text if it says what is wanted, else what is wanted written anew: an anchor was in the way, say."""
    with suppress(yaml.YAMLError):
        if yaml.safe_load(written) == wanted:
            return written
    return yaml.safe_dump(wanted, allow_unicode=True, sort_keys=False, width=120)


def _found(node: Any, path: Sequence[str | int]) -> Any:
    """The node at the path; None where it came by a merge (`<<`), so that it stands elsewhere."""
    for key in path:
        if isinstance(key, int):
            node = node.value[key]
        else:
            node = next((value for name, value in node.value if name.value == key), None)
        if node is None:
            return None
    return node


def _inserted(text: str, sequence: Any, items: Sequence[Any]) -> str:
    start = sequence.start_mark
    if sequence.flow_style:
        at = start.index + 1
        return text[:at] + "".join(f"{json.dumps(item, ensure_ascii=False)}, " for item in items) + text[at:]
    margin = "\n" + " " * start.column
    lines = [margin.join(["-" + line[1:] if i == 0 else line for i, line in enumerate(_lines(item))]) for item in items]
    blank = margin.rstrip(" ") if any(isinstance(item, dict) for item in items) else ""
    return text[: start.index] + "".join(line + blank + margin for line in lines) + text[start.index :]


def _lines(item: Any) -> list[str]:
    """An item of a list in block style, its first line behind two blanks for the dash."""
    if isinstance(item, str):
        return [f"  {_quoted(item)}"]
    lines = []
    for key, value in item.items():
        if isinstance(value, list):
            lines += [f"  {key}:", *(f"    - {_quoted(each)}" for each in value)]
        else:
            plain = key in _PLAIN and yaml.safe_load(str(value)) == value  # an intent may be called "no"
            lines.append(f"  {key}: {value if plain else _quoted(value)}")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
