"""When the team works and who hears of what: on-call, managers, those who score a sample."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from bot.settings.section import Names, Section, prefixed


class Team(Section):
    """When the team works: what business hours, weeks and schedules go by."""

    model_config = prefixed("RATCHET_TEAM_")

    time_zone: str = Field("UTC", description="The team's time zone, such as Europe/Berlin")
    hours: str = Field("mon-fri 09:00-17:00", description="When it works there: mon-fri 09:00-17:30, sat 10:00-14:00")
    holidays: Names = Field((), description="Days on which it does not: 2026-12-25,2027-01-01; or a file, a day a line")


class OnCall(Section):
    """Who hears of a new problem at once, and where."""

    model_config = prefixed("RATCHET_ONCALL_")

    group: str = Field("", description="User group of who is on call: its @handle or id; or instead")
    rota: Path | None = Field(None, description="A YAML file that says who is on call when")
    room: str = Field("", description="Room for alerts; default: the home room")
    quiet_hours: str = Field(
        "", description="When nobody shall be woken: 22:00-07:00, or with days as the team's hours"
    )


class Alerts(Section):
    """What is told of spikes, and where beside the on-call room."""

    model_config = prefixed("RATCHET_ALERTS_")
    required: ClassVar = (("webhook_url", "webhook_secret"),)

    mode: Literal["shadow", "on"] = Field(
        "shadow", description="shadow: only keep and log what would have been told, to try it first; on: tell it"
    )
    repage_minutes: float = Field(15, gt=0, description="What nobody takes up pages again after so many minutes")
    pagerduty_key: SecretStr = Field(
        SecretStr(""), description="PagerDuty: integration key of an Events API v2 service"
    )
    pagerduty_url: str = Field("https://events.pagerduty.com/v2/enqueue", description="PagerDuty: where events go")
    webhook_url: str = Field("", description="Address of your own that alerts are posted to, signed")
    webhook_secret: SecretStr = Field(SecretStr(""), description="Standard Webhooks secret (whsec_...) that signs them")
    timeout_seconds: float = Field(10.0, gt=0, description="How long either may take")


class Digest(Section):
    """The weekly digest."""

    model_config = prefixed("RATCHET_DIGEST_")

    room: str = Field("", description="The managers' room, which gets the digest; without one nothing is posted")
    schedule: str = Field("mon 08:00", description="When it is posted, by the team's clocks")
    mail_to: Names = Field((), description="Who gets it by e-mail too; needs RATCHET_MAIL_HOST and RATCHET_MAIL_SENDER")


class Mail(Section):
    """The server that e-mail is sent by."""

    model_config = prefixed("RATCHET_MAIL_")
    required: ClassVar = (("host", "sender"),)

    host: str = Field("", description="SMTP server")
    port: int = Field(587, description="Its port")
    sender: str = Field("", description="Who it is from: ratchet@example.com")
    user: str = Field("", description="Who logs in; default: nobody")
    password: SecretStr = Field(SecretStr(""), description="Their password")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="starttls, tls or none")
    timeout_seconds: float = Field(20.0, gt=0, description="How long it may take")


class Quality(Section):
    """The weekly sample of answers that people score."""

    model_config = prefixed("RATCHET_QA_")

    room: str = Field("", description="Room of those who score the sample; without one nothing is sampled")
    schedule: str = Field("mon 09:00", description="When the sample is drawn, by the team's clocks")
    margin: float = Field(0.1, gt=0.01, le=0.5, description="How far the week's score may be off, 19 times in 20")
    failures: int = Field(10, ge=0, le=100, description="How many that went wrong are scored too, to learn from")
    double: float = Field(0.2, ge=0, le=1, description="Share of the sample that two people score")
