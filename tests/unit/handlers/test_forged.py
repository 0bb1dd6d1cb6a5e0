"""Whatever a button or form of alerts, digests, holding replies or samples is about: outsiders get nothing by it."""

import pytest

from bot.domain.chat import Click, FormErrors, Submission
from bot.domain.errors import NotAllowed, RatchetError
from bot.domain.spike import Alert, Series, What
from bot.ports import Desk
from bot.ports.watching import Watched
from handlers import alerts, digest, holding, qa
from tests.contracts.store_samples import NOON
from tests.unit.qa_desk import ANA, GUS, ROOM, WEEK, answered, drawn, sampling

ACTIONS = alerts.ACTIONS | digest.OPENERS | holding.ACTIONS | qa.OPENERS
FORMS = holding.FORMS | qa.FORMS
CAUSE = "volume@2026-03-02T11:00Z"
REAL = (WEEK, f"{WEEK}#esc_one", CAUSE, "refund", f"{WEEK} tone refund")
FORGED = ("", "#", "esc_x/1#h", f"{WEEK}#", "2026-W99", "2026-W09 nonsense x", "\x00", "x" * 2_000, f"{WEEK}#esc_two")


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """A desk with a sample to score and an alert that is open."""
    desk = sampling(desk)
    await answered(desk, "one")
    await drawn(desk)
    alert = Alert(CAUSE, (Series(What.VOLUME),), NOON, NOON, NOON, 60, 31, 4.2, 1 / 300, 29, told=True)
    assert await desk.store.spikes.keep(Watched(NOON, {}), [alert], after=None)
    return desk


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_an_outsider_is_refused_by_every_button(busy: Desk, action: str) -> None:
    for subject in (*REAL, *FORGED):
        with pytest.raises(NotAllowed):
            await ACTIONS[action](busy, Click("click", action, subject, GUS, ROOM))
    assert await busy.store.spikes.get(CAUSE) in await busy.store.spikes.alerts(NOON)
    assert (await busy.store.spikes.get(CAUSE)).version == 1


@pytest.mark.parametrize("form", sorted(FORMS))
async def test_an_outsider_is_refused_by_every_form(busy: Desk, form: str) -> None:
    for subject in (*REAL, *FORGED):
        told = await FORMS[form](busy, Submission("sent", form, subject, GUS, {"text": "Hello", "language": "en"}))
        assert isinstance(told, FormErrors) and "Only support reps" in str(told.errors)


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_a_forged_subject_is_answered_with_a_sentence(busy: Desk, action: str) -> None:
    for subject in FORGED:
        with pytest.raises(RatchetError, match=r"[.!?\d]$"):
            await ACTIONS[action](busy, Click("click", action, subject, ANA, ROOM))
