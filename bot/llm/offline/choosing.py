"""Chooses the few units that answer: for each need one, with what limits it, or one procedure; and no more."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.answer import Passage
from bot.domain.article import ArticleKind
from bot.domain.text.wording import content_words, figures
from bot.llm.offline.matching import Candidate, strange
from bot.llm.offline.question import Need, Question
from bot.llm.offline.reading import Kind, Unit
from bot.llm.offline.shelf import ROOTED
from bot.llm.offline.wanting import FIGURED

_WORDS = 75  # of one need's answer, beyond which nothing is added that was not asked for
_PROCEDURE_WORDS = 160  # a procedure is told whole or not at all
_MOST_WORDS = 300  # of all needs' answers
_AS_GOOD = 1.0  # log-odds: a unit this near to the best one answers as well
_A_PROCEDURE = 5.0  # log-odds: how much worse than a sentence a procedure's best step may be for who asks what to do
_SAME = 0.75  # the share of words from which two units say the same
_MORE_WORDS = 40  # words up to which a sentence is added that only goes on about what was asked
_A_SENTENCE = 3  # words from which a line that leads in is more than a label
_LIKELY = 0.7  # the probability that the answer is told from which nothing is added to it
_LEAST_SHARE = 0.15  # the probability below which a unit is not worth its reading
_MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit of the reply and the need (by its number) that it answers."""

    candidate: Candidate
    need: int


def choose(
    question: Question, found: Sequence[Candidate], passages: Sequence[Passage], needs: Sequence[int]
) -> list[Chosen]:
    """Pick what answers each of these needs, in their order; what an earlier one told is not told again.

    `passages` are those of the sheets that the candidates are from.
    """
    chosen: list[Chosen] = []
    for n in needs:
        need = question.needs[n]
        best = _best(found, need, n, passages)
        told = [each.candidate for each in chosen]
        if _answered(told, best, n, need) or best in told:
            continue
        company = _company(best, found, need, question, n)
        new = [c for c in company if c not in told and not any(_repeats(c.unit, other.unit) for other in told)]
        chosen += [Chosen(candidate, n) for candidate in _fitting(new, best, sum(c.size for c in told))]
    return chosen


def likeliest(found: Sequence[Candidate], need: Need, n: int) -> Candidate:
    """The unit that answers best; for who asks what to do, a procedure beside it that is about as good."""
    best = max(found, key=lambda c: c.rank(n))
    if not need.asks_what_to_do or best.unit.kind is Kind.STEP:
        return best
    steps = [c for c in found if c.sheet == best.sheet and c.unit.kind is Kind.STEP]
    near = [c for c in steps if c.scores[n] >= best.scores[n] - _A_PROCEDURE]
    return max(near, key=lambda c: c.rank(n), default=best)


def _best(found: Sequence[Candidate], need: Need, n: int, passages: Sequence[Passage]) -> Candidate:
    """The likeliest unit; of those that say the same, a policy's."""
    best = likeliest(found, need, n)
    for other in found:
        policy = passages[other.sheet].kind is ArticleKind.POLICY is not passages[best.sheet].kind
        if policy and other.scores[n] >= best.scores[n] - _AS_GOOD and _repeats(best.unit, other.unit):
            return other
    return best


def _answered(told: Sequence[Candidate], best: Candidate, n: int, need: Need) -> bool:
    """Tell whether what is told answers this need about as well as the best unit for it would."""
    typed = bool(need.wants & FIGURED) and best.kinds[n]
    return any(c.scores[n] >= best.scores[n] - _AS_GOOD and c.kinds[n] >= typed for c in told)


def _company(best: Candidate, found: Sequence[Candidate], need: Need, question: Question, n: int) -> list[Candidate]:
    """The likeliest units with what they cannot be told without: what leads to them, the condition after them."""
    company = likely(best, found, question, n)
    if best.unit.kind is Kind.STEP and not _is_procedure(best, need):
        return company
    passage = {c.index: c for c in found if c.sheet == best.sheet}
    leading = (c for c in passage.values() if c.unit.text == best.unit.under and c.index < company[0].index)
    led = [c for c in leading if _needed(c.unit, best.unit)][-1:]
    before, after = passage.get(company[0].index - 1), passage.get(company[-1].index + 1)
    if before and not led and (best.unit.leans_back and _beside(before, best)):
        led = [before]
    said = set(question.roots)
    if after and (_limits(after, company[-1], said) or _goes_on(after, company[-1], question)):
        company = [*company, after]
    return [*led, *company]


