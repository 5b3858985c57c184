"""A user's jobs by state, kind and the time of their making: rows and their number agree, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.jobs_database import change, make_job
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_runtime.sql import Database

# Seconds since 1970 of three jobs.
MADE = {"old": 1_700_000_000.0, "middle": 1_700_000_100.5, "new": 1_700_000_200.0}


@pytest.mark.parametrize(
    ("tag_options", "wanted"),
    [
        ({}, ["new", "middle", "old"]),
        ({"since": MADE["middle"]}, ["new", "middle"]),
        ({"before": MADE["middle"]}, ["old"]),
        ({"since": MADE["middle"], "before": MADE["new"]}, ["middle"]),
        ({"since": MADE["new"] + 1}, []),
        ({"type": "single", "since": MADE["old"]}, ["middle"]),
        ({"limit": 1, "before": MADE["new"]}, ["middle"]),
    ],
)
async def test_jobs_are_found_by_what_is_asked(
    database: Database, tag_options: dict[str, Any], wanted: list[str]
) -> None:
    jobs = SqlJobStore(database)
    names = {}
    for name, at in MADE.items():
        made = await make_job(jobs, 1, type="single" if name == "middle" else "batch")
        await change(database, "UPDATE job SET created_at = :at WHERE id = :id", at=at, id=made)
        names[made] = name
    await make_job(jobs, 1, user="somebody else")
    asked: dict[str, Any] = {"states": [], "type": "", "limit": 50, "offset": 0, **tag_options}
    found, total = await jobs.find("u1", **asked)
    assert [names[job.id] for job in found] == wanted
    everything, _ = await jobs.find("u1", **{**asked, "limit": 50})
    assert total == len(everything)
