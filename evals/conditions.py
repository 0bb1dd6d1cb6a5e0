"""All that could change an answer besides the case itself, as one digest: under equal ones no answer is made anew."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from bot.domain.article import Revision
from bot.domain.codec import codec
from bot.domain.errors import NotFound
from bot.domain.quality import EvalCase, Strength
from bot.ports import Desk, Workflow
from evals.judging import standing

_HOUSE = Path(__file__).resolve().parent.parent
_ANSWERING = ("bot/domain", "bot/guardrails", "bot/llm", "bot/triage", "bot/workflows", "knowledge", "evals/scorers")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what cases are run: the releases, and the digest of everything that shapes an answer and its scores.

    `judge_gates` tells whether the desk's judge, where it has one, may fail a case.
    """

    release: int
    workflow: int
    digest: str
    judge_gates: bool = False


async def conditions(desk: Desk, release: int | None = None, workflow: int | None = None) -> Conditions:
    """Learn the conditions of the live releases, or of the numbered ones. Raises NotFound, and Conflict for a workflow
    that this program cannot answer as.

    The articles count by content and by whether they are in force today, not by the release's number or the date: the
    same answers are found again after a roll back, and tomorrow.
    """
    releases = desk.store.releases
    knowledge = await (releases.live("knowledge") if release is None else releases.get("knowledge", release))
    working = await (desk.workflows.live() if workflow is None else desk.workflows.get(workflow))
    trusted = not await standing(desk)
    today = desk.clock.now().date()
    revisions = await desk.store.articles.revisions(knowledge.manifest)
    shaped_by = {
        "articles": [(revision.slug, revision.hash, _in_force(revision, today)) for revision in revisions],
        "workflow": await _workflow(desk, working),
        "drafter": (working.drafter.name, getattr(working.drafter, "version", "")),
        "guardrails": [guardrail.name for guardrail in working.guardrails],
        "voice": (sorted(working.allowed_hosts), working.banned_phrases),
        "judge": (desk.judge.name, trusted) if desk.judge else None,
        "code": code_digest(),
    }
    return Conditions(knowledge.number, working.release, _digest(shaped_by), trusted)


def fingerprint(case: EvalCase, under: Conditions, trial: int) -> str:
    """Name one trial of a case by content; who captured it, when, and its tags change no answer."""
    judged_by = replace(
        case, tags=(), core=False, by=(), escalation="", created_at=None, quarantined="", strength=Strength.STRONG
    )
    return _digest([codec(EvalCase).dump_python(judged_by, mode="json"), under.digest, trial])


async def _workflow(desk: Desk, working: Workflow) -> object:
    try:
        return dict((await desk.store.releases.get("workflow", working.release)).manifest)
    except NotFound:
        return working.release


def _in_force(revision: Revision, today: date) -> tuple[bool, ...]:
    return (
        revision.effective is None or revision.effective <= today,
        revision.expires is None or revision.expires >= today,
        revision.review_by is None or revision.review_by >= today,
    )


@cache
def code_digest() -> str:
    """The digest of the code that answers and scores: after an edit, nothing that it made before is believed."""
    files = sorted(file for folder in _ANSWERING for file in (_HOUSE / folder).rglob("*.py"))
    digest = hashlib.sha256()
    for file in (*files, *(_HOUSE / "evals" / name for name in ("judging.py", "saying.py", "scoring.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _digest(value: object) -> str:
    said = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:24]
