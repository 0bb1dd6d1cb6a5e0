"""How long a customer waits for the first answer, from the hand-over to the team's first turn, by whomever.

A conversation counts in the period in which it was opened. One that waits still counts for as long as it has waited
(Kaplan-Meier), so that a backlog does not look quick. One that was handed to a person unanswered is watched until then,
for what follows in another system is not on record here; one that was withdrawn unanswered is left out.
"""

from collections.abc import Iterator

from bot.domain.history import Conversation
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(conversation: Conversation, lens: Lens) -> Iterator[Observed]:
    answered, handed = conversation.first_answer_at, conversation.handed_off
    if answered is None and conversation.withdrawn:
        return
    if answered is None and handed is not None and handed.decided is not None:
        yield Observed(conversation.opened_at, lens.elapsed(conversation.opened_at, handed.decided.at), over=False)
        return
    waited, over = lens.waited(conversation.opened_at, answered)
    yield Observed(conversation.opened_at, waited, over)


METRIC = Metric(
    name="first_response_time",
    title="First response time",
    section=Section.CUSTOMERS,
    numerator="median time from opening to the first answer",
    denominator="conversations opened",
    unit=Unit.SECONDS,
    better=Better.LOWER,
    statistic=Statistic.MEDIAN,
    source="turns of the team; the interval is Brookmeyer & Crowley's",
    observe=_observe,
)
