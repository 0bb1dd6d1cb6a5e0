"""The three decisions that are most worth a manager's Monday.

What could be decided is of five kinds, and all of them compete in one currency:

    worth = conversations a week x chance that the decision mends one x how bad each of them is

Conversations are counted in the week, for each kind those that it is about: answers about the fix's intent that went
wrong for want of knowledge, answers that cite the article, rejected drafts, conversations of the topic, or drafts of
the intent that were not sent as they were. How bad follows the intent's risk: a wrong answer of high risk costs three
times one of low risk. What an article says wrongly is told to customers with a source beside it, so that it counts as
high. The chances are judged, not measured. They order the kinds by how much is left to do after the click:
a fix that waits is written and tried, what the evals hold needs a second thought, a topic still needs its article, a
rejected cluster still needs its fix, most findings about articles are false alarms, and a case mends nothing today.
Within one kind they change nothing. Three of one kind are never asked for where another kind is worth anything at all,
because they would teach the reader one thing only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards.radar import headline
from bot.domain.answer import UNKNOWN_INTENT, Risk
from bot.domain.digest import Ask, Driver, Kind, rejected
from bot.domain.fix import FixState, KnowledgeFix
from bot.domain.intents import WAITING, TopicState
from bot.domain.radar import Concern
from bot.domain.radar import Kind as Trouble
from bot.domain.review import FailureMode
from bot.domain.text.phrases import counted, percent
from bot.domain.text.plain import shortened
from evals.coverage import ENOUGH
from evals.digest.facts import Facts
from evals.digest.failures import NO_ANSWER, WRONG_ANSWER, Wrong
from evals.digest.names import fix_named, named
from evals.digest.rejected import Cluster

MOST = 3
_FEWEST = 5  # conversations of a week, or answers that cite an article, below which it is not worth a manager's time
_SUBJECT = 1_000  # characters that a button can be about; what nobody could press is not asked for
_SOME = 0.5  # conversations of a week for which a fix counts that nothing went wrong without: one did before
_LATELY = timedelta(weeks=4)
"""How long before the week a topic may have been put before the team: what it counts is of then."""
_BAD = {Risk.LOW: 1.0, Risk.MEDIUM: 2.0, Risk.HIGH: 3.0}
_KNOWLEDGE = frozenset({FailureMode.MISSING_KNOWLEDGE.value, FailureMode.STALE_POLICY.value, NO_ANSWER, WRONG_ANSWER})


# How likely a decision mends one of the conversations that it is about; judged, see above
_FIX, _HELD_FIX = 0.8, 0.3
_TOPIC = 0.4
_ALIKE, _REJECTED = 0.4, 0.2
_PAST_DATE, _CONFLICT, _OLD_ARTICLE = 0.1, 0.05, 0.02
_CASES = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be decided, and what that is worth."""

    ask: Ask
    worth: float


def decisions(facts: Facts, clusters: Sequence[Cluster]) -> tuple[Ask, ...]:
    """Up to three, the most worthwhile first."""
    kinds = (_fixes(facts), _topics(facts), _rejected(facts, clusters), _articles(facts), _cases(facts))
    return chosen(candidate for kind in kinds for candidate in kind)


def chosen(candidates: Iterable[Candidate]) -> tuple[Ask, ...]:
    """The most worthwhile of them, and never three of one kind where there is another."""
    ranked = sorted(candidates, key=lambda each: (-each.worth, list(Kind).index(each.ask.kind), each.ask.subject))
    asks = [each.ask for each in ranked if each.worth > 0 and len(each.ask.subject) <= _SUBJECT]
    picked = asks[:MOST]
    if len(picked) == MOST and len({ask.kind for ask in picked}) == 1:
        other = next((ask for ask in asks if ask.kind is not picked[0].kind), None)
        picked = [*picked[:-1], other or picked[-1]]
    return tuple(picked)


def _bad(facts: Facts, intent: str) -> float:
    return _BAD[facts.risks.get(intent, Risk.MEDIUM)]


def _days(since: datetime, now: datetime) -> str:
    return counted(max(0, (now - since).days), "day")


def _of_intent(facts: Facts, intent: str) -> Driver | None:
    return next((driver for driver in facts.compared.drivers if driver.intent == intent), None)


def _volume(driver: Driver | None) -> int:
    """Its conversations in the week."""
    return driver.weekly[-1] if driver and driver.weekly else 0


# --- fixes ------------------------------------------------------------------------------------------------------------


def _fixes(facts: Facts) -> Iterator[Candidate]:
    """Fixes that wait for somebody; several of one intent share what went wrong with it."""
    waiting = [fix for fix in facts.fixes if fix.state is not FixState.TESTING]
    sharing = Counter(facts.intent_of[fix.id] for fix in waiting)
    for fix in waiting:
        intent = facts.intent_of[fix.id]
        gone_wrong = sum(1 for each in facts.wrong if _would_mend(fix, intent, each))
        held = fix.state is FixState.HELD
        title = f"Decide on the {fix_named(fix)} that the evals hold" if held else f"Publish the {fix_named(fix)}"
        worth = max(_SOME, gone_wrong / sharing[intent]) * (_HELD_FIX if held else _FIX) * _bad(facts, intent)
        yield Candidate(Ask(Kind.PUBLISH_FIX, fix.subject, title, _why_fix(facts, fix, gone_wrong)), worth)


def _would_mend(fix: KnowledgeFix, intent: str, wrong: Wrong) -> bool:
    modes = _KNOWLEDGE | ({fix.mode.value} if fix.mode else set())
    return intent != UNKNOWN_INTENT and wrong.intent == intent and wrong.mode in modes


