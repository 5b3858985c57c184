"""Tags as things: the calls about them as values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from metatag_client.calls import Call
from metatag_client.models import Json


def tags(prefix: str, sort: str, limit: int, offset: int) -> Call[tuple[list[Json], int]]:
    """List tags."""
    params = {"prefix": prefix, "sort": sort, "limit": limit, "offset": offset}
    return Call("GET", "/api/tags", lambda raw: (list(raw["tags"]), int(raw["total"])), params=params)


def change_tags(body: Json) -> Call[Json]:
    """Begin a change of the tags of many documents."""
    given = {name: value for name, value in body.items() if value is not None}
    # A second one would be another job.
    return Call("POST", "/api/tag-jobs", dict, body=given, repeatable=False)


def tag_jobs(limit: int) -> Call[list[Json]]:
    """List the latest changes."""
    return Call("GET", "/api/tag-jobs", lambda raw: list(raw["tag_jobs"]), params={"limit": limit})


def tag_job(tag_job_id: str) -> Call[Json]:
    """Say how far a change is."""
    return Call("GET", f"/api/tag-jobs/{quote(tag_job_id, safe='')}", dict)


def undo_tag_job(tag_job_id: str) -> Call[Json]:
    """Begin to take a change back."""
    return Call("POST", f"/api/tag-jobs/{quote(tag_job_id, safe='')}/undo", dict, repeatable=False)


def change_body(action: str, tags: Sequence[str], to: str | Sequence[str] | None, edit: dict[str, Any]) -> Json:
    """Return the body of a change."""
    into = {"to": to} if isinstance(to, str) or to is None else {"into": list(to)}
    return {"action": action, "tags": list(tags), **into, **edit}
