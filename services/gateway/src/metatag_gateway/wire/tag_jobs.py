"""Changes of the tags of many documents, to and from the wire."""

from __future__ import annotations

from metatag.v1 import records_pb2 as r
from metatag_gateway.model.tag_jobs import TagChange, TagJob
from metatag_gateway.wire.names import moment, moment_of


def to_change(change: TagChange) -> r.TagChange:
    """Write a change."""
    return r.TagChange(
        action=change.action,
        tags=change.tags,
        to=change.to,
        add=change.add,
        remove=change.remove,
        replace=None if change.replace is None else r.TagList(tags=change.replace),
    )


def tag_job(message: r.TagJob) -> TagJob:
    """Return how far a change is."""
    change = message.change
    return TagJob(
        id=message.id,
        change=TagChange(
            change.action,
            tuple(change.tags),
            tuple(change.to),
            tuple(change.add),
            tuple(change.remove),
            tuple(change.replace.tags) if change.HasField("replace") else None,
        ),
        state=message.state,
        total=message.total,
        total_exact=message.total_exact,
        done=message.done,
        changed=message.changed,
        refused=message.refused,
        missing=message.missing,
        restored=message.restored,
        left=message.left,
        problem=message.problem or None,
        created_at=moment_of(message.created_at),
        completed_at=moment(message, "completed_at"),
    )
