"""Pages that came out badly, read again from their pictures by a vision model that the user, or the operator, pays.

ocr renders the picture in its sandboxed child, the tagger asks the provider and judges the answer by the first text;
what it accepts stands for the page, the first text is kept beside it. Nothing here fails a document: a page that
cannot be read again stays as it was, and its notes say why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import structlog

from metatag_jobs.model import JOB_SINGLE, ProcessOptions
from metatag_jobs.ports import KeyBox, OcrReader, Tagger
from metatag_jobs.results import OcrOutcome, Page
from metatag_jobs.usage import PictureOutcome, Usage, add_usage, cost_of
from metatag_jobs.work import Claim, JobContext
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.readable_words import readable_words

log = structlog.get_logger("metatag.jobs.vision")

# Pages of one document that are read again, in all.
MAX_PAGES = 20
# Width of a page's picture in pixels: what vision models look at, at most, before they reduce it themselves.
WIDTH = 1600
# Bounds of a first text: fewer words tell nothing of an answer, and no longer text can be sent.
_MIN_WORDS, MAX_FIRST_TEXT = 5, 20_000

# Notes by what the tagger or the provider said; docs/ocr.md explains each.
NOTES = {
    "unsupported": "vision_not_supported",
    "empty": "vision_rejected_empty",
    "too_long": "vision_rejected_length",
    "repetition": "vision_rejected_repetition",
    "differs": "vision_rejected_words",
    "same": "vision_added_nothing",
}
_REFUSED, UNAVAILABLE, PAGE_LIMIT, NO_TEXT = (
    "vision_refused", "vision_unavailable", "vision_page_limit", "vision_too_little_text",
)  # fmt: skip
_BY_CODE = {
    ErrorCode.PROVIDER_AUTH: "vision_key_refused",
    ErrorCode.PROVIDER_CREDITS: "vision_over_budget",
    ErrorCode.BUDGET_EXHAUSTED: "vision_over_budget",
    ErrorCode.MODEL_NOT_FOUND: "vision_no_model",
    ErrorCode.PROVIDER_REFUSED: _REFUSED,
    ErrorCode.PROVIDER_INVALID: "vision_rejected_empty",
}
# Of these another page's call would come to the same.
_FINAL = frozenset({"vision_key_refused", "vision_over_budget", "vision_no_model", "vision_not_supported", UNAVAILABLE})
# After these a later reading of the same document may come out better: its result is not found again.
_PASSING = frozenset({"vision_key_refused", "vision_over_budget", UNAVAILABLE})


@dataclass(frozen=True)
class VisionCall:
    """A document whose pages may be read again. `content` gives its bytes."""

    claim: Claim
    job: JobContext
    options: ProcessOptions
    content: Callable[[], AsyncIterator[bytes]]


class VisionReader:
    """Reads pages again. `deadline` bounds one page, in seconds."""

    def __init__(self, ocr: OcrReader, tagger: Tagger, keys: KeyBox, deadline: float) -> None:
        self._ocr = ocr
        self._tagger = tagger
        self._keys = keys
        self._deadline = deadline

    async def read(self, call: VisionCall, outcome: OcrOutcome, on_page: Callable[[Page], None]) -> OcrOutcome:
        """Return the outcome with the pages that are wanted read again where that came out well, and what it cost.

        Each of them is told to `on_page`, whatever became of it. One page after another, so that a cap on the costs
        holds and a refusal is met once.
        """
        pages, usage, stopped, asked = [], outcome.vision_usage, "", 0
        for page in outcome.pages:
            if not wants(page, call.options):
                pages.append(page)
                continue
            read, note = None, stopped or _unfit(page, asked)
            if not note:
                asked += 1
                read, note = await self._ask(call, page, usage)
            if read is not None:
                usage = add_usage(usage, read.usage)
            if note in _FINAL:
                stopped = note
            pages.append(_noted(page, note) if note or read is None else _reread(page, read))
            on_page(pages[-1])
        return replace(outcome, pages=pages, vision_usage=usage)

    async def _ask(self, call: VisionCall, page: Page, spent: Usage | None) -> tuple[PictureOutcome | None, str]:
        """Return what came of a page, and the note that says why it stays as it is, empty when it does not."""
        try:
            async with asyncio.timeout(self._deadline):
                read = await self._picture_read(call, page, spent)
        except TimeoutError:
            return None, UNAVAILABLE
        except MetatagError as error:
            log.info("page not read by a vision model", code=str(error.code), page=page.number)
            return None, _BY_CODE.get(error.code, UNAVAILABLE)
        return read, "" if read.verdict == "accepted" else NOTES.get(read.verdict, _REFUSED)

    async def _picture_read(self, call: VisionCall, page: Page, spent: Usage | None) -> PictureOutcome:
        claim, job, options = call.claim, call.job, call.options
        picture = await self._ocr.picture(
            document_id=claim.document_id,
            sha256=claim.file_sha256,
            size=claim.file_size,
            content=call.content,
            number=page.number,
            width=WIDTH,
            interactive=job.type == JOB_SINGLE,
        )
        return await self._tagger.read_picture(
            picture=picture,
            first_text=page.text[:MAX_FIRST_TEXT],
            language=page.language,
            model_name=options.vision_model,
            max_cost_micros=options.tag_options.max_cost_micros,
            spent_micros=cost_of(spent),
            provider_key=self._keys.open(job.job_id, job.secret) if job.secret else "",
            account=job.user_id,
        )


def wants(page: Page, options: ProcessOptions) -> bool:
    """Tell whether a page is to be read again; those beyond the asked ones, which cost nothing, are not."""
    if options.vision not in ("auto", "force") or page.number > options.num_pages:
        return False
    if page.method in ("", "failed", "blank", "skipped", "vision"):
        return False
    return options.vision == "force" or page.needs_review


def is_passing(outcome: OcrOutcome) -> bool:
    """Tell whether the same document may come out better later, because a provider or an account was at fault."""
    return any(not _PASSING.isdisjoint(page.notes) for page in outcome.pages)


def _unfit(page: Page, asked: int) -> str:
    """Return the note of a page that is not asked for, an empty string for one that is."""
    if readable_words(page.text) < _MIN_WORDS or len(page.text) > MAX_FIRST_TEXT:
        return NO_TEXT
    return PAGE_LIMIT if asked >= MAX_PAGES else ""


def _noted(page: Page, note: str) -> Page:
    return replace(page, notes=[*page.notes, note])


def _reread(page: Page, read: PictureOutcome) -> Page:
    return replace(page, text=read.text, method="vision", headings=[], first_text=page.text, first_method=page.method)
