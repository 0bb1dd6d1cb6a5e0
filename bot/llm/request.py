"""What a language model is sent: numbered passages, the customer's words, the team's guidance, each fenced off."""

import re
import secrets
from importlib.resources import files

from bot.domain.wording import normal
from bot.ports import DraftRequest

_QUESTION = 12_000  # characters of the customer's words that are sent
_PASSAGE = 4_000
_GUIDANCE = 2_000


def load_prompt(name: str = "draft") -> str:
    """Read a prompt that ships with Ratchet."""
    return files("bot.llm.prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")


def prompt_version(prompt: str) -> str:
    """The version that the prompt's first line states, or "" where it states none."""
    match = re.match(r"<!--\s*version:\s*(\S+)\s*-->", prompt)
    return match.group(1) if match else ""


def boundary() -> str:
    """A word that nobody who wrote into the message could have guessed."""
    return secrets.token_hex(8)


def message(request: DraftRequest, mark: str) -> str:
    """Lay out the request. Only the block that this call made is closed by `mark`: it is taken out of the texts."""
    passages = "\n\n".join(
        f"[{number}] {passage.name} ({passage.kind.value})\n{_text(passage.text, _PASSAGE, mark)}"
        for number, passage in enumerate(request.passages, 1)
    )
    parts = [_block("passages", passages or "(none)", mark)]
    if request.escalation.guidance:
        guidance = "\n".join(f"- {_text(said, _GUIDANCE, mark)}" for said in request.escalation.guidance[-5:])
        parts.append(_block("guidance", guidance, mark))
    if request.triage.language not in {"", "und"}:
        parts.append(f"The customer's language is probably: {request.triage.language[:12]}")
    parts.append(_block("customer", _text(request.escalation.question, _QUESTION, mark), mark))
    return "\n\n".join(parts)


def _block(name: str, text: str, mark: str) -> str:
    return f"<{name} {mark}>\n{text}\n</{name} {mark}>"


def _text(text: str, longest: int, mark: str) -> str:
    kept = text[:longest].replace(mark, "")
    return kept if kept.isascii() else "".join(c for c in kept if c in "\n\t" or normal(c) or c.isspace())
