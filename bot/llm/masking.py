"""Personal data leaves in no request: placeholders stand for it, and are exchanged for it again in the reply. Pure.

Hidden are the customer's name and addresses as the surface tells them, what triage found in the question, and what
`bot.domain.text.personal` finds by its form.
"""

from collections.abc import Iterable

from bot.domain.text.masking import Mask, known_values
from bot.ports import DraftRequest


def mask_of(request: DraftRequest, texts: Iterable[str]) -> Mask:
    """The mask for all the texts that a request is made of: of the customer's name, addresses and identifiers."""
    customer = request.escalation.customer
    fields = [(field.name, field.value) for field in request.triage.fields]
    return Mask(texts, known_values(customer.name, customer.email, customer.id, fields))
