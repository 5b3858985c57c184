"""Brings the tables of jobs to the newest revision and ends: `python -m metatag_jobs.migrate`, before a roll-out.

The service does the same at its start; run first, it keeps that short and shows a failure before any pod is replaced.
"""

from __future__ import annotations

from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.settings import JobsSettings
from metatag_runtime.process import migrate_service

__all__ = ["MIGRATIONS", "VERSION_TABLE", "main"]


def main() -> int:
    """Migrate; give the exit code: 0, or 2 for a wrong setting."""
    return migrate_service("jobs", JobsSettings, lambda found: found.database_url, MIGRATIONS, VERSION_TABLE)


if __name__ == "__main__":
    raise SystemExit(main())
