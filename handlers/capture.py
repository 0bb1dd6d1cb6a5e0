"""Making an eval case or a knowledge fix of a thread: the forms, and what is sent with them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.cards import capture as cards
from bot.cards.capture import short
from bot.cards.elements import Form
from bot.domain.chat import Command, FormErrors, Submission, Toast
from bot.domain.errors import RatchetError, Rejected
from bot.domain.learning import Lesson
from bot.domain.quality import CaseTurn, EvalCase, Strength
from bot.domain.review import FailureMode
from bot.ports import Answer, Desk
from bot.workflows import capture, mending, relabel
from bot.workflows import fix as fixing
from bot.workflows.likeness import Near, near
from handlers.people import named
from handlers.relabel import FORMS as RELABEL_FORMS
from handlers.relabel import intent_form

_A_MOMENT = 1.5  # seconds; a platform waits about three for a form
MOST_LINES, LONGEST_LINE, MOST_WORDS = 20, 500, 6
EMPTY = "No thread of this room has a draft yet. Give a link: /{name} <message link>, or use the message's menu."

INPUTS = {"body": "text", "slug": "title"}
"""The inputs of the form, where they are not called as what they fill."""

Opener = Callable[[Desk, capture.Thread], Awaitable[Answer]]


async def open_case(desk: Desk, command: Command) -> Answer:
    """Answer with the form of an eval case, or with the threads to choose from."""
    return await _open(desk, command, Lesson.CASE)


async def open_fix(desk: Desk, command: Command) -> Answer:
    """Answer with the form of a knowledge fix, of the article that is named or of a thread, or with the threads."""
    slug = command.text.strip().partition("#")[0]
    if slug and await fixing.article(desk, slug) is not None:
        await capture.check_may_capture(desk, command.actor)
        return await article_form(desk, slug, command.text.strip() if "#" in command.text else "")
    try:
        return await _open(desk, command, Lesson.FIX)
    except Rejected as problem:
        raise Rejected(f"{problem} No article is called “{short(slug, 80)}” either.") from None


async def open_intent(desk: Desk, command: Command) -> Answer:
    """Answer with the form of an intent, or with the threads to choose from."""
    return await _open(desk, command, Lesson.INTENT)


async def _open(desk: Desk, command: Command, lesson: Lesson) -> Answer:
    await capture.check_may_capture(desk, command.actor)
    thread = await capture.thread_meant(desk, command)
    if thread is not None:
        return await OPENERS[lesson](desk, thread)
    threads = await capture.recent(desk, command.place)
    if not threads:
        return Toast(EMPTY.format(name=lesson.value))
    return cards.pick_form(lesson, [(thread.escalation, thread.review) for thread in threads])


async def send_pick(desk: Desk, sent: Submission) -> Answer:
    """Go on with the thread that was chosen."""
    try:
        thread = await capture.thread_for(desk, sent.actor, sent.values.get("thread", ""))
        return await OPENERS[Lesson(sent.subject)](desk, thread)
    except RatchetError as problem:
        return FormErrors({"thread": str(problem)})


async def case_form(desk: Desk, thread: capture.Thread, case: EvalCase | None = None) -> Form:
    """The form of the case that the thread makes, or of one that was begun from it elsewhere."""
    case = case or capture.case_of(thread)
    cases = await desk.store.cases.all()
    known = next((other for other in cases if other.id == case.id), None)
    alike = [found.case for found in await _at_once(near(case, cases, desk.questions))]
    return cards.case_form(f"{thread.review.id}#{case.id}", case, alike, known, await relabel.choices(desk))


async def _at_once(search: Awaitable[tuple[Near, ...]]) -> tuple[Near, ...]:
    """What is found while a form can still be opened; many cases that nobody has compared yet take longer once."""
    try:
        return await asyncio.wait_for(search, _A_MOMENT)
    except TimeoutError:
        return ()


async def send_case(desk: Desk, sent: Submission) -> Answer:
    """Keep the case and try it; what is wrong with it is said beside the input."""
    review_id, _, case_id = sent.subject.partition("#")
    try:
        thread = await capture.thread_for(desk, sent.actor, review_id)
    except RatchetError as problem:
        return FormErrors({"intent": str(problem)})
    case = _filled_in(capture.case_of(thread), sent.values)
    errors = await _case_errors(desk, case, capture.stand_ins(thread).hide)
    if errors:
        return FormErrors(errors)
    by = await named(desk, sent.actor)
    new = replace(case, id=case_id, by=(by,), created_at=desk.clock.now())
    stored, is_new = await desk.store.cases.save(new)
    await relabel.label_case(desk, new, by)
    await desk.runtime.start("try_case", f"try:{stored.id}:{sent.key}", case=stored.id, review=review_id)
    done = "Saved" if is_new else "This thread was a case already; you are credited too. Its content is as it was"
    return Toast(f"{done}: {stored.id}. I am trying it now; the answer comes in the thread.")


async def fix_form(desk: Desk, thread: capture.Thread, place: str = "") -> Answer:
    draft, base = await mending.fix_draft(desk, thread, place=place)
    return cards.fix_form(f"{thread.review.id}#{draft.place}#{base}", draft)


async def article_form(desk: Desk, slug: str, place: str = "") -> Answer:
    """The form of a fix that no thread asked for."""
    draft, base = await mending.article_draft(desk, slug, place=place)
    return cards.fix_form(f"#{draft.place}#{base}", draft)


async def send_fix(desk: Desk, sent: Submission) -> Answer:
    """Put the fix before the article's owner; with another section chosen, come again with that one's text."""
    review_id, _, shown = sent.subject.partition("#")
    place, _, base = shown.rpartition("#")
    chosen = sent.values.get("place", "") or place
    try:
        await capture.check_may_capture(desk, sent.actor)
        thread = await capture.thread_for(desk, sent.actor, review_id) if review_id else None
        if chosen != place:
            slug = chosen.rpartition("#")[0]
            return await (fix_form(desk, thread, chosen) if thread else article_form(desk, slug, chosen))
        by = await named(desk, sent.actor)
        values = {cards.without_place(name): value for name, value in sent.values.items()}
        if thread and (problem := _personal(values.get("reason", ""), capture.stand_ins(thread).hide)):
            return FormErrors({"reason": problem})
        fix = await mending.fix_sent(desk, thread, values, by, changes=(place, base), ref=sent.key)
        opened = await fixing.open_fix(desk, fix)
    except RatchetError as problem:
        field = (problem.field if isinstance(problem, Rejected) else None) or "text"
        return FormErrors({cards.of_place(INPUTS.get(field, field), place): str(problem)})
    told = "The thread hears how it ends." if opened.place else "Its card there says how it ends."
    return Toast(f"Sent to whoever owns “{opened.revision.title}”. {told}")


def _filled_in(case: EvalCase, values: Mapping[str, str]) -> EvalCase:
    """The case as the form says it is; the same conversation keeps its id, whatever was changed in it."""
    turns = list(case.turns)
    for name, at in cards.turn_inputs(case).items():
        turns[at] = CaseTurn(turns[at].author, values.get(name, "").strip())
    return replace(
        case,
        turns=tuple(turns),
        reference=values.get("reference", "").strip(),
        must_say=_lines(values.get("must_say", "")),
        must_not_say=_lines(values.get("must_not_say", "")),
        sources=_lines(values.get("sources", "")),
        intent=values.get("intent", "").strip(),
        escalates=values.get("escalates", "") == "yes",
        strength=Strength(values.get("strength", "") or Strength.STRONG),
        mode=mode_of(values),
        tags=tuple(dict.fromkeys(filter(None, (tag.strip() for tag in values.get("tags", "").split(","))))),
    )


async def _case_errors(desk: Desk, case: EvalCase, hide: Callable[[str], str]) -> dict[str, str]:
    errors = {name: problem for name, text in _texts(case).items() if (problem := _personal(text, hide))}
    live = (await desk.store.releases.live("knowledge")).manifest
    if unknown := [slug for slug in case.sources if slug not in live]:
        errors["sources"] = (
            f"There is no article {unknown[0]}. Use its name, such as {next(iter(live), 'returns/policy')}."
        )
    if not case.question.strip():
        errors["intent"] = "The case needs words of the customer: write what was asked."
    if not (case.escalates or case.must_say or case.reference):
        errors["must_say"] = "Say what a good answer has in it, or that a person should answer."
    return errors


def _personal(text: str, hide: Callable[[str], str]) -> str:
    """What to say of a text with something personal in it, with the words; "" where there is nothing."""
    left = hide(text)
    if left == text:
        return ""
    words = [word for word in dict.fromkeys(text.split()) if word not in left.split()][:MOST_WORDS]
    return f"There is something personal in it: “{short(' '.join(words), 200)}”. Replace it by something invented."


def _texts(case: EvalCase) -> dict[str, str]:
    turns = {name: case.turns[at].text for name, at in cards.turn_inputs(case).items()}
    said = {"reference": case.reference, "must_say": "\n".join(case.must_say)}
    return turns | said | {"must_not_say": "\n".join(case.must_not_say), "tags": " ".join(case.tags)}


def _lines(text: str) -> tuple[str, ...]:
    lines = (line.strip()[:LONGEST_LINE] for line in text.splitlines())
    return tuple(dict.fromkeys(filter(None, lines)))[:MOST_LINES]


def mode_of(values: Mapping[str, str]) -> FailureMode | None:
    """The failure mode that was chosen, if one was."""
    chosen = values.get("mode", "")
    return FailureMode(chosen) if chosen else None


OPENERS: Mapping[Lesson, Opener] = {Lesson.CASE: case_form, Lesson.FIX: fix_form, Lesson.INTENT: intent_form}
FORMS = {cards.PICK: send_pick, cards.CASE: send_case, cards.FIX: send_fix} | RELABEL_FORMS
