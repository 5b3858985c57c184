"""The parts that the files of the RecordsService share."""

from __future__ import annotations

from dataclasses import dataclass

from metatag_jobs.records.corrections import Corrections
from metatag_jobs.records.stores import FindStore, NameStore, ReviewStore, TagStore, TrashStore
from metatag_jobs.records.tag_jobs import TagJobs
from metatag_jobs.records.words import Words


@dataclass(frozen=True)
class RecordParts:
    """Everything that the servicer calls."""

    corrections: Corrections
    review: ReviewStore
    trash: TrashStore
    names: NameStore
    find: FindStore
    tags: TagStore
    tag_jobs: TagJobs
    words: Words
    # Days that a deleted document can come back; 0: for ever.
    trash_days: float
