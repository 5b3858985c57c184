"""Who dispatches: the one process there is, or the holder of a lock in PostgreSQL."""

from __future__ import annotations


class SoleLeader:
    """Leads always: the embedded mode is the only process."""

    async def leads(self) -> bool:
        """Yes."""
        return True

    async def resign(self) -> None:
        """Nothing to let go."""
