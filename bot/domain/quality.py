"""How good answers are measured: cases, what a run of a case scored, and the verdict on a release."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.chat import Person
from bot.domain.escalation import Author
from bot.domain.review import FailureMode


class Strength(StrEnum):
    """How good an example the reference answer is: only a strong one is held up to drafts as a model."""

    WEAK = "weak"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class CaseTurn:
    """One utterance of a case's conversation; private data stands in it as stand-ins only."""

    author: Author
    text: str


@dataclass(frozen=True, slots=True)
class EvalCase:
    """A conversation with what a good answer to it is; see `case_id` for its id.

    `must_say` and `must_not_say` are facts and claims, `sources` the slugs of articles that an answer must cite,
    `reference` the answer that the team approved. Where `escalates`, a good system abstains. A `core` case is run
    before every release. `by` are the people who captured it, `escalation` is where it comes from. `quarantined` says
    why its result does not count (it is flaky), and is empty otherwise.
    """

    id: str
    turns: tuple[CaseTurn, ...]
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reference: str = ""
    intent: str = ""
    escalates: bool = False
    strength: Strength = Strength.STRONG
    mode: FailureMode | None = None
    tags: tuple[str, ...] = ()
    core: bool = False
    by: tuple[Person, ...] = ()
    escalation: str = ""
    created_at: datetime | None = None
    quarantined: str = ""

    @property
    def question(self) -> str:
        """The customer's words since the team last answered."""
        said: list[str] = []
        for turn in self.turns:
            if turn.author is Author.AGENT:
                said.clear()
            elif turn.author is Author.CUSTOMER:
                said.append(turn.text)
        return "\n\n".join(said)


def case_id(turns: Sequence[CaseTurn]) -> str:
    """Derive the id from the conversation, so that capturing the same one again finds the case that is there."""
    said = "\x1f".join(f"{turn.author.value}\x1e{' '.join(turn.text.split())}" for turn in turns)
    return f"case_{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Score:
    """What one scorer says of one answer: `value` from 0 to 1, and in a sentence why it is not 1.

    A scorer that does not apply to a case gives none. Only `gates` may fail a case; the others inform.
    """

    scorer: str
    value: float
    passed: bool
    reason: str = ""
    gates: bool = True


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One trial of one case. `fingerprint` is of all that could change the answer; equal ones need not run again.

    `error` says why it could not be scored: such a trial neither passes nor fails.
    """

    case: str
    fingerprint: str
    scores: tuple[Score, ...] = ()
    trial: int = 0
    answer: str = ""
    abstained: bool = False
    cited: tuple[str, ...] = ()
    intent: str = ""
    confidence: float = 0.0
    duration_ms: float = 0.0
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and all(score.passed for score in self.scores if score.gates)

    @property
    def why(self) -> str:
        """Why it did not pass, in a line; empty where it did."""
        return self.error or " ".join(score.reason for score in self.scores if score.gates and not score.passed)


@dataclass(frozen=True, slots=True)
class EvalRun:
    """One run over chosen cases with one pair of releases. `finished_at` is None for one that was broken off."""

    id: str
    knowledge_release: int
    workflow_release: int
    cases: tuple[str, ...]
    trials: int
    started_at: datetime
    finished_at: datetime | None = None
    label: str = ""


class Verdict(StrEnum):
    """PASSED may go live. HELD breaks something. FAILED could not be judged, and so does not go live either."""

    PASSED = "passed"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a candidate would do to the cases, by their ids: all but `skipped` were run on it and on the live release.

    `failing` are those of `unchanged` that pass on neither. `skipped` is the number of cases that it could not affect.
    `why` says in a sentence what the verdict rests on, and `runs` are the ids of the eval runs that it was read from.
    """

    verdict: Verdict
    why: str
    fixed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    broken_core: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    skipped: int = 0
    runs: tuple[str, ...] = ()
