import pytest

from bot.domain.chat import MessageRef, Place
from bot.platforms.teams.links import link_to, linked_message

ROOM, CHAT = "19:9fd3bcf0f6f65db78900341899224c77@thread.tacv2", "19:4b1e@thread.v2"
ANSWER = MessageRef(Place("teams", ROOM, "1700000000001"), "1700000000002")
BEGUN = MessageRef(Place("teams", ROOM, "1700000000001"), "1700000000001")


@pytest.mark.parametrize(
    "message", [ANSWER, BEGUN, MessageRef(Place("teams", CHAT), "1700000000003")], ids=["answer", "root", "chat"]
)
def test_a_link_leads_to_its_message(message: MessageRef) -> None:
    assert linked_message(link_to(message, tenant="t-1", group="g-1")) == message


def test_a_link_names_the_tenant_and_the_team() -> None:
    link = link_to(ANSWER, tenant="t-1", group="g-1")
    assert link.endswith("/1700000000002?tenantId=t-1&groupId=g-1&parentMessageId=1700000000001")


@pytest.mark.parametrize(
    "link",
    [
        f"https://teams.microsoft.com/l/message/{ROOM}/1700000000002?parentMessageId=1700000000001&teamName=A%20B",
        "https://teams.cloud.microsoft/l/message/19%3A9fd3bcf0f6f65db78900341899224c77%40thread.tacv2/1700000000002"
        "?tenantId=t&amp;parentMessageId=1700000000001",
        f" https://gov.teams.microsoft.us/l/message/{ROOM}/1700000000002?parentMessageId=1700000000001\n",
    ],
)
def test_links_are_read_as_people_copy_them(link: str) -> None:
    assert linked_message(link) == ANSWER


def test_a_message_without_a_parent_begins_its_thread() -> None:
    assert linked_message(f"https://teams.microsoft.com/l/message/{ROOM}/1700000000001") == BEGUN


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://acme.slack.com/archives/C0123/p1700000000000001",
        f"http://teams.microsoft.com/l/message/{ROOM}/1700000000001",
        f"https://teams.microsoft.com.evil.example/l/message/{ROOM}/1700000000001",
        f"https://evil@teams.microsoft.com/l/message/{ROOM}/1700000000001",
        f"https://teams.microsoft.com/l/channel/{ROOM}/1700000000001",
        f"https://teams.microsoft.com/l/message/{ROOM}/17x",
        f"https://teams.microsoft.com/l/message/{ROOM}/1700000000001?parentMessageId=../x",
        f"https://teams.microsoft.com/l/message/{ROOM}/1700000000001/more",
        "https://teams.microsoft.com/l/message/a:1/1700000000001",
        "https://[broken/l/message/x/1",
        "https://teams.microsoft.com/l/message/" + "x" * 100_000,
        "\ud800\x00",
    ],
)
def test_other_text_leads_nowhere(link: str) -> None:
    assert linked_message(link) is None


def test_a_personal_chat_has_no_links() -> None:
    assert link_to(MessageRef(Place("teams", "a:1x"), "1700000000001")) == ""
