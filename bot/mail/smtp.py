"""E-mail by an SMTP server."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import cast

import aiosmtplib

from bot.domain.errors import DeliveryFailed, Unavailable
from bot.ports import Clock, Mail
from bot.settings import Mail as Settings

_TRY_LATER = range(400, 500)


class SmtpMailer:
    """Keeps the promises of `bot.ports.Mailer`: each mail by a connection of its own."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        """Return once the server has taken it. Raises DeliveryFailed or Unavailable."""
        message = self._message(mail)
        async with self._connected() as server:
            await server.send_message(message)

    async def ping(self) -> None:
        """Connect and log in, and send nothing. Raises DeliveryFailed or Unavailable."""
        async with self._connected() as server:
            await server.noop()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        section = self._settings
        server = aiosmtplib.SMTP(
            hostname=section.host,
            port=section.port,
            username=section.user or None,
            password=section.password.get_secret_value() or None,
            use_tls=section.security == "tls",
            start_tls=section.security == "starttls",
            timeout=section.timeout_seconds,
        )
        try:
            async with server:
                yield server
        except (aiosmtplib.SMTPException, OSError) as problem:
            raise _translated(problem, section.host) from problem

    def _message(self, mail: Mail) -> EmailMessage:
        """Raises DeliveryFailed for an address that is none: a header's value can never begin another header."""
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = self._settings.sender
            message["To"] = ", ".join(mail.to)
            message["Subject"] = _readable(" ".join(mail.subject.split()))
            message["Date"] = format_datetime(self._clock.now())
            message["Message-ID"] = self._id(mail.key)
            message["Auto-Submitted"] = "auto-generated"
        except (ValueError, IndexError) as problem:  # IndexError: some addresses make the parser stumble
            raise _refused("An address of this mail is none; look at RATCHET_DIGEST_MAIL_TO.") from problem
        message.set_content(_readable(mail.text))
        message.add_alternative(_readable(mail.html), subtype="html")
        page = cast(list[MIMEPart], message.get_payload())[1]
        for picture in mail.pictures:
            name = f"{picture.name}.png"
            page.add_related(picture.png, "image", "png", cid=f"<{picture.name}>", filename=name, disposition="inline")
        return message

    def _id(self, key: str) -> str:
        domain = parseaddr(self._settings.sender)[1].rpartition("@")[2] or "ratchet"
        return f"<{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}@{domain}>"


def _readable(text: str) -> str:
    """The text without broken halves of characters, which no mail can carry, and without NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _refused(sentence: str) -> DeliveryFailed:
    return DeliveryFailed(sentence, permanent=True)


def _translated(problem: Exception, host: str) -> DeliveryFailed | Unavailable:
    match problem:
        case aiosmtplib.SMTPAuthenticationError():
            return _refused(f"{host} refused the login: look at RATCHET_MAIL_USER and RATCHET_MAIL_PASSWORD.")
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused):
            if all(each.code in _TRY_LATER for each in refused):
                return Unavailable(f"{host} takes no mail to that address now.")
            return _refused(f"{host} takes no mail to {', '.join(each.recipient for each in refused)[:200]}.")
        case aiosmtplib.SMTPResponseException(code=code, message=said) if code not in _TRY_LATER and code > 0:
            return _refused(f"{host} refused the mail ({code} {said[:200]}).")
        case _ if type(problem) in (aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported):  # it knows no STARTTLS
            return _refused(f"{host} does not do that: {str(problem)[:200]} Look at RATCHET_MAIL_SECURITY.")
        case _:
            return Unavailable(
                f"The mail server {host} cannot be reached ({str(problem)[:200] or type(problem).__name__})."
            )
