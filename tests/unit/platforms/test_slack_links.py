import pytest

from bot.domain.chat import MessageRef, Place
from bot.platforms.slack.links import linked_message

TS, ROOT = "1700000001.000200", "1700000000.000100"


@pytest.mark.parametrize(
    ("link", "thread"),
    [
        ("https://fern.slack.com/archives/C0ESC/p1700000001000200", TS),
        (f"https://fern.slack.com/archives/C0ESC/p1700000001000200?thread_ts={ROOT}&cid=C0ESC", ROOT),
        (f"  http://127.0.0.1:8002/archives/C0ESC/p1700000001000200?cid=C0ESC&thread_ts={ROOT}\n", ROOT),
    ],
)
def test_a_copied_link_leads_to_its_message_and_thread(link: str, thread: str) -> None:
    assert linked_message(link) == MessageRef(Place("slack", "C0ESC", thread), TS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please",
        "https://fern.slack.com/archives/C0ESC",
        "https://fern.slack.com/archives/../p1700000001000200",
        "https://fern.slack.com/archives/C0ESC/p1",
        "see https://fern.slack.com/archives/C0ESC/p1700000001000200",
        "https://fern.slack.com/archives/C0ESC/p" + "9" * 100_000,
        "\x00\ud800",
    ],
)
def test_anything_else_leads_nowhere(text: str) -> None:
    assert linked_message(text) is None
