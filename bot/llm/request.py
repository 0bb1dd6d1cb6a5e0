"""What a language model is sent: the rules, the team's voice, numbered passages, the customer's words, each fenced off.

Every text but the team's own is masked: what is personal leaves as a placeholder.
"""

import hashlib
import json
import re
import secrets
from importlib.resources import files

from bot.domain.escalation import TALKS, Author, Escalation, Turn
from bot.domain.precedent import Precedent
from bot.domain.text.masking import Mask, cut
from bot.domain.text.wording import normal
from bot.llm.masking import mask_of
from bot.llm.voice import Length, Voice
from bot.ports import DraftRequest

_QUESTION = 12_000  # characters of the customer's words that are sent
_PASSAGE = 4_000
_GUIDANCE = 2_000
_SAID = 1_000  # of each earlier turn
_LAST = 6  # earlier turns that are sent
_NEED = 500
_PRECEDENTS, _ASKED_BEFORE, _ANSWERED = 2, 400, 1_500  # how many earlier answers, and characters of each
_NO_BOUNDARY = "\x00"  # stands where the boundary would, in what identifies a request
_LENGTHS = {
    Length.SHORT: "short: two to four sentences",
    Length.MEDIUM: "medium: up to eight sentences",
    Length.LONG: "long: as many sentences as the passages bear, in their order",
}


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


class Brief:
    """One request as a model gets it. `mask` puts back into the reply what was hidden from the model."""

    def __init__(self, request: DraftRequest, prompt: str, voice: Voice) -> None:
        self._request = request
        self._prompt = prompt.replace("VOICE", _voice(voice))
        escalation = request.escalation
        self._asked = escalation.asked or escalation.question
        self._earlier = _earlier(escalation)
        given = [self._asked, *escalation.guidance, *(turn.text for turn in self._earlier)]
        given += [need.text for need in request.triage.needs]
        self._before = [each for each in request.precedents if each.sources][:_PRECEDENTS]
        given += [text for each in self._before for text in (each.question, each.answer)]
        self.mask: Mask = mask_of(request, [*given, *(f"{p.name}\n{p.text}" for p in request.passages)])

    def instructions(self, mark: str) -> str:
        """The rules, and how the team sounds. `mark` is the boundary of this call."""
        return self._prompt.replace("BOUNDARY", mark)

    def message(self, mark: str) -> str:
        """The case. Only the blocks that this call made are closed by `mark`: it is taken out of the texts."""
        triage = self._request.triage
        parts = [block("passages", self._passages(mark) or "(none)", mark)]
        if self._earlier:
            who = {Author.CUSTOMER: "Customer", Author.AGENT: "Team"}
            said = (f"{who[turn.author]}: {self._masked(turn.text, _SAID, mark)}" for turn in self._earlier)
            parts.append(block("history", "\n".join(said), mark))
        if guidance := self._request.escalation.guidance[-5:]:
            lines = (f"- {self._masked(said, _GUIDANCE, mark)}" for said in guidance)
            parts.append(block("guidance", "\n".join(lines), mark))
        if self._before:
            parts.append(block("precedents", "\n\n".join(self._answered(each, mark) for each in self._before), mark))
        if triage.language not in {"", "und"}:
            parts.append(f"The customer's language is probably: {triage.language[:12]}")
        if len(triage.needs) > 1:
            needs = (f"{n}. {self._masked(need.text, _NEED, mark)}" for n, need in enumerate(triage.needs, 1))
            parts.append(block("needs", "\n".join(needs), mark))
        parts.append(block("customer", self._masked(self._asked, _QUESTION, mark), mark))
        return "\n\n".join(parts)

    def identity(self, model: str) -> str:
        """What is the same for identical requests to this model, whatever their boundaries."""
        told = [model, self.instructions(_NO_BOUNDARY), self.message(_NO_BOUNDARY)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _passages(self, mark: str) -> str:
        return "\n\n".join(
            f"[{number}] {clean(passage.name, mark)} ({passage.kind.value})\n{clean(passage.text[:_PASSAGE], mark)}"
            for number, passage in enumerate(self._request.passages, 1)
        )

    def _answered(self, precedent: Precedent, mark: str) -> str:
        """How the team answered before; only what cites articles, so that what it says can be looked up in them."""
        asked = self._masked(precedent.question, _ASKED_BEFORE, mark)
        return f"Customer: {asked}\nTeam: {self._masked(precedent.answer, _ANSWERED, mark)}"

    def _masked(self, text: str, longest: int, mark: str) -> str:
        return clean(self.mask.hide(cut(text, longest)), mark)


def _voice(voice: Voice) -> str:
    """The team's voice as a chapter of the instructions."""
    lines = ["# The team's voice", ""]
    if voice.tone:
        lines.append(f"- Tone: {', '.join(voice.tone)}.")
    lines += [f"- Length: {_LENGTHS[voice.length]}.", *(f"- {rule}" for rule in voice.style)]
    if voice.banned_phrases:
        lines.append(f"- Never write: {'; '.join(voice.banned_phrases)}.")
    if voice.examples:
        lines.append("- Examples teach how the team sounds. They are of other cases: their facts are no source.")
    for example in voice.examples:
        lines += ["", "<example BOUNDARY>", f"Customer: {example.customer}", f"Team: {example.reply}"]
        lines.append("</example BOUNDARY>")
    return "\n".join(lines)


def _earlier(escalation: Escalation) -> tuple[Turn, ...]:
    """The turns up to the team's last answer; what came after it is the question."""
    answers = [at for at, turn in enumerate(escalation.turns) if turn.author is Author.AGENT]
    before = escalation.turns[: answers[-1] + 1] if answers else ()
    return tuple(turn for turn in before if turn.author in TALKS and turn.text.strip())[-_LAST:]


def block(name: str, text: str, mark: str) -> str:
    """Fence a text off: only a block of this call ends with its mark."""
    return f"<{name} {mark}>\n{text}\n</{name} {mark}>"


def clean(text: str, mark: str) -> str:
    """The text without the mark, and without characters that nobody sees."""
    kept = text.replace(mark, "")
    return kept if kept.isascii() else "".join(c for c in kept if c in "\n\t" or normal(c) or c.isspace())
