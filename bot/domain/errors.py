"""What can go wrong, named after the caller's next move. Every message is a sentence that a person can read."""


class RatchetError(Exception):
    """The base of every error whose text may be shown to people."""


class Rejected(RatchetError):
    """The input cannot be accepted as it is; the sentence says what to change."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Unauthenticated(RatchetError):
    """The sender could not prove who it is."""


class NotAllowed(RatchetError):
    """This person may not do this; the sentence says who may."""


class NotFound(RatchetError):
    """There is no such thing, or it cannot be seen from here."""


class Conflict(RatchetError):
    """Somebody or something else was first; the sentence says who and when."""


class DeliveryFailed(RatchetError):
    """A reply or a message could not be delivered.

    `permanent` tells that trying again cannot help; otherwise `retry_after` may name the seconds to wait.
    """

    def __init__(self, sentence: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.retry_after = retry_after


class Unavailable(RatchetError):
    """A part we depend on does not answer now; trying again later can help."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Misconfigured(RatchetError):
    """The installation is incomplete or contradictory; the sentence names everything that is missing."""
