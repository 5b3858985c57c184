"""The whole service: its share of the limit over gRPC, a long digital document, memory over many pages."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.ocr.engine_path import bare_reader, cpu
from bench.ocr.node import Node, running
from bench.ocr.pages import ROOT, page_image, sample, scan_pdf
from bench.ocr.scores import Result
from fakes.hostile_pdfs import text_pdf
from fakes.ocr_client import header, recognize, stream
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.reading.page import FIRST_DPI

_ = ROOT
# Pages of the scanned document that is sent through the service.
_PAGES = 12


def scanned(pages: int = _PAGES) -> bytes:
    """Give a scanned English document of 300 dpi."""
    return scan_pdf([page_image(sample("water-supply-report"), 1, 300)] * pages, dpi=300)


async def end_to_end(tessdata: Path, slots: int) -> list[Result]:
    """Give the share of bare recognition in all CPU the service used, and its pages a second."""
    data = scanned()
    async with running(tessdata, slots=slots) as node:
        shares, rates = [], []
        for turn in range(3):
            bare = _bare(data, tessdata)
            before, start = node.cpu(), time.monotonic()
            answer = await recognize(node.channel, data + b"%%%d" % turn)
            rates.append(_PAGES / (time.monotonic() - start))
            shares.append(bare * _PAGES / (node.cpu() - before))
            assert answer.summary.pages_read == _PAGES
    name = f"share of bare tesserocr over gRPC, {slots} worker{'s' * (slots > 1)}, CPU"
    note = f"{_PAGES} pages, upload, script detection and streaming included"
    return [
        Result("service", name, statistics.median(shares), bar=0.9, note=note),
        Result("service", f"pages a second, {slots} worker{'s' * (slots > 1)}, wall", statistics.median(rates)),
    ]


def _bare(data: bytes, tessdata: Path) -> float:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        document = PdfiumDocument(Path(file.name))
        picture = document.picture(1, FIRST_DPI)
        document.close()
    read = bare_reader(picture, "eng", tessdata)
    read()
    return statistics.median(cpu(read) for _ in range(2))


async def long_document(tessdata: Path) -> list[Result]:
    """Give the times of a digital document of 1,000 pages: to its first page, and to all."""
    line = "The committee approved the water supply scheme for the northern district of the state."
    firsts, alls, spent = [], [], []
    async with running(tessdata, slots=2) as node:
        for turn in range(3):
            data = text_pdf([[f"Page {number} of turn {turn}"] + [line] * 40 for number in range(1000)])
            start, before = time.monotonic(), node.cpu()
            first = 0.0
            async for message in stream(node.channel, data, header(data)):
                if not first and message.WhichOneof("part") == "page":
                    first = time.monotonic() - start
            firsts.append(first)
            alls.append(time.monotonic() - start)
            spent.append(node.cpu() - before)
    return [
        Result("1,000 digital pages", "CPU of the whole service", statistics.median(spent), "s"),
        Result("1,000 digital pages", "first page", statistics.median(firsts) * 1000, "ms", 300, at_most=True),
        Result("1,000 digital pages", "all pages", statistics.median(alls), "s", 5, at_most=True),
    ]


async def memory(tessdata: Path, pages: int) -> list[Result]:
    """Give a worker's resident memory after ordinary pages, and its slope over many small ones."""
    async with running(tessdata, slots=1, worker_pages=10**9) as node:
        await recognize(node.channel, scanned(3))
        await recognize(node.channel, scan_pdf([page_image(sample("karyalaya-adesh"), 1, 300)] * 3, dpi=300))
        after = max(node.worker_rss()) / 2**20
        slope = await _slope(node, pages)
    return [
        Result("memory", "worker RSS after eng and hin pages", after, "MiB", 250, at_most=True),
        Result("memory", f"worker RSS slope over {pages} pages", slope * 100, "%", 2, at_most=True,
               note="last quarter against the second, pages of 800 x 400 pixels"),
    ]  # fmt: skip


async def _slope(node: Node, pages: int) -> float:
    small = page_image(sample("water-supply-report"), 1, 200).crop((150, 180, 950, 580))
    batch, readings = 50, []
    for turn in range(pages // batch):
        await recognize(node.channel, scan_pdf([small] * batch) + b"%%%d" % turn)
        readings.append(max(node.worker_rss()))
    quarter = max(1, len(readings) // 4)
    return float(np.mean(readings[-quarter:]) / np.mean(readings[quarter : 2 * quarter]) - 1)
