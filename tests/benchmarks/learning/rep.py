"""The simulated rep, who knows the truth: answers every customer, and in the minutes of a week captures and fixes."""

import random
from collections import Counter
from dataclasses import dataclass, field

from bot.cards.capture import NEW
from bot.cards.elements import Button, Card, Choice, Form, TextInput
from bot.domain.chat import Person, Toast
from bot.domain.fix import FixState
from bot.domain.learning import Lesson
from bot.domain.quality import GateResult, Verdict
from bot.domain.review import FailureMode, Review, ReviewState
from bot.domain.text.sections import Section, sections
from tests.benchmarks.learning.company import OWNER, REP, Company, buttons, filled, named, offered, refused, warns
from tests.benchmarks.learning.world import Fact, Outcome, World

ANSWERING = {"approved": 0.5, "edited": 2.0, "rejected": 2.0}
CASE, FIX, OWNERS_LOOK = 1.0, 4.0, 1.0
"""Minutes that each thing takes. Answering is the day's work anyway; the others come out of the week's budget."""
REJECTS = 0.2
"""The share of wrong drafts that are rejected with a mode and a note instead of edited."""
_REPLY = "Hello,\n\n{}\n\nBest regards,\nAna"


@dataclass(frozen=True, slots=True)
class Sent:
    """A fix that was sent: what it was about, the mistake in it if there is one, and how it ended.

    `fixed` and `broken` are the cases that the gate found so, `core` is how many of the broken ones were core cases.
    """

    week: int
    intent: str
    mistake: str
    state: FixState
    fixed: int = 0
    broken: int = 0
    core: int = 0


