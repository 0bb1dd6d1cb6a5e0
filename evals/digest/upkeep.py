"""What in the live knowledge needs its owners, the worst first, with how many answers rest on it."""

from dataclasses import replace

from bot.cards.radar import headline
from bot.domain.digest import Upkeep
from bot.domain.radar import Concern, Kind
from bot.domain.text.phrases import counted
from bot.domain.text.plain import shortened
from evals.digest.decisions import most_cited
from evals.digest.facts import Facts

MOST = 25
_SEVERE = frozenset({Kind.CONFLICT, Kind.PAST_DATE, Kind.EXPIRED})
_LONGEST = 80


def upkeep(facts: Facts) -> tuple[Upkeep, ...]:
    """The findings of the radar, by how bad they are and then by how many answers of the week cite the article."""
    order = list(Kind)
    ranked = sorted(
        facts.concerns, key=lambda each: (order.index(each.kind), -facts.cited.about(most_cited(facts, each)))
    )
    return tuple(_told(facts, concern) for concern in ranked[:MOST])


def _told(facts: Facts, concern: Concern) -> Upkeep:
    slug = most_cited(facts, concern)
    short = replace(concern, articles=tuple(replace(a, title=shortened(a.title, _LONGEST)) for a in concern.articles))
    title = next(article.title for article in short.articles if article.slug == slug)
    answers = facts.cited.about(slug)
    cited = f" (cited in about {counted(answers, 'answer')} this week)" if answers else ""
    owners = " and ".join(shortened(owner, _LONGEST) for owner in concern.owners if owner)
    return Upkeep(slug, title, f"{headline(short)}{cited}", owners, concern.kind in _SEVERE)
