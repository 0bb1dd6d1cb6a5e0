"""How many eval cases pass in every trial of their last run in the period, on releases that were live.

Runs of candidates that never went live say nothing of what customers got, and cases that could not be scored nothing
at all; neither is among them. Cases are not a sample of conversations: the interval is of cases like these.
"""

from collections.abc import Iterator

from bot.domain.history import Tried
from evals.metric import Better, Lens, Metric, Observed, Section, Statistic, Unit


def _observe(tried: Tried, lens: Lens) -> Iterator[Observed]:
    yield Observed(tried.at, float(tried.passed))


METRIC = Metric(
    name="eval_pass_rate",
    title="Eval pass rate",
    section=Section.KNOWLEDGE,
    numerator="passed in every trial",
    denominator="eval cases run",
    unit=Unit.SHARE,
    better=Better.HIGHER,
    statistic=Statistic.SHARE,
    source="eval runs",
    observe=_observe,
    of=Tried,
)
