"""E-mail against a real SMTP server on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from bot.app.mailing import digest_mailer
from bot.domain.errors import DeliveryFailed, Misconfigured, Unavailable
from bot.mail import SmtpMailer
from bot.ports import Attached, Mail
from bot.settings import Mail as Section
from bot.settings import Settings
from tests.local import free_port
from tests.unit.scripted import Clock

MAIL = Mail(
    "digest:2026-W47:mae@example.com", ("mae@example.com",), "The week of 16 November", "Plain.", "<b>Rich.</b>"
)


@dataclass
class Letterbox:
    """What the server took, and how it answers recipients."""

    answer: str = ""
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=default)
        self.taken.append((envelope.rcpt_tos, message))
        return "250 OK"


def logs_in(_server: Any, _session: Any, _envelope: Any, _kind: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == b"right"
    return AuthResult(success=right, handled=False)


@pytest.fixture
def letterbox() -> Letterbox:
    return Letterbox()


@pytest.fixture
def server(letterbox: Letterbox) -> Iterator[Section]:
    port = free_port()
    controller = Controller(letterbox, hostname="127.0.0.1", port=port, authenticator=logs_in, auth_require_tls=False)
    controller.start()
    yield Section(host="127.0.0.1", port=port, sender="Ratchet <ratchet@example.com>", security="none")
    controller.stop()


async def test_a_mail_arrives_in_both_forms_with_its_pictures(server: Section, letterbox: Letterbox) -> None:
    mail = replace(MAIL, html='<img src="cid:volume">', pictures=(Attached("volume", b"\x89PNG", "Volume"),))
    await SmtpMailer(server, Clock()).send(mail)

    [(to, message)] = letterbox.taken
    assert to == ["mae@example.com"]
    assert (message["From"], message["Subject"]) == ("Ratchet <ratchet@example.com>", "The week of 16 November")
    plain, html, picture = (part for part in message.walk() if not part.is_multipart())
    assert plain.get_content().strip() == "Plain."
    assert "cid:volume" in html.get_content()
    assert (picture.get_content_type(), picture["Content-ID"], picture.get_content()) == (
        "image/png", "<volume>", b"\x89PNG",
    )  # fmt: skip


async def test_one_mail_sent_twice_has_one_message_id(server: Section, letterbox: Letterbox) -> None:
    mailer = SmtpMailer(server, Clock())
    for mail in (MAIL, MAIL, replace(MAIL, key="another")):
        await mailer.send(mail)
    ids = [message["Message-ID"] for _, message in letterbox.taken]
    assert ids[0] == ids[1] != ids[2]
    assert all(each.endswith("@example.com>") for each in ids)


async def test_no_text_of_ours_becomes_a_header_or_breaks_the_mail(server: Section, letterbox: Letterbox) -> None:
    hostile = "Hi\r\nBcc: all@example.com\r\n\r\nbody \ud800 \x00 ü 🦜"
    await SmtpMailer(server, Clock()).send(replace(MAIL, subject=hostile, text=hostile, html=hostile))
    [(to, message)] = letterbox.taken
    assert to == ["mae@example.com"]
    assert message["Bcc"] is None
    with pytest.raises(DeliveryFailed, match="RATCHET_DIGEST_MAIL_TO"):
        await SmtpMailer(server, Clock()).send(replace(MAIL, to=("a@example.com\r\nBcc: b@example.com",)))


async def test_who_may_not_log_in_is_told_which_settings_to_look_at(server: Section, letterbox: Letterbox) -> None:
    right, wrong = (
        server.model_copy(update={"user": "ratchet", "password": type(server.password)(said)})
        for said in ("right", "wrong")
    )
    await SmtpMailer(right, Clock()).ping()
    with pytest.raises(DeliveryFailed, match="RATCHET_MAIL_PASSWORD") as refused:
        await SmtpMailer(wrong, Clock()).ping()
    assert refused.value.permanent
    assert letterbox.taken == []


@pytest.mark.parametrize(("answer", "kind"), [("550 no such mailbox", DeliveryFailed), ("450 try later", Unavailable)])
async def test_a_refused_address_is_given_up_and_a_busy_one_tried_later(
    server: Section, letterbox: Letterbox, answer: str, kind: type[Exception]
) -> None:
    letterbox.answer = answer
    with pytest.raises(kind):
        await SmtpMailer(server, Clock()).send(MAIL)


async def test_a_server_that_is_not_there_or_knows_no_tls_is_named(server: Section) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await SmtpMailer(server.model_copy(update={"port": free_port()}), Clock()).ping()
    with pytest.raises(DeliveryFailed, match="RATCHET_MAIL_SECURITY"):
        await SmtpMailer(server.model_copy(update={"security": "starttls"}), Clock()).ping()


def test_no_password_is_sent_that_others_could_read_on_the_way() -> None:
    login = {"sender": "r@example.com", "user": "ratchet", "password": "secret", "security": "none"}
    with pytest.raises(Misconfigured, match="RATCHET_MAIL_SECURITY"):
        digest_mailer(Settings(mail={"host": "smtp.example.com", **login}), Clock())
    assert digest_mailer(Settings(mail={"host": "localhost", **login}), Clock()) is not None


def test_addresses_without_a_mail_server_stop_the_start() -> None:
    with pytest.raises(Misconfigured, match="RATCHET_MAIL_HOST"):
        digest_mailer(Settings(digest={"mail_to": ("mae@example.com",)}), Clock())
    assert digest_mailer(Settings(), Clock()) is None