def _why_fix(facts: Facts, fix: KnowledgeFix, gone_wrong: int) -> str:
    intent = facts.intent_of[fix.id]
    about = "" if intent == UNKNOWN_INTENT else f" about {facts.titles.of(intent)}"
    volume = _volume(_of_intent(facts, intent))
    count = (
        f"{gone_wrong:,} of {volume:,} conversations" if volume > gone_wrong else counted(gone_wrong, "conversation")
    )
    said = f"{count}{about} went wrong this week for want of knowledge."
    if not gone_wrong:
        said = f"Nothing{about} went wrong this week without it."
    if fix.state is FixState.HELD:
        return f"{said} The evals have held it for {_days(fix.decided_at or fix.opened_at, facts.now)}."
    return f"{said} It has waited for approval for {_days(fix.opened_at, facts.now)}."


# --- topics, rejected drafts ------------------------------------------------------------------------------------------


def _topics(facts: Facts) -> Iterator[Candidate]:
    """Topics that somebody can decide on. What fits no intent is never routed, and measured by nobody."""
    for topic in facts.topics:
        if topic.state not in WAITING or topic.at < facts.week.start - _LATELY:
            continue
        weeks = max(1, len(topic.weekly))
        size = sum(topic.weekly) or len(topic.members)
        held = " The evals held it when it was tried." if topic.state is TopicState.HELD else ""
        why = f"{counted(size, 'conversation')} in {counted(weeks, 'week')} asked this and fit no intent.{held}"
        title = f"Make {named(topic.title, 'a new topic')} an intent"
        worth = size / weeks * _TOPIC * _BAD[topic.risk]
        yield Candidate(Ask(Kind.ACCEPT_TOPIC, topic.id, title, why), worth)


def _rejected(facts: Facts, clusters: Iterable[Cluster]) -> Iterator[Candidate]:
    """Clusters of rejected drafts, without those for which a fix is on its way."""
    for cluster in clusters:
        sample = Wrong("", cluster.mode, cluster.intent)
        if any(_would_mend(fix, facts.intent_of[fix.id], sample) for fix in facts.fixes):
            continue
        size, about = len(cluster.reviews), facts.titles.of(cluster.intent)
        volume = _volume(_of_intent(facts, cluster.intent))
        asked = f" The intent had {counted(volume, 'conversation')}." if volume > size else ""
        many = "all" if cluster.alike == size else f"at least {cluster.alike}"
        alike = f"; {many} of them answer much the same question" if cluster.alike else ""
        mode = FailureMode(cluster.mode).label.lower()
        subject = rejected(facts.week, cluster.mode, cluster.intent)
        title = f"Look at the rejected drafts about {about}"
        drafts = counted(size, "draft was", "drafts were")
        why = f"{drafts} rejected this week for the same reason, {mode}{alike}.{asked}"
        worth = size * (_ALIKE if cluster.alike else _REJECTED) * _bad(facts, cluster.intent)
        yield Candidate(Ask(Kind.LOOK_AT_REJECTED, subject, title, why), worth)


# --- articles, cases --------------------------------------------------------------------------------------------------


def _articles(facts: Facts) -> Iterator[Candidate]:
    """What the radar found in articles that many answers cite, once an article, the worst first."""
    told = {fix.revision.slug for fix in facts.fixes}
    for concern in facts.concerns:
        slug = most_cited(facts, concern)
        if slug in told or facts.cited.about(slug) < _FEWEST:
            continue
        told.add(slug)
        title = next(article.title for article in concern.articles if article.slug == slug)
        answers = counted(facts.cited.about(slug), "answer")
        why = f"{shortened(headline(concern), 200)}. About {answers} of {facts.cited.answers:,} cited it this week."
        worth = facts.cited.about(slug) * _chance(concern) * _BAD[Risk.HIGH]
        yield Candidate(Ask(Kind.MEND_ARTICLE, slug, f"Mend {named(title)}", why), worth)


def most_cited(facts: Facts, concern: Concern) -> str:
    """The article of the concern that most answers cite."""
    return max((article.slug for article in concern.articles), key=facts.cited.about)


def _chance(concern: Concern) -> float:
    special = {Trouble.PAST_DATE: _PAST_DATE, Trouble.CONFLICT: _CONFLICT}
    return special.get(concern.kind, _OLD_ARTICLE)


def _cases(facts: Facts) -> Iterator[Candidate]:
    """Intents with few eval cases, by the drafts that were not sent as they were."""
    held = Counter(case.intent for case in facts.cases.values() if not case.quarantined)
    wrong = Counter(each.intent for each in facts.wrong)
    for driver in facts.compared.drivers:
        volume, lacking = _volume(driver), ENOUGH - held[driver.intent]
        if driver.intent == UNKNOWN_INTENT or lacking <= 0 or volume < _FEWEST:
            continue
        share = driver.unchanged.value
        mended = min(volume, max(wrong[driver.intent], volume * (1 - share) if share is not None else 0))
        worth = mended * lacking / ENOUGH * _CASES * _bad(facts, driver.intent)
        title = f"Raise eval cases for {facts.titles.of(driver.intent)}"
        yield Candidate(Ask(Kind.RAISE_CASES, driver.intent, title, _why_cases(driver, held[driver.intent])), worth)


def _why_cases(driver: Driver, held: int) -> str:
    share = driver.unchanged.value
    sent = f", {percent(share)} of their drafts approved unchanged" if share is not None else ""
    has = counted(held, "eval case") if held else "no eval case"
    came = counted(_volume(driver), "conversation")
    return f"{came} this week{sent}. The intent has {has}; below {ENOUGH} a pass says little."
