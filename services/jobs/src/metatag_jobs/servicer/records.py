"""The whole RecordsService: what people do with documents that have ended."""

from __future__ import annotations

from metatag_jobs.servicer.corrections import CorrectionsPart
from metatag_jobs.servicer.finding import FindingPart
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.servicer.review import ReviewPart
from metatag_jobs.servicer.tag_jobs import TagJobsPart
from metatag_jobs.servicer.tags import TagsPart
from metatag_jobs.servicer.trash import TrashPart
from metatag_jobs.servicer.words import WordsPart


class RecordsServicer(CorrectionsPart, FindingPart, ReviewPart, TagJobsPart, TagsPart, TrashPart, WordsPart):
    """Translates; the use cases do the work."""

    def __init__(self, parts: RecordParts) -> None:
        self.parts = parts
