"""The process of jobs: `python -m metatag_jobs`."""

from __future__ import annotations

from metatag_jobs.bootstrap import build
from metatag_jobs.settings import JobsSettings
from metatag_runtime.process import run_room

if __name__ == "__main__":
    raise SystemExit(run_room("jobs", JobsSettings, build))
