"""A refusal said in the form that was sent, so that nobody loses what they wrote."""

from bot.domain.chat import FormErrors, Submission
from bot.domain.errors import RatchetError, Rejected


def refused(problem: RatchetError, otherwise: str, sent: Submission) -> FormErrors:
    """The sentence at the input that it is about, or at the one called `otherwise`."""
    field = problem.field if isinstance(problem, Rejected) and problem.field in sent.values else None
    return FormErrors({field or otherwise: str(problem)})
