"""What was learned beside a taxonomy's file, brought along when the file changes."""

from dataclasses import replace

from bot.triage.taxonomy import Taxonomy, parse_taxonomy
from bot.triage.teaching import with_examples, with_intent


def carried_over(file: str, old_file: str, effective: str) -> str:
    """The new file's text with the examples and intents that the effective taxonomy had beyond the old file.

    The file has the last word: an example that it gives to another intent stays there, and what was learned for an
    intent that it no longer has is left behind.
    """
    old, text = _read(old_file), file
    known = _examples(old) | _examples(_read(file))
    for intent in _read(effective).intents:
        learned = [example for example in intent.examples if example.casefold() not in known]
        if not learned:
            continue
        if _read(text).intent(intent.name) is not None:
            text = with_examples(text, {intent.name: learned})
        elif old.intent(intent.name) is None:
            text = with_intent(text, replace(intent, examples=tuple(learned)))
    return text


def _read(text: str) -> Taxonomy:
    return parse_taxonomy(text, "The taxonomy")


def _examples(taxonomy: Taxonomy) -> set[str]:
    return {example.casefold() for intent in taxonomy.intents for example in intent.examples}
