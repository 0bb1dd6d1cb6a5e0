"""Who sends e-mail, as the settings say."""

from bot.domain.errors import Misconfigured
from bot.mail import SmtpMailer
from bot.ports import Clock
from bot.settings import Settings

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def digest_mailer(settings: Settings, clock: Clock) -> SmtpMailer | None:
    """What sends the digest; None where no mail server is set up.

    Raises Misconfigured where addresses need one, and for a password that others could read on the way.
    """
    if settings.mail.present:
        if settings.mail.user and settings.mail.security == "none" and settings.mail.host not in _LOCAL:
            raise Misconfigured("RATCHET_MAIL_SECURITY must be starttls or tls where RATCHET_MAIL_USER logs in.")
        return SmtpMailer(settings.mail, clock)
    if settings.digest.mail_to:
        raise Misconfigured(
            "RATCHET_DIGEST_MAIL_TO says who gets the digest by e-mail, but there is no mail server: set "
            "RATCHET_MAIL_HOST and RATCHET_MAIL_SENDER."
        )
    return None
