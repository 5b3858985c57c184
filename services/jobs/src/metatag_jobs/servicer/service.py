"""The whole JobsService."""

from __future__ import annotations

from metatag_jobs.servicer.core import Dependencies
from metatag_jobs.servicer.files import FilesPart
from metatag_jobs.servicer.history import HistoryPart
from metatag_jobs.servicer.jobs import JobsPart


class JobsServicer(JobsPart, FilesPart, HistoryPart):
    """Translates; the use cases do the work."""

    def __init__(self, dependencies: Dependencies) -> None:
        self.dependencies = dependencies
