"""What metrics of drafts share: which of them were decided, and whether an abstention turned out right."""

from collections.abc import Callable, Iterator
from datetime import datetime

from bot.domain.history import Conversation, Drafted
from bot.domain.review import Action, FailureMode
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit

KNOWN, NEW = 1 / 3, 2 / 3
"""Shares of new words up to which an answer says what the passages say, and from which it says something else."""


def decided(conversation: Conversation, *, abstained: bool = False) -> Iterator[tuple[datetime, Drafted]]:
    """The drafts with a text (or those that abstained) that were decided on, each with when."""
    for draft in conversation.drafts:
        if draft.decided is not None and draft.proposed and draft.abstained is abstained:
            yield draft.decided.at, draft


def share_of_decided(
    name: str, title: str, numerator: str, better: Better, counts: Callable[[Drafted], bool]
) -> Metric:
    """The metric of how many decided drafts are of a kind; each counts once, when it was decided."""

    def observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
        for at, draft in decided(conversation):
            yield Observed(at, float(counts(draft)), draft=draft)

    return Metric(
        name=name,
        title=title,
        section=Section.DRAFTS,
        numerator=numerator,
        denominator="drafts with a text that were decided on",
        unit=Unit.SHARE,
        better=better,
        statistic=Statistic.SHARE,
        source="decisions on the cards",
        observe=observe,
    )


def was_right(abstention: Drafted, conversation: Conversation) -> bool | None:
    """Whether it was right to abstain, by what the team did next; None where that does not tell.

    Right: the team said that knowledge or permission was missing, or took the conversation over, or wrote an answer
    mostly of words that stand in no passage that the drafter had. Wrong: a later draft on the same knowledge was sent
    unchanged, or the team's answer says what the passages say. Whether the answer's facts are those of the passages is
    not read, only its words.
    """
    made = abstention.decided
    if made is None:
        return None
    if made.mode in (FailureMode.MISSING_KNOWLEDGE, FailureMode.POLICY_RESTRICTION) or made.action is Action.HAND_OFF:
        return True
    later = (each for each in conversation.drafts if each.at > abstention.at and each.unchanged and not each.abstained)
    if any(each.knowledge_release == abstention.knowledge_release for each in later):
        return False
    share = abstention.new_share
    if made.action not in (Action.EDIT, Action.APPROVE) or share is None or KNOWN < share < NEW:
        return None
    return share >= NEW
