"""People's names as surfaces give them. Pure, total on any text."""

import re

_NAME = re.compile(r"[^\W\d_]+\.?(?:[ '’-]{1,2}[^\W\d_]+\.?)*")
_MOST_PARTS = 5
_LONGEST_NAME = 60
_ROLE = frozenset(
    """admin administrator anonymous bot contact customer desk guest helpdesk info kunde kundin mailbox noreply office
    reply sales service support system team test unknown user visitor webhook""".split()  # noqa: SIM905
)


def addressee(name: str) -> str:
    """The name to greet by, without what was added to it ("Ana Ruiz (Acme)"); "" where it is no person's name."""
    bare = " ".join(re.sub(r"[(\[<{|].*$", "", name.replace("\n", " ")).split()).strip(" ,;:-")
    parts = bare.split()
    personal = _NAME.fullmatch(bare) is not None and not _ROLE.intersection(part.casefold() for part in parts)
    return bare if personal and len(parts) <= _MOST_PARTS and len(bare) <= _LONGEST_NAME else ""
