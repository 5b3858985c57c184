"""The process of jobs: `python -m metatag_jobs`."""

from __future__ import annotations

import sys

from metatag_jobs.bootstrap import build
from metatag_jobs.settings import JobsSettings
from metatag_runtime.process import run_service

if __name__ == "__main__":
    if sys.platform == "win32":
        raise SystemExit(run_service("jobs", JobsSettings, build))
    # asyncio's own loop takes a fifth of a worker's time; this one is written in C.
    from uvloop import new_event_loop

    raise SystemExit(run_service("jobs", JobsSettings, build, new_event_loop))
