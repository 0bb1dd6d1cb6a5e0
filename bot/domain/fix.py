"""Knowledge fixes: an article's change that somebody proposed, its way to the customers, and who may do what."""

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.article import Revision
from bot.domain.chat import MessageRef, Person, Place, Role
from bot.domain.errors import Conflict, NotAllowed
from bot.domain.quality import GateResult
from bot.domain.review import FailureMode
from bot.domain.text.differing import merged


class FixState(StrEnum):
    """OPEN waits for the owner; TESTING is before the gate; HELD by it; LIVE, RETURNED and WITHDRAWN are ends.

    A returned fix can be sent again; a held one goes live only with a manager's written reason.
    """

    OPEN = "open"
    TESTING = "testing"
    HELD = "held"
    LIVE = "live"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class KnowledgeFix:
    """A proposed state of one article. `base` is the hash of the revision that it changes, "" for a new article.

    `place` is the thread where it began and is told how it ended, `card` its review card in the owner's room.
    `version` grows with every change, so that a decision names what was seen. `release` is the knowledge release that
    it went live with. `override` is the manager's reason for letting a held one through. `editor` is who last changed
    the text of a fix that still waits.
    """

    id: str
    state: FixState
    revision: Revision
    base: str
    by: Person
    opened_at: datetime
    reason: str = ""
    mode: FailureMode | None = None
    escalation: str = ""
    place: Place | None = None
    card: MessageRef | None = None
    version: int = 1
    decided_by: Person | None = None
    decided_at: datetime | None = None
    note: str = ""
    editor: Person | None = None
    gate: GateResult | None = None
    release: int | None = None
    override: str = ""

    @property
    def subject(self) -> str:
        """What a button of its card is about: the fix, and the very text that whoever presses it has seen."""
        return f"{self.id}#{_digest(repr((self.base, self.revision)))[:16]}"


def fix_id(slug: str, ref: str) -> str:
    """Derive the id of a fix of this article from what asked for it (the key of a form that was sent)."""
    return f"fix_{_digest(repr((slug, ref)))[:12]}"


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def rebased(fix: KnowledgeFix, base: Revision, live: Revision) -> KnowledgeFix:
    """The fix on top of what its article says by now, where the two changes do not touch. Raises Conflict."""
    mine = fix.revision
    body = merged(base.body, live.body, mine.body)
    settled: dict[str, object] = {}
    for part in fields(Revision):
        before, now, wanted = (getattr(each, part.name) for each in (base, live, mine))
        if part.name in ("body", "hash", "source"):
            continue
        if now not in (before, wanted) and wanted != before:
            body = None
        settled[part.name] = now if wanted == before else wanted
    if body is None:
        raise Conflict(
            f"“{live.title}” was changed in the same place meanwhile. Propose the fix again on what it says now."
        )
    revision = replace(mine, body=body, **settled)  # type: ignore[arg-type]
    return replace(fix, revision=revision, base=live.hash)


def check_may_edit(role: Role | None) -> None:
    """Let whoever may edit or return a fix pass: a senior rep or manager. Raises NotAllowed."""
    if role is None or role < Role.SENIOR:
        raise NotAllowed("A senior rep or a manager decides on knowledge fixes. Ask one of them.")


def check_may_approve(fix: KnowledgeFix, role: Role | None, actor: Person) -> None:
    """Let whoever may approve a fix pass: a senior rep or manager who did not write what it says now.

    A senior's edit may also be approved by the rep who proposed the fix. Raises NotAllowed.
    """
    if actor.same_as(fix.editor or fix.by):
        did = "changed" if fix.editor else "proposed"
        raise NotAllowed(f"You {did} this fix, so somebody else must approve it.")
    if role is None or not (fix.editor and actor.same_as(fix.by)):
        check_may_edit(role)


def why_decided(fix: KnowledgeFix) -> str:
    """Tell whoever came late what happened to the fix, who did it and when."""
    done = {
        FixState.TESTING: "approved this fix; it is being tried before it goes live",
        FixState.HELD: "approved this fix, and the evals held it",
        FixState.LIVE: f"approved this fix; it is live as knowledge v{fix.release}",
        FixState.RETURNED: "returned this fix",
        FixState.WITHDRAWN: "withdrew this fix",
    }.get(fix.state)
    if done is None or fix.decided_by is None or fix.decided_at is None:
        return "This fix was changed in the meantime. Look at its card again."
    return f"{fix.decided_by.name or fix.decided_by.id} {done} ({fix.decided_at:%d %B, %H:%M} UTC)."


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One line of the policy log: a change that can alter what customers are told, with before and after.

    `kind` is "article", "workflow", "override", "activation", "roll back" or "taxonomy"; `subject` names what changed.
    """

    id: str
    at: datetime
    kind: str
    subject: str
    why: str
    by: Person | None = None
    before: str = ""
    after: str = ""