def _needed(lead: Unit, unit: Unit) -> bool:
    """Tell whether a unit is not understood without the line above it: a label ("Payment:") says nothing more."""
    return lead.is_condition or (not unit.text.endswith((".", "!", "?")) and len(lead.text.split()) >= _A_SENTENCE)


def likely(best: Candidate, found: Sequence[Candidate], question: Question, n: int) -> list[Candidate]:
    """The best unit's procedure; or the unit, with the next likeliest of its passage while that is not likely enough.

    Sentences of one paragraph stay in their order, the rule before what limits it; otherwise the likeliest is first.
    """
    beside = [c for c in found if c.sheet == best.sheet]
    if _is_procedure(best, question.needs[n]):
        return [c for c in beside if c.unit.block == best.unit.block and c.unit.kind is Kind.STEP]
    told = [best]
    for each in sorted(beside, key=lambda c: c.rank(n), reverse=True):
        likely_enough = share(told, n) >= _LIKELY and not _is_case(each, best, question, n)
        if len(told) == _MOST_TOLD or likely_enough or each.shares[n] < _LEAST_SHARE:
            break
        new = not any(_repeats(each.unit, c.unit) for c in told)
        if new and each.unit.kind is not Kind.STEP and sum(c.size for c in (*told, each)) <= _WORDS:
            told.append(each)
    return sorted(told, key=lambda c: c.index) if len({c.unit.block for c in told}) == 1 else told


def _is_case(each: Candidate, best: Candidate, question: Question, n: int) -> bool:
    """Tell whether it is a sibling of the best unit that may be the customer's case, who did not say which."""
    unsaid = best.line.marks and not best.line.marks & set(question.roots)
    return (
        bool(unsaid) and each.unit.block == best.unit.block and bool(each.line.marks) and each.kinds[n] == best.kinds[n]
    )


def _is_procedure(best: Candidate, need: Need) -> bool:
    """Tell whether the unit is a step that is told with all others: not where a figure is wanted."""
    return best.unit.kind is Kind.STEP and not need.wants & FIGURED


def share(told: Sequence[Candidate], n: int) -> float:
    """The probability that the answer is among what is told."""
    return sum({c.answers[n]: c.shares[n] for c in told}.values())


def _goes_on(after: Candidate, last: Candidate, question: Question) -> bool:
    """Tell whether the unit after the answer says more of what was asked: another of the question's words, briefly."""
    if not _beside(after, last) or strange(after.line, set(question.roots)) or after.size + last.size > _MORE_WORDS:
        return False
    asked = {i for i in range(len(question.roots)) if after.cover[i] >= ROOTED}
    new = {i for i in asked if last.cover[i] < ROOTED}
    return after.unit.text.lower().startswith("we then ") or (len(asked) > 1 and bool(new))


def _limits(after: Candidate, last: Candidate, said: set[str]) -> bool:
    """Tell whether the unit after the answer limits just that: a condition on the same thing, no sibling case."""
    if not after.unit.is_condition or after.unit.kind is not Kind.SENTENCE:
        return False
    if last.unit.kind is Kind.STEP:
        return after.unit.block == last.unit.block + 1 and after.unit.heading == last.unit.heading
    if not _beside(after, last) or (after.line.marks and strange(after.line, said)):
        return False
    return after.unit.leans_back or bool(after.line.roots & last.line.roots)


def _beside(one: Candidate, other: Candidate) -> bool:
    return one.unit.block == other.unit.block and one.unit.kind is other.unit.kind is Kind.SENTENCE


def _fitting(new: Sequence[Candidate], best: Candidate, told: int) -> Sequence[Candidate]:
    """What of a need's answer there is room for: all of it, or the unit alone with what leads to it."""
    size = sum(c.size for c in new)
    most = _PROCEDURE_WORDS if best.unit.kind is Kind.STEP else _WORDS
    if told + size <= _MOST_WORDS and (size <= most or (not told and best.unit.kind is Kind.STEP)):
        return new
    short = [c for c in new if c is best or c.unit.text == best.unit.under]
    return short if not told or told + sum(c.size for c in short) <= _MOST_WORDS else []


def _repeats(unit: Unit, other: Unit) -> bool:
    """Tell whether the one says nothing that the other does not: nearly the same words, no figure of its own."""
    own, there = set(content_words(unit.text)), set(content_words(other.text))
    if not own:
        return True
    new = {(f.value, f.unit) for f in figures(unit.text)} - {(f.value, f.unit) for f in figures(other.text)}
    return len(own & there) / len(own) >= _SAME and not new
