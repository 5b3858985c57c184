"""The way of one document: fetch, ocr, tag, finish, with a checkpoint after each stage.

A stage's output is an object under the digest of all that went into it. A stage that is repeated after a crash, or a
document that the same user sent before, finds its output and costs nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from metatag_jobs.errors import FileGone, FileMissing, Replaced, Stopped
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.learning.archives import Archives
from metatag_jobs.learning.model import Archive
from metatag_jobs.model import JOB_SINGLE, PageRead, ProcessOptions, TagOptions
from metatag_jobs.outcome import failed, succeeded, title_of
from metatag_jobs.page_checkpoints import LONG_DOCUMENT as KEPT_IN_PARTS
from metatag_jobs.page_checkpoints import PageCheckpoints
from metatag_jobs.pdf import inspect_pdf
from metatag_jobs.ports import Fetcher, FileStore, Journal, KeyBox, OcrReader, Tagger
from metatag_jobs.results import OcrOutcome, Page, TagOutcome
from metatag_jobs.retrying import Limits as RetryLimits
from metatag_jobs.retrying import decide
from metatag_jobs.stages import digest_of, filled, identity_of, mark_free, ms_since, require_a_page, require_text
from metatag_jobs.usage import cost_of
from metatag_jobs.vision import VisionCall, VisionReader, is_passing, wants
from metatag_jobs.work import Artifact, Checkpoint, Claim, Finish, JobContext, PageEvent, Release
from metatag_runtime.errors import ErrorCode, MetatagError

# Pages of a batch's document are told one by one only when it is long.
LONG_DOCUMENT = 10


@dataclass(frozen=True)
class Limits:
    """Bounds of the stages; times in seconds, sizes in bytes."""

    max_file_bytes: int
    fetch_deadline: float
    tag_deadline: float
    retry: RetryLimits
    reuse: bool = True


class Pipeline:
    """Runs documents through their stages."""

    def __init__(
        self,
        *,
        journal: Journal,
        files: FileStore,
        fetcher: Fetcher,
        ocr: OcrReader,
        tagger: Tagger,
        keys: KeyBox,
        limits: Limits,
        new_id: Callable[[], str],
        archives: Archives,
    ) -> None:
        self._journal = journal
        self._files = files
        self._fetcher = fetcher
        self._ocr = ocr
        self._tagger = tagger
        self._keys = keys
        self._limits = limits
        self._new_id = new_id
        self._archives = archives
        self._vision = VisionReader(ocr, tagger, keys, limits.tag_deadline)

    async def run(self, claim: Claim, job: JobContext) -> Finish:
        """Take a document from its stage to its end.

        Raises Stopped at a checkpoint of a paused job, Replaced when the document is no longer ours, MetatagError when
        a stage failed.
        """
        if claim.stage == "fetch":
            await self._fetch(claim)
        ocr = await self._recognize(claim, job) if claim.stage == "ocr" else await self._load_ocr(claim, job)
        require_text(ocr, job.options)
        tags = await self._tag(claim, job, ocr) if claim.stage == "tag" else await self._load_tags(claim, job, ocr)
        return succeeded(claim, ocr, tags, job.options)

    @staticmethod
    def give_up(claim: Claim, problem_code: str, message: str) -> Finish:
        """Give the end of a document that failed for good."""
        return failed(claim, problem_code, message)

    async def _fetch(self, claim: Claim) -> None:
        if claim.source.type == "upload":
            raise FileGone("The uploaded file is no longer stored; upload it again.")
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="metatag-fetch-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "document.pdf"
            try:
                async with asyncio.timeout(self._limits.fetch_deadline):
                    await self._fetcher.fetch(claim.source, path, self._limits.max_file_bytes)
            except TimeoutError:
                raise MetatagError(
                    "The source did not give the document in time.",
                    code=ErrorCode.SOURCE_UNAVAILABLE,
                ) from None
            digest, size = await asyncio.to_thread(inspect_pdf, path)
            found = await self._reuse(claim, "ocr", "file", digest)
            if found is None:
                artifact = Artifact(self._new_id(), digest, size)
                await self._files.put(artifact.id, path)
                found = await self._store(claim, "ocr", "file", artifact, start)
        state, artifact = found
        claim.file_id, claim.file_sha256, claim.file_size = artifact.id, artifact.digest, artifact.size
        claim.fetch_ms += ms_since(start)
        _go_on(claim, "ocr", state)

    async def _recognize(self, claim: Claim, job: JobContext) -> OcrOutcome:
        start = time.monotonic()
        options = filled(job.options)
        digest = await self._ocr_digest(claim, job, options)
        found = await self._reuse(claim, "tag", "ocr", digest)
        if found is not None:
            try:
                outcome = unpack(OcrOutcome, await self._read_json(found[1].id))
                mark_free(outcome)
            except FileGone:
                found = None
        if found is None:
            parts = PageCheckpoints(self._journal, self._files, claim, digest, self._new_id)
            outcome = await self._read_pages(claim, job, options, parts)
            require_a_page(outcome)
            # One that came out short is not the result of the same options: it is not found again.
            own = digest_of([digest, claim.document_id, claim.attempt]) if is_passing(outcome) else digest
            artifact = await self._put_json(own, pack(outcome))
            found = await self._store(claim, "tag", "ocr", artifact, start)
            await parts.drop()
        claim.ocr_id = found[1].id
        claim.spent_micros = cost_of(outcome.vision_usage)
        claim.ocr_ms += ms_since(start)
        _go_on(claim, "tag", found[0])
        return outcome

    async def _read_pages(
        self, claim: Claim, job: JobContext, options: ProcessOptions, parts: PageCheckpoints
    ) -> OcrOutcome:
        long = options.num_pages > KEPT_IN_PARTS
        known = await parts.known() if long and claim.attempt > 1 else []
        told = job.type == JOB_SINGLE or options.num_pages > LONG_DOCUMENT

        def tell(page: Page) -> None:
            if told:
                shown = replace(page, text=page.text if job.type == JOB_SINGLE else "", boxes=None)
                read = PageRead(claim.document_id, claim.position, shown)
                self._journal.page(PageEvent(claim.document_id, claim.attempt, claim.job_id, read))

        def on_page(page: Page) -> None:
            if long:
                parts.add(page)
            # One that will be read again is told when that is done.
            if not wants(page, options):
                tell(page)

        try:
            outcome = await self._ocr.read(
                document_id=claim.document_id,
                sha256=claim.file_sha256,
                size=claim.file_size,
                content=lambda: self._stored_file(claim),
                options=options,
                interactive=job.type == JOB_SINGLE,
                on_page=on_page,
                known=known,
            )
            call = VisionCall(claim, job, options, lambda: self._stored_file(claim))
            return await self._vision.read(call, outcome, tell)
        finally:
            await parts.end()

    async def _stored_file(self, claim: Claim) -> AsyncIterator[bytes]:
        """Give the document's file, which a row names: a store that does not find it may find it later."""
        try:
            async for chunk in self._files.stream(claim.file_id):
                yield chunk
        except FileGone as error:
            raise FileMissing(error.message) from error

    async def _tag(self, claim: Claim, job: JobContext, ocr: OcrOutcome) -> TagOutcome:
        start = time.monotonic()
        title = title_of(claim, ocr)
        known = await self._archives.of(job.user_id)
        digest = await self._tag_digest(claim, job, ocr, title, known.identity if known else "")
        found = await self._reuse(claim, "finish", "tag", digest)
        if found is not None:
            try:
                outcome = unpack(TagOutcome, await self._read_json(found[1].id))
                mark_free(outcome)
            except FileGone:
                found = None
        if found is None:
            outcome = await self._write_tags(claim, job, ocr, title, known.archive if known else None)
            # A stand-in is not the result of the same options: it gets a name of its own and is not found again.
            own = digest_of([digest, claim.document_id, claim.attempt]) if outcome.degraded else digest
            artifact = await self._put_json(own, pack(outcome))
            found = await self._store(claim, "finish", "tag", artifact, start)
        claim.tag_id = found[1].id
        claim.tag_ms += ms_since(start)
        claim.stage = "finish"
        return outcome

    async def _write_tags(
        self, claim: Claim, job: JobContext, ocr: OcrOutcome, title: str, archive: Archive | None
    ) -> TagOutcome:
        if job.options.vocabulary and job.vocabulary is None:
            raise MetatagError("The job's vocabulary was deleted.", code=ErrorCode.NOT_FOUND)
        tag_options = await self._archives.guided(job.user_id, job.options.tag_options)
        ask = partial(self._ask_tagger, claim, job, ocr, title, archive)
        if job.type == JOB_SINGLE or not tag_options.allow_degraded:
            return await ask(tag_options)
        try:
            return await ask(replace(tag_options, allow_degraded=False))
        except MetatagError as error:
            # A batch has time: local tags stand in only when no later try is left, or none could help.
            verdict = decide(error, claim, self._limits.retry, interactive=False)
            if isinstance(verdict, Release) and error.code is not ErrorCode.PROVIDER_CREDITS:
                raise
        return await ask(tag_options)

    async def _ask_tagger(  # noqa: PLR0917  the parts of one request
        self,
        claim: Claim,
        job: JobContext,
        ocr: OcrOutcome,
        title: str,
        archive: Archive | None,
        tag_options: TagOptions,
    ) -> TagOutcome:
        try:
            async with asyncio.timeout(self._limits.tag_deadline):
                return await self._tagger.tag(
                    title=title,
                    description=claim.description,
                    pages=ocr.pages,
                    language=ocr.language,
                    tag_options=tag_options,
                    vocabulary=job.vocabulary,
                    provider_key=self._keys.open(job.job_id, job.secret) if job.secret else "",
                    account=job.user_id,
                    spent_micros=claim.spent_micros,
                    archive=archive,
                )
        except TimeoutError:
            raise MetatagError(
                "Tag generation failed: the tagger did not answer in time.", code=ErrorCode.DEADLINE_EXCEEDED
            ) from None

    async def _load_ocr(self, claim: Claim, job: JobContext) -> OcrOutcome:
        try:
            outcome = unpack(OcrOutcome, await self._read_json(claim.ocr_id))
        except FileGone:
            claim.stage = "ocr"
            return await self._recognize(claim, job)
        claim.spent_micros = cost_of(outcome.vision_usage)
        return outcome

    async def _load_tags(self, claim: Claim, job: JobContext, ocr: OcrOutcome) -> TagOutcome:
        try:
            return unpack(TagOutcome, await self._read_json(claim.tag_id))
        except FileGone:
            return await self._tag(claim, job, ocr)

    async def _reuse(self, claim: Claim, stage: str, kind: str, digest: str) -> tuple[str, Artifact] | None:
        if not self._limits.reuse:
            return None
        return await self._journal.reuse(claim, stage, kind, digest)

    async def _store(
        self, claim: Claim, stage: str, kind: str, artifact: Artifact, start: float
    ) -> tuple[str, Artifact]:
        """Checkpoint a new object; removes it again if it is not the one in use."""
        kept = ""
        try:
            state, used = await self._journal.checkpoint(
                Checkpoint(claim.document_id, claim.attempt, stage, kind, artifact, ms_since(start))
            )
            kept = used.id
        except Replaced:
            kept = "nothing"
            raise
        finally:
            # After another failure nobody knows whether the row was written; then the object stays.
            if kept and kept != artifact.id:
                await self._files.delete(artifact.id)
        return state, used

    async def _read_json(self, name: str) -> Any:
        if not name:
            raise FileGone
        return json.loads(await self._files.read(name))

    async def _put_json(self, digest: str, value: Any) -> Artifact:
        try:
            body = to_json(value)
        except PydanticSerializationError:
            # Half a surrogate pair, which no file can hold.
            body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        artifact = Artifact(self._new_id(), digest, len(body))
        await self._files.put_bytes(artifact.id, body)
        return artifact

    async def _ocr_digest(self, claim: Claim, job: JobContext, options: ProcessOptions) -> str:
        asked: list[Any] = [options.num_pages, options.ocr_mode, options.languages, "text layers, boxes"]
        if options.vision in ("auto", "force"):
            asked += [options.vision, options.vision_model, bool(job.secret), await self._tagger.version()]
        return digest_of([claim.file_sha256, await self._ocr.version(), asked])

    async def _tag_digest(self, claim: Claim, job: JobContext, ocr: OcrOutcome, title: str, learnt: str) -> str:
        text = hashlib.sha256("\f".join(page.text for page in ocr.pages).encode(errors="replace")).hexdigest()
        # Its terms, not its number: a list that was deleted and made anew begins at version 1 again.
        vocabulary = await asyncio.to_thread(identity_of, job.vocabulary) if job.vocabulary else None
        own_key = bool(job.secret)
        return digest_of(
            [
                text,
                ocr.language,
                title,
                claim.description,
                pack(job.options.tag_options),
                vocabulary,
                own_key,
                await self._tagger.version(),
                *([learnt] if learnt else []),
            ]
        )


def _go_on(claim: Claim, stage: str, job_state: str) -> None:
    """Move to the next stage, unless the job was paused meanwhile."""
    claim.stage = stage
    if job_state == "paused":
        raise Stopped
