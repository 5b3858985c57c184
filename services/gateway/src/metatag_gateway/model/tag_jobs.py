"""Changes of the tags of many documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TagChange:
    """What becomes of tags: `tags` become `to` everywhere, or chosen documents get `add` and lose `remove`.

    `replace` is the whole new list; None: it stays.
    """

    action: str
    tags: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    replace: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TagJob:
    """How far a change is; `total` counts the documents that it concerns, at least, where it is not exact.

    Of `done` ones `changed` were changed, `refused` would have had too many tags, `missing` were named and are not
    there. Undone, `restored` are as they were, `left` were changed since.
    """

    id: str
    change: TagChange
    state: str
    total: int
    total_exact: bool
    done: int
    changed: int
    refused: int
    missing: int
    restored: int
    left: int
    problem: str | None
    created_at: datetime
    completed_at: datetime | None
