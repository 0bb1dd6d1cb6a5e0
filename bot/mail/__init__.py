"""Sending e-mail."""

from bot.mail.smtp import SmtpMailer

__all__ = ["SmtpMailer"]
