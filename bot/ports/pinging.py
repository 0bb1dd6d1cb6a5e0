"""When people were last told of what they must look at."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class Pings(Protocol):
    """What was told, by key, so that nothing is said twice within a while."""

    async def last(self, keys: Collection[str]) -> Mapping[str, datetime]:
        """When each of these was last told; those that never were are not in it."""
        ...

    async def told(self, keys: Collection[str], at: datetime) -> None:
        """Note that these were told then; an earlier time never replaces a later one."""
        ...
