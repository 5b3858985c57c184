"""Asks a node for searchable PDFs and for words of layers, and reads such PDFs with other programs."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import grpc
import pypdfium2
import pytest
from pypdfium2 import raw

from fakes.ocr_places import Sides
from metatag.v1 import document_pb2, ocr_pb2, ocr_pb2_grpc
from metatag_runtime.grpc_calls import peer_errors


async def searchable(
    channel: grpc.aio.Channel, data: bytes, pages: Iterable[document_pb2.Page], **fields: object
) -> bytes:
    """Return the PDF with the texts of these pages under their pictures; raises MetatagError."""
    layers = [ocr_pb2.PageLayer(number=page.number, rotation=page.rotation, boxes=page.boxes) for page in pages]
    head = ocr_pb2.MakeSearchableHeader(
        content_sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        **({"layer_count": len(layers)} | fields),  # type: ignore[arg-type]
    )
    call = ocr_pb2_grpc.OcrServiceStub(channel).MakeSearchable(timeout=60)
    out = b""
    try:
        with peer_errors("ocr"):
            await call.write(ocr_pb2.MakeSearchableRequest(header=head))
            for layer in layers:
                await call.write(ocr_pb2.MakeSearchableRequest(layer=layer))
            async for answer in call:
                if answer.HasField("need_content"):
                    await call.write(ocr_pb2.MakeSearchableRequest(chunk=data))
                    await call.done_writing()
                out += answer.chunk
    finally:
        call.cancel()
    return out


async def located(channel: grpc.aio.Channel, data: bytes, page: int) -> document_pb2.WordBoxes:
    """Return the words of a page's own text; raises MetatagError."""
    head = ocr_pb2.LocateWordsHeader(content_sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), page=page)
    call = ocr_pb2_grpc.OcrServiceStub(channel).LocateWords(timeout=60)
    found = document_pb2.WordBoxes()
    try:
        with peer_errors("ocr"):
            await call.write(ocr_pb2.LocateWordsRequest(header=head))
            async for answer in call:
                if answer.HasField("need_content"):
                    await call.write(ocr_pb2.LocateWordsRequest(chunk=data))
                    await call.done_writing()
                elif answer.HasField("words"):
                    found = answer.words
    finally:
        call.cancel()
    return found


def poppler_text(data: bytes, folder: Path) -> str:
    """Return the text of a PDF as pdftotext reads it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing; `apt-get install poppler-utils` brings it.")
    path = folder / "read.pdf"
    path.write_bytes(data)
    return subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, timeout=60).stdout.decode()


def pdfium_text(data: bytes, page: int = 1) -> str:
    """Return the text of a page as pdfium reads it."""
    pdf = pypdfium2.PdfDocument(data)
    return str(pdf[page - 1].get_textpage().get_text_range())


def pdfium_hits(data: bytes, word: str, page: int = 1) -> list[Sides]:
    """Return where pdfium finds a word, as shares of the page as it is drawn."""
    pdf = pypdfium2.PdfDocument(data)
    opened = pdf[page - 1]
    textpage = opened.get_textpage()
    searcher, found = textpage.search(word), []
    while (hit := searcher.get_next()) is not None:
        start, count = hit
        boxes = [textpage.get_charbox(index, loose=True) for index in range(start, start + count)]
        points = [
            _drawn(opened, *corner) for left, bottom, right, top in boxes for corner in ((left, bottom), (right, top))
        ]
        xs, ys = zip(*points, strict=True)
        found.append((min(xs), min(ys), max(xs), max(ys)))
    return found


def _drawn(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """Return a point of the page's space as shares of the page as pdfium draws it, to 1/10,000."""
    across, down = raw.c_int(), raw.c_int()
    assert raw.FPDF_PageToDevice(page.raw, 0, 0, 10_000, 10_000, 0, x, y, across, down)
    return across.value / 10_000, down.value / 10_000
