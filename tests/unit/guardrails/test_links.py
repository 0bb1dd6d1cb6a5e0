"""A draft links to allowed hosts alone, however a link is written."""

import pytest

from bot.domain.answer import Level
from tests.unit.guardrails.conftest import Judge


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.example/x",
        "[fernhill.example](https://evil.example)",
        "<https://evil.example|fernhill.example>",
        "https://fernhill.example@evil.example/",
        "https://fernhill.example.evil.com/",
        "https://evil.com\\@fernhill.example",
        "hxxps://evil[.]com/login",
        "go to evil dot com",
        "www.evil.com",
        "https://xn--frnhill-6za.example",
        "https://fernhіll.example",
        "https:// evil.com",
        "javascript:alert(1)",
        "http://10.0.0.1/admin",
        "ftp://fernhill.net/file",
        "HTTPS://EVIL.COM",
        "https://evil\u200b.com",
    ],
)
def test_a_link_to_any_other_host_holds_the_draft_however_it_is_written(judge: Judge, text: str) -> None:
    assert {f.level for f in judge("links", text)} == {Level.BLOCK}


@pytest.mark.parametrize(
    "text",
    [
        "https://fernhill.example/help.",
        "(https://returns.fernhill.example/start?x=1)",
        "No link, e.g. none at 14:00.",
        "4.90 EUR",
    ],
)
def test_a_link_to_an_allowed_host_or_none_is_let_through(judge: Judge, text: str) -> None:
    assert judge("links", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "[help]: evil.bank/path",
        "<//evil.example|here>",
        "//evil.example/a",
        "https&#58;//evil.com",
        "h t t p s : / / evil . com",
        "evil. com/refund",
        "https://evil%2ecom",
        "northwind.eхample",
        "http://3627734734/",
        "sms:+15550100?body=hi",
    ],
)
def test_links_in_disguise_hold_the_draft(judge: Judge, text: str) -> None:
    assert Level.BLOCK in {f.level for f in judge("links", text)}


@pytest.mark.parametrize(
    "text", ["Please wait.Thank you.", "Attach invoice.pdf or export.csv.", "See section 4.2.1.", "z.B. am Montag",
             "Check https://status.fernhill.example for news.", "Node.js is not needed."]
)  # fmt: skip
def test_files_abbreviations_and_missing_spaces_are_no_links(judge: Judge, text: str) -> None:
    assert judge("links", text) == []
