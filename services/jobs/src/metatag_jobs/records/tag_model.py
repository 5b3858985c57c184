"""The nouns of tag jobs: a change of tags over many documents, what it chooses, and how far it is. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from metatag_jobs.records.finding import DocumentFilter
from metatag_jobs.records.model import Change

# The first four change tags wherever they stand; the last changes the tags of chosen documents.
RENAME, MERGE, SPLIT, DELETE, EDIT = "rename", "merge", "split", "delete", "edit"
ACTIONS = (RENAME, MERGE, SPLIT, DELETE, EDIT)

RUNNING, COMPLETED, UNDOING, UNDONE, FAILED = "running", "completed", "undoing", "undone", "failed"


@dataclass(frozen=True)
class TagChange:
    """What becomes of tags: `tags` become `to` (none: they go), or documents get and lose some.

    `tags` are meant letter by letter, `remove` in any spelling. `replace` is the whole new list; None: it stays.
    """

    action: str = ""
    tags: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    replace: list[str] | None = None


@dataclass(frozen=True)
class Place:
    """Where a job has come to in its documents, which it takes in the order in which they ended."""

    at: float = 0.0
    id: str = ""


@dataclass
class TagJob:
    """A change of the tags of many documents. Times are seconds since 1970.

    `total` is at least the number of documents where it is not exact; of `done` ones `changed` have a new version,
    `refused` would have had too many tags. Undoing it, `restored` are as before, `left` were changed since.
    """

    id: str
    user_id: str
    change: TagChange
    state: str
    created_at: float
    total: int = 0
    total_exact: bool = False
    done: int = 0
    changed: int = 0
    refused: int = 0
    # Documents that were named and are not there, or not at their end.
    missing: int = 0
    restored: int = 0
    left: int = 0
    completed_at: float | None = None
    problem: str = ""
    # What the runner alone needs.
    wanted: DocumentFilter = field(default_factory=DocumentFilter)
    is_counted: bool = False
    place: Place = field(default_factory=Place)
    tries: int = 0


@dataclass(frozen=True)
class Made:
    """A change that a tag job made in a document. `is_past`: it was processed again since, so nothing of it is left."""

    document_id: str
    change: Change
    is_past: bool
