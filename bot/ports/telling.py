"""Who else is told: by e-mail, and by what wakes on-call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.spike import Alert


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture inside a mail; its HTML shows it by `cid:<name>`."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in both forms. `key` makes its Message-ID, so that one sent twice is known by its reader's program."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    pictures: Sequence[Attached] = ()


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Return once the server has taken it. Raises DeliveryFailed or Unavailable."""
        ...


class Pager(Protocol):
    """What wakes on-call beside the chat. An alert's cause names it, so that one told twice is one there too."""

    name: str

    async def tell(self, alert: Alert, *, summary: str, link: str) -> None:
        """Tell how the alert stands: that it is open, taken up, or over. Raises DeliveryFailed or Unavailable."""
        ...
