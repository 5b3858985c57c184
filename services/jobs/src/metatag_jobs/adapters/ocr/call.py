"""One Recognize call: header, the file if the node lacks it, pages as they come, summary."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from metatag.v1 import document_pb2, ocr_pb2
from metatag_jobs.adapters.ocr.nodes import Node
from metatag_jobs.model import ProcessOptions
from metatag_jobs.results import Page
from metatag_jobs.wire import enum_number, from_message
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import call_metadata, call_timeout, peer_errors


@dataclass(frozen=True)
class DocumentCall:
    """What every call about one document has in common. `deadline` is in seconds, for one run of pages."""

    sha256: str
    size: int
    content: Callable[[], AsyncIterator[bytes]]
    options: ProcessOptions
    deadline: float
    # Which engine of the node reads; empty: the node's own choice.
    engine: str = ""


@dataclass
class Opened:
    """What a node found on opening the document."""

    page_count: int
    title: str
    outline_title: str
    notes: tuple[str, ...] = ()


@dataclass
class PartAnswer:
    """What one call gave."""

    opened: Opened | None = None
    read: list[int] = field(default_factory=list)
    script: str = ""
    language: str = ""
    engine_version: str = ""


async def recognize_part(
    node: Node, document: DocumentCall, numbers: Sequence[int], script: str, on_page: Callable[[Page], None]
) -> PartAnswer:
    """Read pages on one node; each goes to `on_page` as it comes. Raises MetatagError."""
    answer = PartAnswer()
    with peer_errors("ocr"):
        call: Any = cast(Any, node.stub.Recognize)(timeout=call_timeout(document.deadline), metadata=call_metadata())
        try:
            await call.write(ocr_pb2.RecognizeRequest(header=_header(document, numbers, script)))
            async for message in call:
                part = message.WhichOneof("part")
                if part == "need_content":
                    async for chunk in document.content():
                        await call.write(ocr_pb2.RecognizeRequest(chunk=chunk))
                    await call.done_writing()
                elif part == "opened":
                    opened = message.opened
                    answer.opened = Opened(opened.page_count, opened.title, opened.outline_title, tuple(opened.notes))
                elif part == "page":
                    answer.read.append(message.page.number)
                    on_page(from_message(Page, message.page))
                elif part == "summary":
                    answer.script, answer.language = message.summary.script, message.summary.language
                    answer.engine_version = message.summary.engine_version
        finally:
            # Does nothing after the end; before it, stops the page in work.
            call.cancel()
    if answer.opened is None or not answer.engine_version:
        raise MetatagError("The ocr service ended its answer too early.", code=ErrorCode.UNAVAILABLE)
    return answer


def _header(document: DocumentCall, numbers: Sequence[int], script: str) -> ocr_pb2.RecognizeHeader:
    options = document.options
    mode = enum_number(document_pb2.OcrMode.DESCRIPTOR, options.ocr_mode)
    return ocr_pb2.RecognizeHeader(
        content_sha256=document.sha256,
        size_bytes=document.size,
        options=ocr_pb2.RecognizeOptions(
            mode=mode,  # type: ignore[arg-type]
            languages=options.languages,
            dehyphenate=True,
            engine=document.engine,
        ),
        pages=[ocr_pb2.PageRange(first=first, last=last) for first, last in _runs(numbers)],
        script_hint=script,
    )


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
