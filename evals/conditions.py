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
from bot.ports import Desk

_HOUSE = Path(__file__).resolve().parent.parent
_ANSWERING = ("bot/domain", "bot/guardrails", "bot/llm", "bot/triage", "bot/workflows", "knowledge", "evals/scorers")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what cases are run: the knowledge release, and the digest of everything that shapes an answer."""

    release: int
    digest: str


async def conditions(desk: Desk, release: int | None = None) -> Conditions:
    """Learn the conditions of the live knowledge release, or of the numbered one. Raises NotFound.

    The articles count by content and by whether they are in force today, not by the release's number or the date: the
    same answers are found again after a roll back, and tomorrow.
    """
    releases = desk.store.releases
    knowledge = await (releases.live("knowledge") if release is None else releases.get("knowledge", release))
    today = desk.clock.now().date()
    revisions = await desk.store.articles.revisions(knowledge.manifest)
    shaped_by = {
        "articles": [(revision.slug, revision.hash, _in_force(revision, today)) for revision in revisions],
        "workflow": await _workflow(desk),
        "drafter": (desk.drafter.name, getattr(desk.drafter, "version", "")),
        "guardrails": [guardrail.name for guardrail in desk.guardrails],
        "policy": (sorted(desk.policy.allowed_hosts), desk.policy.banned_phrases),
        "code": code_digest(),
    }
    return Conditions(knowledge.number, _digest(shaped_by))


def fingerprint(case: EvalCase, under: Conditions, trial: int) -> str:
    """Name one trial of a case by content; who captured it, when, and its tags change no answer."""
    judged_by = replace(
        case, tags=(), core=False, by=(), escalation="", created_at=None, quarantined="", strength=Strength.STRONG
    )
    return _digest([codec(EvalCase).dump_python(judged_by, mode="json"), under.digest, trial])


async def _workflow(desk: Desk) -> object:
    try:
        return dict((await desk.store.releases.get("workflow", desk.workflow_release)).manifest)
    except NotFound:
        return desk.workflow_release


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
    for file in (*files, *(_HOUSE / "evals" / name for name in ("saying.py", "scoring.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _digest(value: object) -> str:
    said = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:24]
