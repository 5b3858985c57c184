"""Text layers: our reader with all its evidence beside pdfplumber and pypdf, pages a second, alternated."""

from __future__ import annotations

import gc
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pypdf

from bench.ocr.pages import sample
from bench.ocr.scores import Result, word_f1
from fakes.hostile_pdfs import text_pdf
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.model import Options
from metatag_ocr.reading.page import PageRequest, read_page

# pypdf warns of every odd font.
logging.getLogger("pypdf").setLevel(logging.ERROR)

# Pages of one document that are read; the slow ones take half a second for each.
_PAGES = 6


def measure(folder: Path | None, rounds: int) -> list[Result]:
    """Give how many times as many pages our path reads in the same CPU time."""
    with tempfile.TemporaryDirectory() as directory:
        paths = _documents(folder, Path(directory))
        readers: dict[str, Callable[[Path], list[str]]] = {"ours": _ours, "pypdf": _pypdf, "pdfplumber": _pdfplumber}
        seconds: dict[str, list[float]] = {name: [] for name in readers}
        texts: dict[str, list[str]] = {}
        for _ in range(rounds):
            for name, read in readers.items():
                # What another reader left behind is not for this one to clear away.
                gc.collect()
                start = time.process_time()
                texts[name] = [text for path in paths for text in read(path)]
                seconds[name].append(time.process_time() - start)
    ours = statistics.median(seconds["ours"])
    pages = len(texts["ours"])
    agreement = statistics.mean(
        word_f1(text, other) for text, other in zip(texts["pypdf"], texts["ours"], strict=True) if text.strip()
    )
    ratio = {name: statistics.median(values) / ours for name, values in seconds.items()}
    note = f"{pages} pages of {len(paths)} documents, {pages / ours:.0f} pages a second"
    return [
        Result(
            "text layer",
            "times pdfplumber's pages a second, CPU",
            ratio["pdfplumber"],
            bar=30 if folder else None,
            note=note,
        ),
        Result(
            "text layer", "times pypdf's pages a second, CPU", ratio["pypdf"], bar=10 if folder else None, note=note
        ),
        Result("text layer", "word F1 with pypdf's text", agreement, bar=0.9),
    ]


def _documents(folder: Path | None, directory: Path) -> list[Path]:
    """Give the digital documents of the folder, else made ones."""
    found = sorted(folder.glob("digital-*.pdf")) if folder else []
    if found:
        return found
    line = "The committee approved the water supply scheme for the northern district of the state."
    (directory / "made.pdf").write_bytes(text_pdf([[line] * 45] * _PAGES))
    for name in ("water-supply-report", "library-rules", "road-tender"):
        (directory / f"{name}.pdf").write_bytes(sample(name))
    return sorted(directory.glob("*.pdf"))


def _ours(path: Path) -> list[str]:
    document = PdfiumDocument(path)
    try:
        count = min(_PAGES, document.page_count)
        requests = (PageRequest(number, Options(mode="skip"), ("eng",)) for number in range(1, count + 1))
        return [read_page(document, None, read_request).text for read_request in requests]  # type: ignore[arg-type]
    finally:
        document.close()


def _pypdf(path: Path) -> list[str]:
    reader = pypdf.PdfReader(path)
    return [page.extract_text() for page in reader.pages[:_PAGES]]


def _pdfplumber(path: Path) -> list[str]:
    with pdfplumber.open(path) as document:
        texts = []
        for page in document.pages[:_PAGES]:
            texts.append(page.extract_text() or "")
            page.close()
        return texts