@dataclass
class Rep:
    """One person who answers, captures and fixes, and a colleague who approves every fix whose card does not warn."""

    company: Company
    world: World
    chance: random.Random
    slips: float
    """The share of fixes that carry a mistake: a mistyped figure, or a neighbouring fact overwritten."""
    week: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    minutes: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    captured: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    """Intents whose fix came back because its card warned: the second time the colleague trusts the rep."""
    pain: dict[str, list[Review]] = field(default_factory=dict)
    """This week's drafts that were not right, by intent."""

    # --- the day's work -----------------------------------------------------------------------------------------------

    async def answer(self, intent: str, review: Review, outcome: Outcome) -> bool:
        """Answer the customer; tell whether the draft went out as it was."""
        fact, card = self.world.facts[intent], await self.company.card_of(review)
        sendable = any(button.label == "Approve" for button in buttons(card))
        if outcome is not Outcome.RIGHT:
            self.pain.setdefault(intent, []).append(review)
        if outcome is Outcome.RIGHT and sendable:
            await self.company.press(named(card, "Approve"), REP)
            done = "approved"
        elif sendable and self.chance.random() < REJECTS:
            form = await self._form(named(card, "Reject"))
            mode = FailureMode.STALE_POLICY if outcome is Outcome.WRONG else FailureMode.MISSING_KNOWLEDGE
            await self._send(form, {"mode": mode.value, "note": fact.true})
            done = "rejected"
        else:
            form = await self._form(named(card, "Edit", "Write answer"))
            await self._send(form, {"text": _REPLY.format(fact.true)})
            done = "edited"
        self.minutes += ANSWERING[done]
        state = (await self.company.desk.store.reviews.get(review.id)).state
        self.counts[done if state in (ReviewState.DELIVERED, ReviewState.REJECTED) else "undecided"] += 1
        return done == "approved" and state is ReviewState.DELIVERED

    # --- the week's budget --------------------------------------------------------------------------------------------

    async def learn(self, budget: float) -> float:
        """Capture and fix what came up most this week, as far as the minutes reach; return those that were spent."""
        spent = 0.0
        for intent in sorted(self.pain, key=lambda name: (-len(self.pain[name]), name)):
            fact, review = self.world.facts[intent], self.pain[intent][-1]
            needs_fix = not any(_settled(fact, body) for body in (await self.company.bodies()).values())
            new = intent not in self.captured
            cost = CASE * new + (FIX + OWNERS_LOOK) * needs_fix
            if not cost or spent + cost > budget:
                continue
            await self._note_offer(review, needs_fix)
            if new:
                await self._capture(fact, review)
            if needs_fix:
                await self._fix(fact, review)
            spent += cost
        self.pain.clear()
        return spent

    async def _note_offer(self, review: Review, needs_fix: bool) -> None:
        button = offered(await self.company.card_of(review))
        lesson = button.subject.partition(" ")[0] if button else ""
        self.counts["offers"] += 1
        self.counts["offers that fit"] += lesson == (Lesson.FIX if needs_fix else Lesson.CASE)

    async def _capture(self, fact: Fact, review: Review) -> None:
        form = await self._form(await self._way_to(Lesson.CASE, review))
        shown, told = filled(form), await self.company.bodies()
        must_say = [line for line in shown["must_say"].splitlines() if fact.told_in(line)]
        must_not = [line for line in shown["must_not_say"].splitlines() if fact.denied_in(line)]
        sources = [
            slug for slug in shown["sources"].splitlines() if fact.told_in(told[slug]) or fact.denied_in(told[slug])
        ]
        self.counts["cases"] += 1
        self.counts["cases with the fact suggested"] += bool(must_say)
        values = {
            "must_say": "\n".join(must_say or [fact.true]), "must_not_say": "\n".join(must_not),
            "sources": "\n".join(sources), "intent": fact.intent, "reference": shown["reference"] or fact.true,
        }  # fmt: skip
        if await self._send(form, values):
            self.captured.add(fact.intent)

    async def _fix(self, fact: Fact, review: Review) -> None:
        form = await self._in_place(fact, await self._form(await self._way_to(Lesson.FIX, review)))
        place, text = filled(form)["place"], _text(form)
        before = await self._section(place)
        self.counts["fix forms"] += 1
        self.counts["fix forms right as they came"] += self._is_right(fact, text.initial, before)
        told = text.initial if self._is_right(fact, text.initial, before) else _mended(fact, before)
        mistake, told = self._mistaken(fact, told, place)
        values = {text.name: told}
        title = next(each for each in form.elements if isinstance(each, TextInput) and each.label == "Title")
        if not title.initial:
            values[title.name] = fact.title
        if await self._send(form, values):
            await self._decided(fact, review, mistake)

    async def _in_place(self, fact: Fact, form: Form) -> Form:
        """The form of where the fact belongs: the section that has it wrong, else its article, else a new one."""
        suggested, listed = filled(form)["place"], [value for value, _ in _places(form)]
        fits = await self._fitting(fact, listed)
        self.counts["places suggested that fit"] += suggested in fits
        if suggested in fits or not fits:
            return form
        answer = await self.company.send(form, REP, {"place": fits[0]})
        if not isinstance(answer, Form):
            raise RuntimeError(f"{fits[0]} was chosen, and no form came: {answer}")
        return answer

    async def _fitting(self, fact: Fact, listed: list[str]) -> list[str]:
        """The listed places where the fact belongs, the best first."""
        bodies = await self.company.bodies()
        found = {f"{slug}#{n}": part for slug, body in bodies.items() for n, part in enumerate(sections(body))}
        stale = [place for place in listed if place in found and fact.denied_in(found[place].text)]
        own = [place for place in listed if place.rpartition("#")[0] == fact.article]
        own.sort(key=lambda place: not found[place].heading.endswith(fact.section))
        return stale or [*own, NEW]

    async def _section(self, place: str) -> str:
        if place == NEW:
            return ""
        slug, _, number = place.rpartition("#")
        found: Section = sections((await self.company.bodies())[slug])[int(number)]
        return found.text

    def _is_right(self, fact: Fact, text: str, before: str) -> bool:
        """Tell whether the text says the truth, and of all else what the section said before."""
        others = (other for other in self.world.facts.values() if other is not fact)
        kept = all(other.told_in(text) for other in others if other.told_in(before))
        return _settled(fact, text) and kept

    def _mistaken(self, fact: Fact, text: str, place: str) -> tuple[str, str]:
        """Now and then the rep mistypes the figure, or pastes the answer over the section instead of into it."""
        if self.chance.random() >= self.slips:
            return "", text
        if place != NEW and self.chance.random() < 0.5:
            return "neighbour", fact.true
        return "figure", text.replace(fact.key, fact.says.format(fact.slip))

    async def _decided(self, fact: Fact, review: Review, mistake: str) -> None:
        """Let the colleague decide: a fix whose card warns comes back once, and so does one that the gate holds."""
        store = self.company.desk.store
        waiting = await store.fixes.in_state(FixState.OPEN)
        fix = next(fix for fix in waiting if fix.escalation == review.escalation_id)
        card = self.company.shown(fix.card)
        if warns(card) and fact.intent not in self.returned:
            self.returned.add(fact.intent)
            await self._return(card, "The card warns of this. Please check it.")
        else:
            await self.company.press(named(card, "Approve"), OWNER)
        fix = await store.fixes.get(fix.id)
        gate = fix.gate or GateResult(Verdict.FAILED, "")
        fixed, broken, core = map(len, (gate.fixed, gate.broken, gate.broken_core))
        self.sent.append(Sent(self.week, fact.intent, mistake, fix.state, fixed, broken, core))
        if fix.state is FixState.HELD:
            await self._return(self.company.shown(fix.card), "The evals hold it. Please look at it again.")

    async def _return(self, card: Card, note: str) -> None:
        await self.company.send(await self._form(named(card, "Return"), OWNER), OWNER, {"note": note})

    # --- hands --------------------------------------------------------------------------------------------------------

    async def _way_to(self, lesson: Lesson, review: Review) -> Button:
        card = await self.company.card_of(review)
        return next(each for each in buttons(card) if each.subject == f"{lesson} {review.id}")

    async def _form(self, button: Button, by: Person = REP) -> Form:
        answer = await self.company.press(button, by)
        if not isinstance(answer, Form):
            said = answer.text if isinstance(answer, Toast) else answer
            raise RuntimeError(f"“{button.label}” opens no form: {said}")
        return answer

    async def _send(self, form: Form, values: dict[str, str]) -> bool:
        """Send the form; a refusal is kept, for a rep who knows the truth should never get one."""
        problem = refused(await self.company.send(form, REP, values))
        if problem:
            self.refusals.append(f"{form.title}: {problem}")
        return not problem


def _settled(fact: Fact, text: str) -> bool:
    """Tell whether a text says the truth and nothing of before."""
    return fact.told_in(text) and not fact.denied_in(text)


def _mended(fact: Fact, before: str) -> str:
    for wrong in (fact.old, fact.slipped):
        if wrong in before:
            return before.replace(wrong, fact.true)
    return f"{before}\n\n{fact.true}".strip()


def _text(form: Form) -> TextInput:
    return next(each for each in form.elements if isinstance(each, TextInput) and each.label == "Text")


def _places(form: Form) -> tuple[tuple[str, str], ...]:
    return next(each.options for each in form.elements if isinstance(each, Choice) and each.name == "place")
