"""An import that contradicts an article: its owners hear of it once, mend it from the card, drafts carry a finding."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.remote import Json
from bot.settings import CONTENT
from tests.e2e.company import COMPANY, Desk, buttons, company_at_work, words
from tests.e2e.test_command_line import Terminal

at_work = pytest.mark.asyncio(loop_scope="module")

SALE = """---
title: Voucher days
owner: Returns team
effective: 2026-01-01
audience: customer
kind: article
---

## How long a gift wrapping voucher can be used

A gift wrapping voucher can be used until 30 June 2026. Show it to us before you order. The voucher is worth 5 EUR.
"""
CONTRADICTING = SALE.replace("title: Voucher days", "title: Gift vouchers").replace(
    "Returns team", '"#support-billing"'
)
CONTRADICTING = CONTRADICTING.replace("until 30 June 2026", "for every order").replace("5 EUR", "8 EUR")
ASKED = "How long can I use my gift wrapping voucher?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    rooms = [*COMPANY["channels"], {"name": "returns"}]
    settings = {"owners": "Returns team=#returns"}
    folder = tmp_path_factory.mktemp("radar")
    async with company_at_work(folder, company=COMPANY | {"channels": rooms}, desk=settings) as running:
        yield running


def articles(folder: Path, **said: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in said.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


async def cards(desk: Desk, room: str) -> list[Json]:
    await desk.quiet()
    return await desk.roots(room, "a look in the articles of")


@at_work
async def test_the_owners_of_an_import_hear_of_what_is_wrong_with_it_once(desk: Desk, tmp_path: Path) -> None:
    await desk.app.library.import_folder(articles(tmp_path / "vouchers", days=SALE, gift=CONTRADICTING))
    ring = desk.app.jobs["ping the owners of articles"]
    await ring()
    (card,) = await desk.until(lambda: cards(desk, "#returns"))
    assert "2 things need a look" in words(card)
    assert "“Voucher days” and “Gift vouchers” disagree" in words(card)
    assert "“Voucher days” waits for 30 June 2026, which has passed" in words(card)
    assert buttons(card) == ["Fix “Voucher days”", "Fix “Voucher days”"]
    (other,) = await desk.until(lambda: cards(desk, "#support-billing"))
    assert buttons(other) == ["Fix “Gift vouchers”"]
    await ring()
    assert len(await cards(desk, "#returns")) == 1
    await desk.app.library.import_folder(CONTENT / "articles", source="again")
    await ring()
    assert len(await cards(desk, "#returns")) == 1


@at_work
async def test_a_draft_that_cites_it_carries_both_findings(desk: Desk) -> None:
    card = await desk.asked(ASKED)
    assert "Voucher days" in words(card)
    assert "that day has passed" in words(card)


@at_work
async def test_the_card_opens_the_form_of_its_article_and_the_fix_goes_to_the_owners_room(desk: Desk) -> None:
    (card,) = await cards(desk, "#support-billing")
    form = await desk.form(card, "Fix “Gift vouchers”", as_="bo")
    assert "The voucher is worth 8 EUR." in str(form)
    text = "A gift wrapping voucher can be used for every order. The voucher is worth 9 EUR."
    await desk.hands.do("forms/submit", as_="bo", values={"Text": text})
    fix: Json = await desk.until(lambda: root(desk, "#support-billing", "A change: Gift vouchers"))
    told = "“The voucher is worth 5 EUR”, this fix says “The voucher is worth 9 EUR”. Owner: Returns team."
    assert told in words(fix)
    assert "Approve" in buttons(fix)


async def root(desk: Desk, room: str, says: str) -> Json | None:
    return next(iter(await desk.roots(room, says)), None)


def test_an_import_says_at_once_what_is_wrong_with_it_and_strict_fails(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    folder = str(articles(tmp_path / "vouchers", days=SALE, gift=CONTRADICTING))
    strict = terminal.run("kb", "import", folder, "--strict")
    assert strict.returncode == 1
    said = " ".join(strict.stdout.split())
    assert "What came in needs a look" in said
    again = terminal.run("kb", "import", folder, "--strict")
    assert again.returncode == 0
    assert "2 more in other articles" in " ".join(again.stdout.split())
    checked = terminal.run("kb", "check")
    assert checked.returncode == 0
    assert "nobody" not in checked.stdout
    assert terminal.run("kb", "check", "--strict").returncode == 1
