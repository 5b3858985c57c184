"""Which pages a vision model reads again, what it may still cost, and when it is asked no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from metatag_jobs.model import ProcessOptions, Source, TagOptions
from metatag_jobs.results import OcrOutcome, Page
from metatag_jobs.usage import PictureOutcome, Usage, add_usage
from metatag_jobs.vision import MAX_PAGES, VisionCall, VisionReader, is_passing, wants
from metatag_jobs.work import Claim, JobContext
from metatag_runtime.errors import ErrorCode, MetatagError

TEXT = "The tanker will reach the villages of the northern block on Monday."
OPTIONS = ProcessOptions(num_pages=30, vision="auto", vision_model="m", tag_options=TagOptions(max_cost_micros=900))


def poor(number: int = 1, text: str = TEXT, **fields: Any) -> Page:
    return Page(number, text, "tesseract", confidence=70.0, language="eng", needs_review=True, **fields)


class Drawer:
    def __init__(self) -> None:
        self.drawn: list[int] = []

    async def picture(self, *, number: int, **_: Any) -> bytes:
        self.drawn.append(number)
        return b"\xff\xd8\xff"


class Model:
    """A tagger whose vision model answers in turn; an exception is raised."""

    def __init__(self, *answers: PictureOutcome | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    async def read_picture(self, **asked: Any) -> PictureOutcome:
        self.asked.append(asked)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Keys:
    def open(self, job_id: str, sealed: bytes) -> str:
        return f"{job_id}:{sealed.decode()}"


GOOD = PictureOutcome("accepted", "The tanker reaches the villages.", "m", Usage(10, 5, 15, 120, 1))


async def _nothing() -> AsyncIterator[bytes]:
    yield b""


def call(options: ProcessOptions = OPTIONS) -> VisionCall:
    claim = Claim("d", 1, "j", 0, "", "", Source(), "ocr", 0, 0, 0, 0.0, file_sha256="ab", file_size=9)
    return VisionCall(claim, JobContext("j", "user", "single", options, b"key", "", ""), options, _nothing)


async def read(model: Model, *pages: Page, told: list[Page] | None = None) -> OcrOutcome:
    reader = VisionReader(Drawer(), model, Keys(), 5.0)  # type: ignore[arg-type]
    return await reader.read(call(), OcrOutcome(pages=list(pages)), (told if told is not None else []).append)


@pytest.mark.parametrize(
    ("page", "mode", "wanted"),
    [
        (poor(), "auto", True),
        (poor(), "off", False),
        (poor(), "", False),
        (replace(poor(), needs_review=False), "auto", False),
        (replace(poor(), needs_review=False), "force", True),
        (Page(1, TEXT, "text_layer"), "force", True),
        (Page(1, "", "blank"), "force", False),
        (Page(1, "", "failed", needs_review=True), "force", False),
        (poor(31), "force", False),
    ],
)
def test_which_pages_are_wanted(page: Page, mode: str, wanted: bool) -> None:
    assert wants(page, replace(OPTIONS, vision=mode)) is wanted


async def test_an_accepted_text_stands_for_the_page_and_the_first_is_kept() -> None:
    told: list[Page] = []
    model = Model(GOOD)
    good = Page(2, "A text layer.", "text_layer")
    outcome = await read(model, poor(), good, told=told)
    first, second = outcome.pages
    assert (first.method, first.text) == ("vision", GOOD.text)
    assert (first.first_method, first.first_text) == ("tesseract", TEXT)
    assert (first.confidence, first.needs_review) == (70.0, True)
    assert second == good
    assert told == [first]
    assert model.asked[0]["provider_key"] == "j:key"
    assert model.asked[0]["account"] == "user"
    assert outcome.vision_usage == GOOD.usage


async def test_what_earlier_pages_cost_counts_towards_the_cap_of_later_ones() -> None:
    model = Model(GOOD)
    outcome = await read(model, *(poor(number) for number in (1, 2, 3)))
    assert [asked["spent_micros"] for asked in model.asked] == [0, 120, 240]
    assert {asked["max_cost_micros"] for asked in model.asked} == {900}
    assert outcome.vision_usage is not None
    assert outcome.vision_usage.cost_micros == 360


async def test_a_rejected_answer_is_paid_and_the_next_page_is_asked() -> None:
    model = Model(PictureOutcome("differs", "", "m", Usage(10, 5, 15, 120, 1)), GOOD)
    outcome = await read(model, poor(1), poor(2))
    assert [page.method for page in outcome.pages] == ["tesseract", "vision"]
    assert outcome.pages[0].notes == ["vision_rejected_words"]
    assert outcome.vision_usage is not None
    assert outcome.vision_usage.cost_micros == 240


@pytest.mark.parametrize(
    ("code", "note", "passing"),
    [
        (ErrorCode.PROVIDER_UNAVAILABLE, "vision_unavailable", True),
        (ErrorCode.PROVIDER_RATE_LIMITED, "vision_unavailable", True),
        (ErrorCode.UNAVAILABLE, "vision_unavailable", True),
        (ErrorCode.PROVIDER_AUTH, "vision_key_refused", True),
        (ErrorCode.BUDGET_EXHAUSTED, "vision_over_budget", True),
        (ErrorCode.MODEL_NOT_FOUND, "vision_no_model", False),
    ],
)
async def test_a_failure_that_would_come_again_is_met_once(code: ErrorCode, note: str, passing: bool) -> None:
    model = Model(MetatagError("no", code=code))
    told: list[Page] = []
    outcome = await read(model, poor(1), poor(2, notes=["picture_read"]), told=told)
    assert [page.notes for page in outcome.pages] == [[note], ["picture_read", note]]
    assert [page.text for page in told] == [TEXT, TEXT]
    assert len(model.asked) == 1
    assert is_passing(outcome) is passing


async def test_a_page_of_few_words_or_beyond_the_limit_is_not_sent() -> None:
    model = Model(GOOD)
    pages = [poor(1, "~~ q§ l1l"), *(poor(number) for number in range(2, MAX_PAGES + 4))]
    outcome = await read(model, *pages)
    assert outcome.pages[0].notes == ["vision_too_little_text"]
    assert len(model.asked) == MAX_PAGES
    assert [page.notes for page in outcome.pages[-2:]] == [["vision_page_limit"]] * 2


def test_an_unknown_cost_makes_the_sum_unknown() -> None:
    assert add_usage(None, None) is None
    total = add_usage(Usage(1, 2, 3, 4, 1, "a"), Usage(1, 1, 2, None, 2))
    assert total == Usage(2, 3, 5, None, 3, "a")
