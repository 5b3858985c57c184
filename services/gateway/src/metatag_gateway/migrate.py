"""Brings the gateway's tables to the newest revision and ends: `python -m metatag_gateway.migrate`, before a roll-out.

The gateway does the same at its start; run first, it keeps that short and shows a failure before any pod is replaced.
"""

from __future__ import annotations

from metatag_gateway.bootstrap import SCRIPTS, VERSION_TABLE
from metatag_gateway.settings import GatewaySettings
from metatag_runtime.process import migrate_service

__all__ = ["SCRIPTS", "VERSION_TABLE", "main"]


def main() -> int:
    """Migrate; give the exit code: 0, or 2 for a wrong setting."""
    return migrate_service("gateway", GatewaySettings, lambda found: found.database_url, SCRIPTS, VERSION_TABLE)


if __name__ == "__main__":
    raise SystemExit(main())
