"""Files read and tagged inside this command: the child processes of ocr and tagger, and nothing that is kept.

The way of a document is that of the services, through the same messages, so that tags are those of the API.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from metatag.v1 import jobs_pb2
from metatag_cli import tessdata
from metatag_client import ApiError, Options, Result
from metatag_client.errors import error_for
from metatag_gateway.model.jobs import Job
from metatag_gateway.schemas.config import TaggingConfig
from metatag_gateway.schemas.single import single
from metatag_gateway.single_documents import failure
from metatag_gateway.wire.documents import document as from_wire
from metatag_gateway.wire.documents import to_options
from metatag_jobs.settings import JobsSettings
from metatag_jobs.unstored import Unstored
from metatag_ocr.components import Components as Ocr
from metatag_ocr.settings import OcrSettings
from metatag_runtime.cpus import usable_cpus
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.local_stub import LocalStub
from metatag_tagger.components import Components as Tagger
from metatag_tagger.settings import TaggerSettings

# Pages for which one child process of ocr is enough: a second costs as much as reading several digital pages.
PAGES_EACH = 3


class Processor:
    """Turns files into tags while it is open."""

    def __init__(self, unstored: Unstored, options: jobs_pb2.ProcessOptions) -> None:
        self._unstored = unstored
        self._options = options

    async def process(self, path: Path) -> Result:
        """Return what the API would answer, with no ids. Raises ApiError with the API's words and status."""
        began = datetime.now(UTC)
        try:
            message = await self._unstored.process(path, self._options)
        except MetatagError as error:
            raise _api_error(_refused(error, path)) from None
        document = from_wire(message)
        job = Job("", "single", "completed", 1, 1, 0, started_at=began, completed_at=datetime.now(UTC))
        if document.status != "success":
            raise _api_error(failure(document, job))
        return Result.from_json(json.loads(single(job, document).model_dump_json()))


def wanted(options: Options) -> jobs_pb2.ProcessOptions | None:
    """Return the options as the services take them; None where the API has to say what is wrong with them."""
    try:
        return to_options(TaggingConfig.model_validate_json(json.dumps(options.to_json())).options())
    except ValidationError:
        return None


def asks_model() -> bool:
    """Whether the operator's settings name a language model, which a document sent without a key is tagged by."""
    settings = TaggerSettings.load()
    return bool(settings.llm_key.get_secret_value() or settings.llm_keyless)


@asynccontextmanager
async def processor(options: jobs_pb2.ProcessOptions, files: int) -> AsyncIterator[Processor]:
    """Start the children for so many files; they end with the block. Raises SettingsError."""
    slots = min(usable_cpus(), max(files, math.ceil(options.num_pages / PAGES_EACH)))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="metatag-", ignore_cleanup_errors=True))
        # Models are loaded for the page that needs one: most files have none.
        ocr_settings = OcrSettings.load(
            slots=slots, tessdata_dir=tessdata.find(), scratch_dir=Path(folder) / "scratch", warm_languages=""
        )
        ocr = Ocr.choose(ocr_settings, kept=0)
        tagger = Tagger.choose(TaggerSettings.load(), warm=False, offline=True)
        for service in (ocr.resources, tagger.analyst):
            await service.start()
            stack.push_async_callback(service.stop, 0.0)
        stubs = LocalStub(ocr.servicer), LocalStub(tagger.servicer)
        yield Processor(Unstored(JobsSettings.load(), stubs[0], ocr_settings.slot_count(), stubs[1]), options)


def _refused(error: MetatagError, path: Path) -> MetatagError:
    """Return the gateway's words for a file that would not be taken."""
    if error.code is ErrorCode.UNSUPPORTED_MEDIA and path.suffix.lower() != ".pdf":
        return MetatagError("Invalid file type. Please upload a PDF file.", code=ErrorCode.INVALID_ARGUMENT)
    return error


def _api_error(error: MetatagError) -> ApiError:
    # Loads the web framework, for failures alone.
    from metatag_gateway.problems import STATUS_BY_CODE

    status = STATUS_BY_CODE[error.code]
    return error_for(status)(error.message, status=status, code=str(error.code), retry_after=error.retry_after)
